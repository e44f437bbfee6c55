"""The actions of `orders`."""

from __future__ import annotations

import typing as _typing

import pydantic as _pydantic

from .. import errors as _errors
from .. import models as _models
from .._auth import AsyncAuth as _AsyncAuth
from .._auth import Auth as _Auth
from .._runtime.call import Call as _Call
from .._runtime.client import AsyncCalls as _AsyncCalls
from .._runtime.client import SyncCalls as _SyncCalls
from .._runtime.options import CallOptions as _CallOptions
from .._runtime.result import Ok as _Ok
from .._runtime.unset import UNSET as _UNSET
from .._runtime.unset import Unset as _Unset

_ApplyDiscountAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
)
ApplyDiscountError: _typing.TypeAlias = _ApplyDiscountAnswer | _errors.ClientError
ApplyDiscountResult: _typing.TypeAlias = _Ok[_models.Discount] | ApplyDiscountError

_APPLY_DISCOUNT: _Call[_models.Discount, _ApplyDiscountAnswer] = _Call(
    action="apply_discount",
    method="POST",
    path="/api/actions/apply_discount",
    data=lambda: _pydantic.TypeAdapter[_models.Discount](_models.Discount),
    errors=lambda: {
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
    },
    repeatable=True,
)

_CreateOrderAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Conflict
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.OutOfStock
    | _errors.ProductNotFound
)
CreateOrderError: _typing.TypeAlias = _CreateOrderAnswer | _errors.ClientError
CreateOrderResult: _typing.TypeAlias = _Ok[_models.Order] | CreateOrderError

_CREATE_ORDER: _Call[_models.Order, _CreateOrderAnswer] = _Call(
    action="create_order",
    method="POST",
    path="/api/actions/create_order",
    data=lambda: _pydantic.TypeAdapter[_models.Order](_models.Order),
    errors=lambda: {
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "conflict": _errors.Conflict,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "out_of_stock": _errors.OutOfStock,
        "product_not_found": _errors.ProductNotFound,
    },
    takes_key=True,
)

_GetOrderAnswer: _typing.TypeAlias = (
    _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.OrderNotFound
)
GetOrderError: _typing.TypeAlias = _GetOrderAnswer | _errors.ClientError
GetOrderResult: _typing.TypeAlias = _Ok[_models.Order] | GetOrderError

_GET_ORDER: _Call[_models.Order, _GetOrderAnswer] = _Call(
    action="get_order",
    method="GET",
    path="/api/actions/get_order",
    data=lambda: _pydantic.TypeAdapter[_models.Order](_models.Order),
    errors=lambda: {
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "order_not_found": _errors.OrderNotFound,
    },
    repeatable=True,
)

_ValidateOrderAnswer: _typing.TypeAlias = (
    _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.OrderNotFound
)
ValidateOrderError: _typing.TypeAlias = _ValidateOrderAnswer | _errors.ClientError
ValidateOrderResult: _typing.TypeAlias = _Ok[_models.ValidatedOrder] | ValidateOrderError

_VALIDATE_ORDER: _Call[_models.ValidatedOrder, _ValidateOrderAnswer] = _Call(
    action="validate_order",
    method="GET",
    path="/api/actions/validate_order",
    data=lambda: _pydantic.TypeAdapter[_models.ValidatedOrder](_models.ValidatedOrder),
    errors=lambda: {
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "order_not_found": _errors.OrderNotFound,
    },
    repeatable=True,
)


