"""Errors of actions; each class stands for one ``code``."""

from __future__ import annotations

from dataclasses import dataclass as _dataclass
import typing as _typing

from .. import models as _models
from .._runtime.errors import Failure as _Failure


@_dataclass(frozen=True, slots=True, kw_only=True)
class OrderNotFound(_Failure):
    """There is no order of that id."""

    details: _models.WhichOrder
    code: _typing.Literal["order_not_found"] = "order_not_found"


@_dataclass(frozen=True, slots=True, kw_only=True)
class OutOfStock(_Failure):
    """Fewer items are in stock than were asked for; nothing was ordered."""

    details: _models.Stock
    code: _typing.Literal["out_of_stock"] = "out_of_stock"


@_dataclass(frozen=True, slots=True, kw_only=True)
class ProductNotFound(_Failure):
    """The shop has no product of that id."""

    details: _models.WhichProduct
    code: _typing.Literal["product_not_found"] = "product_not_found"
