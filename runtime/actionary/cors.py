"""Whose web pages may call the server from a browser (CORS), as code or pyproject.toml say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from actionary.option_error import OptionError

_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#@*A-Z]+")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_USUAL_PORTS: Final = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """Whose web pages may call the server, and what their scripts may send and read.

    ``origins`` are like ``https://app.example.com``, or ``*`` alone for all. ``headers``
    are request headers that callers may send besides those of the protocol,
    ``expose`` headers of replies that scripts may read besides those. With
    ``credentials`` browsers send cookies along. They remember an answer for
    ``max_age`` seconds.

    Raises:
        OptionError: A value is not what it has to be, or all origins shall come with
            credentials: every web page could act as its visitor.
    """

    origins: Sequence[str]
    headers: Sequence[str] = ()
    expose: Sequence[str] = ()
    credentials: bool = False
    max_age: int = 600

    def __post_init__(self) -> None:
        for name in ("origins", "headers", "expose"):
            object.__setattr__(self, name, _texts(name, getattr(self, name)))
        if not self.origins:
            _refuse("origins", "the list is empty", "name whose pages may call, or leave CORS out")
        for origin in self.origins:
            _check_origin(origin, alone=len(self.origins) == 1)
        for name in ("headers", "expose"):
            for header in getattr(self, name):
                _check_header(name, header)
        if type(self.credentials) is not bool:
            _refuse("credentials", f"{self.credentials!r} is no bool", "write true or false")
        if self.credentials and "*" in self.origins:
            mend = "name the origins, or leave credentials out"
            _refuse("credentials", 'with the origin "*" any web page could act as its visitor', mend)
        if type(self.max_age) is not int or self.max_age < 0:
            _refuse("max_age", f"{self.max_age!r} are no seconds", "write a whole number, 0 or more")


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if (
        isinstance(value, str)
        or not isinstance(value, Sequence)
        or not all(isinstance(v, str) for v in value)
    ):
        _refuse(name, f"{value!r} is no list of texts", 'write it like ["..."]')
    return tuple(value)


def _check_origin(origin: str, *, alone: bool) -> None:
    if origin == "*":
        if not alone:
            _refuse("origins", '"*" stands beside others', 'write ["*"] for all, or leave it out')
        return
    if not _ORIGIN.fullmatch(origin):
        _refuse(
            "origins",
            f"{origin!r} is no origin",
            "write scheme, host and maybe port in small letters, like `https://app.example.com`, and no path",
        )
    port = _USUAL_PORTS.get(origin.partition(":")[0])
    if port is not None and origin.endswith(port):
        mend = f"write `{origin.removesuffix(port)}`"
        _refuse("origins", f"{origin!r} has the usual port, which browsers leave out", mend)


def _check_header(name: str, header: str) -> None:
    if header == "*" or not _HEADER.fullmatch(header):
        _refuse(name, f"{header!r} is no name of a header", "write names like `X-Shop-Key`")


def _refuse(field: str, what: str, mend: str) -> NoReturn:
    raise OptionError(field, what, mend)
