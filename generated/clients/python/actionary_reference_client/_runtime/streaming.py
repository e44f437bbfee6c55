"""Iterators over the progress of a call, and over changes."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from types import FunctionType
from typing import Any, NoReturn, ParamSpec, TypeVar, overload

from .call import Call
from .changes import Change, Reset
from .client import AsyncCalls, SyncCalls
from .errors import Failure
from .options import CallOptions
from .progress import Progress
from .result import Ok

R = TypeVar("R", bound=Ok[Any] | Failure)
P = ParamSpec("P")


class _Recorder:
    """Stands for a client, and takes note of what a method calls."""

    noted: tuple[Call[Any, Any], Mapping[str, object], CallOptions | None] | None = None

    def _call(
        self, call: Call[Any, Any], values: Mapping[str, object], options: CallOptions | None
    ) -> _Recorder:
        self.noted = (call, values, options)
        return self

    def _pages(self, call: Call[Any, Any], *_: object) -> NoReturn:
        raise TypeError(
            f"progress takes a method that makes one call; {call.action} goes from page to page here: "
            "iterate over its pages, each of which is a call of its own"
        )

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


@overload
def progress(
    method: Callable[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs
) -> AsyncGenerator[Progress | R, None]: ...


@overload
def progress(
    method: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
) -> Generator[Progress | R, None, None]: ...


def progress(method: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call a method of a client, and give its progress and at last its result.

    ``progress(client.import_rows, rows=[…])`` takes what ``client.import_rows`` takes. An
    action that tells of no progress gives its result alone. Leaving the loop early lets
    the connection go, which cancels the call unless it has an idempotency key.

    Raises:
        TypeError: ``method`` is none that makes one call of an action of a client.
    """
    client = getattr(method, "__self__", None)
    function: Any = getattr(method, "__func__", None)
    recorder = _Recorder()
    is_action = isinstance(function, FunctionType) and function.__module__ != SyncCalls.__module__
    if is_action and isinstance(client, SyncCalls | AsyncCalls):
        called: Any = _warned_of(function)(recorder, *args, **kwargs)
        if inspect.iscoroutine(called):
            _finish(called)
    if recorder.noted is None or not isinstance(client, SyncCalls | AsyncCalls):
        raise TypeError(f"progress takes a method of a client, such as client.some_action, not {method!r}")
    return client._progress(*recorder.noted)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - a part of it


def _warned_of(function: Any) -> Any:
    """Give a method without its warning that it is deprecated, which whoever called `progress` gets at once.

    The method would name a line of this module as the place of the call.
    """
    deprecation = getattr(function, "__deprecated__", None)
    if deprecation is None:
        return function
    warnings.warn(deprecation, DeprecationWarning, stacklevel=3)
    return function.__wrapped__


def _finish(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration:
        return


@overload
def subscribe_changes(
    client: AsyncCalls[Any], *, after: str | None = None
) -> AsyncGenerator[Change | Reset, None]: ...


@overload
def subscribe_changes(
    client: SyncCalls[Any], *, after: str | None = None
) -> Generator[Change | Reset, None, None]: ...


def subscribe_changes(client: SyncCalls[Any] | AsyncCalls[Any], *, after: str | None = None) -> Any:
    """Give what changes, for as long as the loop goes on and the client is open.

    A stream that breaks, or says nothing for 45 seconds, is taken up again where it
    broke off; ``on_retry`` is told why, and of the wait before that. ``after`` is the
    ``id`` of what was heard last, for a program that begins again. `Reset` says that
    changes were missed.

    Raises:
        ActionError: The server refuses to tell, when the loop begins or goes on.
    """
    return client._heard(after)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - a part of it
