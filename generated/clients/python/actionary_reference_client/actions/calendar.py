"""The actions of `calendar`."""

from __future__ import annotations

import datetime as _datetime
import typing as _typing

import pydantic as _pydantic

from .. import errors as _errors
from .. import models as _models
from .._auth import AsyncAuth as _AsyncAuth
from .._auth import Auth as _Auth
from .._runtime.call import Call as _Call
from .._runtime.client import AsyncCalls as _AsyncCalls
from .._runtime.client import SyncCalls as _SyncCalls
from .._runtime.options import CallOptions as _CallOptions
from .._runtime.result import Ok as _Ok

_ListEventsAnswer: _typing.TypeAlias = (
    _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.PeriodBackwards
)
ListEventsError: _typing.TypeAlias = _ListEventsAnswer | _errors.ClientError
ListEventsResult: _typing.TypeAlias = _Ok[list[_models.Event]] | ListEventsError

_LIST_EVENTS: _Call[list[_models.Event], _ListEventsAnswer] = _Call(
    action="list_events",
    method="GET",
    path="/api/actions/list_events",
    data=lambda: _pydantic.TypeAdapter[list[_models.Event]](list[_models.Event]),
    errors=lambda: {
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "period_backwards": _errors.PeriodBackwards,
    },
    repeatable=True,
)


class CalendarActions(_SyncCalls[_Auth]):
    """The actions of `calendar`."""

    def list_events(
        self,
        *,
        from_: _datetime.date,
        to: _datetime.date,
        options: _CallOptions | None = None,
    ) -> ListEventsResult:
        """List the events of some days, in the order in which they begin.

        An event that goes on past midnight is one of both days.

        Use when: The user asks what is on, on some day or between two days.

        Do not use when: The user asks what they ate on a day: that is list_meals.

        Args:
            from_: The first day, from midnight in UTC.
            to: The last day, to midnight in UTC.

        Errors:
            period_backwards: The last day is before the first.
        """
        return self._call(
            _LIST_EVENTS,
            {
                "from": from_,
                "to": to,
            },
            options,
        )


class AsyncCalendarActions(_AsyncCalls[_AsyncAuth]):
    """The actions of `calendar`."""

    async def list_events(
        self,
        *,
        from_: _datetime.date,
        to: _datetime.date,
        options: _CallOptions | None = None,
    ) -> ListEventsResult:
        """List the events of some days, in the order in which they begin.

        An event that goes on past midnight is one of both days.

        Use when: The user asks what is on, on some day or between two days.

        Do not use when: The user asks what they ate on a day: that is list_meals.

        Args:
            from_: The first day, from midnight in UTC.
            to: The last day, to midnight in UTC.

        Errors:
            period_backwards: The last day is before the first.
        """
        return await self._call(
            _LIST_EVENTS,
            {
                "from": from_,
                "to": to,
            },
            options,
        )
