"""Types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

import datetime as _datetime
import typing as _typing

from .._runtime.model import Model as _Model


class AskedCall(_Model):
    """A call that somebody wants to make, and what became of that."""

    action: str
    asked_at: _datetime.datetime
    decided_by: str | None
    """Who decided, where that is known."""
    expires_at: _datetime.datetime
    """Until when it can be decided about and made."""
    input: _typing.Any
    """The input, with asterisks for its secrets."""
    key: str
    """What the caller repeats the call with once it is approved."""
    organisation: str | None
    principal: str | None
    """Who wants to make the call, where that is known."""
    state: _typing.Literal['pending', 'approved', 'denied', 'used']
    """Whether it waits, may be made, may not, or was made."""
    summary: str
    """One line of what the call would do."""


class AskedCalls(_Model):
    """Calls that somebody wants to make."""

    approvals: list[AskedCall]
    next_cursor: str | None
    """What leads to the next page; null on the last one."""
