"""What the calls of one event loop share: opened by the first, closed by the last."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, TypeAlias

from actionary.definition_error import ActionDefinitionError, place_of_caller

Lifespan: TypeAlias = Callable[[], AbstractAsyncContextManager[Any]]
"""Makes a context manager that yields what handlers see as ``ctx.resources``."""


def check_lifespan(lifespan: Any) -> None:
    """Refuse what is no function that makes a context manager.

    Raises:
        ActionDefinitionError: It is none.
    """
    mend = "give an async function that yields once, decorated with `contextlib.asynccontextmanager`"
    if lifespan is not None and not callable(lifespan):
        what = f"{lifespan!r} cannot be called"
    elif inspect.isasyncgenfunction(lifespan) or inspect.isgeneratorfunction(lifespan):
        what = f"{lifespan!r} makes a generator, no context manager"
    elif inspect.iscoroutinefunction(lifespan):
        what = f"{lifespan!r} makes a coroutine, no context manager"
    else:
        return
    raise ActionDefinitionError(what, mend=mend, where=place_of_caller(), field="lifespan")


class Shared:
    """Resources that are opening, open or closing; ``holders`` counts who needs them.

    A task of its own enters and leaves the lifespan, so that whoever is the last may
    close what another has opened. ``before`` are resources that have to be closed first.
    """

    def __init__(self, lifespan: Lifespan, *, before: Shared | None) -> None:
        loop = asyncio.get_running_loop()
        self.holders = 0
        self._opened: Final[asyncio.Future[Any]] = loop.create_future()
        self._over: Final = asyncio.Event()
        self.task: Final = loop.create_task(self._keep(lifespan, before))

    async def opened(self) -> Any:
        """Wait for the resources, and give them; what the lifespan raises is raised to all who wait."""
        if not self._opened.done():
            await asyncio.wait({self.task, self._opened}, return_when=asyncio.FIRST_COMPLETED)
        return self._opened.result() if self._opened.done() else self.task.result()

    async def close(self) -> None:
        """Close the resources; what is still opening is given up."""
        self._over.set()
        if self._opened.done():
            await self.task
        else:
            self.task.cancel()
            await asyncio.wait({self.task})

    async def _keep(self, lifespan: Lifespan, before: Shared | None) -> None:
        if before is not None:
            await asyncio.wait({before.task})
        async with lifespan() as resources:
            self._opened.set_result(resources)
            await self._over.wait()
