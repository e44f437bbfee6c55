"""The clients: `Client` blocks, `AsyncClient` is to be awaited."""

from __future__ import annotations

from ._runtime.client import AsyncCalls as _AsyncCalls
from ._runtime.client import SyncCalls as _SyncCalls
from .actions import calendar as _calendar
from .actions import customers as _customers
from .actions import inbox as _inbox
from .actions import meals as _meals
from .actions import orders as _orders
from .actions import shop as _shop

_CATALOG = "0e2326d503b8de07"
"""The server's actions that this client was generated from."""


class Client(
    _calendar.CalendarActions,
    _customers.CustomersActions,
    _inbox.InboxActions,
    _meals.MealsActions,
    _orders.OrdersActions,
    _shop.ShopActions,
    _SyncCalls,
):
    """Actionary reference: calls that block.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``transport`` replaces the network in tests.
    The client may be shared by threads. Nothing raises for what a server can do.

    Raises:
        ValueError: ``base_url`` is no address.
    """

    _catalog = _CATALOG


class AsyncClient(
    _calendar.AsyncCalendarActions,
    _customers.AsyncCustomersActions,
    _inbox.AsyncInboxActions,
    _meals.AsyncMealsActions,
    _orders.AsyncOrdersActions,
    _shop.AsyncShopActions,
    _AsyncCalls,
):
    """Actionary reference: calls to be awaited.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``transport`` replaces the network in tests.
    The client may be shared by the tasks of one loop. Nothing raises for what a server can do.

    Raises:
        ValueError: ``base_url`` is no address.
    """

    _catalog = _CATALOG
