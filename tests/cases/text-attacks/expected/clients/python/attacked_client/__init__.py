"""The client of Shop */ \"\"\" ` ${x} </title>."""

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
    ApprovalAsked,
    ApprovalRequired,
    Attacked,
    ClientError,
    ClientTimeout,
    Conflict,
    Failure,
    Forbidden,
    HandlerError,
    InputProblem,
    InvalidInput,
    InvalidOutput,
    InvalidResponse,
    KeyConflict,
    MissingCredentials,
    MissingKeys,
    NetworkError,
    PayloadTooLarge,
    RateLimited,
    RawReply,
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
    "ApprovalAsked",
    "ApprovalRequired",
    "AsyncClient",
    "Attacked",
    "CallOptions",
    "CatalogDriftWarning",
    "Client",
    "ClientError",
    "ClientTimeout",
    "Conflict",
    "Failure",
    "Forbidden",
    "HandlerError",
    "InputProblem",
    "InvalidInput",
    "InvalidOutput",
    "InvalidResponse",
    "KeyConflict",
    "MissingCredentials",
    "MissingKeys",
    "NetworkError",
    "Ok",
    "PayloadTooLarge",
    "RateLimited",
    "RawReply",
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
