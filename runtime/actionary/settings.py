"""What a server needs of ``[tool.actionary]``; the builder imports it and reads the rest."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, NoReturn

from actionary.cors import Cors
from actionary.limits import Limits
from actionary.option_error import OptionError

KEYS = frozenset(
    {"actions", "out", "title", "version", "description", "base_url", "servers", "prefix", "serve"}
)
"""The keys that are read here."""


SERVE_KEYS: Final = ("call_log", "cors", "limits")
"""The keys of the table ``serve``."""


class SettingsError(ValueError):
    """``pyproject.toml`` says something that cannot be; ``key`` names what, ``mend`` what would be right."""

    def __init__(self, what: str, *, key: str, mend: str) -> None:
        self.what = what
        self.key = key
        self.mend = mend
        super().__init__(f"[tool.actionary] {key}: {what}; {mend}" if key else f"{what}; {mend}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A project: where its actions are, where its output goes, what it is called."""

    root: Path
    actions: str = "actions"
    out: Path
    title: str
    version: str
    description: str = ""
    base_url: str | None = None
    servers: tuple[str, ...] = ()
    prefix: str = "/api"
    cors: Cors | None = None
    call_log: bool = False
    limits: Limits = field(default_factory=Limits)


def find_root(start: Path) -> Path:
    """Give the nearest folder at or above ``start`` whose pyproject.toml has ``[tool.actionary]``.

    Raises:
        SettingsError: There is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if "actionary" in _tool_tables(folder):
            return folder
    raise SettingsError(
        f"no pyproject.toml with a table [tool.actionary] at or above {start.resolve()}",
        key="",
        mend="add `[tool.actionary]`, or name the project with --project DIR",
    )


def read_table(root: Path) -> dict[str, Any]:
    """Give the table ``[tool.actionary]`` of a project, empty when there is none.

    Raises:
        SettingsError: The file cannot be read, or the table is no table.
    """
    table = _tool_tables(root).get("actionary", {})
    if not isinstance(table, dict):
        _refuse("", f"[tool.actionary] is {table!r}, no table", "write a table")
    return table


def read_settings(root: Path) -> Settings:
    """Read the settings of the project in ``root``.

    ``title`` and ``version`` default to the project's own.

    Raises:
        SettingsError: A value is not what it has to be.
    """
    root = root.resolve()
    table = read_table(root)
    project = _pyproject(root).get("project", {})
    project = project if isinstance(project, dict) else {}
    prefix = _text(table, "prefix", "/api")
    check_prefix(prefix)
    base_url = table.get("base_url")
    if base_url is not None and not _is_url(base_url):
        _refuse("base_url", f"{base_url!r} is no address", "write it like `https://api.example.com`")
    serve = _only(table.get("serve", {}), "serve", SERVE_KEYS)
    servers = table.get("servers", [])
    if not isinstance(servers, list) or not all(_is_url(server) for server in servers):
        _refuse(
            "servers", f"{servers!r} is no list of addresses", "write them like `https://api.example.com`"
        )
    return Settings(
        root=root,
        actions=_text(table, "actions", "actions"),
        out=(root / _text(table, "out", "generated")).resolve(),
        title=_text(table, "title", str(project.get("name", root.name))),
        version=_text(table, "version", str(project.get("version", "0.0.0"))),
        description=_text(table, "description", str(project.get("description", ""))),
        base_url=None if base_url is None else base_url.rstrip("/"),
        servers=tuple(server.rstrip("/") for server in servers),
        prefix=prefix,
        cors=_cors(serve),
        call_log=_flag(serve, "call_log", "serve.call_log"),
        limits=_limits(serve),
    )


def check_prefix(prefix: str) -> None:
    """Refuse a prefix that is no path of one or more parts.

    Raises:
        SettingsError: It is none.
    """
    if not re.fullmatch(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*", prefix):
        _refuse("prefix", f"{prefix!r} is no path", 'write it like "/api", or "" for none')


def _cors(serve: Mapping[str, Any]) -> Cors | None:
    """Read ``cors`` of the table ``serve``."""
    if "cors" not in serve:
        return None
    cors = _only(serve["cors"], "serve.cors", [each.name for each in fields(Cors)])
    if "origins" not in cors:
        _refuse("serve.cors", "it names no origins", 'write `cors = {origins = ["https://app.example.com"]}`')
    try:
        return Cors(**cors)
    except OptionError as error:
        _refuse(f"serve.cors.{error.field}", error.what, error.mend)


def _limits(serve: Mapping[str, Any]) -> Limits:
    """Read ``limits`` of the table ``serve``."""
    given = _only(serve.get("limits", {}), "serve.limits", [each.name for each in fields(Limits)])
    try:
        return Limits(**given)
    except OptionError as error:
        _refuse(f"serve.limits.{error.field}", error.what, error.mend)


def _only(value: Any, key: str, known: Sequence[str]) -> Mapping[str, Any]:
    """Give a table that has no other keys than the known ones."""
    if not isinstance(value, dict):
        _refuse(key, f"{value!r} is no table", f"write a table [tool.actionary.{key}]")
    for name in value:
        if name not in known:
            _refuse(f"{key}.{name}", "there is no such key", f"use {', '.join(known)}, or remove it")
    return value


def _text(table: Mapping[str, Any], key: str, default: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        _refuse(key, f"{value!r} is no text", "write it in quotes")
    if not value.strip() and key not in {"description", "prefix"}:
        _refuse(key, "it is empty", "leave it out for the default")
    return value


def _flag(table: Mapping[str, Any], name: str, key: str) -> bool:
    """Give a value that is true or false, and false where it is missing."""
    value = table.get(name, False)
    if not isinstance(value, bool):
        _refuse(key, f"{value!r} is neither true nor false", f"write `{name} = true`, or leave it out")
    return value


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value) is not None


def _refuse(key: str, what: str, mend: str) -> NoReturn:
    raise SettingsError(what, key=key, mend=mend)


def _pyproject(root: Path) -> dict[str, Any]:
    path = root / "pyproject.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", key="", mend="mend the file") from error


def _tool_tables(root: Path) -> dict[str, Any]:
    tool = _pyproject(root).get("tool", {})
    return tool if isinstance(tool, dict) else {}
