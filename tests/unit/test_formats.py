"""Dates, times, durations and IPv6 addresses are read only as they are described."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from ipaddress import IPv6Address

import pytest
from actionary.formats import json_validator
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
    took: timedelta = Field(timedelta(0), le=timedelta(days=800))
    address: IPv6Address | None = None


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
        ({"took": "P1Y2M3DT4H5M6S"}, timedelta(days=365 + 60 + 3, hours=4, minutes=5, seconds=6)),
        ({"took": "P2W"}, timedelta(weeks=2)),
        ({"took": "PT36H"}, timedelta(hours=36)),
        ({"took": "-PT0.25S"}, timedelta(seconds=-0.25)),
        ({"address": "::ffff:192.0.2.1"}, IPv6Address("::ffff:192.0.2.1")),
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
        *(
            ({"took": text}, "time_delta_type")
            for text in ("3 days", "1:30:00", "P", "PT", "P1DT", "+P1D", "p1d", "P1W1D", "P1.5D", "PT0,5S", 3)
        ),
        ({"took": "P999Y"}, "less_than_equal"),
        ({"took": "P9999999999D"}, "time_delta_parsing"),
        ({"address": "fe80::1%eth0"}, "value_error"),
        ({"address": "192.0.2.1"}, "value_error"),
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
