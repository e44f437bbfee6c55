"""From a project's settings to its registry, by importing its actions into this process."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from actionary.discovery import import_file, put_first_on_path
from actionary.registry import Registry, default_registry
from actionary.settings import Settings, SettingsError

REGISTRY_FILE = "_registry.py"
"""In a folder of actions: the file whose ``registry`` the actions go into, such as one with a lifespan."""


def load_registry(settings: Settings) -> Registry:
    """Import the project's actions and give the registry that holds them.

    ``actions`` is a folder, or a module that calls `define_actions`. The registry is
    the one called ``registry`` in that module, or in the folder's ``_registry.py``;
    without it, the default one.

    Raises:
        SettingsError: There is neither such a folder nor such a module.
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
        own = folder / REGISTRY_FILE
        registry = _registry_in(import_file(own, settings.root)) if own.is_file() else default_registry
        registry.discover(folder, root=settings.root)
        return registry
    if not _is_module(settings.actions):
        raise SettingsError(
            f"there is neither a folder {settings.actions!r} nor a module of that name",
            key="actions",
            mend="name the folder of your action files, or the module that calls define_actions",
        )
    return _registry_in(importlib.import_module(settings.actions))


def _registry_in(module: ModuleType) -> Registry:
    registry = getattr(module, "registry", default_registry)
    if not isinstance(registry, Registry):
        raise SettingsError(
            f"`registry` in {module.__name__} is no Registry",
            key="actions",
            mend="write `registry = Registry(lifespan=...)`",
        )
    return registry


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
