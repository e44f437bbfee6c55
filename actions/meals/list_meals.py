from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from actionary import Context, Example, Http, action
from pydantic import BaseModel, Field
from sqlalchemy import select

from actions._database import Resources
from actions._tables import meals
from actions.meals._meals import Meal, Tag


class Diary(BaseModel):
    """The meals of a day."""

    day: date
    meals: list[Meal]
    total_kcal: int = Field(description="Of the meals that are listed, in kilocalories.")


@action(
    public=True,
    http=Http("GET"),
    when_to_use="The user asks what they ate, or how much, on some day.",
    when_not_to_use="The user tells of a meal: that is log_meal.",
    tags=["meals"],
    open_world=False,
    parallel_safe=True,
    examples=[
        Example(
            {"day": "2026-03-01", "tags": ["vegan", "warm"]},
            {
                "day": "2026-03-01",
                "meals": [
                    {
                        "id": 2,
                        "name": "Lentil soup",
                        "kind": "lunch",
                        "kcal": 420,
                        "tags": ["vegan", "warm"],
                        "eaten_at": "2026-03-01T12:30:00Z",
                    }
                ],
                "total_kcal": 420,
            },
        ),
        Example({"day": "2020-02-29"}, {"day": "2020-02-29", "meals": [], "total_kcal": 0}),
    ],
)
async def list_meals(
    day: Annotated[date, Field(description="The day, from midnight to midnight in UTC.")],
    tags: Annotated[tuple[Tag, ...], Field(description="Only meals that have all of these.")] = (),
    *,
    ctx: Context[Resources],
) -> Diary:
    """List the meals of a day, in the order in which they were eaten."""
    first, last = (datetime.combine(day, at, UTC) for at in (time.min, time.max))
    of_the_day = (
        select(meals).where(meals.c.eaten_at.between(first, last)).order_by(meals.c.eaten_at, meals.c.id)
    )
    async with ctx.resources.database.connect() as connection:
        rows = await connection.execute(of_the_day)
        found = [Meal.model_validate(row, from_attributes=True) for row in rows]
    listed = [meal for meal in found if set(tags) <= set(meal.tags)]
    return Diary(day=day, meals=listed, total_kcal=sum(meal.kcal for meal in listed))
