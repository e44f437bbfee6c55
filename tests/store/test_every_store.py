"""What every store does, whatever it keeps things in."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

BYTES = bytes(range(256)) * 3


async def test_a_value_is_kept_as_it_is(store):
    entry, is_new = await store.add("a", BYTES, seconds=10)
    assert is_new
    assert (entry.key, entry.value) == ("a", BYTES)
    assert await store.get("a") == entry
    assert await store.get("b") is None


@pytest.mark.parametrize("value", [b"", b"\0", b"x" * 3_000_000], ids=["empty", "nul", "3 MB"])
async def test_every_value_is_kept(store, value):
    await store.add("a", value, seconds=10)
    found = await store.get("a")
    assert found.value == value
    assert type(found.value) is bytes


async def test_who_adds_where_something_is_gets_that(store):
    first, _ = await store.add("a", b"1", seconds=10)
    assert await store.add("a", b"2", seconds=20) == (first, False)
    assert (await store.get("a")).value == b"1"


async def test_a_value_is_there_until_the_very_moment_it_expires(store, clock):
    entry, _ = await store.add("a", b"1", seconds=60)
    assert entry.expires_at == clock.now + 60
    for moment, is_there in [
        (entry.expires_at - 0.001, True),
        (entry.expires_at - 0.000_001, True),
        (entry.expires_at, False),
        (entry.expires_at + 0.001, False),
    ]:
        clock.now = moment
        assert (await store.get("a") == entry) is is_there
        assert ([each.key for each in await store.list("")] == ["a"]) is is_there


@pytest.mark.parametrize("late", [0.001, 0.0], ids=["a millisecond after", "at that moment"])
async def test_what_has_expired_is_not_changed_any_more(store, clock, late):
    entry, _ = await store.add("a", b"1", seconds=60)
    clock.now = entry.expires_at + late
    assert await store.replace(entry, b"2", seconds=60) is None
    assert not await store.delete(entry)
    assert await store.get("a") is None


async def test_a_millisecond_before_it_expires_a_value_can_be_changed(store, clock):
    entry, _ = await store.add("a", b"1", seconds=60)
    clock.now = entry.expires_at - 0.001
    assert (await store.add("a", b"2", seconds=60))[1] is False
    changed = await store.replace(entry, b"2", seconds=60)
    assert changed.expires_at == clock.now + 60
    assert await store.get("a") == changed


async def test_the_place_of_what_has_expired_is_free(store, clock):
    first, _ = await store.add("a", b"1", seconds=1)
    clock.now += 1
    second, is_new = await store.add("a", b"2", seconds=1)
    assert is_new
    assert second.version != first.version
    assert await store.get("a") == second
    assert await store.replace(first, b"3", seconds=9) is None


async def test_a_change_keeps_the_expiry_unless_another_is_said(store, clock):
    entry, _ = await store.add("a", b"1", seconds=60)
    clock.now += 10
    kept = await store.replace(entry, b"2")
    assert (kept.value, kept.expires_at) == (b"2", entry.expires_at)
    later = await store.replace(kept, b"3", seconds=60)
    assert later.expires_at == clock.now + 60
    assert await store.get("a") == later


async def test_only_who_knows_what_is_there_changes_it(store):
    entry, _ = await store.add("a", b"1", seconds=60)
    changed = await store.replace(entry, b"2")
    assert changed.version != entry.version
    assert await store.replace(entry, b"3") is None
    assert not await store.delete(entry)
    assert await store.get("a") == changed
    assert await store.delete(changed)
    assert not await store.delete(changed)
    assert await store.replace(changed, b"4") is None
    assert await store.get("a") is None


async def test_a_change_to_the_same_value_is_a_change(store):
    entry, _ = await store.add("a", b"1", seconds=60)
    assert await store.replace(entry, b"1") is not None
    assert await store.replace(entry, b"1") is None


async def test_a_key_that_was_deleted_and_comes_again_is_another_entry(store):
    first, _ = await store.add("a", b"1", seconds=60)
    await store.delete(first)
    second, _ = await store.add("a", b"1", seconds=60)
    assert await store.replace(first, b"2") is None
    assert not await store.delete(first)
    assert await store.get("a") == second


async def test_an_entry_that_was_made_up_changes_nothing(store):
    entry, _ = await store.add("a", b"1", seconds=60)
    for other in (replace(entry, key="b"), replace(entry, version=entry.version + 1)):
        assert await store.replace(other, b"2") is None
        assert not await store.delete(other)
    assert await store.get("a") == entry


async def test_what_is_kept_is_listed_by_key_and_prefix(store, clock):
    for key in ["b/2", "a/1", "b", "b/10", "B/1", "c/1", "b/~", "b0", "b_1"]:
        await store.add(key, key.encode(), seconds=10)
    await store.add("b/expired", b"", seconds=1)
    clock.now += 1
    assert [each.key for each in await store.list("b/")] == ["b/10", "b/2", "b/~"]
    assert [each.value for each in await store.list("b/")] == [b"b/10", b"b/2", b"b/~"]
    assert [each.key for each in await store.list("b/", after="b/10")] == ["b/2", "b/~"]
    assert [each.key for each in await store.list("b/", after="b/10", limit=1)] == ["b/2"]
    assert [each.key for each in await store.list("b/", after="a")] == ["b/10", "b/2", "b/~"]
    assert await store.list("b/", after="b/~") == []
    assert await store.list("d") == []
    everything = ["B/1", "a/1", "b", "b/10", "b/2", "b/~", "b0", "b_1", "c/1"]
    assert [each.key for each in await store.list("")] == everything


@pytest.mark.parametrize("prefix", ["%", "_", "b%", "*", "b[", "\\"])
async def test_a_prefix_is_no_pattern(store, prefix):
    await store.add("b/1", b"", seconds=10)
    assert await store.list(prefix) == []
    await store.add(prefix + "x", b"", seconds=10)
    assert [each.key for each in await store.list(prefix)] == [prefix + "x"]


async def test_events_come_in_their_order_after_a_cursor(store):
    assert await store.last("s") == 0
    assert await store.read("s", 0) == []
    cursors = [await store.append("s", str(number).encode(), seconds=10) for number in range(5)]
    assert cursors == sorted(set(cursors))
    assert cursors[0] > 0
    events = await store.read("s", 0)
    assert [(each.cursor, each.value) for each in events] == [
        (cursor, str(number).encode()) for number, cursor in enumerate(cursors)
    ]
    assert await store.read("s", cursors[2]) == events[3:]
    assert await store.read("s", cursors[0], limit=2) == events[1:3]
    assert await store.read("s", cursors[-1]) == []
    assert await store.last("s") == cursors[-1]


@pytest.mark.parametrize("after", [2**63 - 1, 2**63, 10**30])
async def test_after_a_cursor_that_never_was_there_is_nothing(store, after):
    await store.append("s", b"1", seconds=10)
    assert await store.read("s", after) == []


async def test_before_the_first_cursor_there_is_everything(store):
    await store.append("s", b"1", seconds=10)
    assert len(await store.read("s", -(10**30))) == 1


async def test_each_stream_has_its_own_events(store):
    await store.append("s", b"1", seconds=10)
    await store.append("t", b"2", seconds=10)
    assert [each.value for each in await store.read("s", 0)] == [b"1"]
    assert [each.value for each in await store.read("t", 0)] == [b"2"]
    assert await store.read("u", 0) == []


async def test_events_expire_and_their_cursors_do_not_come_again(store, clock):
    first = await store.append("s", b"1", seconds=1)
    clock.now += 0.5
    second = await store.append("s", b"2", seconds=1)
    clock.now += 0.5
    assert [each.cursor for each in await store.read("s", 0)] == [second]
    clock.now += 0.499
    assert [each.cursor for each in await store.read("s", 0)] == [second]
    clock.now += 0.001
    assert await store.read("s", 0) == []
    assert await store.last("s") == second
    assert await store.append("s", b"3", seconds=1) > second > first


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\0b", "a\nb"], ids=repr)
async def test_what_is_no_key_is_a_mistake_of_who_wrote_it(store, key):
    with pytest.raises(ValueError, match="1 to 255 printable ASCII characters"):
        await store.add(key, b"", seconds=1)
    with pytest.raises(ValueError, match="1 to 255 printable ASCII characters"):
        await store.append(key, b"", seconds=1)


@pytest.mark.parametrize("text", ["", "x" * 300, "é", "a\0b", "\ud800", "a\x7f"], ids=ascii)
async def test_under_what_is_no_key_there_is_nothing(store, text):
    assert await store.get(text) is None
    assert await store.read(text, 0) == []
    assert await store.last(text) == 0
    if text:
        assert await store.list(text) == []


@pytest.mark.parametrize(
    "after", ["b", "b\0", "b\0z", "b\n", "b1", "b1é", "b\x7f", "bé", "b\ud800", "é", "\0", "b" * 300]
)
async def test_a_list_goes_on_after_any_text_that_a_caller_sends(store, after):
    keys = ["a", "b", "b1", "b11", "b~", "b~~", "c", "~"]
    for key in keys:
        await store.add(key, b"", seconds=10)
    assert [each.key for each in await store.list("", after=after)] == [key for key in keys if key > after]
    assert [each.key for each in await store.list("b", after=after)] == [
        key for key in keys if key > after and key.startswith("b")
    ]


async def test_the_longest_key_is_kept(store):
    entry, _ = await store.add("x" * 255, b"1", seconds=10)
    assert await store.get("x" * 255) == entry


async def test_of_many_who_add_a_key_one_does(store):
    for number in range(20):
        added = await asyncio.gather(*(store.add(f"a{number}", bytes([who]), seconds=9) for who in range(20)))
        [winner] = [entry for entry, is_new in added if is_new]
        assert {entry for entry, _ in added} == {winner}


async def test_of_many_who_add_where_something_expired_one_does(store, clock):
    for number in range(10):
        await store.add(f"a{number}", b"old", seconds=1)
    clock.now += 1
    for number in range(10):
        added = await asyncio.gather(*(store.add(f"a{number}", b"new", seconds=9) for _ in range(20)))
        assert sum(is_new for _, is_new in added) == 1
        assert {entry.value for entry, _ in added} == {b"new"}


async def test_of_many_who_change_or_delete_an_entry_one_does(store):
    for number in range(20):
        entry, _ = await store.add(f"a{number}", b"", seconds=9)
        changes = [store.replace(entry, bytes([who])) for who in range(10)]
        changes += [store.delete(entry) for _ in range(10)]
        random.Random(number).shuffle(changes)
        done = [each for each in await asyncio.gather(*changes) if each]
        assert len(done) == 1
        assert await store.get(f"a{number}") == (None if done == [True] else done[0])


async def test_a_counter_that_many_change_counts_every_one(store):
    await store.add("n", b"0", seconds=60)

    async def count() -> None:
        while True:
            entry = await store.get("n")
            if await store.replace(entry, str(int(entry.value) + 1).encode()):
                return

    await asyncio.gather(*(count() for _ in range(30)))
    assert (await store.get("n")).value == b"30"


async def test_a_reader_misses_no_event_that_many_append(store):
    async def append(who: int) -> list[int]:
        return [await store.append("s", b"%d" % who, seconds=60) for _ in range(20)]

    async def read() -> list[int]:
        seen: list[int] = []
        while len(seen) < 160:
            seen += [each.cursor for each in await store.read("s", seen[-1] if seen else 0, limit=7)]
            await asyncio.sleep(0)  # memory answers without giving others their turn
        return seen

    seen, *appended = await asyncio.gather(read(), *(append(who) for who in range(8)))
    assert seen == sorted(cursor for each in appended for cursor in each)
    assert len(set(seen)) == 160
    assert all(each == sorted(each) for each in appended)


async def test_a_store_that_was_closed_may_be_used_again(store):
    entry, _ = await store.add("a", b"1", seconds=10)
    await store.close()
    await store.close()
    assert await store.get("a") == entry


async def test_a_call_that_is_cancelled_leaves_the_store_whole(store):
    for number in range(20):
        tasks = [asyncio.create_task(store.add(f"a{number}", b"x", seconds=60)) for _ in range(15)]
        for _ in range(number):
            await asyncio.sleep(0)
        for task in tasks[:-1]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await store.get(f"a{number}") is not None
