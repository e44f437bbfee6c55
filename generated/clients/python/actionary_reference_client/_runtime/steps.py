"""What a call does, as steps: written once, and done by both clients in their own way.

A function of steps is a generator. It yields what it wants done and is sent what came of
it, or has thrown into it what went wrong. `SyncCalls` does each step by blocking,
`AsyncCalls` by awaiting; nothing else is different between them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeAlias, TypeVar

import httpx2

from .deadline import Deadline

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ask:
    """Call a function of the user's; its result is sent.

    It may be asynchronous where the client is, and is cancelled then when the time is over.
    One that blocks cannot be.
    """

    function: Callable[..., Any]
    deadline: Deadline
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """Send a request; an `Opened` is sent, with the body still to come."""

    request: httpx2.Request
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Opened:
    """A response, and what gives the pieces of its body."""

    response: httpx2.Response
    pieces: Any


@dataclass(frozen=True, slots=True)
class Read:
    """Read on; the next bytes of the body are sent, ``None`` at its end."""

    opened: Opened
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Close:
    """Let a response go."""

    opened: Opened


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait so many seconds, or until the client is closed."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Give:
    """Give something to whoever iterates, and go on when the next is asked for."""

    value: Any


Step: TypeAlias = Ask | Open | Read | Close | Wait | Give
Steps: TypeAlias = Generator[Step, Any, R]


class _LeftError(BaseException):
    """Whoever iterated left. It stands for ``GeneratorExit``, after which steps could do nothing more."""


class Running(Generic[R]):
    """Steps on their way.

    While it `goes_on`, ``step`` is to be done, in ``with`` this: what comes of it is put
    into ``answer``, and what is raised goes to the steps, which decide what it means.
    At the end ``result`` is what they gave.
    """

    step: Step
    result: R

    def __init__(self, steps: Steps[R]) -> None:
        self.answer: Any = None
        self._steps = steps
        self._error: BaseException | None = None

    def goes_on(self) -> bool:
        """Tell the steps what came of the last one, and say whether there is another."""
        answer, error = self.answer, self._error
        self.answer = self._error = None
        try:
            self.step = self._steps.send(answer) if error is None else self._steps.throw(error)
        except StopIteration as end:
            self.result = end.value
            return False
        except _LeftError:
            raise GeneratorExit from None
        return True

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self._error = _LeftError() if isinstance(error, GeneratorExit) else error
        return True
