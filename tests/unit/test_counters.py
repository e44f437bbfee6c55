"""Counting in this process."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from actionary.gates.counters import Counters, MemoryCounts
from actionary.rates import Rate


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_a_window_begins_with_a_call_and_ends_after_its_time(clock):
    counts, rate = MemoryCounts(clock), Rate(2, 60)
    assert await counts.count(rate, "a") is None
    clock.now += 50
    assert await counts.count(rate, "a") is None
    assert await counts.count(rate, "a") == 10
    clock.now += 9
    assert await counts.count(rate, "a") == 1
    clock.now += 1
    assert await counts.count(rate, "a") is None


async def test_keys_and_rates_are_counted_apart(clock):
    counts = MemoryCounts(clock)
    for key in ("a", "b"):
        for rate in (Rate(1, 60), Rate(1, 3600)):
            assert await counts.count(rate, key) is None
    assert await counts.count(Rate(1, 3600), "b") == 3600


async def test_what_is_over_is_forgotten(clock):
    counts, rate = MemoryCounts(clock), Rate(1, 60)
    for caller in range(5000):
        assert await counts.count(rate, str(caller)) is None
        clock.now += 0.1
    assert len(counts._windows) < 2100
    for caller in range(4900, 5000):
        assert await counts.count(rate, str(caller)) is not None


async def test_those_who_still_count_are_never_forgotten(clock):
    counts, rate = MemoryCounts(clock), Rate(1, 60)
    for caller in range(5000):
        assert await counts.count(rate, str(caller)) is None
    for caller in range(5000):
        assert await counts.count(rate, str(caller)) == 60


def test_all_loops_and_threads_are_counted_together():
    counts, rate = MemoryCounts(), Rate(100, 3600)

    def call(_: int) -> bool:
        return asyncio.run(counts.count(rate, "a")) is None

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(call, range(150))) == 100


def test_a_place_is_read_once_from_the_environment(monkeypatch):
    given = Counters()
    monkeypatch.setenv("ACTIONARY_RATE_LIMITS", "")
    assert isinstance(given.ready(), MemoryCounts)
    monkeypatch.setenv("ACTIONARY_RATE_LIMITS", "ftp://x")
    assert given.ready() is given.ready()
