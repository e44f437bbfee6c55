"""The actions of `meals`."""

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
from .._runtime.unset import UNSET as _UNSET
from .._runtime.unset import Unset as _Unset

_ListMealsAnswer: _typing.TypeAlias = (
    _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
)
ListMealsError: _typing.TypeAlias = _ListMealsAnswer | _errors.ClientError
ListMealsResult: _typing.TypeAlias = _Ok[_models.Diary] | ListMealsError

_LIST_MEALS: _Call[_models.Diary, _ListMealsAnswer] = _Call(
    action="list_meals",
    method="GET",
    path="/api/actions/list_meals",
    data=lambda: _pydantic.TypeAdapter[_models.Diary](_models.Diary),
    errors=lambda: {
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
    },
    repeatable=True,
)

_LogMealAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Conflict
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.TimeOutOfRange
)
LogMealError: _typing.TypeAlias = _LogMealAnswer | _errors.ClientError
LogMealResult: _typing.TypeAlias = _Ok[_models.Meal] | LogMealError

_LOG_MEAL: _Call[_models.Meal, _LogMealAnswer] = _Call(
    action="log_meal",
    method="POST",
    path="/api/actions/log_meal",
    data=lambda: _pydantic.TypeAdapter[_models.Meal](_models.Meal),
    errors=lambda: {
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "conflict": _errors.Conflict,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "time_out_of_range": _errors.TimeOutOfRange,
    },
    takes_key=True,
)

_UpdateMealAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.MealNotFound
    | _errors.TimeOutOfRange
)
UpdateMealError: _typing.TypeAlias = _UpdateMealAnswer | _errors.ClientError
UpdateMealResult: _typing.TypeAlias = _Ok[_models.Meal] | UpdateMealError

_UPDATE_MEAL: _Call[_models.Meal, _UpdateMealAnswer] = _Call(
    action="update_meal",
    method="PUT",
    path="/api/actions/update_meal",
    data=lambda: _pydantic.TypeAdapter[_models.Meal](_models.Meal),
    errors=lambda: {
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "meal_not_found": _errors.MealNotFound,
        "time_out_of_range": _errors.TimeOutOfRange,
    },
    repeatable=True,
)


class MealsActions(_SyncCalls[_Auth]):
    """The actions of `meals`."""

    def list_meals(
        self,
        *,
        day: _datetime.date,
        tags: list[str] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> ListMealsResult:
        """List the meals of a day, in the order in which they were eaten.

        Use when: The user asks what they ate, or how much, on some day.

        Do not use when: The user tells of a meal: that is log_meal.

        Args:
            day: The day, from midnight to midnight in UTC.
            tags: Only meals that have all of these. Default: [].
        """
        return self._call(
            _LIST_MEALS,
            {
                "day": day,
                "tags": tags,
            },
            options,
        )

    def log_meal(
        self,
        *,
        eaten_at: _datetime.datetime,
        kcal: int,
        kind: _typing.Literal['breakfast', 'lunch', 'dinner', 'snack'],
        name: str,
        tags: list[str] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> LogMealResult:
        """Write a meal into the diary.

        Times come back in UTC.

        Use when: The user tells what they ate.

        Do not use when: The user asks what they ate: that is list_meals.

        Args:
            eaten_at: When, with the offset from UTC.
            kcal: In kilocalories.
            name: What was eaten.
            tags: Default: [].

        Errors:
            time_out_of_range: In UTC the time is before the year 1 or after the year 9999, which the diary cannot keep.
        """
        return self._call(
            _LOG_MEAL,
            {
                "eaten_at": eaten_at,
                "kcal": kcal,
                "kind": kind,
                "name": name,
                "tags": tags,
            },
            options,
        )

    def update_meal(
        self,
        *,
        eaten_at: _datetime.datetime,
        kcal: int,
        kind: _typing.Literal['breakfast', 'lunch', 'dinner', 'snack'],
        meal_id: int,
        name: str,
        tags: list[str],
        options: _CallOptions | None = None,
    ) -> UpdateMealResult:
        """Replace a meal of the diary.

        Give all of it, also what stays as list_meals says it: nothing of the meal that was
        there is kept but its id.

        Use when: The user corrects a meal that is in the diary.

        Do not use when: The user tells of another meal: that is log_meal.

        Args:
            eaten_at: When, with the offset from UTC.
            kcal: In kilocalories.
            meal_id: The meal's id, as list_meals gives it.
            name: What was eaten.

        Errors:
            meal_not_found: The diary has no meal of that id.
            time_out_of_range: In UTC the time is before the year 1 or after the year 9999, which the diary cannot keep.
        """
        return self._call(
            _UPDATE_MEAL,
            {
                "eaten_at": eaten_at,
                "kcal": kcal,
                "kind": kind,
                "meal_id": meal_id,
                "name": name,
                "tags": tags,
            },
            options,
        )


class AsyncMealsActions(_AsyncCalls[_AsyncAuth]):
    """The actions of `meals`."""

    async def list_meals(
        self,
        *,
        day: _datetime.date,
        tags: list[str] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> ListMealsResult:
        """List the meals of a day, in the order in which they were eaten.

        Use when: The user asks what they ate, or how much, on some day.

        Do not use when: The user tells of a meal: that is log_meal.

        Args:
            day: The day, from midnight to midnight in UTC.
            tags: Only meals that have all of these. Default: [].
        """
        return await self._call(
            _LIST_MEALS,
            {
                "day": day,
                "tags": tags,
            },
            options,
        )

    async def log_meal(
        self,
        *,
        eaten_at: _datetime.datetime,
        kcal: int,
        kind: _typing.Literal['breakfast', 'lunch', 'dinner', 'snack'],
        name: str,
        tags: list[str] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> LogMealResult:
        """Write a meal into the diary.

        Times come back in UTC.

        Use when: The user tells what they ate.

        Do not use when: The user asks what they ate: that is list_meals.

        Args:
            eaten_at: When, with the offset from UTC.
            kcal: In kilocalories.
            name: What was eaten.
            tags: Default: [].

        Errors:
            time_out_of_range: In UTC the time is before the year 1 or after the year 9999, which the diary cannot keep.
        """
        return await self._call(
            _LOG_MEAL,
            {
                "eaten_at": eaten_at,
                "kcal": kcal,
                "kind": kind,
                "name": name,
                "tags": tags,
            },
            options,
        )

    async def update_meal(
        self,
        *,
        eaten_at: _datetime.datetime,
        kcal: int,
        kind: _typing.Literal['breakfast', 'lunch', 'dinner', 'snack'],
        meal_id: int,
        name: str,
        tags: list[str],
        options: _CallOptions | None = None,
    ) -> UpdateMealResult:
        """Replace a meal of the diary.

        Give all of it, also what stays as list_meals says it: nothing of the meal that was
        there is kept but its id.

        Use when: The user corrects a meal that is in the diary.

        Do not use when: The user tells of another meal: that is log_meal.

        Args:
            eaten_at: When, with the offset from UTC.
            kcal: In kilocalories.
            meal_id: The meal's id, as list_meals gives it.
            name: What was eaten.

        Errors:
            meal_not_found: The diary has no meal of that id.
            time_out_of_range: In UTC the time is before the year 1 or after the year 9999, which the diary cannot keep.
        """
        return await self._call(
            _UPDATE_MEAL,
            {
                "eaten_at": eaten_at,
                "kcal": kcal,
                "kind": kind,
                "meal_id": meal_id,
                "name": name,
                "tags": tags,
            },
            options,
        )
