"""Reading server-sent events (WHATWG HTML §9.2)."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LONGEST_MS: Final = 999_999_999
"""Eleven days, the longest that is waited for."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its type, its data, and where in the stream it stands."""

    type: str
    data: str
    id: str


class EventReader:
    """Makes events of the pieces of a stream, however it is cut.

    ``last_id`` is where the stream is, ``retry_ms`` the time after which the server
    wants whoever lost it to come again.
    """

    def __init__(self, last_id: str = "") -> None:
        self.last_id = last_id
        self.retry_ms: int | None = None
        self.begin()

    def begin(self) -> None:
        """Begin another stream where the last one ended; what was not whole is forgotten."""
        self._is_first_line = True
        self._rest: list[bytes] = []
        self._after_return = False
        self._type = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Give the events that a piece completes; no byte of a long line is looked at again."""
        if not piece:
            return
        if self._after_return and piece.startswith(b"\n"):  # which belongs to the line that is over
            piece = piece[1:]
        self._after_return = piece.endswith(b"\r")
        *lines, rest = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest.append(lines[0] if lines else rest)
        if not lines:
            return
        lines[0] = b"".join(self._rest)
        if self._is_first_line:
            lines[0] = lines[0].removeprefix(BOM_UTF8)
            self._is_first_line = False
        self._rest = [rest]
        for line in lines:
            if line:
                self._field(line.decode("utf-8", "replace"))
            elif (event := self._ended()) is not None:
                yield event

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self.last_id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry_ms = min(int(value[:18]), _LONGEST_MS)

    def _ended(self) -> Event | None:
        event = Event(self._type or "message", "\n".join(self._data), self.last_id) if self._data else None
        self._type = ""
        self._data = []
        return event
