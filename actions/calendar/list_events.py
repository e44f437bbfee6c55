from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from actionary import ActionError, Context, Example, Http, action
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select

from actions._database import Resources
from actions._tables import events

FirstDay = Annotated[date, Field(alias="from", description="The first day, from midnight in UTC.")]
LastDay = Annotated[date, Field(description="The last day, to midnight in UTC.")]


class Event(BaseModel):
    """An entry of the calendar."""

    id: str
    title: str
    start: AwareDatetime
    end: AwareDatetime


class Period(BaseModel):
    """The days that a call was about."""

    from_: FirstDay
    to: LastDay


class PeriodBackwards(ActionError[Period], code="period_backwards", status=422):
    """The last day is before the first."""


@action(
    public=True,
    http=Http("GET"),
    when_to_use="The user asks what is on, on some day or between two days.",
    when_not_to_use="The user asks what they ate on a day: that is list_meals.",
    tags=["calendar"],
    open_world=False,
    parallel_safe=True,
    errors=[PeriodBackwards],
    examples=[
        Example(
            {"from": "2026-03-02", "to": "2026-03-03"},
            [
                {
                    "id": "e-2",
                    "title": "Stocktaking",
                    "start": "2026-03-02T21:00:00Z",
                    "end": "2026-03-03T01:00:00Z",
                },
                {
                    "id": "e-3",
                    "title": "Talk on winter boots",
                    "start": "2026-03-03T17:00:00Z",
                    "end": "2026-03-03T18:30:00Z",
                },
            ],
        ),
        Example({"from": "2020-02-29", "to": "2020-02-29"}, []),
    ],
)
async def list_events(from_: FirstDay, to: LastDay, *, ctx: Context[Resources]) -> list[Event]:
    """List the events of some days, in the order in which they begin.

    An event that goes on past midnight is one of both days.
    """
    if to < from_:
        days = Period.model_validate({"from": from_, "to": to})
        raise PeriodBackwards("The last day is before the first.", details=days)
    begin, end = datetime.combine(from_, time.min, UTC), datetime.combine(to, time.max, UTC)
    of_the_days = (
        select(events)
        .where(events.c.start <= end, events.c.end > begin)
        .order_by(events.c.start, events.c.id)
    )
    async with ctx.resources.database.connect() as connection:
        rows = await connection.execute(of_the_days)
        return [Event.model_validate(row, from_attributes=True) for row in rows]
