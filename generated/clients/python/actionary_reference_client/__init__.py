"""The client of Actionary reference."""

from __future__ import annotations

from . import models as models
from ._runtime.client import (
    CatalogDriftWarning,
)
from ._runtime.options import (
    CallOptions,
)
from ._runtime.result import (
    ActionError,
    Ok,
    unwrap,
)
from ._runtime.unset import (
    UNSET,
    Unset,
)
from .client import (
    AsyncClient,
    Client,
)
from .errors import (
    Aborted,
    ClientError,
    ClientTimeout,
    CustomerNotFound,
    EmailUnknown,
    Failure,
    Forbidden,
    HandlerError,
    InputProblem,
    InvalidInput,
    InvalidOutput,
    InvalidResponse,
    InvoiceExists,
    MealNotFound,
    MissingCredentials,
    MissingKeys,
    NetworkError,
    OrderNotFound,
    OutOfStock,
    PayloadTooLarge,
    PeriodBackwards,
    ProductNotFound,
    RateLimited,
    RawReply,
    ThreadNotFound,
    TimeOutOfRange,
    Timeout,
    Unauthorized,
    Unavailable,
    UnknownCode,
    UnknownError,
    UnsupportedMediaType,
)

__all__ = [
    "Aborted",
    "ActionError",
    "AsyncClient",
    "CallOptions",
    "CatalogDriftWarning",
    "Client",
    "ClientError",
    "ClientTimeout",
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
    "MealNotFound",
    "MissingCredentials",
    "MissingKeys",
    "NetworkError",
    "Ok",
    "OrderNotFound",
    "OutOfStock",
    "PayloadTooLarge",
    "PeriodBackwards",
    "ProductNotFound",
    "RateLimited",
    "RawReply",
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
    "unwrap",
]
