"""What a client is given to say who calls, by the names of the API's schemes."""

from __future__ import annotations

import typing as _typing

from ._runtime.auth import AsyncSecret as _AsyncSecret
from ._runtime.auth import Secret as _Secret

Auth = _typing.TypedDict(
    "Auth",
    {
        "shopkeeper": _Secret,
    },
    total=False,
)
"""For `Client`: a value, or a function that gives it at each attempt."""

AsyncAuth = _typing.TypedDict(
    "AsyncAuth",
    {
        "shopkeeper": _AsyncSecret,
    },
    total=False,
)
"""For `AsyncClient`: a value, or a function, asynchronous or not, that gives it at each attempt."""
