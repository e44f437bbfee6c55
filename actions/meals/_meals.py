"""What the meal actions share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from actionary import ActionError
from pydantic import AwareDatetime, BaseModel, Field

MealId = Annotated[int, Field(description="The meal's id, as list_meals gives it.", ge=1, le=2**53 - 1)]
MealName = Annotated[str, Field(description="What was eaten.", min_length=1, max_length=200)]
MealKind = Literal["breakfast", "lunch", "dinner", "snack"]
Kcal = Annotated[int, Field(description="In kilocalories.", ge=0, le=20_000)]
EatenAt = Annotated[AwareDatetime, Field(description="When, with the offset from UTC.")]
Tag = Annotated[str, Field(pattern="^[a-z]+$", max_length=30)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=10)]


class Meal(BaseModel):
    """A meal of the diary."""

    id: int
    name: str
    kind: MealKind
    kcal: Kcal
    tags: list[Tag]
    eaten_at: AwareDatetime


class WhichTime(BaseModel):
    """The time that a call was about."""

    eaten_at: AwareDatetime


class TimeOutOfRange(ActionError[WhichTime], code="time_out_of_range", status=422):
    """In UTC the time is before the year 1 or after the year 9999, which the diary cannot keep."""


def in_utc(eaten_at: datetime) -> datetime:
    """Turn a time into UTC, as the diary keeps it.

    Raises:
        TimeOutOfRange: That is in no year from 1 to 9999.
    """
    try:
        return eaten_at.astimezone(UTC)
    except OverflowError:
        raise TimeOutOfRange(
            "The diary cannot keep that time.", details=WhichTime(eaten_at=eaten_at)
        ) from None
