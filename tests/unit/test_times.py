"""Dates and times are read only as they are described."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from actionary.times import json_validator
from pydantic import AwareDatetime, BaseModel, Field, PastDate, ValidationError
from pydantic_core import to_json


class Inner(BaseModel):
    day: date = date(2020, 1, 1)
    children: list[Inner] = []


class Given(BaseModel):
    day: date = date(2020, 1, 1)
    moment: datetime | None = None
    aware: AwareDatetime | None = None
    past: PastDate | None = None
    hour: time = Field(time(12), ge=time(6))
    inner: Inner = Inner()
    either: date | str = ""
    table: dict[str, list[date]] = {}


def read(**given):
    return json_validator(Given)(to_json(given), strict=True)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"day": "2026-01-31"}, date(2026, 1, 31)),
        ({"moment": "2026-01-31T12:30:00Z"}, datetime(2026, 1, 31, 12, 30, tzinfo=UTC)),
        ({"moment": "2026-01-31 12:30:00.5"}, datetime(2026, 1, 31, 12, 30, 0, 500_000)),  # noqa: DTZ001 - a local one
        ({"hour": "12:30:00"}, time(12, 30)),
        ({"either": "2026-01-31"}, date(2026, 1, 31)),
        ({"either": "0"}, "0"),
        ({"table": {"0": ["2026-01-31"]}}, {"0": [date(2026, 1, 31)]}),
    ],
)
def test_what_a_schema_allows_is_read(given, expected):
    assert getattr(read(**given), next(iter(given))) == expected


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"day": "0"}, "date_type"),
        ({"day": 0}, "date_type"),
        ({"day": "2026-01-31T00:00:00"}, "date_type"),
        ({"day": "٢026-01-31"}, "date_type"),
        ({"day": "2026-02-30"}, "date_from_datetime_parsing"),
        ({"moment": "1700000000"}, "datetime_type"),
        ({"moment": "2026-01-31T12:30Z"}, "datetime_type"),
        ({"aware": "2026-01-31T12:30:00"}, "timezone_aware"),
        ({"past": "2999-01-01"}, "date_past"),
        ({"hour": "12:30"}, "time_type"),
        ({"hour": "05:00:00"}, "greater_than_equal"),
        ({"inner": {"children": [{"day": "0"}]}}, "date_type"),
        ({"table": {"a": ["0"]}}, "date_type"),
    ],
)
def test_nothing_else_is(given, kind):
    with pytest.raises(ValidationError) as refused:
        read(**given)
    assert [problem["type"] for problem in refused.value.errors()] == [kind]


def test_a_model_without_times_is_read_by_its_own_validator():
    class Plain(BaseModel):
        text: str = Field("", description="date", examples=[{"type": "date"}])

    assert json_validator(Plain) == Plain.__pydantic_validator__.validate_json
