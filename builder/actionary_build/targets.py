"""The emitters that are installed, by name: the entry-point group ``actionary.emitters``."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.emit import Emitter

GROUP: Final = "actionary.emitters"

_EXTRA: Final = {"jinja2", "datamodel_code_generator"}
"""Modules that the extra ``build`` brings."""


def installed() -> dict[str, EntryPoint]:
    """Give the installed emitters by name, sorted; none is imported.

    Raises:
        BuildError: Two of them have one name.
    """
    return unique(entry_points(group=GROUP))


def unique(found: Iterable[EntryPoint]) -> dict[str, EntryPoint]:
    """Give entry points by name, sorted; the same one seen twice is fine.

    Raises:
        BuildError: Two have one name and stand for different things.
    """
    by_name: dict[str, EntryPoint] = {}
    clashing: list[Diagnostic] = []
    for point in sorted(found, key=lambda point: (point.name, point.value)):
        other = by_name.setdefault(point.name, point)
        if other.value != point.value:
            clashing.append(
                _bad(
                    f"two installed emitters are called {point.name!r}: {other.value} and {point.value}",
                    "uninstall one of them",
                )
            )
    if clashing:
        raise BuildError(clashing)
    return by_name


def load_emitter(point: EntryPoint) -> Emitter[Any]:
    """Import an emitter.

    Raises:
        BuildError: It cannot be imported, or is no emitter of that name.
    """
    try:
        emitter = point.load()
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in _EXTRA:
            problem = f"the emitter {point.name!r} needs {error.name}, which is not installed"
            raise BuildError(_bad(problem, "pip install 'actionary[build]'")) from error
        raise BuildError(_not_imported(point, error)) from error
    except Exception as error:
        raise BuildError(_not_imported(point, error)) from error
    if not isinstance(emitter, Emitter):
        problem = f"{point.value}, installed as the emitter {point.name!r}, is a {type(emitter).__name__}"
        raise BuildError(_bad(problem, "name an Emitter in the entry point"))
    if emitter.name != point.name:
        problem = (
            f"{point.value} is installed as the emitter {point.name!r}, and calls itself {emitter.name!r}"
        )
        raise BuildError(_bad(problem, "give both one name"))
    return emitter


def _not_imported(point: EntryPoint, error: Exception) -> Diagnostic:
    problem = (
        f"the emitter {point.name!r} ({point.value}) cannot be imported: {type(error).__name__}: {error}"
    )
    return _bad(problem, "mend or reinstall the package that brings it, or uninstall it")


def _bad(message: str, mend: str) -> Diagnostic:
    return Diagnostic(code="bad-emitter", severity="error", message=message, mend=mend)
