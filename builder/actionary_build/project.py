"""What ``[tool.actionary]`` says: the runtime's settings, and the targets with their options."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final

from actionary.discovery import is_looked_at
from actionary.settings import KEYS as SETTINGS_KEYS
from actionary.settings import SERVE_KEYS, Settings, SettingsError, read_settings, read_table
from pydantic import BaseModel, ValidationError

from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.emit import Emitter
from actionary_build.output.place import Place, bad_folder
from actionary_build.targets import installed, load_emitter

KEYS: Final = SETTINGS_KEYS | {"targets"}
"""The keys that are no tables of targets."""

_PLANNED: Final = frozenset({"allow", "budget", "changelog", "env", "inputs", "pages"})
"""Keys that are designed and do nothing yet; they are refused like any other unknown key."""

_VERSION: Final = re.compile(
    r"""
    v? ([0-9]+!)? [0-9]+ (\.[0-9]+)*
    ([-_.]? (alpha|beta|preview|pre|a|b|c|rc) [-_.]? [0-9]*)?
    (-[0-9]+ | [-_.]? (post|rev|r) [-_.]? [0-9]*)?
    ([-_.]? dev [-_.]? [0-9]*)?
    (\+[a-z0-9]+ ([-_.][a-z0-9]+)*)?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
"""PEP 440, appendix B."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be built: an emitter, and its options as its own model has read them."""

    emitter: Emitter[Any]
    options: BaseModel

    @property
    def name(self) -> str:
        """The emitter's name."""
        return self.emitter.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project to build: its settings, and its targets sorted by name."""

    settings: Settings
    targets: tuple[Target, ...]

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.settings.root

    @property
    def out(self) -> Path:
        """The output folder."""
        return self.settings.out

    def chosen(self, names: Iterable[str]) -> tuple[Target, ...]:
        """Give the targets of those names, all of them when there is no name.

        Raises:
            BuildError: The project has no target of a name.
        """
        by_name = {target.name: target for target in self.targets}
        wanted = set(names)
        unknown = [_unknown_target(name, by_name) for name in sorted(wanted - by_name.keys())]
        if unknown:
            raise BuildError(unknown)
        return tuple(target for target in self.targets if not wanted or target.name in wanted)


def read_project(root: Path) -> Project:
    """Read the project in ``root``.

    Raises:
        BuildError: Its table cannot be built from, or an emitter cannot be used; all
            that is wrong is named.
    """
    try:
        table = read_table(root)
        settings = read_settings(root)
    except SettingsError as error:
        raise BuildError(bad_setting(error)) from error
    emitters = installed()
    problems: list[Diagnostic] = []
    names = sorted(emitters)
    try:
        names = _target_names(table, emitters)
    except BuildError as error:
        problems += error.diagnostics
    targets: list[Target] = []
    for name in sorted({*names, *(emitters.keys() & table.keys() - KEYS)}):
        try:
            targets.append(_target(emitters[name], table.get(name, {})))
        except BuildError as error:
            problems += error.diagnostics
    problems = [
        *_unknown_keys(table, emitters, targets),
        *_bad_version(settings),
        *_bad_out(settings),
        *problems,
    ]
    if problems:
        raise BuildError(problems)
    return Project(settings=settings, targets=tuple(target for target in targets if target.name in names))


def bad_setting(error: SettingsError) -> Diagnostic:
    """Turn what the runtime refuses into a diagnostic."""
    if error.key:
        return _bad_config(f"{error.key}: {error.what}", error.mend)
    return replace(_bad_config("", error.mend), message=error.what)


def _unknown_keys(
    table: Mapping[str, Any], emitters: Mapping[str, EntryPoint], targets: Iterable[Target]
) -> Iterator[Diagnostic]:
    known = KEYS | emitters.keys()
    tables: dict[str, list[str]] = {key: ["serve"] for key in SERVE_KEYS}
    for target in targets:
        for key in type(target.options).model_fields:
            tables.setdefault(key, []).append(target.name)
    for key in table:
        if key in known:
            continue
        if key in _PLANNED:
            yield _bad_config(f"{key}: this version does not know the key yet", "remove it")
            continue
        if key in tables:
            places = " or ".join(f"[tool.actionary.{name}]" for name in tables[key])
            yield _bad_config(f"{key}: it is no key of this table", f"write it in {places}")
            continue
        kind = "installed emitter" if isinstance(table[key], dict) else "key"
        yield _bad_config(f"{key}: there is no such {kind}", _near(key, known) or "remove it")


def _bad_version(settings: Settings) -> Iterator[Diagnostic]:
    if not _VERSION.fullmatch(settings.version):
        yield _bad_config(
            f"version: {settings.version!r} is no version of a Python package",
            "write it like `1.2.0`, `2.0.0rc1` or `2026.1` (PEP 440); without it the project's own counts",
        )


def _bad_out(settings: Settings) -> Iterator[Diagnostic]:
    """Refuse an output folder whose files would lie among the actions."""
    if settings.root.is_relative_to(settings.out):
        return  # which is refused for that, whatever the actions are
    out, folder = settings.out, (settings.root / settings.actions).resolve()
    place, is_it = Place(out, settings.root), "[tool.actionary] out: the output folder"
    if not folder.is_dir():
        module = settings.root.joinpath(*settings.actions.split("."))
        files = (module.with_suffix(".py"), module / "__init__.py")
        if any(file.is_file() and file.resolve().is_relative_to(out) for file in files):
            yield bad_folder(place, f"{is_it} holds the module of the actions, {settings.actions}")
    elif folder.is_relative_to(out):
        yield bad_folder(place, f"{is_it} {'is' if folder == out else 'holds'} the folder of the actions")
    elif out.is_relative_to(folder) and all(map(is_looked_at, out.relative_to(folder).parts)):
        yield bad_folder(
            place,
            f"{is_it} lies in the folder of the actions, where its files would be taken for actions",
            f" outside of `{settings.actions}`, or begin its name with `_`",
        )


def _target_names(table: Mapping[str, Any], emitters: Mapping[str, EntryPoint]) -> list[str]:
    names = table.get("targets", sorted(emitters))
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BuildError(
            _bad_config(f"targets: {names!r} is no list of names", f"name some of {_list(emitters)}")
        )
    if not names:
        raise BuildError(_bad_config("targets: the list is empty", "leave it out to build all targets"))
    unknown = [
        _bad_config(
            f"targets: no installed emitter is called {name!r}",
            _near(name, emitters) or f"use some of {_list(emitters)}",
        )
        for name in names
        if name not in emitters
    ]
    if unknown:
        raise BuildError(unknown)
    return names


def _target(point: EntryPoint, table: Any) -> Target:
    if point.name in KEYS:
        raise BuildError(
            Diagnostic(
                code="bad-emitter",
                severity="error",
                message=f"the emitter {point.name!r} ({point.value}) has a name that is a key of this table",
                mend="uninstall it, or have it renamed",
            )
        )
    emitter = load_emitter(point)
    if not isinstance(table, dict):
        mend = f"write a table [tool.actionary.{emitter.name}]"
        raise BuildError(_bad_config(f"{emitter.name}: {table!r} is no table", mend))
    try:
        return Target(emitter, emitter.options.model_validate(table))
    except ValidationError as error:
        raise BuildError(_bad_options(emitter, error)) from error


def _bad_options(emitter: Emitter[Any], error: ValidationError) -> Iterator[Diagnostic]:
    fields = emitter.options.model_fields
    for line in error.errors(include_url=False, include_context=False):
        key = ".".join(map(str, (emitter.name, *line["loc"])))
        if line["type"] == "extra_forbidden":
            yield _bad_config(
                f"{key}: there is no such key", _near(str(line["loc"][-1]), fields) or "remove it"
            )
        elif line["type"] == "missing":
            yield _bad_config(f"{key}: it is needed", f"set it in [tool.actionary.{emitter.name}]")
        else:
            said = line["msg"].removeprefix("Value error, ")
            yield _bad_config(
                f"{key}: {line['input']!r} will not do: {said}", "mend the value, or remove the key"
            )


def _unknown_target(name: str, known: Iterable[str]) -> Diagnostic:
    near = _near(name, known)
    return Diagnostic(
        code="unknown-target",
        severity="error",
        message=f"--target {name}: the project has no such target",
        mend=f"{near} Its targets are {_list(known)}".lstrip(),
    )


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean `{near[0]}`?" if near else ""


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _bad_config(message: str, mend: str) -> Diagnostic:
    return Diagnostic(
        code="bad-config",
        severity="error",
        message=f"[tool.actionary] {message}",
        mend=mend,
        file="pyproject.toml",
    )
