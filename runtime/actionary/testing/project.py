"""The actions of the project that a test belongs to."""

from __future__ import annotations

from pathlib import Path

from actionary.loading import load_registry
from actionary.registry import Registry
from actionary.settings import find_root, read_settings


def load_project(folder: str | Path = ".") -> Registry:
    """Import the actions of a project, as a server does, and give the registry that has them.

    The project is at ``folder`` or above, where ``pyproject.toml`` has a table
    ``[tool.actionary]``.

    Raises:
        SettingsError: There is none, or its settings are wrong.
        DiscoveryError, ActionDefinitionError: Its actions cannot be loaded.
    """
    return load_registry(read_settings(find_root(Path(folder))))
