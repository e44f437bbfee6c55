"""The actions of `customers`."""

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

_CreateInvoiceAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Conflict
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.CustomerNotFound
    | _errors.InvoiceExists
)
CreateInvoiceError: _typing.TypeAlias = _CreateInvoiceAnswer | _errors.ClientError
CreateInvoiceResult: _typing.TypeAlias = _Ok[_models.Invoice] | CreateInvoiceError

_CREATE_INVOICE: _Call[_models.Invoice, _CreateInvoiceAnswer] = _Call(
    action="create_invoice",
    method="POST",
    path="/api/actions/create_invoice",
    data=lambda: _pydantic.TypeAdapter[_models.Invoice](_models.Invoice),
    errors=lambda: {
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "conflict": _errors.Conflict,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "customer_not_found": _errors.CustomerNotFound,
        "invoice_exists": _errors.InvoiceExists,
    },
    takes_key=True,
)

_DeleteAccountAnswer: _typing.TypeAlias = (
    _errors.InvalidInput
    | _errors.Forbidden
    | _errors.ApprovalRequired
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.AccountInUse
    | _errors.CustomerNotFound
)
DeleteAccountError: _typing.TypeAlias = _DeleteAccountAnswer | _errors.ClientError
DeleteAccountResult: _typing.TypeAlias = _Ok[_models.Deleted] | DeleteAccountError

_DELETE_ACCOUNT: _Call[_models.Deleted, _DeleteAccountAnswer] = _Call(
    action="delete_account",
    method="DELETE",
    path="/api/actions/delete_account",
    data=lambda: _pydantic.TypeAdapter[_models.Deleted](_models.Deleted),
    errors=lambda: {
        "invalid_input": _errors.InvalidInput,
        "forbidden": _errors.Forbidden,
        "approval_required": _errors.ApprovalRequired,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "account_in_use": _errors.AccountInUse,
        "customer_not_found": _errors.CustomerNotFound,
    },
    repeatable=True,
    needs_approval=True,
)

_LookupCustomerAnswer: _typing.TypeAlias = (
    _errors.RateLimited
    | _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.EmailUnknown
)
LookupCustomerError: _typing.TypeAlias = _LookupCustomerAnswer | _errors.ClientError
LookupCustomerResult: _typing.TypeAlias = _Ok[_models.Customer] | LookupCustomerError

_LOOKUP_CUSTOMER: _Call[_models.Customer, _LookupCustomerAnswer] = _Call(
    action="lookup_customer",
    method="POST",
    path="/api/actions/lookup_customer",
    data=lambda: _pydantic.TypeAdapter[_models.Customer](_models.Customer),
    errors=lambda: {
        "rate_limited": _errors.RateLimited,
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "email_unknown": _errors.EmailUnknown,
    },
    repeatable=True,
)


class CustomersActions(_SyncCalls[_Auth]):
    """The actions of `customers`."""

    def create_invoice(
        self,
        *,
        customer_id: str,
        line_items: list[_models.LineItem],
        currency: _typing.Literal['USD', 'EUR', 'GBP'] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> CreateInvoiceResult:
        """Open an invoice for a customer.

        A customer has one open invoice at a time, which takes its id from the customer's.

        Use when: The user wants to charge a customer for something.

        Do not use when: The user orders products: create_order says what they cost.

        Args:
            customer_id: The customer's id, such as cus_123.
            line_items: May be empty.
            currency: A currency whose unit has a hundred cents. Default: "USD".

        Errors:
            customer_not_found: There is no customer of that id.
            invoice_exists: The customer has an open invoice, and can have one only; nothing was written.
        """
        return self._call(
            _CREATE_INVOICE,
            {
                "customer_id": customer_id,
                "line_items": line_items,
                "currency": currency,
            },
            options,
        )

    def delete_account(
        self,
        *,
        customer_id: str,
        options: _CallOptions | None = None,
    ) -> DeleteAccountResult:
        """Delete a customer's account.

        That cannot be undone, so a call from outside is made only when somebody of the shop
        has said yes to it. The shop's own code and the command line make it at once.

        Use when: A customer asks for the account to be deleted.

        Do not use when: A customer only wants to change something.

        Args:
            customer_id: The customer's id, such as cus_123.

        Errors:
            account_in_use: The customer has an open invoice; nothing was deleted.
            customer_not_found: There is no customer of that id.
        """
        return self._call(
            _DELETE_ACCOUNT,
            {
                "customer_id": customer_id,
            },
            options,
        )

    def lookup_customer(
        self,
        *,
        email: str,
        options: _CallOptions | None = None,
    ) -> LookupCustomerResult:
        """Find a customer by email address.

        It only reads, and is called by POST all the same: what stands in an address line
        ends up in the logs of servers and proxies, and there no one's email should be. Nobody
        may try a list of addresses, so one caller gets few answers a minute.

        Use when: The user names a customer by email address, and another action asks for the customer's id.

        Do not use when: The customer's id is known already.

        Args:
            email: The customer's email address, in any case.

        Errors:
            email_unknown: No customer has that address.
        """
        return self._call(
            _LOOKUP_CUSTOMER,
            {
                "email": email,
            },
            options,
        )


class AsyncCustomersActions(_AsyncCalls[_AsyncAuth]):
    """The actions of `customers`."""

    async def create_invoice(
        self,
        *,
        customer_id: str,
        line_items: list[_models.LineItem],
        currency: _typing.Literal['USD', 'EUR', 'GBP'] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> CreateInvoiceResult:
        """Open an invoice for a customer.

        A customer has one open invoice at a time, which takes its id from the customer's.

        Use when: The user wants to charge a customer for something.

        Do not use when: The user orders products: create_order says what they cost.

        Args:
            customer_id: The customer's id, such as cus_123.
            line_items: May be empty.
            currency: A currency whose unit has a hundred cents. Default: "USD".

        Errors:
            customer_not_found: There is no customer of that id.
            invoice_exists: The customer has an open invoice, and can have one only; nothing was written.
        """
        return await self._call(
            _CREATE_INVOICE,
            {
                "customer_id": customer_id,
                "line_items": line_items,
                "currency": currency,
            },
            options,
        )

    async def delete_account(
        self,
        *,
        customer_id: str,
        options: _CallOptions | None = None,
    ) -> DeleteAccountResult:
        """Delete a customer's account.

        That cannot be undone, so a call from outside is made only when somebody of the shop
        has said yes to it. The shop's own code and the command line make it at once.

        Use when: A customer asks for the account to be deleted.

        Do not use when: A customer only wants to change something.

        Args:
            customer_id: The customer's id, such as cus_123.

        Errors:
            account_in_use: The customer has an open invoice; nothing was deleted.
            customer_not_found: There is no customer of that id.
        """
        return await self._call(
            _DELETE_ACCOUNT,
            {
                "customer_id": customer_id,
            },
            options,
        )

    async def lookup_customer(
        self,
        *,
        email: str,
        options: _CallOptions | None = None,
    ) -> LookupCustomerResult:
        """Find a customer by email address.

        It only reads, and is called by POST all the same: what stands in an address line
        ends up in the logs of servers and proxies, and there no one's email should be. Nobody
        may try a list of addresses, so one caller gets few answers a minute.

        Use when: The user names a customer by email address, and another action asks for the customer's id.

        Do not use when: The customer's id is known already.

        Args:
            email: The customer's email address, in any case.

        Errors:
            email_unknown: No customer has that address.
        """
        return await self._call(
            _LOOKUP_CUSTOMER,
            {
                "email": email,
            },
            options,
        )
