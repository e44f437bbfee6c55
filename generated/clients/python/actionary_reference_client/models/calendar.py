"""Types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

import datetime as _datetime
import typing as _typing

import pydantic as _pydantic

from .._runtime.model import Model as _Model


class Event(_Model):
    """An entry of the calendar."""

    end: _datetime.datetime
    id: str
    start: _datetime.datetime
    title: str


class Period(_Model):
    """The days that a call was about."""

    from_: _typing.Annotated[_datetime.date, _pydantic.Field(alias="from")]
    """The first day, from midnight in UTC."""
    to: _datetime.date
    """The last day, to midnight in UTC."""
