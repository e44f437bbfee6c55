"""The frozen description of a registry: everything an emitter may know.

A `Catalog` is plain data. It can be dumped to JSON, loaded and compared without
importing anyone's code. Schemas are JSON Schema 2020-12; a named type stands
once, in ``types``, and is referred to as ``{"$ref": "#/$defs/<name>"}``, which
also resolves inside the dumped document. The schemas are shared: whoever wants
another form makes a copy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, Final

from actionary.action_spec import (
    ActionSpec,
    CursorSpec,
    DeprecationSpec,
    ErrorSpec,
    ExampleSpec,
    HttpSpec,
    RateSpec,
    SchemeSpec,
)
from actionary.json_schema import Schema, reached, references, resolved

FORMAT: Final = 1
"""The version of the dumped form; another one is refused."""


class CatalogError(ValueError):
    """A dumped catalog cannot be read; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesSpec:
    """That callers can hear of changes: whether they are asked who they are, and by which scheme."""

    auth: bool
    scheme: SchemeSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A registry as data: its actions by name, its named types, its digests.

    ``surface`` covers names, methods, paths, flags, codes and texts and needs no
    schema; ``fingerprint`` covers everything. Both cover the public part only.
    ``prefix`` is the path under which ``/actions/<name>`` lies. ``changes`` says that
    ``/changes`` lies there too.
    """

    title: str
    version: str
    description: str = ""
    prefix: str = "/api"
    base_url: str | None = None
    servers: tuple[str, ...] = ()
    actions: tuple[ActionSpec, ...] = ()
    types: Mapping[str, Schema] = field(default_factory=dict)
    changes: ChangesSpec | None = None
    surface: str = ""
    fingerprint: str = ""

    def __iter__(self) -> Iterator[ActionSpec]:
        return iter(self.actions)

    def get(self, name: str) -> ActionSpec | None:
        """Give the action of that name."""
        return next((action for action in self.actions if action.name == name), None)

    @property
    def http_actions(self) -> tuple[ActionSpec, ...]:
        """The public actions that have a route."""
        return tuple(action for action in self.actions if action.public and action.http is not None)

    @property
    def tool_actions(self) -> tuple[ActionSpec, ...]:
        """The public actions that are listed to models."""
        return tuple(action for action in self.actions if action.public and action.agent_tool)

    @property
    def schemes(self) -> dict[str, SchemeSpec]:
        """How callers over HTTP say who they are, by name, sorted."""
        found = {action.scheme.name: action.scheme for action in self.http_actions if action.scheme}
        if self.changes is not None and self.changes.scheme is not None:
            found[self.changes.scheme.name] = self.changes.scheme
        return dict(sorted(found.items()))

    def resolve(self, schema: Schema) -> Schema:
        """Follow a reference at the root of a schema, as often as there is one."""
        return resolved(schema, self.types)

    def standalone(self, schema: Schema) -> Schema:
        """Give a schema that needs nothing else: its root in place, the types it uses as ``$defs``."""
        root = dict(self.resolve(schema))
        used = self.types_used(root)
        if used:
            root["$defs"] = {name: self.types[name] for name in used}
        return root

    def types_used(self, *schemas: Schema) -> list[str]:
        """Name the types that schemas refer to, directly or through others, sorted."""
        named = (name for schema in schemas for name in references(schema))
        return sorted(reached(named, lambda name: references(self.types[name])))

    def dump(self) -> dict[str, Any]:
        """Give the catalog as JSON data; `load` reads it back."""
        data = {name: getattr(self, name) for name in _PLAIN_FIELDS}
        data["servers"] = list(self.servers)
        data["changes"] = _dumped(self.changes)
        data["actions"] = [_dump_action(action) for action in self.actions]
        return {"format": FORMAT, **data, "$defs": dict(self.types)}


_NAMES: Final = {
    each: tuple(field.name for field in fields(each))
    for each in (
        ChangesSpec,
        CursorSpec,
        DeprecationSpec,
        ErrorSpec,
        ExampleSpec,
        HttpSpec,
        RateSpec,
        SchemeSpec,
    )
}
"""The fields of what a catalog and an action are made of."""

_ACTION_FIELDS: Final = tuple(each.name for each in fields(ActionSpec))
_PLAIN_FIELDS: Final = ("title", "version", "description", "prefix", "base_url", "surface", "fingerprint")


def _dump_action(action: ActionSpec) -> dict[str, Any]:
    data = {name: _dumped(getattr(action, name)) for name in _ACTION_FIELDS}
    for example in data["examples"]:
        if not example.pop("has_output"):
            del example["output"]
    return data


def _dumped(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(map(_dumped, value))
    names = _NAMES.get(type(value))
    return value if names is None else {name: _dumped(getattr(value, name)) for name in names}


def load(data: Any) -> Catalog:
    """Read a dumped catalog.

    Raises:
        CatalogError: It is no catalog, or of another format.
    """
    if not isinstance(data, dict) or "format" not in data:
        raise CatalogError("this is not a catalog: there is no `format` in it")
    given = data["format"]
    if type(given) is not int or given != FORMAT:
        mend = "upgrade actionary" if type(given) is int and given > FORMAT else "build the catalog again"
        raise CatalogError(f"the catalog has format {given!r}, this version reads {FORMAT}; {mend}")
    try:
        catalog = Catalog(
            **{name: data[name] for name in _PLAIN_FIELDS},
            servers=tuple(data["servers"]),
            actions=tuple(_load_action(action) for action in data["actions"]),
            types=data["$defs"],
            changes=_load_changes(data.get("changes")),
        )
        # A reference to a type that is not there shows here, not in some emitter.
        catalog.types_used(*(schema for action in catalog for schema in action.schemas))
    except (KeyError, TypeError, AttributeError) as error:
        raise CatalogError(f"the catalog is damaged: {error!r}") from error
    return catalog


def _load_changes(data: Any) -> ChangesSpec | None:
    if data is None:
        return None
    scheme = data["scheme"]
    return ChangesSpec(auth=data["auth"], scheme=None if scheme is None else SchemeSpec(**scheme))


def _load_action(data: dict[str, Any]) -> ActionSpec:
    fields: dict[str, Any] = {
        **data,
        "tags": tuple(data["tags"]),
        "scopes": tuple(data["scopes"]),
        "credentials": tuple(data["credentials"]),
        "rate_limit": tuple(RateSpec(**rate) for rate in data["rate_limit"]),
        "examples": tuple(
            ExampleSpec(input=example["input"], output=example.get("output"), has_output="output" in example)
            for example in data["examples"]
        ),
        "http": None if data["http"] is None else HttpSpec(**data["http"]),
        "scheme": None if data["scheme"] is None else SchemeSpec(**data["scheme"]),
        "deprecated": None if data["deprecated"] is None else DeprecationSpec(**data["deprecated"]),
        "paginate": None if data["paginate"] is None else CursorSpec(**data["paginate"]),
        "errors": tuple(ErrorSpec(**error) for error in data["errors"]),
    }
    return ActionSpec(**fields)


def with_digests(catalog: Catalog) -> Catalog:
    """Give the catalog with both digests set; only public actions count.

    A catalog that holds private actions has names of types of its own, so its
    fingerprint is taken from the public catalog by whoever makes it.
    """
    actions = _public(catalog)
    used = catalog.types_used(*(schema for action in actions for schema in action.schemas))
    texts = {
        name: getattr(catalog, name) for name in ("title", "version", "description", "prefix", "base_url")
    }
    everything = {
        **texts,
        "servers": list(catalog.servers),
        "changes": _dumped(catalog.changes),
        "actions": [_dump_action(action) for action in actions],
        "$defs": {name: catalog.types[name] for name in used},
    }
    return replace(catalog, surface=surface_of(catalog), fingerprint=digest(everything))


_SURFACE_FIELDS: Final = tuple(
    name for name in _ACTION_FIELDS if name not in {"input", "output", "examples", "errors"}
)
_values_on_surface: Final = attrgetter(*_SURFACE_FIELDS)


def surface_of(catalog: Catalog) -> str:
    """Give the digest of what callers see without the schemas; only public actions count.

    Every start of a server computes it, so actions are rows of values: their names need no sorting.
    """
    rows: list[list[Any]] = []
    for action in _public(catalog):
        errors = [{**_dumped(error), "details": error.details is not None} for error in action.errors]
        rows.append([*_values_on_surface(action), errors])
    return digest(
        {
            "prefix": catalog.prefix,
            "changes": _dumped(catalog.changes),
            "fields": _SURFACE_FIELDS,
            "actions": rows,
        }
    )


def _public(catalog: Catalog) -> list[ActionSpec]:
    return sorted((action for action in catalog.actions if action.public), key=lambda action: action.name)


def digest(data: Any) -> str:
    """Give the SHA-256 of data as canonical JSON, in hex."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_dumped)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
