"""What a request and its refusal say in headers of who calls."""

from __future__ import annotations

import re
from typing import Final

from actionary.context import Request

MOST_BYTES: Final = 16 * 1024
"""The longest value of a header that is looked at."""

_CREDENTIALS: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) +([A-Za-z0-9\-._~+/]+=*)")
"""A scheme and a token68 (RFC 9110 §11.4), which Bearer and Basic both send."""


def values_of(request: Request, name: str) -> list[bytes]:
    """Give every value that a request has for a header; ``name`` is in lower case."""
    wanted = name.encode()
    return [value for key, value in request.scope.get("headers", ()) if key.lower() == wanted]


def only_value(request: Request, name: str) -> bytes | None:
    """Give the value of a header; ``None`` for none, for several, and for more than `MOST_BYTES`.

    Of several, two programs on the way might each have trusted another one.
    """
    values = values_of(request, name)
    return values[0] if len(values) == 1 and len(values[0]) <= MOST_BYTES else None


def credentials(request: Request, scheme: bytes) -> bytes | None:
    """Give what ``Authorization`` has after the name of a scheme, which is in lower case here.

    ``None`` where there is no such header, another scheme, or what is out of form.
    """
    value = only_value(request, "authorization")
    found = None if value is None else _CREDENTIALS.fullmatch(value)
    return found[2] if found is not None and found[1].lower() == scheme else None


def tries(request: Request, scheme: bytes) -> bool:
    """Say whether a request has an ``Authorization`` of a scheme, in whatever form."""
    return any(
        value[: len(scheme) + 1].strip().lower() == scheme for value in values_of(request, "authorization")
    )


def challenge(scheme: str, **parameters: str) -> str:
    """Write a challenge, every parameter as a quoted string (RFC 9110 §11.2, §5.6.4)."""
    written = (f'{key}="{_quoted(value)}"' for key, value in parameters.items() if value)
    return f"{scheme} {', '.join(written)}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
