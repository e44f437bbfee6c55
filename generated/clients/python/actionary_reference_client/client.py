"""The clients: `Client` blocks, `AsyncClient` is to be awaited.

Their methods are those of the classes in ``actions``, which are imported when a method
is first used; type checkers see them all.
"""

from __future__ import annotations

import typing as _typing

from ._auth import AsyncAuth as _AsyncAuth
from ._auth import Auth as _Auth
from ._runtime.changes import changes_call as _changes_call
from ._runtime.client import AsyncCalls as _AsyncCalls
from ._runtime.client import SyncCalls as _SyncCalls
from ._runtime.lazy import with_methods as _with_methods

if _typing.TYPE_CHECKING:
    from .actions import approvals as _of_approvals
    from .actions import calendar as _of_calendar
    from .actions import customers as _of_customers
    from .actions import inbox as _of_inbox
    from .actions import meals as _of_meals
    from .actions import orders as _of_orders
    from .actions import shop as _of_shop

    class _SyncMethods(
        _of_approvals.ApprovalsActions,
        _of_calendar.CalendarActions,
        _of_customers.CustomersActions,
        _of_inbox.InboxActions,
        _of_meals.MealsActions,
        _of_orders.OrdersActions,
        _of_shop.ShopActions,
        _SyncCalls[_Auth],
    ):
        pass

    class _AsyncMethods(
        _of_approvals.AsyncApprovalsActions,
        _of_calendar.AsyncCalendarActions,
        _of_customers.AsyncCustomersActions,
        _of_inbox.AsyncInboxActions,
        _of_meals.AsyncMealsActions,
        _of_orders.AsyncOrdersActions,
        _of_shop.AsyncShopActions,
        _AsyncCalls[_AsyncAuth],
    ):
        pass

else:
    _SyncMethods = _with_methods(_SyncCalls, __package__, {'approvals': ('ApprovalsActions',
               ('approve_call',
                'deny_call',
                'list_approvals',
                'show_approval',
                'list_approvals_pages')),
 'calendar': ('CalendarActions', ('list_events',)),
 'customers': ('CustomersActions', ('create_invoice', 'delete_account', 'lookup_customer')),
 'inbox': ('InboxActions',
           ('send_email',
            'summarize_thread',
            'summarize_thread_or_empty',
            'summarize_thread_unchecked',
            'triage')),
 'meals': ('MealsActions', ('list_meals', 'log_meal', 'update_meal')),
 'orders': ('OrdersActions', ('apply_discount', 'create_order', 'get_order', 'validate_order')),
 'shop': ('ShopActions', ('calculate_shipping', 'search_products'))})
    _AsyncMethods = _with_methods(_AsyncCalls, __package__, {'approvals': ('AsyncApprovalsActions',
               ('approve_call',
                'deny_call',
                'list_approvals',
                'show_approval',
                'list_approvals_pages')),
 'calendar': ('AsyncCalendarActions', ('list_events',)),
 'customers': ('AsyncCustomersActions', ('create_invoice', 'delete_account', 'lookup_customer')),
 'inbox': ('AsyncInboxActions',
           ('send_email',
            'summarize_thread',
            'summarize_thread_or_empty',
            'summarize_thread_unchecked',
            'triage')),
 'meals': ('AsyncMealsActions', ('list_meals', 'log_meal', 'update_meal')),
 'orders': ('AsyncOrdersActions',
            ('apply_discount', 'create_order', 'get_order', 'validate_order')),
 'shop': ('AsyncShopActions', ('calculate_shipping', 'search_products'))})


class Client(_SyncMethods):
    """Actionary reference: calls that block.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``auth`` with those that ask who calls, by the names
    of their schemes. ``retry`` says how often a call is made that may be repeated,
    ``None`` makes each once. ``on_request``, ``on_response`` and ``on_retry`` are told of
    each attempt. ``transport`` replaces the network in tests, ``sleep`` the waiting.
    The client may be shared by threads. Nothing raises for what a server can do.

    Raises:
        TypeError: ``timeout`` is no number, or ``retry`` no `Retry`.
        ValueError: ``base_url`` is no plain address, ``auth`` names no scheme of this API,
            or ``timeout`` is not above 0.
    """

    _catalog = "c565a570695be1b0"
    _schemes = frozenset({"shopkeeper"})
    _changes = _changes_call("/api/changes")


class AsyncClient(_AsyncMethods):
    """Actionary reference: calls to be awaited.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``auth`` with those that ask who calls, by the names
    of their schemes. ``retry`` says how often a call is made that may be repeated,
    ``None`` makes each once. ``on_request``, ``on_response`` and ``on_retry`` are told of
    each attempt. ``transport`` replaces the network in tests, ``sleep`` the waiting.
    The client may be shared by the tasks of one loop. Nothing raises for what a server can do.

    Raises:
        TypeError: ``timeout`` is no number, or ``retry`` no `Retry`.
        ValueError: ``base_url`` is no plain address, ``auth`` names no scheme of this API,
            or ``timeout`` is not above 0.
    """

    _catalog = "c565a570695be1b0"
    _schemes = frozenset({"shopkeeper"})
    _changes = _changes_call("/api/changes")
