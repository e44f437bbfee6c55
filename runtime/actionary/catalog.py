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
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, Final

from actionary import codes
from actionary.auth_scheme import SchemeSpec
from actionary.json_schema import Schema, references, resolved
from actionary.names import camel_case, pascal_case, slug

FORMAT: Final = 1
"""The version of the dumped form; another one is refused."""

QUERY_METHODS: Final = frozenset({"GET", "DELETE"})
"""Methods that take the input from the query; the others take it from a JSON body."""


class CatalogError(ValueError):
    """A dumped catalog cannot be read; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorSpec:
    """A domain error: ``details`` is its model's schema, ``None`` when it has none."""

    code: str
    status: int
    retryable: bool
    description: str
    details: Schema | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleSpec:
    """An example call, as JSON. ``output`` counts only if ``has_output`` is true."""

    input: dict[str, Any]
    output: Any = None
    has_output: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSpec:
    """How an action is reached over HTTP: upper-case method and whole path from the server's root."""

    method: str
    path: str

    @property
    def reads_query(self) -> bool:
        """Whether the input is the query, and not a JSON body (DESIGN §5)."""
        return self.method in QUERY_METHODS


@dataclass(frozen=True, slots=True, kw_only=True)
class DeprecationSpec:
    """What is said of a deprecated action: ISO dates, and the name of another action."""

    since: str | None = None
    sunset: str | None = None
    use_instead: str | None = None

    @property
    def told(self) -> str:
        """What is told of it, in one or more sentences."""
        return " ".join(
            [
                f"Deprecated since {self.since}." if self.since else "Deprecated.",
                *([f"It will be removed on {self.sunset}."] if self.sunset else []),
                *([f"Use {self.use_instead} instead."] if self.use_instead else []),
            ]
        )

    def calling(self, names: Mapping[str, str]) -> DeprecationSpec:
        """Give the same with the other action called as ``names`` says; one not in there is left out."""
        return replace(self, use_instead=names.get(self.use_instead or ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorSpec:
    """The fields that lead from page to page: of the input, of the output, and the list of the page."""

    input: str
    output: str
    items: str

    @property
    def told(self) -> str:
        """How to get from page to page, in a sentence."""
        return (
            f"It gives {self.items} page by page: send {self.output} of the output as {self.input} "
            "for the next page; on the last page it is null."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSpec:
    """At most so many calls of one caller in so many seconds."""

    calls: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One action. ``input`` always describes an object; ``output`` is ``{}`` when unchecked.

    ``description`` is the docstring's first paragraph, ``more`` the rest of it.
    ``timeout_ms`` is ``None`` for an action without a limit, ``invalid_output`` says
    that a result, or an error's details, may fail for not fitting their type.
    ``scopes`` are what a principal needs, all of them; ``authorize`` says that the
    server asks more about who may do what. ``rate_limit`` are the rates that hold for
    each caller. ``scheme`` is how callers say who they are, ``None`` where nobody is
    asked, or by a function of which no more is known. ``idempotency_key`` says that the
    server keeps the answers to keys, so that callers may repeat a call under one.
    ``credentials`` are the keys of what the server has to have to run it.
    """

    name: str
    title: str | None
    description: str
    more: str
    when_to_use: str | None
    when_not_to_use: str | None
    tags: tuple[str, ...]
    examples: tuple[ExampleSpec, ...]
    deprecated: DeprecationSpec | None
    public: bool
    http: HttpSpec | None
    agent_tool: bool
    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    parallel_safe: bool
    auth: bool
    timeout_ms: int | None
    errors: tuple[ErrorSpec, ...]
    input: Schema
    output: Schema
    tool_callable: bool = True
    invalid_output: bool = True
    paginate: CursorSpec | None = None
    scopes: tuple[str, ...] = ()
    authorize: bool = False
    rate_limit: tuple[RateSpec, ...] = ()
    scheme: SchemeSpec | None = None
    idempotency_key: bool = False
    credentials: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The kebab-case form, for documents."""
        return slug(self.name)

    @property
    def camel(self) -> str:
        """The camelCase form, for TypeScript."""
        return camel_case(self.name)

    @property
    def pascal(self) -> str:
        """The PascalCase form, for type names."""
        return pascal_case(self.name)

    @property
    def is_revalidated(self) -> bool:
        """Whether callers over HTTP may keep results, and ask each time if they are still so (ETag)."""
        asks_who = self.auth or self.authorize or bool(self.scopes)
        return self.http is not None and self.http.method == "GET" and self.read_only and not asks_who

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """Every schema of the action: input, output and the details of its errors."""
        details = (error.details for error in self.errors if error.details is not None)
        return (self.input, self.output, *details)

    @property
    def tool_description(self) -> str:
        """The text a model reads for the tool (DESIGN §6)."""
        parts = [self.description.strip(), self.deprecation or ""]
        if self.when_to_use:
            parts.append(f"Use when: {self.when_to_use.strip()}")
        if self.when_not_to_use:
            parts.append(f"Do not use when: {self.when_not_to_use.strip()}")
        return " ".join(part for part in parts if part)

    @property
    def deprecation(self) -> str | None:
        """What is told of a deprecated action, in one or more sentences."""
        return None if self.deprecated is None else self.deprecated.told

    def deprecation_calling(self, names: Mapping[str, str]) -> str | None:
        """Give `deprecation` with the other action called as ``names`` says; one not in there is left out."""
        return None if self.deprecated is None else self.deprecated.calling(names).told

    @property
    def paging(self) -> str | None:
        """How to get from page to page, in a sentence, where it gives pages."""
        return None if self.paginate is None else self.paginate.told

    @property
    def common_codes(self) -> tuple[codes.Code, ...]:
        """The common codes a caller over HTTP can get, in the order of the checks.

        ``not_found`` and ``method_not_allowed`` are not among them: whoever
        calls the action as it is described here never gets them.
        """
        reachable = {"invalid_input", "handler_error"}
        if self.invalid_output:
            reachable.add("invalid_output")
        if self.auth:  # what knows the callers may be away
            reachable |= {"unauthorized", "unavailable"}
        if self.authorize or self.scopes:
            reachable.add("forbidden")
        if self.rate_limit:
            reachable |= {"rate_limited", "unavailable"}
        if self.idempotency_key:
            reachable |= {"conflict", "unavailable"}
        if self.credentials:
            reachable |= {"missing_credentials", "unavailable"}
        if self.timeout_ms is not None:
            reachable.add("timeout")
        if self.http is not None:  # a caller may give less time, and the server be full
            reachable |= {"timeout", "unavailable"}
        if self.http is not None and not self.http.reads_query:
            reachable |= {"payload_too_large", "unsupported_media_type"}
        return tuple(code for code in codes.COMMON.values() if code.name in reachable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A registry as data: its actions by name, its named types, its digests.

    ``surface`` covers names, methods, paths, flags, codes and texts and needs no
    schema; ``fingerprint`` covers everything. Both cover the public part only.
    ``prefix`` is the path under which ``/actions/<name>`` lies.
    """

    title: str
    version: str
    description: str = ""
    prefix: str = "/api"
    base_url: str | None = None
    servers: tuple[str, ...] = ()
    actions: tuple[ActionSpec, ...] = ()
    types: Mapping[str, Schema] = field(default_factory=dict)
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
        seen: set[str] = set()
        waiting: list[Any] = list(schemas)
        while waiting:
            for name in references(waiting.pop()):
                if name not in seen:
                    seen.add(name)
                    waiting.append(self.types[name])
        return sorted(seen)

    def dump(self) -> dict[str, Any]:
        """Give the catalog as JSON data; `load` reads it back."""
        data = {name: getattr(self, name) for name in _PLAIN_FIELDS}
        data["servers"] = list(self.servers)
        data["actions"] = [_dump_action(action) for action in self.actions]
        return {"format": FORMAT, **data, "$defs": dict(self.types)}


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
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


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
        )
        # A reference to a type that is not there shows here, not in some emitter.
        catalog.types_used(*(schema for action in catalog for schema in action.schemas))
    except (KeyError, TypeError, AttributeError) as error:
        raise CatalogError(f"the catalog is damaged: {error!r}") from error
    return catalog


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
        "actions": [_dump_action(action) for action in actions],
        "$defs": {name: catalog.types[name] for name in used},
    }
    return replace(catalog, surface=surface_of(catalog), fingerprint=digest(everything))


_SURFACE_LEAVES_OUT: Final = frozenset({"input", "output", "examples"})


def surface_of(catalog: Catalog) -> str:
    """Give the digest of what callers see without the schemas; only public actions count."""
    visible: list[dict[str, Any]] = []
    for action in _public(catalog):
        dumped = _dump_action(action)
        plain = {key: value for key, value in dumped.items() if key not in _SURFACE_LEAVES_OUT}
        plain["errors"] = [{**error, "details": error["details"] is not None} for error in dumped["errors"]]
        visible.append(plain)
    return digest({"prefix": catalog.prefix, "actions": visible})


def _public(catalog: Catalog) -> list[ActionSpec]:
    return sorted((action for action in catalog.actions if action.public), key=lambda action: action.name)


def digest(data: Any) -> str:
    """Give the SHA-256 of data as canonical JSON, in hex."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
