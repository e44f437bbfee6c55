"""Every error a call can give; each class stands for one ``code``."""

from __future__ import annotations

from dataclasses import dataclass as _dataclass
import typing as _typing

from . import models as _models
from ._runtime.errors import Aborted as Aborted
from ._runtime.errors import ApprovalAsked as ApprovalAsked
from ._runtime.errors import ApprovalRequired as ApprovalRequired
from ._runtime.errors import ClientError as ClientError
from ._runtime.errors import ClientTimeout as ClientTimeout
from ._runtime.errors import Conflict as Conflict
from ._runtime.errors import Failure as Failure
from ._runtime.errors import Forbidden as Forbidden
from ._runtime.errors import HandlerError as HandlerError
from ._runtime.errors import InputProblem as InputProblem
from ._runtime.errors import InvalidInput as InvalidInput
from ._runtime.errors import InvalidOutput as InvalidOutput
from ._runtime.errors import InvalidResponse as InvalidResponse
from ._runtime.errors import KeyConflict as KeyConflict
from ._runtime.errors import MissingCredentials as MissingCredentials
from ._runtime.errors import MissingKeys as MissingKeys
from ._runtime.errors import NetworkError as NetworkError
from ._runtime.errors import PayloadTooLarge as PayloadTooLarge
from ._runtime.errors import RateLimited as RateLimited
from ._runtime.errors import RawReply as RawReply
from ._runtime.errors import Timeout as Timeout
from ._runtime.errors import Unauthorized as Unauthorized
from ._runtime.errors import Unavailable as Unavailable
from ._runtime.errors import UnknownCode as UnknownCode
from ._runtime.errors import UnknownError as UnknownError
from ._runtime.errors import UnsupportedMediaType as UnsupportedMediaType


@_dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNotFound(Failure):
    """There is no customer of that id."""

    details: _models.WhichCustomer
    code: _typing.Literal["customer_not_found"] = "customer_not_found"


@_dataclass(frozen=True, slots=True, kw_only=True)
class EmailUnknown(Failure):
    """No customer has that address."""

    details: _models.WhichEmail
    code: _typing.Literal["email_unknown"] = "email_unknown"


@_dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceExists(Failure):
    """The customer has an open invoice, and can have one only; nothing was written."""

    details: _models.Invoice
    code: _typing.Literal["invoice_exists"] = "invoice_exists"


@_dataclass(frozen=True, slots=True, kw_only=True)
class MealNotFound(Failure):
    """The diary has no meal of that id."""

    details: _models.WhichMeal
    code: _typing.Literal["meal_not_found"] = "meal_not_found"


@_dataclass(frozen=True, slots=True, kw_only=True)
class OrderNotFound(Failure):
    """There is no order of that id."""

    details: _models.WhichOrder
    code: _typing.Literal["order_not_found"] = "order_not_found"


@_dataclass(frozen=True, slots=True, kw_only=True)
class OutOfStock(Failure):
    """Fewer items are in stock than were asked for; nothing was ordered."""

    details: _models.Stock
    code: _typing.Literal["out_of_stock"] = "out_of_stock"


@_dataclass(frozen=True, slots=True, kw_only=True)
class PeriodBackwards(Failure):
    """The last day is before the first."""

    details: _models.Period
    code: _typing.Literal["period_backwards"] = "period_backwards"


@_dataclass(frozen=True, slots=True, kw_only=True)
class ProductNotFound(Failure):
    """The shop has no product of that id."""

    details: _models.WhichProduct
    code: _typing.Literal["product_not_found"] = "product_not_found"


@_dataclass(frozen=True, slots=True, kw_only=True)
class ThreadNotFound(Failure):
    """There is no thread of that id."""

    details: _models.WhichThread
    code: _typing.Literal["thread_not_found"] = "thread_not_found"


@_dataclass(frozen=True, slots=True, kw_only=True)
class TimeOutOfRange(Failure):
    """In UTC the time is before the year 1 or after the year 9999, which the diary cannot keep."""

    details: _models.WhichTime
    code: _typing.Literal["time_out_of_range"] = "time_out_of_range"
