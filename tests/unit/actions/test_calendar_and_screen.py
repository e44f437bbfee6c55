"""The calendar, and what is on the screen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from actionary import Err

Call = Callable[..., Coroutine[Any, Any, Any]]
Refused = Callable[..., Coroutine[Any, Any, Err]]
Rows = Callable[[str], list[Any]]


@pytest.mark.parametrize(
    ("first", "last", "listed"),
    [
        ("2026-03-01", "2026-03-03", ["e-1", "e-2", "e-3"]),
        ("2026-03-01", "2026-03-01", ["e-1"]),
        ("2026-03-02", "2026-03-02", ["e-2"]),
        ("2026-03-03", "2026-03-03", ["e-2", "e-3"]),
        ("0001-01-01", "9999-12-31", ["e-1", "e-2", "e-3"]),
        ("2026-03-04", "2026-03-31", []),
    ],
)
async def test_events_are_listed_on_every_day_they_touch(
    call: Call, first: str, last: str, listed: list[str]
) -> None:
    found = await call("list_events", **{"from": first, "to": last})
    assert [event.id for event in found] == listed


async def test_an_event_that_ends_at_midnight_is_none_of_the_next_day(call: Call, rows: Rows) -> None:
    await call("list_events", **{"from": "2026-03-01", "to": "2026-03-01"})
    rows("UPDATE events SET \"end\" = '2026-03-03 00:00:00.000000' WHERE id = 'e-2'")
    found = await call("list_events", **{"from": "2026-03-03", "to": "2026-03-03"})
    assert [event.id for event in found] == ["e-3"]


async def test_days_the_wrong_way_round_are_an_error_of_its_own(refused: Refused) -> None:
    failure = await refused("list_events", **{"from": "2026-03-02", "to": "2026-03-01"})
    assert (failure.code, failure.status) == ("period_backwards", 422)
    assert failure.details == {"from": "2026-03-02", "to": "2026-03-01"}


async def test_the_first_day_is_called_from_and_nothing_else(refused: Refused) -> None:
    failure = await refused("list_events", from_="2026-03-01", to="2026-03-01")
    assert sorted(line["path"] for line in failure.details) == [["from"], ["from_"]]


async def test_the_screen_follows_the_last_command(call: Call, rows: Rows) -> None:
    for view in ("inbox", "meals"):
        assert await call("navigate", view=view) == "Navigated"
    assert rows("SELECT key, value FROM screen_state") == [("navigate", '{"command": "go", "view": "meals"}')]


async def test_there_is_no_way_to_a_view_that_is_not_there(refused: Refused) -> None:
    assert (await refused("navigate", view="cellar")).code == "invalid_input"
