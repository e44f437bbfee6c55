"""The registry's resources, held open for as long as the application lives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from actionary.registry import Registry

_log: Final = logging.getLogger("actionary")


class Held:
    """What the calls of one application share; opened by its lifespan, or late by the first call."""

    def __init__(self, registry: Registry) -> None:
        self._registry: Final = registry
        self.shares: Final = registry.lifespan is not None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._late: AbstractAsyncContextManager[Any] | None = None
        self.resources: Any = None

    @property
    def is_here(self) -> bool:
        """Whether the resources are there for this event loop; without a lifespan they always are."""
        return not self.shares or self._loop is asyncio.get_running_loop()

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        """Hold the resources while an application is served (ASGI lifespan)."""
        async with self._registry.open() as resources:
            self._keep(resources)
            try:
                yield
            finally:
                self._loop = self.resources = None

    async def open_late(self) -> Any:
        """Open the resources where the application around this one runs no lifespan of ours.

        They are given, and stay open until the event loop ends. What the lifespan
        raises is raised.
        """
        _log.warning("no lifespan was run for this application: its resources are opened at the first call")
        late = self._registry.open()
        self._keep(await late.__aenter__())
        self._late = late  # which holds the resources open
        return self.resources

    def _keep(self, resources: Any) -> None:
        self.resources = resources
        self._loop = asyncio.get_running_loop()
