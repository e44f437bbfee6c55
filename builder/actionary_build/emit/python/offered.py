"""What every Python client offers, whatever its actions: the public names of its runtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RUNTIME_ERRORS: Final = (
    *("Failure", "InvalidInput", "Unauthorized", "RateLimited", "PayloadTooLarge"),
    *("UnsupportedMediaType", "Forbidden", "Conflict", "ApprovalRequired", "MissingCredentials"),
    *("Timeout", "HandlerError", "InvalidOutput", "Unavailable"),
    *("NetworkError", "ClientTimeout", "Aborted", "InvalidResponse", "UnknownError", "ClientError"),
    *("InputProblem", "KeyConflict", "ApprovalAsked", "MissingKeys", "RawReply", "UnknownCode"),
)
"""What the runtime's ``errors`` offers."""

RUNTIME_MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "auth": ("BasicCredentials",),
    "changes": ("Change", "Reset"),
    "drift": ("CatalogDriftWarning",),
    "hooks": ("RequestInfo", "ResponseInfo", "RetryInfo"),
    "options": ("CallOptions",),
    "pages": ("AsyncPages", "Pages"),
    "progress": ("Progress",),
    "result": ("ActionError", "Ok", "unwrap"),
    "retry": ("Retry",),
    "streaming": ("progress", "subscribe_changes"),
    "unset": ("UNSET", "Unset"),
}
"""In which module of the runtime the public names are."""

RUNTIME_NAMES: Final = (
    *(name for names in RUNTIME_MODULES.values() for name in names),
    *("AsyncAuth", "AsyncClient", "Auth", "Client"),
)
"""What the package offers beside its errors, actions and models."""
