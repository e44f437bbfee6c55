"""The description of one action: what a `Catalog` holds of each, as frozen plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Literal

from actionary import codes
from actionary.json_schema import Schema
from actionary.names import camel_case, pascal_case, slug

QUERY_METHODS: Final = frozenset({"GET", "DELETE"})
"""Methods that take the input from the query; the others take it from a JSON body."""


_REASONS: Final = {
    "invalid_output": {"invalid_output"},
    "auth": {"unauthorized", "unavailable"},  # what knows the callers may be away
    "forbids": {"forbidden"},
    "rate_limit": {"rate_limited", "unavailable"},
    "idempotency_key": {"conflict", "unavailable"},
    "needs_approval": {"approval_required", "forbidden", "unavailable"},
    "credentials": {"missing_credentials", "unavailable"},
    "timeout": {"timeout"},
    "http": {"timeout", "unavailable"},  # a caller may give less time, and the server be full
    "body": {"payload_too_large", "unsupported_media_type"},
}
"""The common codes that each property of an action lets its callers get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeSpec:
    """How callers say who they are: what they have to know of a scheme, and nothing of its secrets.

    ``header`` is where an API key goes, ``format`` what a bearer token is, such as
    ``JWT``. Actions with one ``name`` are called with one credential.
    """

    name: str
    kind: Literal["bearer", "api_key", "basic"]
    header: str | None = None
    format: str | None = None
    description: str = ""


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
    server keeps the answers to keys, so that callers may repeat a call under one,
    ``needs_approval`` that a human may have to approve a call. ``credentials`` are the
    keys of what the server has to have to run it.
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
    needs_approval: bool = False
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
        http = self.http
        return _reachable(
            invalid_output=self.invalid_output,
            auth=self.auth,
            forbids=self.authorize or bool(self.scopes),
            rate_limit=bool(self.rate_limit),
            idempotency_key=self.idempotency_key,
            needs_approval=self.needs_approval,
            credentials=bool(self.credentials),
            timeout=self.timeout_ms is not None,
            http=http is not None,
            body=http is not None and not http.reads_query,
        )


@cache
def _reachable(**holds: bool) -> tuple[codes.Code, ...]:
    """Give the common codes of what holds for an action; most actions are of few kinds."""
    reachable = {"invalid_input", "handler_error"}.union(*(_REASONS[name] for name in holds if holds[name]))
    return tuple(code for code in codes.COMMON.values() if code.name in reachable)
