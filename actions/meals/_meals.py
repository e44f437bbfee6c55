"""What the meal actions share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

MealKind = Literal["breakfast", "lunch", "dinner", "snack"]
Kcal = Annotated[int, Field(description="In kilocalories.", ge=0, le=20_000)]
Tag = Annotated[str, Field(pattern="^[a-z]+$", max_length=30)]


class Meal(BaseModel):
    """A meal of the diary."""

    id: int
    name: str
    kind: MealKind
    kcal: Kcal
    tags: list[Tag]
    eaten_at: datetime
