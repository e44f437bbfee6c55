"""What a client is given to say who calls, by the names of the API's schemes."""

from __future__ import annotations

import typing as _typing

Auth = _typing.TypedDict(
    "Auth",
    {
    },
    total=False,
)
"""For `Client`: a value, or a function that gives it at each attempt."""

AsyncAuth = _typing.TypedDict(
    "AsyncAuth",
    {
    },
    total=False,
)
"""For `AsyncClient`: a value, or a function, asynchronous or not, that gives it at each attempt."""
