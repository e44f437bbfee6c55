"""Types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

import typing as _typing

import pydantic as _pydantic

from .._runtime.model import Model as _Model


class SentEmail(_Model):
    """What became of a message."""

    message_id: str
    """The message's id, such as m-5f2c9a1b7d3e."""
    sent: bool
    """Whether it is in the outbox, from which it goes out."""


class ThreadSummary(_Model):
    """What a thread is about."""

    message_count: _typing.Annotated[int, _pydantic.Field(ge=0)]
    summary: str


class Triaged(_Model):
    """What was found out about a message."""

    priority: Priority


class WhichThread(_Model):
    """The thread that a call was about."""

    thread_id: _typing.Annotated[str, _pydantic.Field(max_length=64, min_length=1)]
    """The thread's id, such as t-1."""


Priority: _typing.TypeAlias = _typing.Literal['low', 'normal', 'high', 'urgent']
"""How soon somebody should read a message."""
