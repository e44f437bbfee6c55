"""Typed functions as actions: define, describe, run and serve them.

What stands here loads pydantic and the standard library only, and each name of it its own module
when it is first asked for: who imports `actionary.catalog` alone gets no more than plain data. The
HTTP door is in `actionary.http`, which needs the extra ``serve``; everything that writes files, and
the command line, is in `actionary_build`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

_OFFERED: Final = {
    "context": ("Caller", "Context", "Request"),
    "credentials": ("Credential",),
    "defining": ("Action", "AsyncAction", "SyncAction", "action", "define_action"),
    "definition_error": ("ActionDefinitionError",),
    "discovery": ("DiscoveryError",),
    "fields": ("Cursor", "Deprecated", "Example", "Http"),
    "hooks": ("Hooks",),
    "invoke": ("invoke_action", "invoke_action_sync"),
    "leaf": ("LeafError", "prompting_agent"),
    "observe": ("Invocation",),
    "principal": ("Principal",),
    "registry": ("Registry", "default_registry", "define_actions"),
    "result": ("ActionError", "Err", "Ok", "Result", "unwrap"),
}
"""The public names by the modules they are in; ``__init__.pyi`` tells type checkers the same."""

_HOMES: Final = {name: module for module, names in _OFFERED.items() for name in names}

__all__ = sorted(_HOMES)  # noqa: PLE0605  # pyright: ignore[reportUnsupportedDunderAll] - the stub has it written out


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for (PEP 562).

    Raises:
        AttributeError: There is no such name.
    """
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
