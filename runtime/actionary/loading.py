"""From a project's settings to its registry, by importing its actions into this process."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Final

from actionary.discovery import import_file, put_first_on_path
from actionary.registry import Registry, default_registry
from actionary.settings import Settings, SettingsError

REGISTRY_FILE = "_registry.py"
"""In a folder of actions: the file whose ``registry`` the actions go into, such as one with a lifespan."""

_MAKES_A_REGISTRY: Final = re.compile(rb"^registry\b[^=\n]*=\s*Registry\(", re.MULTILINE)


def load_registry(settings: Settings) -> Registry:
    """Import the project's actions and give the registry that holds them.

    ``actions`` is a folder, or a module that calls `define_actions`. The registry is
    the one called ``registry`` in that module, or in the folder's ``_registry.py``;
    without it, the default one.

    Raises:
        SettingsError: There is neither such a folder nor such a module, or a registry would not be used.
        DiscoveryError, ActionDefinitionError: See `Registry.discover`.
        BaseException: Whatever the module raises when it is imported.
    """
    put_first_on_path(settings.root)
    folder = settings.root / settings.actions
    if folder.is_dir():
        if not folder.resolve().is_relative_to(settings.root.resolve()):
            raise SettingsError(
                f"the folder {settings.actions!r} is outside the project",
                key="actions",
                mend="name a folder below the one of pyproject.toml",
            )
        registry = _registry_of(folder, settings.root)
        registry.discover(folder, root=settings.root)
        return registry
    if not _is_module(settings.actions):
        raise SettingsError(
            f"there is neither a folder {settings.actions!r} nor a module of that name",
            key="actions",
            mend="name the folder of your action files, or the module that calls define_actions",
        )
    return _registry_in(importlib.import_module(settings.actions)) or default_registry


def _registry_of(folder: Path, root: Path) -> Registry:
    """Give the registry of a folder's own file, or the default one.

    Raises:
        SettingsError: One that is written down would not be used, and its ``auth`` would let everybody in.
    """
    own = folder / REGISTRY_FILE
    named = own.relative_to(root).as_posix()
    if own.is_file():
        registry = _registry_in(import_file(own, root))
        if registry is None:
            raise SettingsError(
                f"{named} defines no `registry`",
                key="actions",
                mend="write `registry = Registry(...)` in it, or give the file another name",
            )
        return registry
    for file in sorted(folder.rglob("_*.py")):
        if file.is_file() and _MAKES_A_REGISTRY.search(file.read_bytes()):
            other = file.relative_to(root).as_posix()
            raise SettingsError(
                f"{other} makes a registry that nothing would use, nor its `auth`",
                key="actions",
                mend=f"call the file {named}, or import its `registry` there",
            )
    return default_registry


def _registry_in(module: ModuleType) -> Registry | None:
    """Give what a module calls ``registry``, ``None`` where it has none.

    Raises:
        SettingsError: It is no registry, or there is one of another name.
    """
    registry = getattr(module, "registry", None)
    if isinstance(registry, Registry):
        return registry
    if registry is not None:
        raise SettingsError(
            f"`registry` in {module.__name__} is no Registry",
            key="actions",
            mend="write `registry = Registry(lifespan=...)`",
        )
    for name, value in vars(module).items():
        if isinstance(value, Registry) and value is not default_registry:
            raise SettingsError(
                f"`{name}` in {module.__name__} is a Registry that nothing would use, nor its `auth`",
                key="actions",
                mend="call it `registry`; or write `registry = default_registry` if it is for something else",
            )
    return None


def _is_module(name: str) -> bool:
    """Say whether a dotted name is a module; its parents are imported, as Python does."""
    if not all(part.isidentifier() for part in name.split(".")):
        return False
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError as error:
        if f"{name}.".startswith(f"{error.name}."):
            return False
        raise
