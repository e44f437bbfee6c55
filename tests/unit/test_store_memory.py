"""What is of the store in memory alone."""

from __future__ import annotations

import pytest
from actionary.store import MemoryStore, StoreUnavailableError


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_when_all_places_are_taken_a_value_more_waits_for_another_to_expire(clock):
    store = MemoryStore(most=3, clock=clock)
    for number in range(3):
        await store.add(str(number), b"", seconds=10 + number)
    with pytest.raises(StoreUnavailableError, match="keeps 3 values already"):
        await store.add("more", b"", seconds=10)
    clock.now += 10
    assert (await store.add("more", b"", seconds=10))[1]
    assert [each.key for each in await store.list("")] == ["1", "2", "more"]


async def test_when_a_stream_is_full_its_oldest_event_goes(clock):
    store = MemoryStore(most=3, clock=clock)
    cursors = [await store.append("s", b"", seconds=10) for _ in range(5)]
    assert [each.cursor for each in await store.read("s", 0)] == cursors[2:]


async def test_events_that_have_expired_take_no_memory_for_long(clock):
    store = MemoryStore(clock=clock)
    for _ in range(3000):
        clock.now += 1
        await store.append("s", b"", seconds=10)
    assert len(store._streams["s"]) < 600
    assert len(await store.read("s", 0, limit=1000)) == 10
    await store.append("t", b"kept", seconds=10_000)
    for _ in range(3000):
        clock.now += 1
        await store.append("t", b"", seconds=1)
    assert len(store._streams["t"]) < 600
    assert (await store.read("t", 0))[0].value == b"kept"
