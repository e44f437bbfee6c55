"""The secrets of one call, looked for in what leaves it: its result, its errors, and what is logged of it."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from typing import Any, Final, cast
from urllib.parse import quote

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

STARS: Final = "*" * 10

SURE: Final = 8
"""Characters from which on a value is found inside of other words, too; shorter ones only between them."""

_SECRETS: Final = (SecretStr, SecretBytes, Secret)
_PEM: Final = "-----"


class Concealed(Exception):  # noqa: N818 - it stands for an error, and says no more than it may
    """Stands for an exception that holds a secret: its text is the traceback of that, with asterisks.

    ``error`` is the exception itself, which nothing prints.
    """

    def __init__(self, text: str, error: BaseException) -> None:
        super().__init__(text)
        self.error = error


class Secrets:
    """The secret values of a call. Parts of a value, and what was computed of it, are not recognised."""

    __slots__ = ("__dict__", "_models")

    def __init__(self, models: Iterable[BaseModel]) -> None:
        self._models: Final = tuple(models)

    def are_in(self, value: Any, written: bytes) -> bool:
        """Say whether a result holds one: as an object that would be written as asterisks, or as text."""
        return self.are_in_text(written.decode()) or _holds_secret(value)

    def are_in_text(self, text: str) -> bool:
        """Say whether a text, JSON or other, holds one."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def masked(self, text: str) -> str:
        """Give a text with asterisks in the place of each."""
        return text if self._pattern is None else self._pattern.sub(STARS, text)

    def told(self, error: BaseException) -> str | None:
        """Give the traceback of an exception with asterisks; ``None`` where there is nothing to hide."""
        if self._pattern is None:
            return None
        text = "".join(traceback.format_exception(error))
        masked = self.masked(text)
        return None if masked == text else masked

    def conceal(self, error: BaseException) -> None:
        """Take away the exceptions that led to one, if their texts hold a secret; hide it in its notes."""
        notes = getattr(error, "__notes__", None)
        if isinstance(notes, list | tuple):  # which anybody may set, and to anything
            error.__notes__ = [self.masked(str(note)) for note in cast("Iterable[object]", notes)]
        cause = error.__cause__
        led = error.__context__ if cause is None or cause is error else cause  # it may compare as it likes
        told = None if led is None else self.told(led)
        if led is not None and told is not None:
            error.__cause__ = Concealed(told, led)
            error.__context__ = None

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        spelled = {way for model in self._models for text in _texts_of(model) for way in _spellings(text)}
        if not spelled:
            return None
        # The longest first, so that none is left of which another is a part.
        return re.compile("|".join(map(_searched, sorted(spelled, key=len, reverse=True))))


NO_SECRETS: Final = Secrets(())


def _searched(text: str) -> str:
    escaped = re.escape(text)
    return escaped if len(text) >= SURE else rf"(?<![0-9A-Za-z]){escaped}(?![0-9A-Za-z])"


def _spellings(text: str) -> Iterator[str]:
    """Give a text as JSON, Python and addresses spell it, and the lines of one that has several."""
    lines = [line for line in text.splitlines() if len(line) >= SURE and not line.startswith(_PEM)]
    for each in {text, *lines}:
        yield each
        yield repr(each)[1:-1]
        yield json.dumps(each)[1:-1]
        yield json.dumps(each, ensure_ascii=False)[1:-1]
        yield quote(each, safe="", errors="replace")


def _texts_of(value: Any) -> Iterator[str]:
    """Give the texts of all that a credential holds; true, false and nothing are no secrets."""
    for each in _parts_of(value):
        match each:
            case str():
                text = each
            case bytes():
                text = each.decode(errors="replace")
            case bool() | None:
                continue
            case _:
                text = str(each)
        if text.strip():
            yield text


def _holds_secret(value: Any) -> bool:
    return any(isinstance(part, _SECRETS) for part in _walk(value))


def _parts_of(value: Any) -> Iterator[Any]:
    """Give what stands at the ends of a value, secrets opened."""
    for part in _walk(value):
        if isinstance(part, _SECRETS):
            yield from _parts_of(part.get_secret_value())
        elif _inside(part) is None:
            yield part


def _walk(value: Any) -> Iterator[Any]:
    """Give a value and all inside of it, each object once."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        part = waiting.pop()
        inside = _inside(part)
        if inside is not None:
            if id(part) in seen:
                continue
            seen.add(id(part))
            waiting.extend(inside)
        yield part


def _inside(value: Any) -> list[Any] | None:
    match value:
        case BaseModel():
            return [*value.__dict__.values(), *(value.__pydantic_extra__ or {}).values()]
        case Mapping():
            return [*value.keys(), *value.values()]
        case list() | tuple() | set() | frozenset():
            return list(value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return [getattr(value, each.name) for each in fields(value)]
        case _:
            return None
