"""A client that was generated before its server changed: what it takes, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from actionary import catalog as catalogs
from actionary.catalog import Catalog
from served import served

COMMAND = Path(sys.executable).with_name("actionary")

PROJECT = """
[project]
name = "hall"
version = "1.0.0"
[tool.actionary]
title = "Hall"
version = "1.0.0"
"""

OLD = """
from typing import Literal
from actionary import ActionError, action
from pydantic import BaseModel, Field

class Booking(BaseModel):
    seats: int = Field(le=10)
    state: Literal["open", "paid"]

class Why(BaseModel):
    reason: Literal["full"]

class NoSeats(ActionError[Why], code="no_seats", status=409):
    '''There are no seats.'''

BOOKED: list[int] = []

@action(public=True, errors=[NoSeats])
async def book_seats(seats: int) -> Booking:
    '''Book seats.'''
    BOOKED.append(seats)
    return Booking(seats=seats, state="open")
"""

NEW = """
from typing import Literal
from actionary import ActionError, action
from pydantic import BaseModel, Field

class Booking(BaseModel):
    seats: int = Field(le=20)
    state: Literal["open", "paid", "held"]
    note: str | None = None

class Why(BaseModel):
    reason: Literal["full", "closed"]

class NoSeats(ActionError[Why], code="no_seats", status=409):
    '''There are no seats.'''

class Late(ActionError[None], code="late", status=410):
    '''It is too late.'''

BOOKED: list[int] = []

@action(public=True, errors=[NoSeats, Late])
async def book_seats(seats: int, name: str = "nobody") -> Booking:
    '''Book seats.'''
    if seats == 3:
        raise NoSeats("Closed.", details=Why(reason="closed"))
    if seats == 4:
        raise Late("Too late.")
    BOOKED.append(seats)
    return Booking(seats=seats, state="held" if seats == 2 else "open", note=name)
"""

COUNT = """
from actionary import action
from actions.book_seats import BOOKED

@action(public=True, read_only=True)
async def count_bookings(seats: int) -> int:
    '''Count the bookings of so many seats.'''
    return BOOKED.count(seats)
"""

CANCEL = """
from actionary import action

@action(public=True)
async def cancel_booking() -> None:
    '''Cancel a booking.'''
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hall")
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "actions").mkdir()
    (root / "actions" / "book_seats.py").write_text(OLD)
    (root / "actions" / "count_bookings.py").write_text(COUNT)
    subprocess.run([COMMAND, "build"], cwd=root, check=True, capture_output=True)
    return root


@pytest.fixture(scope="module")
def old(root: Path) -> Catalog:
    return catalogs.load(json.loads((root / "generated" / "catalog.json").read_text()))


@pytest.fixture(scope="module")
def newer(root: Path, old: Catalog) -> Iterator[str]:
    """The address of a server that is newer than the clients of the ``old`` catalog."""
    (root / "actions" / "book_seats.py").write_text(NEW)
    (root / "actions" / "cancel_booking.py").write_text(CANCEL)
    subprocess.run([COMMAND, "build"], cwd=root, check=True, capture_output=True)
    changed = catalogs.load(json.loads((root / "generated" / "catalog.json").read_text()))
    assert changed.surface != old.surface
    with served(root) as address:
        yield address


@pytest.fixture(scope="module", params=["pydantic", "typeddict"])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def hall(
    *, style: str, old: Catalog, emit: Any, importable: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    name = f"hall_{style}_client"
    with importable(emit(old, tmp_path_factory.mktemp("old"), package=name, style=style), name) as package:
        yield package


@pytest.fixture
def client(hall: Any, newer: str) -> Iterator[Any]:
    """A client that has warned already that the server is another one."""
    with hall.Client(newer) as client:
        with pytest.warns(hall.CatalogDriftWarning, match="generate the client again"):
            client.count_bookings(seats=0)
        yield client


def test_a_new_field_and_new_actions_are_no_trouble(client: Any, hall: Any, style: str) -> None:
    data = hall.unwrap(client.book_seats(seats=1))
    if style == "pydantic":
        assert data == hall.models.Booking(seats=1, state="open")
    else:
        assert data == {"seats": 1, "state": "open", "note": "nobody"}


def test_a_new_value_of_an_enum_is_refused_once_the_call_has_done_its_work_unless_data_is_plain(
    client: Any, hall: Any, style: str
) -> None:
    before = hall.unwrap(client.count_bookings(seats=2))
    result = client.book_seats(seats=2)
    assert hall.unwrap(client.count_bookings(seats=2)) == before + 1
    if style == "typeddict":
        assert result.data == {"seats": 2, "state": "held", "note": "nobody"}
        return
    assert type(result) is hall.InvalidResponse
    assert "`data.state`: Input should be 'open' or 'paid'" in result.message
    assert (result.status, result.retryable) == (200, False)
    assert json.loads(result.details.text)["data"]["state"] == "held"


def test_a_new_value_in_details_hides_which_error_it_is_unless_data_is_plain(
    client: Any, hall: Any, style: str
) -> None:
    result = client.book_seats(seats=3)
    if style == "typeddict":
        assert (type(result), result.details) == (hall.NoSeats, {"reason": "closed"})
        return
    assert (type(result), result.status) == (hall.InvalidResponse, 409)
    assert json.loads(result.details.text)["code"] == "no_seats"


def test_a_new_error_is_an_unknown_one(client: Any, hall: Any) -> None:
    result = client.book_seats(seats=4)
    assert type(result) is hall.UnknownError
    assert (result.details.code, result.status) == ("late", 410)


def test_a_wider_limit_is_refused_unless_data_is_plain(client: Any, hall: Any, style: str) -> None:
    result = client.book_seats(seats=15)
    if style == "typeddict":
        assert result.data["seats"] == 15
    else:
        assert "`data.seats`: Input should be less than or equal to 10" in result.message


def test_the_typescript_client_passes_new_values_on(
    *, old: Catalog, newer: str, ts_build: Any, run: Callable[..., str], tmp_path: Path
) -> None:
    package = ts_build(old, tmp_path)
    program = """
const { createClient } = await import(process.argv[1]);
const client = createClient({ baseUrl: process.argv[2] });
for (const seats of [2, 3, 15]) {
  const { data, details } = await client.bookSeats({ seats });
  console.log(JSON.stringify(data ?? details));
}
"""
    index = (package / "dist" / "index.js").as_uri()
    told = run("node", "--input-type=module", "-e", program, index, newer, cwd=tmp_path)
    assert [json.loads(line) for line in told.splitlines()] == [
        {"seats": 2, "state": "held", "note": "nobody"},
        {"reason": "closed"},
        {"seats": 15, "state": "open", "note": "nobody"},
    ]
