"""The leaf rule (R000.4, DESIGN §3): an action calls no other action while it runs."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from actionary import (
    Context,
    Hooks,
    LeafError,
    Registry,
    action,
    define_action,
    invoke_action,
    invoke_action_sync,
    prompting_agent,
)


@action
async def inner(number: int = 1) -> int:
    """Add one."""
    return number + 1


async def by_run() -> Any:
    return await inner.run({"number": 1})


async def by_invoke() -> Any:
    return await invoke_action(inner)


async def by_name() -> Any:
    return await invoke_action("inner")


async def by_sync() -> Any:
    return invoke_action_sync(inner)


CALLS = pytest.mark.parametrize("call", [by_run, by_invoke, by_name, by_sync])


async def in_place(call: Any) -> Any:
    return await call()


async def in_task(call: Any) -> Any:
    return await asyncio.create_task(call())


async def in_gather(call: Any) -> Any:
    return (await asyncio.gather(asyncio.sleep(0), call()))[1]


async def in_group(call: Any) -> Any:
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(call())
    except ExceptionGroup as error:
        raise error.exceptions[0] from None
    return task.result()


async def in_a_thread(call: Any) -> Any:
    return await asyncio.to_thread(asyncio.run, call())


PLACES = pytest.mark.parametrize("place", [in_place, in_task, in_gather, in_group, in_a_thread])


@PLACES
@CALLS
async def test_a_handler_cannot_call_an_action_wherever_it_does_it(place, call, caplog):
    @action
    async def outer() -> None:
        """Call another."""
        await place(call)

    result = await invoke_action(outer)
    assert (result.ok, getattr(result, "code", "")) == (False, "handler_error")
    assert "outer" not in getattr(result, "message", "")
    assert "LeafError: action 'outer' calls action 'inner' while it runs" in caplog.text
    assert "`inner(...)`" in caplog.text
    assert "`with prompting_agent():`" in caplog.text


@pytest.mark.parametrize("call", [lambda: invoke_action_sync(inner), lambda: asyncio.run(inner.run())])
def test_a_plain_function_cannot_either(call, caplog):
    @action
    def outer() -> Any:
        """Call another."""
        return call()

    assert not invoke_action_sync(outer).ok
    assert "LeafError: action 'outer' calls action 'inner'" in caplog.text


def in_own_thread(function: Any) -> Any:
    given = list[Any]()
    thread = threading.Thread(target=lambda: given.append(function()))
    thread.start()
    thread.join()
    return given[0]


async def in_executor(function: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, function)


@pytest.mark.parametrize("place", [in_own_thread, in_executor])
async def test_what_takes_no_context_variables_along_is_not_followed(place):
    @action
    async def outer() -> Any:
        """Call another, unnoticed."""
        called = place(lambda: invoke_action_sync(inner))
        return await called if asyncio.iscoroutine(called) else called

    result = await outer.run()
    assert result.data == 2


async def test_the_error_names_both():
    seen = list[LeafError]()

    @action
    async def outer() -> None:
        """Call itself."""
        try:
            await outer.run()
        except LeafError as error:
            seen.append(error)

    assert (await invoke_action(outer)).ok
    assert (seen[0].outer, seen[0].inner) == ("outer", "outer")


async def test_a_call_of_the_function_itself_stays_one():
    @action
    async def outer() -> int:
        """Call a function."""
        return await inner(2)

    assert await outer.run() == 3


async def test_after_an_action_another_may_run_in_the_same_task():
    @action
    async def fails() -> None:
        """Fail."""
        raise KeyError

    assert not (await invoke_action(fails)).ok
    assert await inner.run() == 2
    assert (await invoke_action(inner)).ok


async def test_a_task_that_outlives_its_action_may_call_again():
    go_on = asyncio.Event()
    tasks = list[asyncio.Task[int]]()

    async def later() -> int:
        await go_on.wait()
        return await inner.run({"number": 4})

    @action
    async def outer() -> None:
        """Leave something to do."""
        tasks.append(asyncio.create_task(later()))

    await outer.run()
    go_on.set()
    assert await tasks[0] == 5


@pytest.mark.parametrize("place", [in_place, in_task, in_a_thread])
async def test_an_agent_that_is_prompted_may_call_actions(place):
    @action
    async def outer() -> Any:
        """Prompt an agent."""
        with prompting_agent():
            return await place(by_run)

    assert await outer.run() == 2


async def test_the_rule_holds_again_after_the_prompt_and_inside_of_what_the_agent_calls(caplog):
    @action
    async def called_by_agent() -> None:
        """Call another."""
        await inner.run()

    @action
    async def outer() -> Any:
        """Prompt an agent, and then call an action."""
        with prompting_agent():
            by_agent = await invoke_action(called_by_agent)
        assert not by_agent.ok
        await inner.run()

    assert not (await invoke_action(outer)).ok
    assert "'called_by_agent' calls action 'inner'" in caplog.text
    assert "'outer' calls action 'inner'" in caplog.text


async def call_from_hook(*_: Any) -> None:
    await inner.run()


async def nothing() -> int:
    """Give one."""
    return 1


async def fail() -> int:
    """Fail."""
    raise KeyError("mine")


@pytest.mark.parametrize(
    "name", ["before_validate", "after_validate", "before_output", "after_output", "after_run"]
)
async def test_hooks_are_the_actions_own_and_cannot_either(name, caplog):
    outer = define_action(handler=nothing, hooks=Hooks(**{name: call_from_hook}))
    result = await invoke_action(outer)
    assert getattr(result, "code", "ok") == "handler_error"
    assert "LeafError: action 'nothing' calls action 'inner'" in caplog.text


@pytest.mark.parametrize(
    "fields", [{"hooks": Hooks(on_error=call_from_hook)}, {"compensate": call_from_hook}]
)
async def test_what_is_called_for_a_failure_cannot_either(fields, caplog):
    assert not (await invoke_action(define_action(handler=fail, **fields))).ok
    assert "LeafError: action 'fail' calls action 'inner'" in caplog.text


async def test_a_gate_runs_before_the_action_and_may_ask_another_one():
    async def authorize(_input: Any, _ctx: Context) -> bool:
        return await inner.run() == 2

    registry = Registry()
    registry.register([define_action(handler=nothing, authorize=authorize)])
    assert (await invoke_action("nothing", registry=registry)).ok
