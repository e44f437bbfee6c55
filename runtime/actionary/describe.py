"""From a registry to its catalog: what the definitions say, as plain data."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from pydantic import PydanticUserError
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUndefinedAnnotation
from pydantic.json_schema import PydanticJsonSchemaWarning
from pydantic_core import CoreSchema

from actionary.action_spec import ActionSpec, CursorSpec, DeprecationSpec, ErrorSpec, ExampleSpec, RateSpec
from actionary.auth_scheme import AuthScheme
from actionary.catalog import Catalog, ChangesSpec, surface_of, with_digests
from actionary.contract import why_unfit
from actionary.defining import AnyAction
from actionary.definition import Definition
from actionary.definition_error import ActionDefinitionError, refusal_of
from actionary.fields import Deprecated
from actionary.json_schema import Schema
from actionary.raw_input import RawInput, described_raw
from actionary.registry import Registry
from actionary.registry_checks import NO_APPROVER, NO_STORE
from actionary.result import ActionError, description_of, details_adapter
from actionary.routes import OWN, is_own, route_of
from actionary.schema import Described, Types, Undescribable, core_schema_of, describe_types
from actionary.settings import Settings
from actionary.type_checks import type_mistakes
from actionary.type_rules import Mode, first_misfit
from actionary.unknown_keys import marked

Root = tuple[tuple[str, str], Mode, CoreSchema]
"""A type to describe: (action, which of its types), the mode, pydantic's core schema."""

_NO_TYPES = Types({}, {})


