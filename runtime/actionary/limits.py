"""How much a server takes on: the size of inputs, beyond what their schemas say, and the calls at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Final

from actionary.coerce import MOST_PARAMETERS
from actionary.messages import invalid_input
from actionary.option_error import OptionError

_TEXT: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
"""A text, or what is there of one that does not end: nothing is looked at twice, whatever comes."""

_SPACE: Final = b" \t\n\r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a server takes on.

    ``body`` and ``query`` are the largest, in bytes; ``parameters`` the most of a query,
    and ``items`` of a body: the keys of all its objects and the items of all its lists.
    ``calls`` are the most that run, or whose replies are being sent, at once in one
    process, and ``listeners`` the most that hear of changes. How deeply JSON may be
    nested is what pydantic's parser follows: 200 lists and objects.

    Raises:
        OptionError: One of them is no whole number of at least 1.
    """

    body: int = 1024 * 1024
    query: int = 64 * 1024
    parameters: int = MOST_PARAMETERS
    items: int = 50_000
    calls: int = 1000
    listeners: int = 1000

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if type(value) is not int or value < 1:
                raise OptionError(
                    each.name, f"{value!r} is no limit", "write a whole number, 1 or more, or leave it out"
                )

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
