"""The actions of `shop`."""

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

_CalculateShippingAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
)
CalculateShippingError: _typing.TypeAlias = _CalculateShippingAnswer | _errors.ClientError
CalculateShippingResult: _typing.TypeAlias = _Ok[_models.Shipping] | CalculateShippingError

_CALCULATE_SHIPPING: _Call[_models.Shipping, _CalculateShippingAnswer] = _Call(
    action="calculate_shipping",
    method="POST",
    path="/api/actions/calculate_shipping",
    data=lambda: _pydantic.TypeAdapter[_models.Shipping](_models.Shipping),
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

_SearchProductsAnswer: _typing.TypeAlias = (
    _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
)
SearchProductsError: _typing.TypeAlias = _SearchProductsAnswer | _errors.ClientError
SearchProductsResult: _typing.TypeAlias = _Ok[_models.SearchResult] | SearchProductsError

_SEARCH_PRODUCTS: _Call[_models.SearchResult, _SearchProductsAnswer] = _Call(
    action="search_products",
    method="GET",
    path="/api/actions/search_products",
    data=lambda: _pydantic.TypeAdapter[_models.SearchResult](_models.SearchResult),
    errors=lambda: {
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
    },
    repeatable=True,
)


class ShopActions(_SyncCalls[_Auth]):
    """The actions of `shop`."""

    def calculate_shipping(
        self,
        *,
        delivery: _models.ParcelInput | _models.Pickup,
        weight_grams: int,
        options: _CallOptions | None = None,
    ) -> CalculateShippingResult:
        """Say what it costs to deliver some weight.

        A parcel weighs at most 20 kg; what is heavier goes into several. Picking up
        costs nothing.

        Use when: The user asks what the delivery costs.

        Do not use when: The user wants to order: create_order adds the shipping by itself.

        Args:
            delivery: How it gets to the customer.
            weight_grams: The weight of all items.
        """
        return self._call(
            _CALCULATE_SHIPPING,
            {
                "delivery": delivery,
                "weight_grams": weight_grams,
            },
            options,
        )

    def search_products(
        self,
        *,
        query: str,
        category: _typing.Literal['shoes', 'bags', 'outdoor'] | None | _Unset = _UNSET,
        limit: int | _Unset = _UNSET,
        max_price_cents: int | None | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> SearchProductsResult:
        """Search the product catalogue.

        The cheapest come first. What is out of stock is found too: look at stock
        before you order.

        Use when: The user wants to find products, or asks what the shop sells.

        Do not use when: The user has an order id: that is get_order.

        Args:
            query: Part of the title, in any case.
            category: Only this category. Default: null.
            limit: How many products to give. Default: 10.
            max_price_cents: Only what costs no more. Default: null.
        """
        return self._call(
            _SEARCH_PRODUCTS,
            {
                "query": query,
                "category": category,
                "limit": limit,
                "max_price_cents": max_price_cents,
            },
            options,
        )


class AsyncShopActions(_AsyncCalls[_AsyncAuth]):
    """The actions of `shop`."""

    async def calculate_shipping(
        self,
        *,
        delivery: _models.ParcelInput | _models.Pickup,
        weight_grams: int,
        options: _CallOptions | None = None,
    ) -> CalculateShippingResult:
        """Say what it costs to deliver some weight.

        A parcel weighs at most 20 kg; what is heavier goes into several. Picking up
        costs nothing.

        Use when: The user asks what the delivery costs.

        Do not use when: The user wants to order: create_order adds the shipping by itself.

        Args:
            delivery: How it gets to the customer.
            weight_grams: The weight of all items.
        """
        return await self._call(
            _CALCULATE_SHIPPING,
            {
                "delivery": delivery,
                "weight_grams": weight_grams,
            },
            options,
        )

    async def search_products(
        self,
        *,
        query: str,
        category: _typing.Literal['shoes', 'bags', 'outdoor'] | None | _Unset = _UNSET,
        limit: int | _Unset = _UNSET,
        max_price_cents: int | None | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> SearchProductsResult:
        """Search the product catalogue.

        The cheapest come first. What is out of stock is found too: look at stock
        before you order.

        Use when: The user wants to find products, or asks what the shop sells.

        Do not use when: The user has an order id: that is get_order.

        Args:
            query: Part of the title, in any case.
            category: Only this category. Default: null.
            limit: How many products to give. Default: 10.
            max_price_cents: Only what costs no more. Default: null.
        """
        return await self._call(
            _SEARCH_PRODUCTS,
            {
                "query": query,
                "category": category,
                "limit": limit,
                "max_price_cents": max_price_cents,
            },
            options,
        )
