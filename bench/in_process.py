"""What is measured in this process: steps, each gone through so many times, and requests without a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from time import process_time
from typing import Any

from workload import BODY, path_of

Step = Callable[[int], Awaitable[None]]
"""Goes through a step so many times."""

Found = Mapping[str, list[float]]
"""By step the seconds per call of each round."""


async def measure(steps: Mapping[str, Step], rounds: int, calls: int) -> Found:
    """Give the CPU time of each step, in rounds in which each has its turn."""
    found: dict[str, list[float]] = {label: [] for label in steps}
    for _ in range(rounds):
        for label, step in steps.items():
            began = process_time()
            await step(calls)
            found[label].append((process_time() - began) / calls)
    return found


def calling(step: Callable[[], object]) -> Step:
    """Call a function."""

    async def repeat(calls: int) -> None:
        for _ in range(calls):
            step()

    return repeat


def awaiting(step: Callable[[], Awaitable[None]]) -> Step:
    """Call a coroutine function, each time when the last one is done."""

    async def repeat(calls: int) -> None:
        for _ in range(calls):
            await step()

    return repeat


def asking(app: Any, number: int) -> Step:
    """Call an ASGI application's quote of a number."""

    async def ask() -> None:
        await app(scope_of(number), receive, _send)

    return awaiting(ask)


def scope_of(number: int, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    """Give the ASGI scope of a request for the quote of a number."""
    return {
        "type": "http",
        "method": "POST",
        "path": path_of(number),
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"accept", b"*/*"),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(BODY)),
            *headers,
        ],
    }


async def receive() -> dict[str, Any]:
    """Give the body of such a request."""
    return {"type": "http.request", "body": BODY, "more_body": False}


async def _send(_: Any) -> None:
    pass
