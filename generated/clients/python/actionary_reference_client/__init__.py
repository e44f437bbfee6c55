"""The client of Actionary reference."""

from __future__ import annotations

import typing as _typing

from ._runtime.lazy import lazily as _lazily
from . import models as models
from ._auth import AsyncAuth as AsyncAuth
from ._auth import Auth as Auth
from ._runtime.auth import BasicCredentials as BasicCredentials
from ._runtime.changes import Change as Change
from ._runtime.changes import Reset as Reset
from ._runtime.drift import CatalogDriftWarning as CatalogDriftWarning
from ._runtime.hooks import RequestInfo as RequestInfo
from ._runtime.hooks import ResponseInfo as ResponseInfo
from ._runtime.hooks import RetryInfo as RetryInfo
from ._runtime.options import CallOptions as CallOptions
from ._runtime.pages import AsyncPages as AsyncPages
from ._runtime.pages import Pages as Pages
from ._runtime.progress import Progress as Progress
from ._runtime.result import ActionError as ActionError
from ._runtime.result import Ok as Ok
from ._runtime.result import unwrap as unwrap
from ._runtime.retry import Retry as Retry
from ._runtime.streaming import progress as progress
from ._runtime.streaming import subscribe_changes as subscribe_changes
from ._runtime.unset import UNSET as UNSET
from ._runtime.unset import Unset as Unset
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
from .client import AsyncClient as AsyncClient
from .client import Client as Client

if _typing.TYPE_CHECKING:
    from .errors.approvals import AlreadyDecided as AlreadyDecided
    from .errors.approvals import NoSuchApproval as NoSuchApproval
    from .errors.calendar import PeriodBackwards as PeriodBackwards
    from .errors.customers import AccountInUse as AccountInUse
    from .errors.customers import CustomerNotFound as CustomerNotFound
    from .errors.customers import EmailUnknown as EmailUnknown
    from .errors.customers import InvoiceExists as InvoiceExists
    from .errors.inbox import ThreadNotFound as ThreadNotFound
    from .errors.meals import MealNotFound as MealNotFound
    from .errors.meals import TimeOutOfRange as TimeOutOfRange
    from .errors.orders import OrderNotFound as OrderNotFound
    from .errors.orders import OutOfStock as OutOfStock
    from .errors.orders import ProductNotFound as ProductNotFound
else:
    __getattr__, __dir__ = _lazily(__name__, {'errors.approvals': ('AlreadyDecided', 'NoSuchApproval'),
 'errors.calendar': ('PeriodBackwards',),
 'errors.customers': ('AccountInUse', 'CustomerNotFound', 'EmailUnknown', 'InvoiceExists'),
 'errors.inbox': ('ThreadNotFound',),
 'errors.meals': ('MealNotFound', 'TimeOutOfRange'),
 'errors.orders': ('OrderNotFound', 'OutOfStock', 'ProductNotFound')})

__all__ = [
    "Aborted",
    "AccountInUse",
    "ActionError",
    "AlreadyDecided",
    "ApprovalAsked",
    "ApprovalRequired",
    "AsyncAuth",
    "AsyncClient",
    "AsyncPages",
    "Auth",
    "BasicCredentials",
    "CallOptions",
    "CatalogDriftWarning",
    "Change",
    "Client",
    "ClientError",
    "ClientTimeout",
    "Conflict",
    "CustomerNotFound",
    "EmailUnknown",
    "Failure",
    "Forbidden",
    "HandlerError",
    "InputProblem",
    "InvalidInput",
    "InvalidOutput",
    "InvalidResponse",
    "InvoiceExists",
    "KeyConflict",
    "MealNotFound",
    "MissingCredentials",
    "MissingKeys",
    "NetworkError",
    "NoSuchApproval",
    "Ok",
    "OrderNotFound",
    "OutOfStock",
    "Pages",
    "PayloadTooLarge",
    "PeriodBackwards",
    "ProductNotFound",
    "Progress",
    "RateLimited",
    "RawReply",
    "RequestInfo",
    "Reset",
    "ResponseInfo",
    "Retry",
    "RetryInfo",
    "ThreadNotFound",
    "TimeOutOfRange",
    "Timeout",
    "UNSET",
    "Unauthorized",
    "Unavailable",
    "UnknownCode",
    "UnknownError",
    "Unset",
    "UnsupportedMediaType",
    "models",
    "progress",
    "subscribe_changes",
    "unwrap",
]
