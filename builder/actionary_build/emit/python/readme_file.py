"""The README of the client package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from actionary.action_spec import ActionSpec

from actionary_build.emit.client_docs import MOST_IN_FULL
from actionary_build.emit.credentials import by_scheme, header_of
from actionary_build.emit.python.api import Api
from actionary_build.emit.python.calls import Key, ModuleView
from actionary_build.emit.python.digests import Digests
from actionary_build.emit.python.examples import auth_shown, example_view
from actionary_build.emit.python.groups import module_of
from actionary_build.emit.python.models import Types
from actionary_build.emit.python.names import Name
from actionary_build.emit.python.pieces import kept
from actionary_build.emit.python.readme import action_told, brief, named_types, renamed, type_told
from actionary_build.emit.python.rendering import Rendered, kept_file, piece
from actionary_build.emit.python.schemas import Definition
from actionary_build.texts import MarkdownCode, MarkdownText, PythonIdentifier, PythonString


def readme(api: Api, types: Types[Key], modules: Iterable[ModuleView], digests: Digests, package: str) -> str:
    """Give the README; the sections of actions and types of which nothing changed are as they were."""
    catalog = api.catalog
    in_full = len(api.actions) <= MOST_IN_FULL
    changes_scheme = catalog.changes.scheme if catalog.changes is not None else None
    text = kept_file(
        "README.md.j2",
        title=MarkdownText(catalog.title),
        description=MarkdownText(catalog.description) if catalog.description else None,
        package=PythonIdentifier(package),
        base_url=base_url(api),
        example=example_view(api, types),
        plain=types.plain_data,
        schemes=[
            {
                "auth": MarkdownCode(auth_shown(scheme)),
                "header": MarkdownCode(": ".join(header_of(scheme))),
                "actions": [
                    {
                        "method": MarkdownCode(PythonIdentifier(action.name)),
                        "scopes": [MarkdownCode(scope) for scope in action.scopes],
                    }
                    for action in asking
                ],
                "description": MarkdownText(scheme.description) if scheme.description else None,
            }
            for scheme, asking in by_scheme(api.actions)
        ],
        actions=[_row(api, action) for action in api.actions],
        sections=_SECTIONS if in_full else None,
        types=_TYPES if types.names and in_full else None,
        renamed=list(renamed(api, types)),
        paged=_paged(modules),
        changes=catalog.changes is not None,
        changes_scheme=None if changes_scheme is None else MarkdownCode(changes_scheme.name),
        **_repeated(api),
    )
    if not in_full:
        return f"{text.rstrip()}\n"
    text = text.replace(_SECTIONS, "".join(_sections(api, types, digests, package)), 1)
    return f"{text.replace(_TYPES, ''.join(_type_sections(types, digests)), 1).rstrip()}\n"


_SECTIONS: Final = Rendered("\0sections")
_TYPES: Final = Rendered("\0types")
"""Stand for what is said of actions and types, which is put in afterwards; no safe text holds them."""


def base_url(api: Api) -> PythonString:
    """Give where the examples call."""
    return PythonString(api.catalog.base_url or "http://127.0.0.1:8000")


def _repeated(api: Api) -> dict[str, list[MarkdownCode]]:
    """Name the methods that are called under a key, and those that may not be repeated."""
    harmful = [action for action in api.actions if not (action.read_only or action.idempotent)]
    return {
        "keyed": [
            MarkdownCode(PythonIdentifier(action.name)) for action in api.actions if action.idempotency_key
        ],
        "unsafe": [
            MarkdownCode(PythonIdentifier(action.name)) for action in harmful if not action.idempotency_key
        ],
    }


def _paged(modules: Iterable[ModuleView]) -> list[tuple[PythonIdentifier, PythonIdentifier]]:
    """Name the methods that give pages, and those that follow them."""
    return sorted(
        (PythonIdentifier(name), pages) for module in modules for name, pages in module.pages.items()
    )


def _row(api: Api, action: ActionSpec) -> dict[str, str]:
    return {
        "method": PythonIdentifier(action.name),
        "module": MarkdownCode(f"actions.{module_of(action)}"),
        "brief": brief(api, action),
    }


def _sections(api: Api, types: Types[Key], digests: Digests, package: str) -> Iterator[str]:
    shared = {"package": PythonIdentifier(package), "base_url": base_url(api)}
    for action in api.actions:

        def made(action: ActionSpec = action) -> str:
            return piece("action.md.j2")(action=action_told(api, types, action), **shared)

        yield kept(made, "section", digests.of_action(action))


def _type_sections(types: Types[Key], digests: Digests) -> Iterator[str]:
    for name, definition in sorted(named_types(types)):

        def made(name: Name = name, definition: Definition = definition) -> str:
            return piece("type.md.j2")(type=type_told(types, name, definition))

        yield kept(made, "type", digests.of_type(definition.name))
