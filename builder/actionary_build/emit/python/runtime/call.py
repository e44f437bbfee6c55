"""What the client knows about one action."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from .auth import Scheme
from .errors import Failure
from .unset import UNSET
from .values import Reader, field_of

T = TypeVar("T")
E = TypeVar("E", bound=Failure)


@dataclass(frozen=True, kw_only=True)
class Call(Generic[T, E]):
    """One action: where it is, what it gives, which errors the server may answer by code.

    ``json_keys`` are the inputs that travel in a query as JSON text. ``repeatable``
    says that it may be repeated by its definition, ``takes_key`` that it may be under
    an idempotency key, ``needs_approval`` that a human may have to approve it.
    ``pages`` are the input that asks for a page, and the fields of a page that have the
    next one's and the items.
    """

    action: str
    method: str
    path: str
    data: Callable[[], Reader[T]]
    errors: Callable[[], Mapping[str, type[E]]]
    json_keys: frozenset[str] = frozenset()
    repeatable: bool = False
    takes_key: bool = False
    needs_approval: bool = False
    scheme: Scheme | None = None
    pages: tuple[str, str, str] | None = None

    @cached_property
    def reader(self) -> Reader[T]:
        """What reads the data of a reply; built on first use."""
        return self.data()

    def items_of(self, page: Any) -> Iterable[Any]:
        """Give the items of a page; one without a list, or with null, has none.

        Raises:
            TypeError: There is something else in the place of the list.
        """
        assert self.pages is not None  # noqa: S101 - only calls with pages come here
        items: Any = field_of(page, self.pages[2])
        if items is None or items is UNSET:
            return ()
        if not _lists(items):
            raise TypeError(
                f"{self.action} gives a page whose {self.pages[2]} is no list; its server has to give one"
            )
        listed: Iterable[Any] = items
        return listed

    @cached_property
    def error_types(self) -> Mapping[str, type[E]]:
        """The errors by code; looked up on first use."""
        return self.errors()


def _lists(items: object) -> bool:
    return isinstance(items, Iterable) and not isinstance(items, str | Mapping)
