from __future__ import annotations

from actionary import ActionError, Context, Example, Http, action
from pydantic import BaseModel
from sqlalchemy import update

from actions._database import Resources
from actions._tables import meals
from actions.meals._meals import (
    EatenAt,
    Kcal,
    Meal,
    MealId,
    MealKind,
    MealName,
    Tags,
    TimeOutOfRange,
    in_utc,
)


class WhichMeal(BaseModel):
    """The meal that a call was about."""

    meal_id: MealId


class MealNotFound(ActionError[WhichMeal], code="meal_not_found", status=404):
    """The diary has no meal of that id."""


@action(
    public=True,
    http=Http("PUT"),
    when_to_use="The user corrects a meal that is in the diary.",
    when_not_to_use="The user tells of another meal: that is log_meal.",
    tags=["meals"],
    open_world=False,
    errors=[MealNotFound, TimeOutOfRange],
    examples=[
        Example(
            {
                "meal_id": 3,
                "name": "Fish and potatoes",
                "kind": "dinner",
                "kcal": 580,
                "eaten_at": "2026-03-01T20:00:00+01:00",
                "tags": ["warm"],
            },
            {
                "id": 3,
                "name": "Fish and potatoes",
                "kind": "dinner",
                "kcal": 580,
                "tags": ["warm"],
                "eaten_at": "2026-03-01T19:00:00Z",
            },
        )
    ],
)
async def update_meal(
    meal_id: MealId,
    *,
    name: MealName,
    kind: MealKind,
    kcal: Kcal,
    eaten_at: EatenAt,
    tags: Tags,
    ctx: Context[Resources],
) -> Meal:
    """Replace a meal of the diary.

    Give all of it, also what stays as list_meals says it: nothing of the meal that was
    there is kept but its id.
    """
    meal = {"name": name, "kind": kind, "kcal": kcal, "tags": list(tags), "eaten_at": in_utc(eaten_at)}
    replace = update(meals).where(meals.c.id == meal_id).values(meal).returning(meals)
    async with ctx.resources.database.begin() as connection:
        row = (await connection.execute(replace)).one_or_none()
    if row is None:
        raise MealNotFound("There is no such meal.", details=WhichMeal(meal_id=meal_id))
    return Meal.model_validate(row, from_attributes=True)