class DefinitionErrors(Exception):  # noqa: N818 - several errors in one
    """Actions cannot be described; ``errors`` names every mistake."""

    def __init__(self, errors: Iterable[ActionDefinitionError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


def describe(registry: Registry, settings: Settings) -> Catalog:
    """Describe the public actions of a registry.

    Examples are checked against the types they are examples of. An example's output
    is whatever the handler may return; the catalog has it as callers get it. Of an
    example's input it has asterisks where a secret is taken. A function
    that makes an ``output_fallback`` is run once, and what it makes is checked too.

    Raises:
        DefinitionErrors: A type has no JSON Schema, or an example or a fallback does not
            fit; all are named.
    """
    return with_digests(_catalog_of(_public(registry), settings, registry))


def describe_all(registry: Registry, settings: Settings, public: Catalog | None = None) -> Catalog:
    """Describe all actions of a registry, the private ones too.

    The digests are those of the public catalog, since private types can change the
    names of public ones, which no digest must show; ``public`` is that catalog where
    it was made already.

    Raises:
        DefinitionErrors: As `describe` does.
    """
    catalog = _catalog_of(registry, settings, registry)
    public = public or describe(registry, settings)
    return replace(catalog, surface=public.surface, fingerprint=public.fingerprint)


def describe_action(action: AnyAction, settings: Settings) -> Catalog:
    """Describe one action as if there were no others, for its own help; there are no digests.

    Raises:
        DefinitionErrors: As `describe` does, but for what the definition says of other actions.
    """
    return _catalog_of([action], settings, action.registry or Registry(), alone=True)


def _public(registry: Registry) -> list[AnyAction]:
    return [action for action in registry if action.definition.public]


def _catalog_of(
    actions: Iterable[AnyAction], settings: Settings, registry: Registry, *, alone: bool = False
) -> Catalog:
    from actionary.examples import example_of  # noqa: PLC0415 - a server that starts describes no examples

    actions = list(actions)
    types = types_of(actions)
    errors = [] if alone else [*_misled(actions, settings, registry), *_unfit(actions)]
    specs: list[ActionSpec] = []
    for action in actions:
        examples: list[ExampleSpec] = []
        for index, example in enumerate(action.definition.examples):
            try:
                examples.append(example_of(action, index, example))
            except ActionDefinitionError as error:
                errors.append(error)
        specs.append(replace(_spec(action, settings, registry, types), examples=tuple(examples)))
    if errors:
        raise DefinitionErrors(errors)
    return _put_together(specs, settings, types, registry)


def outline(registry: Registry, settings: Settings) -> Catalog:
    """Describe the public actions but for schemas and examples; it describes no type, so it is quick.

    ``surface`` is set and the same as in the whole catalog, ``fingerprint`` is not.
    """
    catalog = _outlined(_public(registry), settings, registry)
    return replace(catalog, surface=surface_of(catalog))


def outline_all(registry: Registry, settings: Settings) -> Catalog:
    """Describe all actions, the private ones too, but for schemas and examples; there are no digests."""
    return _outlined(registry, settings, registry)


def _outlined(actions: Iterable[AnyAction], settings: Settings, registry: Registry) -> Catalog:
    specs = [_spec(action, settings, registry, None) for action in actions]
    return _put_together(specs, settings, _NO_TYPES, registry)


def _misled(
    actions: Sequence[AnyAction], settings: Settings, registry: Registry
) -> Iterator[ActionDefinitionError]:
    """Find what definitions say of other actions and of the server that is not so."""
    names = {action.name for action in actions}
    for action in actions:
        told, route = action.definition.deprecated, route_of(action.definition, settings.prefix)
        has_path = action.definition.http is not None and action.definition.http.path is not None
        if action.definition.needs_approval:
            place = registry.store_of(action)
            if place is None:
                yield refusal_of(action.definition, "needs_approval", f"it {NO_STORE[0]}", NO_STORE[1])
            elif place.is_written_in_memory and not registry.has_approver:
                what, mend = NO_APPROVER
                yield refusal_of(action.definition, "needs_approval", f"it {what}", mend)
        if (
            told is not None
            and told.use_instead is not None
            and told.use_instead not in names - {action.name}
        ):
            what = f"there is no other action {told.use_instead!r} that its callers could use instead"
            yield refusal_of(
                action.definition, "deprecated", what, "name one that is there for them, or leave it out"
            )
        if has_path and route is not None and is_own(route.path):
            what = f"with the prefix {settings.prefix!r} {route.path} {OWN}"
            yield refusal_of(action.definition, "http", what, "set a prefix, or choose another first part")


def _unfit(actions: Iterable[AnyAction]) -> Iterator[ActionDefinitionError]:
    """Find fallbacks that do not fit, of those that could not be checked when the action was defined."""
    for action in actions:
        definition = action.definition
        if definition.on_invalid_output != "fallback":
            continue
        if not action.is_checked or callable(definition.output_fallback):
            unfit = why_unfit(definition, action.prepared.write_misfit)
            if unfit is not None:
                yield refusal_of(action.definition, "output_fallback", *unfit)


def _put_together(
    specs: Iterable[ActionSpec], settings: Settings, types: Types, registry: Registry
) -> Catalog:
    return Catalog(
        title=settings.title,
        version=settings.version,
        description=settings.description,
        prefix=settings.prefix,
        base_url=settings.base_url,
        servers=settings.servers,
        actions=tuple(sorted(specs, key=lambda spec: spec.name)),
        types=types.definitions,
        changes=_changes(registry),
    )


def _changes(registry: Registry) -> ChangesSpec | None:
    if registry.changes_place is None:
        return None
    auth = registry.listening_auth
    return ChangesSpec(auth=auth is not None, scheme=auth.scheme if isinstance(auth, AuthScheme) else None)


def types_of(actions: Sequence[AnyAction]) -> Types:
    """Describe types by action and place: ``(name, "input")``, ``"output"`` or ``"errors.<code>"``.

    Raises:
        DefinitionErrors: One cannot be described; all are named.
    """
    roots: list[Root] = []
    errors: list[ActionDefinitionError] = []
    for action in actions:
        for field, mode, described in _described(action):
            try:
                schema = core_schema_of(described)
                if field == "input" and action.definition.unknown_keys is not None:
                    schema = marked(schema, action.definition.unknown_keys)
            except (PydanticUndefinedAnnotation, PydanticUserError) as error:
                errors.append(_undescribable(action, field, error))
                continue
            misfit = None if action.is_checked else first_misfit(schema, mode)
            if misfit is None:
                roots.append(((action.name, field), mode, schema))
            else:
                errors.append(
                    refusal_of(action.definition, field + misfit.path, f"it {misfit.what}", misfit.mend)
                )
    types = _NO_TYPES
    try:
        types = _strictly(roots)
    except (PydanticInvalidForJsonSchema, PydanticJsonSchemaWarning, PydanticUserError):
        errors.extend(_refused(roots, {action.name: action for action in actions}))
    for action in actions:
        if action.is_checked:
            continue
        mistakes = type_mistakes(action.definition, action.binding.input, action.output)
        errors += [refusal_of(action.definition, each.field, each.what, each.mend) for each in mistakes]
    if errors:
        raise DefinitionErrors(errors)
    return _with_raw(types, actions)


def _with_raw(types: Types, actions: Iterable[AnyAction]) -> Types:
    """Add the inputs that are given as JSON Schemas."""
    schemas, definitions = dict(types.schemas), dict(types.definitions)
    for action in actions:
        model = action.binding.input
        if issubclass(model, RawInput):
            schemas[action.name, "input"], own = described_raw(model.schema_, action.name, definitions)
            definitions |= own
    return Types(schemas, definitions)


def _described(action: AnyAction) -> Iterator[tuple[str, Mode, Described]]:
    if not issubclass(action.binding.input, RawInput):
        yield "input", "validation", action.binding.input
    if action.output is not None:
        yield "output", "serialization", action.output
    for error in action.definition.errors:
        if error.details_type is not None:
            yield f"errors.{error.code}", "serialization", details_adapter(error)


def _strictly(roots: Iterable[Root]) -> Types:
    """Describe types; what pydantic only warns of, such as a default that is no JSON, is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", PydanticJsonSchemaWarning)
        return describe_types(roots)


def _refused(roots: Iterable[Root], actions: dict[str, AnyAction]) -> Iterator[ActionDefinitionError]:
    """Find the types that cannot be described, by trying each alone."""
    for root in roots:
        try:
            _strictly([root])
        except (PydanticInvalidForJsonSchema, PydanticJsonSchemaWarning, PydanticUserError) as error:
            name, field = root[0]
            yield _undescribable(actions[name], field, error)


def _undescribable(action: AnyAction, field: str, error: Exception) -> ActionDefinitionError:
    first = str(error).strip().split("\n", 1)[0]
    what = f"the type cannot be described as JSON Schema: {first}"
    if isinstance(error, Undescribable):
        return refusal_of(action.definition, field + error.path, what, error.mend)
    return refusal_of(action.definition, field, what, "use types that JSON can carry")


def _spec(action: AnyAction, settings: Settings, registry: Registry, types: Types | None) -> ActionSpec:
    """Describe an action without its examples; without ``types`` also without its schemas."""
    definition = action.definition
    auth = registry.auth_of(action)
    return ActionSpec(
        name=definition.name,
        title=definition.title,
        description=definition.description,
        more=definition.more,
        when_to_use=definition.when_to_use,
        when_not_to_use=definition.when_not_to_use,
        tags=definition.tags,
        examples=(),
        deprecated=_deprecation(definition.deprecated),
        public=definition.public,
        http=route_of(definition, settings.prefix),
        agent_tool=definition.agent_tool,
        tool_callable=definition.tool_callable,
        invalid_output=_may_misfit(definition),
        read_only=definition.read_only,
        destructive=definition.destructive,
        idempotent=definition.idempotent,
        open_world=definition.open_world,
        parallel_safe=definition.parallel_safe,
        auth=auth is not None,
        scheme=auth.scheme if isinstance(auth, AuthScheme) else None,
        scopes=definition.scopes,
        authorize=definition.authorize is not None,
        rate_limit=tuple(RateSpec(**asdict(rate)) for rate in definition.rate_limit),
        idempotency_key=registry.store_of(action) is not None and definition.takes_key,
        needs_approval=definition.needs_approval is not False,
        credentials=tuple(each.key for each in definition.credentials),
        timeout_ms=None if definition.timeout == math.inf else max(1, round(definition.timeout * 1000)),
        errors=tuple(_error(action, error, types) for error in definition.errors),
        input={} if types is None else types.schemas[action.name, "input"],
        output=_output(action, types),
        paginate=None if definition.paginate is None else CursorSpec(**asdict(definition.paginate)),
    )


def _may_misfit(definition: Definition) -> bool:
    """Say whether ``invalid_output`` may be; a fallback that was checked once always fits."""
    if definition.credentials:  # one of which may be in the result, which has no stand-in then
        return True
    has_details = any(error.details_type is not None for error in definition.errors)
    return has_details or definition.on_invalid_output != "fallback" or callable(definition.output_fallback)


def _output(action: AnyAction, types: Types | None) -> Schema:
    if types is None or action.output is None:
        return {}
    declared = types.schemas[action.name, "output"]
    # With "warn" callers also get what does not fit.
    return {"anyOf": [declared, {}]} if action.definition.on_invalid_output == "warn" else declared


def _deprecation(said: Deprecated | None) -> DeprecationSpec | None:
    if said is None:
        return None
    return DeprecationSpec(
        since=None if said.since is None else said.since.isoformat(),
        sunset=None if said.sunset is None else said.sunset.isoformat(),
        use_instead=said.use_instead,
    )


def _error(action: AnyAction, error: type[ActionError[Any]], types: Types | None) -> ErrorSpec:
    details: Schema | None = None
    if error.details_type is not None:
        details = {} if types is None else types.schemas[action.name, f"errors.{error.code}"]
    return ErrorSpec(
        code=error.code,
        status=error.status,
        retryable=error.retryable,
        description=description_of(error),
        details=details,
    )
