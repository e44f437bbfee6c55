from __future__ import annotations

from typing import Annotated

from actionary import Context, Example, action
from pydantic import BaseModel, Field
from sqlalchemy import select

from actions._database import Resources
from actions._tables import foods
from actions.meals._meals import Kcal


class Estimate(BaseModel):
    """What some food comes to."""

    kcal: Annotated[Kcal | None, Field(description="Null for a food that is not in the table.")]


@action(
    public=True,
    http=False,
    read_only=True,
    when_to_use="The user tells of a meal without its calories: guess them before log_meal.",
    when_not_to_use="The user gave the calories.",
    tags=["meals"],
    open_world=False,
    parallel_safe=True,
    examples=[
        Example({"food": "Bread", "grams": 80}, {"kcal": 212}),
        Example({"food": "moon cake", "grams": 80}, {"kcal": None}),
    ],
)
async def estimate_calories(
    food: Annotated[str, Field(description="One food in the singular, in English.", min_length=1)],
    grams: Annotated[int, Field(ge=1, le=2000)],
    *,
    ctx: Context[Resources],
) -> Estimate:
    """Guess the calories of some food.

    Good enough for a conversation and no number to build an application on, so agents
    may use it and there is no HTTP door.
    """
    per_100_grams = select(foods.c.kcal_per_100_grams).where(foods.c.name == food.strip().lower())
    async with ctx.resources.database.connect() as connection:
        kcal = await connection.scalar(per_100_grams)
    return Estimate(kcal=None if kcal is None else round(kcal * grams / 100))
