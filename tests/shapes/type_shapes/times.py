"""Dates, times and durations."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, FutureDate, NaiveDatetime, PastDate
from type_shapes.shape import As, Shape


class Lap(BaseModel):
    model_config = ConfigDict(ser_json_timedelta="float")
    took: timedelta


class Stamp(BaseModel):
    model_config = ConfigDict(ser_json_temporal="milliseconds")
    at: datetime


TITLE = "Dates and times"
SHAPES = [
    Shape(name="day", type="date", right=("2026-01-31",), wrong=("2026-02-30", "31.1.2026", None)),
    Shape(
        name="day_past",
        type="PastDate",
        right=("2020-01-31",),
        wrong=("x",),
        unsaid=("9999-01-31",),
        why="no schema knows today",
    ),
    Shape(
        name="day_future",
        type="FutureDate",
        right=("9999-01-31",),
        wrong=("x",),
        unsaid=("2020-01-31",),
        why="no schema knows today",
    ),
    Shape(
        name="moment",
        type="datetime",
        right=(
            "2026-01-31T12:30:00Z",
            As("2026-01-31T12:30:00.5+02:00", "2026-01-31T12:30:00.500000+02:00"),
            "2026-01-31T12:30:00",
        ),
        wrong=("2026-01-31T25:00:00Z", "2026-01-31", "x"),
    ),
    Shape(
        name="moment_aware",
        type="AwareDatetime",
        right=("2026-01-31T12:30:00Z",),
        wrong=("x", "2026-01-31T12:30:00"),
    ),
    Shape(
        name="moment_naive",
        type="NaiveDatetime",
        right=("2026-01-31T12:30:00",),
        wrong=("x", "2026-01-31T12:30:00Z"),
    ),
    Shape(
        name="time_of_day",
        type="time",
        right=("12:30:00", "12:30:00Z", As("12:30:00.5", "12:30:00.500000")),
        wrong=("25:00:00",),
    ),
    Shape(
        name="duration",
        type="timedelta",
        right=("PT1H30M", "P1DT2S", "P1Y2D", "-PT1S", "PT0.5S", As("P1Y2M", "P1Y60D"), As("P2W", "P14D")),
        wrong=("x", "P", "P1DT", "3 days", "1:30:00", "+P1D", "P1W1D", "PT1.5H", "PT0,5S", "PT1S2M", None),
    ),
    Shape(
        name="duration_seconds",
        type="Lap",
        right=(As({"took": "PT1M"}, {"took": 60.0}),),
        wrong=({"took": "x"},),
    ),
    Shape(
        name="moment_milliseconds",
        type="Stamp",
        right=(As({"at": "1970-01-01T00:00:01Z"}, {"at": 1000.0}),),
        wrong=({"at": "x"},),
    ),
]
