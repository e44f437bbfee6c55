"""A project as it is served, and nothing else."""

from __future__ import annotations

from pathlib import Path

from actionary.http import create_app
from actionary.loading import load_registry
from actionary.settings import read_settings
from peers import ASGIApp


def project(root: Path) -> ASGIApp:
    """Serve a project that was built, with its documents."""
    settings = read_settings(root)
    return create_app(load_registry(settings), settings=settings)
