"""What a build warns of: actions that are fine to build and seem not to say what was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.definition_error import Place

from actionary_build.diagnostics import Diagnostic

_NO_ACTIONS: Final = Diagnostic(
    code="no-actions",
    severity="warning",
    message="the project has no action, so there is nothing to call",
    mend="write a function with `@action` in a file of the folder that `actions` of [tool.actionary] names",
    file="pyproject.toml",
)


def warnings_of(catalog: Catalog, places: Mapping[str, Place]) -> list[Diagnostic]:
    """Give the warnings about a catalog's public actions, by place.

    ``places`` is where each action is, the private ones too; without any, that is the warning.
    """
    if not places:
        return [_NO_ACTIONS]
    found = [
        Diagnostic(
            code=code,
            severity="warning",
            message=f"action {action.name!r}: {message}",
            mend=mend,
            file=places[action.name].file,
            line=places[action.name].line,
        )
        for action in catalog
        if action.public
        for code, message, mend in _complaints(action)
    ]
    return sorted(found, key=lambda each: (each.file or "", each.line or 0, each.code))


def _complaints(action: ActionSpec) -> Iterator[tuple[str, str, str]]:
    if action.output == {}:
        yield (
            "no-output-schema",
            "nothing says what it returns, so nothing is checked",
            "annotate the return type",
        )
    if action.agent_tool and action.when_to_use is None:
        yield (
            "no-when-to-use",
            "agents are not told when to use it",
            "write `when_to_use=`, or `agent_tool=False` if it is not for them",
        )
    if action.http is not None and action.http.method == "GET" and not action.read_only:
        yield (
            "unsafe-get",
            "it is called by GET and is not read-only; caches, crawlers and previews call it at will",
            'write `http=Http("POST")`, or leave `read_only` out if it changes nothing',
        )
    if action.http is None and not action.agent_tool:
        yield (
            "unreachable",
            "it is public, and neither callers over HTTP nor agents can reach it",
            "leave out `http=False` or `agent_tool=False`, or leave out `public=True`",
        )