class OrdersActions(_SyncCalls[_Auth]):
    """The actions of `orders`."""

    def apply_discount(
        self,
        *,
        validated: bool,
        options: _CallOptions | None = None,
    ) -> ApplyDiscountResult:
        """Say which discount an order gets.

        Ten per cent while it may still be changed, and none after that. It takes what
        validate_order gives, and ignores what else is in there.

        Use when: An order was checked by validate_order, and the user asks for a discount.

        Do not use when: The order was not checked yet.

        Args:
            validated: Whether the order may still be changed.
        """
        return self._call(
            _APPLY_DISCOUNT,
            {
                "validated": validated,
            },
            options,
        )

    def create_order(
        self,
        *,
        delivery: _models.ParcelInput | _models.Pickup,
        lines: list[_models.NewLine],
        note: str | None | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> CreateOrderResult:
        """Order products.

        All lines are ordered, or none. Prices are those of the moment; the answer says
        them.

        Use when: The user has chosen products and wants to buy them.

        Do not use when: The user only asks for a price: that is calculate_shipping or search_products.

        Args:
            delivery: How it gets to the customer.
            note: What the shop should know. Default: null.

        Errors:
            out_of_stock: Fewer items are in stock than were asked for; nothing was ordered.
            product_not_found: The shop has no product of that id.
        """
        return self._call(
            _CREATE_ORDER,
            {
                "delivery": delivery,
                "lines": lines,
                "note": note,
            },
            options,
        )

    def get_order(
        self,
        *,
        order_id: str,
        options: _CallOptions | None = None,
    ) -> GetOrderResult:
        """Give an order with its lines and its state.

        Use when: The user asks about an order and has its id.

        Do not use when: The user has no order id: ask for it.

        Args:
            order_id: The order's id, such as o-1001.

        Errors:
            order_not_found: There is no order of that id.
        """
        return self._call(
            _GET_ORDER,
            {
                "order_id": order_id,
            },
            options,
        )

    def validate_order(
        self,
        *,
        order_id: str,
        options: _CallOptions | None = None,
    ) -> ValidateOrderResult:
        """Check whether an order may still be changed.

        What it gives is what apply_discount takes.

        Use when: Before an order is changed, such as by a discount.

        Do not use when: The user asks what is in an order: that is get_order.

        Args:
            order_id: The order's id, such as o-1001.

        Errors:
            order_not_found: There is no order of that id.
        """
        return self._call(
            _VALIDATE_ORDER,
            {
                "order_id": order_id,
            },
            options,
        )


class AsyncOrdersActions(_AsyncCalls[_AsyncAuth]):
    """The actions of `orders`."""

    async def apply_discount(
        self,
        *,
        validated: bool,
        options: _CallOptions | None = None,
    ) -> ApplyDiscountResult:
        """Say which discount an order gets.

        Ten per cent while it may still be changed, and none after that. It takes what
        validate_order gives, and ignores what else is in there.

        Use when: An order was checked by validate_order, and the user asks for a discount.

        Do not use when: The order was not checked yet.

        Args:
            validated: Whether the order may still be changed.
        """
        return await self._call(
            _APPLY_DISCOUNT,
            {
                "validated": validated,
            },
            options,
        )

    async def create_order(
        self,
        *,
        delivery: _models.ParcelInput | _models.Pickup,
        lines: list[_models.NewLine],
        note: str | None | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> CreateOrderResult:
        """Order products.

        All lines are ordered, or none. Prices are those of the moment; the answer says
        them.

        Use when: The user has chosen products and wants to buy them.

        Do not use when: The user only asks for a price: that is calculate_shipping or search_products.

        Args:
            delivery: How it gets to the customer.
            note: What the shop should know. Default: null.

        Errors:
            out_of_stock: Fewer items are in stock than were asked for; nothing was ordered.
            product_not_found: The shop has no product of that id.
        """
        return await self._call(
            _CREATE_ORDER,
            {
                "delivery": delivery,
                "lines": lines,
                "note": note,
            },
            options,
        )

    async def get_order(
        self,
        *,
        order_id: str,
        options: _CallOptions | None = None,
    ) -> GetOrderResult:
        """Give an order with its lines and its state.

        Use when: The user asks about an order and has its id.

        Do not use when: The user has no order id: ask for it.

        Args:
            order_id: The order's id, such as o-1001.

        Errors:
            order_not_found: There is no order of that id.
        """
        return await self._call(
            _GET_ORDER,
            {
                "order_id": order_id,
            },
            options,
        )

    async def validate_order(
        self,
        *,
        order_id: str,
        options: _CallOptions | None = None,
    ) -> ValidateOrderResult:
        """Check whether an order may still be changed.

        What it gives is what apply_discount takes.

        Use when: Before an order is changed, such as by a discount.

        Do not use when: The user asks what is in an order: that is get_order.

        Args:
            order_id: The order's id, such as o-1001.

        Errors:
            order_not_found: There is no order of that id.
        """
        return await self._call(
            _VALIDATE_ORDER,
            {
                "order_id": order_id,
            },
            options,
        )
