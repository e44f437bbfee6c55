"""How much of an input a server reads, beyond what its schema says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from actionary.coerce import MOST_PARAMETERS
from actionary.messages import invalid_input

_TEXT: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SPACE: Final = b" \t\n\r"


@dataclass(frozen=True, slots=True)
class InputLimits:
    """The largest ``body`` and ``query`` in bytes; the most query ``parameters``, and ``items`` of a body.

    Items are the keys of all objects and the items of all lists. How deeply JSON may be
    nested is what pydantic's parser follows: 200 lists and objects.
    """

    body: int = 1024 * 1024
    query: int = 64 * 1024
    parameters: int = MOST_PARAMETERS
    items: int = 50_000

    def check_items(self, body: bytes) -> None:
        """Refuse a body of too many keys and items; what is wrong with each would take long to say.

        Raises:
            CommonError: ``invalid_input``.
        """
        # Each item but the first of its list or object has a comma, and that a bracket.
        if _marks(body) <= self.items:
            return
        bare = _TEXT.sub(b'"', body).translate(None, _SPACE)
        if _marks(bare) - bare.count(b"[]") - bare.count(b"{}") > self.items:
            raise invalid_input(([], "too_many_items", f"has more than {self.items:,} keys and items"))


def _marks(body: bytes) -> int:
    return body.count(b",") + body.count(b"[") + body.count(b"{")
