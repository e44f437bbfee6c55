"""The meal diary."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from actionary import Err, Registry, invoke_action, unwrap

Call = Callable[..., Coroutine[Any, Any, Any]]
Refused = Callable[..., Coroutine[Any, Any, Err]]


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
async def test_a_time_that_utc_has_no_year_for_is_refused(refused: Refused, eaten_at: str) -> None:
    failure = await refused("log_meal", name="Toast", kind="snack", kcal=210, eaten_at=eaten_at)
    assert (failure.code, failure.status) == ("time_out_of_range", 422)
    assert failure.details == {"eaten_at": eaten_at}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_the_first_and_the_last_day_there_is_can_be_listed(call: Call, day: str) -> None:
    meal = await call(
        "log_meal", name="Toast", kind="snack", kcal=210, eaten_at=f"{day}T23:59:59.999999+00:00"
    )
    assert (await call("list_meals", day=day)).meals == [meal]


CORRECTED = {
    "name": "Fish and potatoes",
    "kind": "dinner",
    "kcal": 580,
    "eaten_at": "2026-03-01T20:30:00+01:00",
    "tags": [],
}


async def test_a_meal_is_replaced_as_a_whole(call: Call) -> None:
    for _ in range(2):
        meal = await call("update_meal", meal_id=3, **CORRECTED)
        assert meal.model_dump(mode="json") == CORRECTED | {"id": 3, "eaten_at": "2026-03-01T19:30:00Z"}
    diary = await call("list_meals", day="2026-03-01")
    assert [entry.name for entry in diary.meals] == ["Porridge", "Lentil soup", "Fish and potatoes"]
    assert diary.meals[-1] == meal


@pytest.mark.parametrize("field", ["name", "kind", "kcal", "eaten_at", "tags"])
async def test_a_meal_cannot_be_replaced_by_half_of_one(refused: Refused, field: str) -> None:
    given = {name: value for name, value in CORRECTED.items() if name != field}
    failure = await refused("update_meal", meal_id=3, **given)
    assert [line["path"] for line in failure.details] == [[field]]


async def test_a_meal_that_is_not_there_is_an_error_of_its_own(refused: Refused) -> None:
    failure = await refused("update_meal", meal_id=2**53 - 1, **CORRECTED)
    assert (failure.code, failure.status) == ("meal_not_found", 404)
    assert failure.details == {"meal_id": 2**53 - 1}


async def test_a_meal_is_not_moved_to_a_time_that_utc_has_no_year_for(call: Call, refused: Refused) -> None:
    given = CORRECTED | {"eaten_at": "9999-12-31T23:00:00-02:00"}
    assert (await refused("update_meal", meal_id=3, **given)).code == "time_out_of_range"
    assert [meal.id for meal in (await call("list_meals", day="2026-03-01")).meals] == [1, 2, 3]
