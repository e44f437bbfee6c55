"""The leaf rule (DESIGN §3): what runs as an action calls no other one through the pipeline.

The mark that says so is a context variable, so it follows what takes those along: tasks,
`asyncio.to_thread`, and the worker threads in which plain functions run. It does not follow
what does not: a `threading.Thread` of one's own, `loop.run_in_executor`, another process.
It is an object that knows when it is over: what outlives its action may call again.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol


class Mark(Protocol):
    """What runs: the name of its action, and whether it has ended."""

    @property
    def name(self) -> str:
        """The action's name."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether it runs no more."""
        ...


INSIDE: Final[ContextVar[Mark | None]] = ContextVar("actionary.inside", default=None)
"""The action that runs here."""


class LeafError(Exception):
    """An action calls another one through the pipeline, which is a mistake of whoever wrote it.

    ``outer`` is the name of the action that runs, ``inner`` the one that it calls. Callers
    of ``outer`` get ``handler_error``; the text is for the log.
    """

    def __init__(self, outer: str, inner: str) -> None:
        self.outer = outer
        self.inner = inner
        super().__init__(
            f"action {outer!r} calls action {inner!r} while it runs, and actions call no other actions: "
            f"call its function itself, `{inner}(...)`, put what both do into a function of its own, or "
            "let the code that calls the first call the second too; what an agent does for an action "
            "is asked for inside `with prompting_agent():`"
        )


def check_leaf(inner: object) -> None:
    """Let an action, given itself or by name, be called where none runs.

    Raises:
        LeafError: One runs here.
    """
    mark = INSIDE.get()
    if mark is not None and not mark.is_over:
        raise LeafError(mark.name, inner if isinstance(inner, str) else getattr(inner, "name", repr(inner)))


@contextmanager
def prompting_agent() -> Generator[None]:
    """Let an agent that an action prompts call actions: inside, the leaf rule does not hold.

    It holds for tasks and calls of `asyncio.to_thread` that are begun inside, too.
    """
    token = INSIDE.set(None)
    try:
        yield
    finally:
        INSIDE.reset(token)
