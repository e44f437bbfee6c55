"""Reading server-sent events (WHATWG HTML §9.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


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
        self._rest = b""
        self._type = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Give the events that a piece completes."""
        text = self._rest + piece
        half = text.endswith(b"\r")  # a line feed may follow, and belongs to it
        lines = (text[:-1] if half else text).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop() + (b"\r" if half else b"")
        for line in lines:
            if line:
                self._field(line.decode("utf-8", "replace"))
            elif (event := self._ended()) is not None:
                yield event

    def _field(self, line: str) -> None:
        name, _, value = line.removeprefix("\ufeff").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self.last_id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry_ms = int(value[:9])

    def _ended(self) -> Event | None:
        event = Event(self._type or "message", "\n".join(self._data), self.last_id) if self._data else None
        self._type = ""
        self._data = []
        return event
