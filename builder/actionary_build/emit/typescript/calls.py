"""The calls of a package: each action with all that the writers of its files need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from actionary import codes
from actionary.action_spec import QUERY_METHODS, ActionSpec
from actionary.catalog import Catalog
from actionary.names import slug

from actionary_build.emit.typescript.names import ActionNames, Names
from actionary_build.emit.typescript.types import expression
from actionary_build.texts import TypeScriptString

COMMON_DETAILS: Final = {
    "invalid_input": "readonly InputIssue[]",
    "approval_required": "ApprovalAsked",
    "conflict": "KeyConflict",
    "missing_credentials": "MissingKeys",
}
"""The type of ``details`` for the common codes that carry some."""

DETAILS_TYPES: Final = {**COMMON_DETAILS, "invalid_input": "InputIssue"}
"""The type of the runtime that the details of a common code need."""


_CODES_OF_NEARLY_ALL: Final = frozenset(
    {"invalid_input", "timeout", "handler_error", "invalid_output", "unavailable"}
)
SHARED_TYPES: Final = {
    "BodyCallFailure": _CODES_OF_NEARLY_ALL | {"payload_too_large", "unsupported_media_type"},
    "CallFailure": _CODES_OF_NEARLY_ALL,
    "ClientFailure": frozenset[str](),
}
"""The types of the runtime that stand for common codes of the server and all of the client's."""


@dataclass(frozen=True, slots=True)
class ServerFailure:
    """A failure the server may answer with; ``details`` is its type, ``None`` when it carries none."""

    code: str
    status: int
    meaning: str
    details: str | None


_COMMON_FAILURES: Final = {
    code.name: ServerFailure(code.name, code.status, code.meaning, COMMON_DETAILS.get(code.name))
    for code in codes.COMMON.values()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One action as it is called over HTTP; ``deprecation`` calls another action as the client does."""

    action: ActionSpec
    method: str
    path: str
    names: ActionNames
    input_required: bool
    common_failures: tuple[ServerFailure, ...]
    domain_failures: tuple[ServerFailure, ...]
    deprecation: str | None

    @property
    def shared_type(self) -> str:
        """The type of the runtime that stands for the client's failures and most of the common ones."""
        return _standing_for(self.common_codes)[0]

    @property
    def own_failures(self) -> list[ServerFailure]:
        """The failures that the shared type does not stand for."""
        others = _standing_for(self.common_codes)[1]
        return [
            *(failure for failure in self.common_failures if failure.code in others),
            *self.domain_failures,
        ]

    @property
    def common_codes(self) -> tuple[str, ...]:
        """The codes of `common_failures`."""
        return tuple([failure.code for failure in self.common_failures])

    @property
    def failures(self) -> tuple[ServerFailure, ...]:
        """All that the server may answer with."""
        return (*self.common_failures, *self.domain_failures)

    @property
    def input_parameter(self) -> str:
        """The parameter that takes the input; it may be left out where nothing in it is required."""
        return f"input{'' if self.input_required else '?'}: {self.names.input}"

    @property
    def writer(self) -> str:
        """The function of the runtime that writes the input where the method has it."""
        return "inQuery" if self.method in QUERY_METHODS else "inBody"

    @property
    def takes_key(self) -> bool:
        """Whether the server knows a repeated call by a key, and runs it once (DESIGN §4)."""
        return self.action.idempotency_key

    @property
    def options(self) -> str:
        """The type of what a call takes beside its input."""
        return "KeyedCallOptions" if self.takes_key else "CallOptions"

    @property
    def repeat(self) -> str:
        """The function of the runtime that says which failed calls may be made again (DESIGN §4)."""
        if self.action.idempotency_key:
            return "underKey"
        if not self.action.read_only and not self.action.idempotent:
            return "unlessBegun"
        return "unlessApproved" if self.action.needs_approval else "always"

    @property
    def promise(self) -> str:
        """What a call returns; where it gives pages, its type says by which field they have their items."""
        if self.action.paginate is None:
            return f"Promise<{self.names.result}>"
        return f"Paged<{self.names.result}, {TypeScriptString(self.action.paginate.items)}>"

    @property
    def signature(self) -> str:
        """The client's method, as its interface declares it."""
        parameters = f"{self.input_parameter}, options?: {self.options}"
        return f"{self.names.function}({parameters}): {self.promise}"


@cache
def _standing_for(common: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """Name the type that stands for most of the codes, and give the codes that are left."""
    given = frozenset(common)
    name, told = next((name, told) for name, told in SHARED_TYPES.items() if told <= given)
    return name, given - told


def calls_of(catalog: Catalog, names: Names) -> tuple[Call, ...]:
    """Give the call of every action that has a route, by name."""
    called = {name: each.function for name, each in names.actions.items()}
    return tuple(
        Call(
            action=action,
            method=action.http.method,
            path=action.http.path,
            names=names.actions[action.name],
            input_required=bool(catalog.resolve(action.input).get("required")),
            common_failures=tuple([_COMMON_FAILURES[code.name] for code in action.common_codes]),
            domain_failures=tuple(_domain_failures(action, names)),
            deprecation=action.deprecation_calling(called),
        )
        for action in sorted(catalog.http_actions, key=lambda action: action.name)
        if action.http is not None
    )


def _domain_failures(action: ActionSpec, names: Names) -> Iterator[ServerFailure]:
    for error in action.errors:
        details = None if error.details is None else expression(error.details, names.types).text
        yield ServerFailure(error.code, error.status, error.description, details)


def by_module(calls: tuple[Call, ...]) -> Mapping[str, list[Call]]:
    """Sort calls by the module they are in: their first tag, ``default`` without one."""
    found: dict[str, list[Call]] = {}
    for call in calls:
        tags = call.action.tags
        found.setdefault((slug(tags[0]) if tags else "") or "default", []).append(call)
    return dict(sorted(found.items()))
