"""``retries`` and ``backoff`` (R002.9, R002.10): which failures a handler is run again after, and when."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from actionary import (
    ActionError,
    Context,
    Err,
    Hooks,
    Ok,
    Registry,
    action,
    attempts,
    define_action,
    invoke_action,
    threads,
    unwrap,
)
from actionary.testing import FakeClock, TestClient, assert_contract, refused


class BusyError(ActionError, code="busy", status=409, retryable=True):
    """Later, perhaps."""


class GoneError(ActionError, code="gone", status=410):
    """Never again."""


class LaterError(BusyError, code="later"):
    """At a time that it names."""

    retry_after: Any = None


@pytest.fixture(autouse=True)
def all_of_a_pause(monkeypatch):
    monkeypatch.setattr(attempts, "jitter", lambda: 1.0)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class Flaky:
    """A handler that fails until it was run often enough, and notes when it was run."""

    def __init__(self, clock: Callable[[], float], *outcomes: Any) -> None:
        self.clock = clock
        self.started = clock()
        self.outcomes = list(outcomes)
        self.times = list[float]()

    async def __call__(self, text: str = "") -> str:  # noqa: ARG002 - its input
        """Try."""
        self.times.append(self.clock() - self.started)
        outcome = self.outcomes.pop(0) if self.outcomes else "done"
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def client_of(flaky: Flaky, clock: FakeClock, **fields: Any) -> TestClient[Any]:
    registry = Registry()
    registry.register(
        [
            define_action(
                handler=flaky,
                name="tried",
                description="x",
                public=True,
                errors=[BusyError, GoneError, LaterError],
                **fields,
            )
        ]
    )
    return TestClient(registry, clock=clock, raise_failures=False)


def busy() -> BusyError:
    return BusyError("Busy.")


def later(seconds: Any) -> LaterError:
    error = LaterError("Later.")
    error.retry_after = seconds
    return error


def test_without_retries_a_handler_runs_once(clock):
    flaky = Flaky(clock, busy())
    refused(client_of(flaky, clock).call_sync("tried"), "busy")
    assert flaky.times == [0]


def test_pauses_double_from_a_quarter_of_a_second(clock):
    flaky = Flaky(clock, busy(), busy(), busy(), busy())
    assert unwrap(client_of(flaky, clock, retries=4).call_sync("tried")) == "done"
    assert flaky.times == [0, 0.25, 0.75, 1.75, 3.75]


def test_the_last_failure_is_what_callers_get(clock):
    flaky = Flaky(clock, busy(), busy(), busy())
    refused(client_of(flaky, clock, retries=2).call_sync("tried"), "busy")
    assert len(flaky.times) == 3
    flaky = Flaky(clock, busy(), GoneError("Gone."), "never")
    refused(client_of(flaky, clock, retries=5).call_sync("tried"), "gone")
    assert len(flaky.times) == 2


@pytest.mark.parametrize(
    ("backoff", "times"), [(0, [0, 0, 0]), (2, [0, 2, 6]), (timedelta(minutes=1), [0, 30, 60])]
)
def test_a_backoff_may_be_given_and_no_pause_is_longer_than_half_a_minute(clock, backoff, times):
    flaky = Flaky(clock, busy(), busy())
    client = client_of(flaky, clock, retries=2, backoff=backoff, timeout=None)
    assert unwrap(client.call_sync("tried")) == "done"
    assert flaky.times == times


def test_many_retries_do_not_overflow(clock):
    flaky = Flaky(clock, *(busy() for _ in range(1100)))
    client = client_of(flaky, clock, retries=1100, timeout=None)
    assert unwrap(client.call_sync("tried")) == "done"


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_of_each_pause_a_random_part_is_waited_for(clock, monkeypatch, share):
    monkeypatch.setattr(attempts, "jitter", lambda: share)
    flaky = Flaky(clock, busy(), busy())
    assert client_of(flaky, clock, retries=2).call_sync("tried").ok
    assert flaky.times == [0, 0.25 * share, 0.75 * share]


def test_that_part_is_from_none_to_all(monkeypatch):
    monkeypatch.undo()
    assert all(0 <= attempts.jitter() < 1 for _ in range(100))


@pytest.mark.parametrize("asked", [3, 3.0, timedelta(seconds=3)])
def test_an_error_may_ask_for_more_time(clock, asked):
    flaky = Flaky(clock, later(asked))
    assert client_of(flaky, clock, retries=1).call_sync("tried").ok
    assert flaky.times == [0, 3]


@pytest.mark.parametrize("asked", [None, 0, -3, math.nan, "3", 0.1])
def test_what_is_less_or_no_time_changes_nothing(clock, asked):
    flaky = Flaky(clock, later(asked))
    assert client_of(flaky, clock, retries=1).call_sync("tried").ok
    assert flaky.times == [0, 0.25]


NEVER: list[BaseException] = [
    GoneError("Gone."),
    KeyError("mine"),
    ValueError("mine"),
    SystemExit(3),
    TimeoutError(),
]


@pytest.mark.parametrize("error", NEVER)
def test_what_is_not_said_to_be_retryable_is_not_retried(clock, error):
    flaky = Flaky(clock, error)
    assert not client_of(flaky, clock, retries=3).call_sync("tried").ok
    assert flaky.times == [0]


def test_an_error_that_is_not_declared_is_not_retried_whatever_it_says_of_itself(clock):
    class HiddenError(ActionError, code="hidden", retryable=True):
        """Not declared."""

    flaky = Flaky(clock, HiddenError("Hidden."))
    refused(client_of(flaky, clock, retries=3).call_sync("tried"), "handler_error")
    assert flaky.times == [0]


def test_an_error_may_say_of_itself_that_it_is_not_retryable(clock):
    error = busy()
    error.retryable = False
    flaky = Flaky(clock, error)
    refused(client_of(flaky, clock, retries=3).call_sync("tried"), "busy")
    assert flaky.times == [0]


def test_an_invalid_input_or_output_is_not_retried(clock):
    flaky = Flaky(clock, 3)
    client = client_of(flaky, clock, retries=3)
    refused(client.call_sync("tried", {"text": 3}), "invalid_input")
    assert flaky.times == []
    refused(client.call_sync("tried"), "invalid_output")
    assert flaky.times == [0]


@pytest.mark.parametrize(("timeout", "times"), [(0.25, [0]), (0.74, [0, 0.25]), (0.76, [0, 0.25, 0.75])])
def test_no_attempt_is_waited_for_that_could_not_begin_in_time(clock, timeout, times):
    flaky = Flaky(clock, *(busy() for _ in range(9)))
    refused(client_of(flaky, clock, retries=9, timeout=timeout).call_sync("tried"), "busy")
    assert (flaky.times, clock() - flaky.started) == (times, times[-1])


def test_an_error_that_asks_for_more_time_than_there_is_ends_the_call_at_once(clock):
    flaky = Flaky(clock, later(31))
    refused(client_of(flaky, clock, retries=9).call_sync("tried"), "later")
    assert (flaky.times, clock() - flaky.started) == ([0], 0)


def test_all_attempts_share_one_deadline(clock):
    class Slow(Flaky):
        async def __call__(self, text: str = "") -> str:  # noqa: ARG002 - its input
            """Take a while, and fail."""
            self.times.append(self.clock() - self.started)
            await clock.sleep(4)
            raise busy()

    slow = Slow(clock)
    refused(client_of(slow, clock, retries=9, timeout=10, backoff=0).call_sync("tried"), "timeout")
    assert slow.times == [0, 4, 8]


async def test_a_pause_that_lasts_longer_than_it_was_to_begins_no_attempt_after_the_deadline(
    clock, monkeypatch
):
    flaky = Flaky(clock, busy())

    async def oversleep(clock: FakeClock, seconds: float) -> None:
        clock._now += seconds + 100

    monkeypatch.setattr(FakeClock, "sleep", oversleep)

    refused(await client_of(flaky, clock, retries=3).call("tried"), "timeout")
    assert flaky.times == [0]


def test_the_log_tells_of_each_attempt(clock, caplog):
    with caplog.at_level(logging.INFO, "actionary"):
        client_of(Flaky(clock, busy()), clock, retries=3).call_sync("tried")
    assert "action tried: attempt 1 of 4 failed with busy, the next one is in 0.25 s" in caplog.text


def test_hooks_of_the_output_are_called_for_each_attempt_and_those_of_the_input_once(clock):
    steps = list[str]()

    def noting(name: str) -> Any:
        return lambda *_: steps.append(name)

    def seldom(value: str, _ctx: Context) -> None:
        steps.append(f"after_output {value}")
        if value != "good":
            raise busy()

    names = ["before_validate", "after_validate", "before_output", "on_error", "after_run"]
    hooks = Hooks(**{name: noting(name) for name in names}, after_output=seldom)
    flaky = Flaky(clock, busy(), "bad", "good")
    assert unwrap(client_of(flaky, clock, retries=5, hooks=hooks).call_sync("tried")) == "good"
    assert steps == [
        *("before_validate", "after_validate"),
        "on_error",
        *("before_output", "after_output bad", "on_error"),
        *("before_output", "after_output good", "after_run"),
    ]


def test_an_error_that_on_error_gives_decides_whether_it_is_retried(clock):
    def translate(error: ActionError[Any], _ctx: Context) -> None:
        if isinstance(error.__cause__, ConnectionError):
            raise busy()

    flaky = Flaky(clock, ConnectionError("lost"))
    client = client_of(flaky, clock, retries=1, hooks=Hooks(on_error=translate))
    assert unwrap(client.call_sync("tried")) == "done"
    assert flaky.times == [0, 0.25]


async def test_a_plain_function_waits_for_a_thread_and_comes_again(monkeypatch):
    ran = list[int]()
    monkeypatch.setattr(threads, "MOST_ABANDONED", 0)

    @action(retries=1, backoff=0)
    def work() -> str:
        """Work."""
        ran.append(1)
        return "done"

    paused = list[float]()

    async def pause(_call: Any, seconds: float) -> None:
        paused.append(seconds)
        monkeypatch.setattr(threads, "MOST_ABANDONED", 40)

    monkeypatch.setattr("actionary.running.Call.pause", pause)
    assert unwrap(await invoke_action(work)) == "done"
    assert (paused, ran) == ([1.0], [1])


async def test_a_call_in_real_time_waits_for_its_pauses(monkeypatch):
    slept = list[float]()
    real, here = asyncio.sleep, asyncio.get_running_loop()

    async def sleep(seconds: float) -> None:
        if asyncio.get_running_loop() is not here:  # a server that another test keeps in a thread
            return await real(seconds)
        slept.append(seconds)
        return await real(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    flaky = Flaky(lambda: 0.0, busy(), busy())
    made = define_action(handler=flaky, name="tried", errors=[BusyError], retries=2)
    result: Ok[Any] | Err = await invoke_action(made)
    assert (result.ok, slept) == (True, [0.25, 0.5])


def test_assert_contract_does_not_wait_for_pauses(monkeypatch):
    monkeypatch.setattr("actionary.running.Call.pause", None)
    seen = list[int]()

    @action(public=True, read_only=True, errors=[BusyError], retries=1, backoff=10)
    async def sometimes(number: int) -> int:
        """Fail each other time."""
        seen.append(number)
        if len(seen) % 2:
            raise busy()
        return number

    registry = Registry()
    registry.register([sometimes])
    assert_contract(registry, examples=20)
    assert len(seen) >= 20
