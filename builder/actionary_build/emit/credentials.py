"""How callers of an action say who they are, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from actionary.action_spec import ActionSpec, SchemeSpec

from actionary_build.emit.signature import Words, code, words

_VALUES: Final = {"bearer": "Bearer TOKEN", "basic": "Basic CREDENTIALS", "api_key": "KEY"}
_MEANINGS: Final = {
    "bearer": ", where TOKEN is a bearer token",
    "basic": ", where CREDENTIALS is a name, a colon and a password as base64",
    "api_key": ", where KEY is an API key",
}


def header_of(scheme: SchemeSpec) -> tuple[str, str]:
    """Give the header by which callers say who they are: its name, and what its value looks like."""
    return scheme.header or "Authorization", _VALUES[scheme.kind]


def how_to_send(scheme: SchemeSpec) -> Words:
    """Say what callers send to say who they are, in a sentence."""
    name, value = header_of(scheme)
    meaning = _MEANINGS[scheme.kind]
    kind = (*words(" ("), *code(scheme.format), *words(")")) if scheme.format else ()
    return (*words("Send the header "), *code(f"{name}: {value}"), *words(meaning), *kind, *words("."))


def who_may_call(action: ActionSpec) -> Words:
    """Say what an action asks of who calls it, in sentences; nothing where it asks nothing."""
    if not action.auth:
        return ()
    said = (
        words("The server asks who is calling; how to say it is told elsewhere.")
        if action.scheme is None or action.http is None
        else how_to_send(action.scheme)
    )
    if action.scopes:
        listed = [piece for scope in action.scopes for piece in (*words(", "), *code(scope))][1:]
        kind = "scope" if len(action.scopes) == 1 else "scopes"
        said = (*said, *words(f" It needs the {kind} "), *listed, *words("."))
    return said


def by_scheme(actions: Iterable[ActionSpec]) -> list[tuple[SchemeSpec, list[ActionSpec]]]:
    """Give the schemes by which callers say who they are, each with its actions, sorted by name."""
    found: dict[str, tuple[SchemeSpec, list[ActionSpec]]] = {}
    for action in actions:
        if action.scheme is not None:
            found.setdefault(action.scheme.name, (action.scheme, []))[1].append(action)
    return [found[name] for name in sorted(found)]
