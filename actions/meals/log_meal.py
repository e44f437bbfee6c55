from __future__ import annotations

from actionary import Context, Example, action
from sqlalchemy import insert

from actions._database import Resources
from actions._tables import meals
from actions.meals._meals import EatenAt, Kcal, Meal, MealKind, MealName, Tags, TimeOutOfRange, in_utc


@action(
    public=True,
    when_to_use="The user tells what they ate.",
    when_not_to_use="The user asks what they ate: that is list_meals.",
    tags=["meals"],
    destructive=False,
    open_world=False,
    errors=[TimeOutOfRange],
    examples=[
        Example(
            {
                "name": "Pasta",
                "kind": "dinner",
                "kcal": 640,
                "eaten_at": "2026-03-02T20:00:00+01:00",
                "tags": ["warm"],
            },
            {
                "id": 5,
                "name": "Pasta",
                "kind": "dinner",
                "kcal": 640,
                "tags": ["warm"],
                "eaten_at": "2026-03-02T19:00:00Z",
            },
        )
    ],
)
async def log_meal(
    name: MealName, kind: MealKind, kcal: Kcal, eaten_at: EatenAt, tags: Tags = (), *, ctx: Context[Resources]
) -> Meal:
    """Write a meal into the diary.

    Times come back in UTC.
    """
    meal = {"name": name, "kind": kind, "kcal": kcal, "tags": list(tags), "eaten_at": in_utc(eaten_at)}
    async with ctx.resources.database.begin() as connection:
        row = (await connection.execute(insert(meals).values(meal).returning(meals))).one()
    return Meal.model_validate(row, from_attributes=True)
