"""Errors of actions; each class stands for one ``code``."""

from __future__ import annotations

from dataclasses import dataclass as _dataclass
import typing as _typing

from .. import models as _models
from .._runtime.errors import Failure as _Failure


@_dataclass(frozen=True, slots=True, kw_only=True)
class AccountInUse(_Failure):
    """The customer has an open invoice; nothing was deleted."""

    details: _models.OpenInvoice
    code: _typing.Literal["account_in_use"] = "account_in_use"


@_dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNotFound(_Failure):
    """There is no customer of that id."""

    details: _models.WhichCustomer
    code: _typing.Literal["customer_not_found"] = "customer_not_found"


@_dataclass(frozen=True, slots=True, kw_only=True)
class EmailUnknown(_Failure):
    """No customer has that address."""

    details: _models.WhichEmail
    code: _typing.Literal["email_unknown"] = "email_unknown"


@_dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceExists(_Failure):
    """The customer has an open invoice, and can have one only; nothing was written."""

    details: _models.Invoice
    code: _typing.Literal["invoice_exists"] = "invoice_exists"
