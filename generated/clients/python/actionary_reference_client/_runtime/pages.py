"""From page to page."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from .attempts import Calls
from .call import Call
from .options import CallOptions
from .result import unwrap
from .steps import Give, Steps
from .unset import UNSET
from .values import dumped, field_of

PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")


class Pages(Generic[PageT, ItemT]):
    """The pages of an action, each called for when it is reached; iterate over them, or over `items`.

    Raises:
        ActionError: A page failed, when it is reached.
    """

    def __init__(self, begin: Callable[[], Generator[PageT, None, None]], call: Call[PageT, Any]) -> None:
        self._begin = begin
        self._call = call

    def __iter__(self) -> Iterator[PageT]:
        return self._begin()

    def items(self) -> Generator[ItemT, None, None]:
        """Give the items of all pages."""
        for page in self:
            yield from self._call.items_of(page)


class AsyncPages(Generic[PageT, ItemT]):
    """The pages of an action, each called for when it is reached; iterate over them, or over `items`.

    Raises:
        ActionError: A page failed, when it is reached.
    """

    def __init__(self, begin: Callable[[], AsyncGenerator[PageT, None]], call: Call[PageT, Any]) -> None:
        self._begin = begin
        self._call = call

    def __aiter__(self) -> AsyncIterator[PageT]:
        return self._begin()

    async def items(self) -> AsyncGenerator[ItemT, None]:
        """Give the items of all pages."""
        async for page in self:
            for item in self._call.items_of(page):
                yield item


class HasPages(Calls):
    """A client that can go from page to page."""

    def _paging(
        self, call: Call[Any, Any], values: Mapping[str, object], options: CallOptions | None
    ) -> Steps[None]:
        """Give each page; each is a call of its own, with its own time limit and attempts.

        A key and an approval stand for one call, which is the first.

        Raises:
            ActionError: A page failed.
            RuntimeError: The pages lead round in a circle.
        """
        assert call.pages is not None  # noqa: S101 - only calls with pages come here
        asks, following, _ = call.pages
        cursor: object = values.get(asks, UNSET)
        met: set[str] = set()
        while True:
            page = unwrap((yield from self._calling(call, {**values, asks: cursor}, options)))
            yield Give(page)
            if cursor is not UNSET:
                met.add(_written(cursor))
            cursor = field_of(page, following)
            if cursor is None or cursor is UNSET:
                return
            if _written(cursor) in met:
                raise RuntimeError(
                    f"{call.action} leads to the page {cursor!r} once more, so there is no end; "
                    "its server has to give another one, or null on the last page"
                )
            options = options and replace(options, idempotency_key=None, approval=None)


def _written(cursor: object) -> str:
    return json.dumps(dumped(cursor), sort_keys=True)
