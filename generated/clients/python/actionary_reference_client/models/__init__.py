"""The types of the API's inputs and outputs.

Each module of them is imported when it is used.
"""

from __future__ import annotations

import typing as _typing

from .._runtime.lazy import lazily as _lazily


if _typing.TYPE_CHECKING:
    from ._shared import ParcelInput as ParcelInput
    from ._shared import Pickup as Pickup
    from .approvals import AskedCall as AskedCall
    from .approvals import AskedCalls as AskedCalls
    from .calendar import Event as Event
    from .calendar import Period as Period
    from .customers import Customer as Customer
    from .customers import Deleted as Deleted
    from .customers import Invoice as Invoice
    from .customers import LineItem as LineItem
    from .customers import OpenInvoice as OpenInvoice
    from .customers import WhichCustomer as WhichCustomer
    from .customers import WhichEmail as WhichEmail
    from .inbox import Priority as Priority
    from .inbox import SentEmail as SentEmail
    from .inbox import ThreadSummary as ThreadSummary
    from .inbox import Triaged as Triaged
    from .inbox import WhichThread as WhichThread
    from .meals import Diary as Diary
    from .meals import Meal as Meal
    from .meals import WhichMeal as WhichMeal
    from .meals import WhichTime as WhichTime
    from .orders import Discount as Discount
    from .orders import NewLine as NewLine
    from .orders import Order as Order
    from .orders import OrderLine as OrderLine
    from .orders import OrderStatus as OrderStatus
    from .orders import ParcelOutput as ParcelOutput
    from .orders import Stock as Stock
    from .orders import ValidatedOrder as ValidatedOrder
    from .orders import WhichOrder as WhichOrder
    from .orders import WhichProduct as WhichProduct
    from .shop import Product as Product
    from .shop import SearchResult as SearchResult
    from .shop import Shipping as Shipping
else:
    __getattr__, __dir__ = _lazily(__name__, {'_shared': ('ParcelInput', 'Pickup'),
 'approvals': ('AskedCall', 'AskedCalls'),
 'calendar': ('Event', 'Period'),
 'customers': ('Customer',
               'Deleted',
               'Invoice',
               'LineItem',
               'OpenInvoice',
               'WhichCustomer',
               'WhichEmail'),
 'inbox': ('Priority', 'SentEmail', 'ThreadSummary', 'Triaged', 'WhichThread'),
 'meals': ('Diary', 'Meal', 'WhichMeal', 'WhichTime'),
 'orders': ('Discount',
            'NewLine',
            'Order',
            'OrderLine',
            'OrderStatus',
            'ParcelOutput',
            'Stock',
            'ValidatedOrder',
            'WhichOrder',
            'WhichProduct'),
 'shop': ('Product', 'SearchResult', 'Shipping')})
