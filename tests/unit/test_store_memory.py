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


async def test_when_all_bytes_are_taken_a_value_more_waits_for_another_to_expire_or_go(clock):
    store = MemoryStore(most_bytes=100, clock=clock)
    await store.add("a", b"x" * 49, seconds=10)
    second, _ = await store.add("b", b"x" * 29, seconds=20)
    third, _ = await store.add("c", b"x" * 19, seconds=30)
    with pytest.raises(StoreUnavailableError, match="keeps 100 bytes at most"):
        await store.add("d", b"", seconds=10)
    with pytest.raises(StoreUnavailableError, match="keeps 100 bytes at most"):
        await store.replace(third, b"x" * 20)
    assert await store.get("c") == third, "what could not be replaced is still there"
    third = await store.replace(third, b"")
    assert (await store.add("d", b"x" * 18, seconds=5))[1]
    assert await store.delete(second)
    assert (await store.add("e", b"x" * 29, seconds=50))[1]
    clock.now += 10  # the first and "d" are over
    assert (await store.add("f", b"x" * 68, seconds=50))[1]
    with pytest.raises(StoreUnavailableError, match="keeps 100 bytes at most"):
        await store.add("g", b"x", seconds=10)
    assert await store.get("a") is None


async def test_what_takes_less_is_kept_however_full_the_store_is(clock):
    store = MemoryStore(most=1, most_bytes=10, clock=clock)
    entry, _ = await store.add("a", b"x" * 9, seconds=10)
    assert (await store.replace(entry, b"y" * 9)).value == b"y" * 9


async def test_the_oldest_events_go_for_one_that_takes_many_bytes(clock):
    store = MemoryStore(most_bytes=100, clock=clock)
    for _ in range(10):
        await store.append("s", b"x" * 10, seconds=10)
    await store.append("t", b"x" * 100, seconds=10)
    last = await store.append("s", b"x" * 75, seconds=10)
    assert [len(each.value) for each in await store.read("s", 0)] == [10, 10, 75]
    with pytest.raises(StoreUnavailableError, match="keeps 100 bytes at most"):
        await store.append("s", b"x" * 101, seconds=10)
    assert await store.last("s") == last
    clock.now += 10
    for _ in range(600):
        await store.append("s", b"", seconds=0)
    for _ in range(10):
        await store.append("s", b"x" * 10, seconds=10)
    assert len(await store.read("s", last)) == 10


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
