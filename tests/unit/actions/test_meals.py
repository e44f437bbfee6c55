"""The meal diary."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from actionary import Err, Registry, invoke_action, unwrap

Call = Callable[..., Coroutine[Any, Any, Any]]


async def test_a_meal_is_listed_on_its_day_in_utc(registry: Registry) -> None:
    given = {"name": "Toast", "kind": "snack", "kcal": 210, "eaten_at": "2026-05-02T01:00:00+02:00"}
    meal = unwrap(await invoke_action("log_meal", given, registry=registry))
    assert meal.eaten_at.isoformat() == "2026-05-01T23:00:00+00:00"
    for day, listed in {"2026-05-01": [meal], "2026-05-02": []}.items():
        diary = unwrap(await invoke_action("list_meals", {"day": day}, registry=registry))
        assert diary.meals == listed


async def test_meals_are_listed_by_time_and_by_all_of_the_tags(registry: Registry) -> None:
    names = {}
    for tags in ([], ["vegan"], ["vegan", "warm"]):
        given = {"day": "2026-03-01", "tags": tags}
        diary = unwrap(await invoke_action("list_meals", given, registry=registry))
        names[len(tags)] = [meal.name for meal in diary.meals]
    assert names == {
        0: ["Porridge", "Lentil soup", "Fish and rice"],
        1: ["Porridge", "Lentil soup"],
        2: ["Lentil soup"],
    }


@pytest.mark.parametrize("eaten_at", ["2026-05-02T01:00:00", "2026-05-02", "noon"])
async def test_a_meal_needs_a_time_with_its_offset(registry: Registry, eaten_at: str) -> None:
    given = {"name": "Toast", "kind": "snack", "kcal": 210, "eaten_at": eaten_at}
    refused = await invoke_action("log_meal", given, registry=registry)
    assert isinstance(refused, Err)
    assert [line["path"] for line in refused.details] == [["eaten_at"]]


@pytest.mark.parametrize("eaten_at", ["0001-01-01T00:00:00+02:00", "9999-12-31T23:00:00-02:00"])
async def test_a_time_that_utc_has_no_year_for_is_refused(refused: Call, eaten_at: str) -> None:
    failure = await refused("log_meal", name="Toast", kind="snack", kcal=210, eaten_at=eaten_at)
    assert (failure.code, failure.status) == ("time_out_of_range", 422)
    assert failure.details == {"eaten_at": eaten_at}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_the_first_and_the_last_day_there_is_can_be_listed(call: Call, day: str) -> None:
    meal = await call(
        "log_meal", name="Toast", kind="snack", kcal=210, eaten_at=f"{day}T23:59:59.999999+00:00"
    )
    assert (await call("list_meals", day=day)).meals == [meal]
