"""The one pipeline: whoever calls an action, through whatever door, comes through here.

The order is fixed (DESIGN §4): find, authenticate, count for the rate limit, read and
validate the input (with its hooks), authorize, claim the idempotency key, approval,
credentials, run (with its attempts and hooks), check the output, keep the answer, tell of
the change. Inside, every refusal is an
`ActionError`; `actionary.failures` turns it into the value that a caller gets.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, Final, TypeAlias, TypeVar, overload

from pydantic import BaseModel

from actionary import compensation
from actionary.attempts import run_attempts
from actionary.coerce import coerce_values
from actionary.context import MODELS, Caller, Context, Request, context_of
from actionary.defining import Action, AnyAction
from actionary.exposure import check_exposure
from actionary.failures import (
    err_of,
    error_of_code,
    error_of_handler,
    failure,
    since,
)
from actionary.gates import Gates, brings_key, gates_of
from actionary.gates.auth import authenticate
from actionary.gates.authorize import authorize, check_scopes
from actionary.gates.rate_limit import check_rate
from actionary.input_hooks import read_hooked
from actionary.leaf import INSIDE, check_leaf
from actionary.observe import CALLS, Observed, telemetry_now
from actionary.registry import Registry, default_registry
from actionary.result import CommonError, Err, Ok
from actionary.running import PASSED_ON, Call, late, running_here
from actionary.written import read_again, written

T = TypeVar("T")
Read: TypeAlias = Callable[[AnyAction], Awaitable[BaseModel]]
"""Reads and validates the input when its turn has come; each door has its own."""

Open: TypeAlias = Callable[[], Awaitable[Any]]
"""Opens the resources of a registry, and gives them."""

_log: Final = logging.getLogger("actionary")


@dataclass(frozen=True, slots=True)
class Answer:
    """A call that succeeded: the value, and the JSON of it that travels."""

    data: Any
    json: bytes
    action: str
    latency_ms: float


@overload
async def invoke_action(
    action: Action[..., T],
    input: Any = None,
    ctx: Context[Any] | Request | None = None,
    *,
    registry: Registry | None = None,
) -> Ok[T] | Err: ...
@overload
async def invoke_action(
    action: str,
    input: Any = None,
    ctx: Context[Any] | Request | None = None,
    *,
    registry: Registry | None = None,
) -> Ok[Any] | Err: ...
async def invoke_action(
    action: AnyAction | str,
    input: Any = None,  # noqa: A002 - the field's name
    ctx: Context[Any] | Request | None = None,
    *,
    registry: Registry | None = None,
) -> Ok[Any] | Err:
    """Call an action, given itself or by name (or slug), through the whole pipeline.

    ``input`` is a mapping of JSON values or Python objects, or an instance of the
    input model. Without ``registry`` it is the one where the action was registered,
    and for a name the default one. Its resources are opened for this call where no
    door has opened them. Nothing that a caller can cause is raised; cancellation
    passes through.

    Raises:
        TypeError: ``action`` or ``ctx`` is of another type.
        LookupError: ``action`` is one that is not in ``registry``.
        LeafError: An action runs here, and calls another one.
    """
    check_leaf(action)
    context = context_of(ctx)
    outcome = await invoke(action, _reader_of(input, context.caller), context, registry)
    return outcome if isinstance(outcome, Err) else Ok(outcome.data, outcome.action, outcome.latency_ms)


@overload
def invoke_action_sync(
    action: Action[..., T],
    input: Any = None,
    ctx: Context[Any] | Request | None = None,
    *,
    registry: Registry | None = None,
) -> Ok[T] | Err: ...
@overload
def invoke_action_sync(
    action: str,
    input: Any = None,
    ctx: Context[Any] | Request | None = None,
    *,
    registry: Registry | None = None,
) -> Ok[Any] | Err: ...
def invoke_action_sync(
    action: Any,
    input: Any = None,  # noqa: A002 - the field's name
    ctx: Context[Any] | Request | None = None,
    *,
    registry: Registry | None = None,
) -> Ok[Any] | Err:
    """Call an action as `invoke_action` does, from code that is not async.

    Raises:
        RuntimeError: An event loop runs in this thread; await `invoke_action` there.
        LeafError: An action runs here, and calls another one.
    """
    check_leaf(action)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        raise RuntimeError("an event loop runs in this thread: use `await invoke_action(...)`")
    return asyncio.run(invoke_action(action, input, ctx, registry=registry))


async def run_action(action: AnyAction, input: Any, ctx: Context[Any] | Request | None) -> Any:  # noqa: A002 - the field's name
    """Do what `Action.run` says."""
    check_leaf(action)
    given = context_of(ctx)
    check_exposure(action, given.caller)
    call = Call(running_here(), action.name, monotonic(), action.definition.timeout)
    context = given.of_call(call, action.name)
    registry = _registry_of(action, action.registry)
    call.observed = _observed(action, context, registry)
    async with _resources_of(action, context, registry) as resources:
        read = _reader_of(input, context.caller)
        gates = _gates_of(action, registry, context)
        value, json = await perform(action, gates, read, context, call, resources=resources)
        return read_again(action, context, json) if context.replayed else value


def _reader_of(value: Any, caller: Caller) -> Read:
    async def read(found: AnyAction) -> BaseModel:
        given = value
        if caller in MODELS and isinstance(value, Mapping):
            given = coerce_values(value, found.prepared.parameters)
        return found.prepared.read_value(given)

    return read


async def invoke(
    asked: AnyAction | str, read: Read, ctx: Context[Any], registry: Registry | None
) -> Answer | Err:
    """Find an action, call it, and give the outcome with the JSON that travels.

    Without ``registry`` it is that of the action, and for a name the default one.

    Raises:
        TypeError: ``asked`` is neither an action nor a name.
        LookupError: It is an action that is not in ``registry``, whose gates would not hold.
    """
    started = monotonic()
    if not isinstance(asked, str | Action):  # pyright: ignore[reportUnnecessaryIsInstance]  # untyped callers
        raise TypeError(f"an action or its name is needed, not {type(asked).__name__}")
    if registry is None:
        registry = default_registry if isinstance(asked, str) else asked.registry
    elif isinstance(asked, Action) and asked not in registry:
        raise LookupError(
            f"{asked!r} is not in that registry: register it there, or name the one it was included as"
        )
    try:
        action = find(default_registry if registry is None else registry, asked, ctx.caller)
    except CommonError as error:
        name = asked if isinstance(asked, str) else asked.name
        return err_of(error, name, since(started), ctx.request_id)
    call = Call(running_here(), action.name, started, action.definition.timeout)
    context = ctx.of_call(call, action.name)
    registry = _registry_of(action, registry)
    call.observed = _observed(action, context, registry)
    async with _resources_of(action, context, registry) as resources:
        try:
            gates = _gates_of(action, registry, context)
            data, json = await perform(action, gates, read, context, call, resources=resources)
            if context.replayed:
                data = read_again(action, context, json)
        except Exception as error:  # noqa: BLE001 - every outcome is a value here
            return failure(error, action, context, started)
        return Answer(data, json, action.name, since(started))


def _observed(action: AnyAction, ctx: Context[Any], registry: Registry | None) -> Observed | None:
    hooks = () if registry is None else registry.hooks_of(action)
    telemetry = telemetry_now()
    if not hooks and telemetry is None and not CALLS.isEnabledFor(logging.INFO):
        return None
    return Observed(ctx, hooks, telemetry)


def _registry_of(action: AnyAction, registry: Registry | None) -> Registry | None:
    """Give a registry if the action is in it: its resources and gates count then."""
    return registry if registry is not None and action in registry else None


def _gates_of(action: AnyAction, registry: Registry | None, ctx: Context[Any]) -> Gates | None:
    gates = gates_of(action, registry)
    return gates if gates is None or gates.keys is None or brings_key(ctx) else gates.keyless


@asynccontextmanager
async def _resources_of(
    action: AnyAction, ctx: Context[Any], registry: Registry | None
) -> AsyncGenerator[Open | None]:
    """Give the way to open what an action's registry shares; it stays open until this ends.

    There is none where nothing is shared, or the caller brought resources. Before it ends
    it waits for what compensates for the call: that needs the resources, and the event
    loop. What is raised on closing is logged: the call is over, and its outcome stands.
    """
    home = None if registry is None else registry.home_of(action)
    if home is None or home.lifespan is None or ctx.resources is not None:
        try:
            yield None
        finally:
            if ctx.compensation is not None:
                await compensation.ended(ctx)
        return
    stack = AsyncExitStack()
    try:
        yield lambda: stack.enter_async_context(home.open())
    finally:
        if ctx.compensation is not None:
            await compensation.ended(ctx)
        try:
            await stack.aclose()
        except Exception:  # noqa: BLE001 - whatever the user's lifespan raises
            _log.exception(
                "closing the resources of action %s failed (request %s)", ctx.action, ctx.request_id
            )


def find(registry: Registry, asked: AnyAction | str, caller: Caller) -> AnyAction:
    """Find an action for a caller.

    Raises:
        CommonError: ``not_found``, or in process ``not_public``.
    """
    found = registry.get(asked) if isinstance(asked, str) else asked
    if found is None:
        raise CommonError("not_found", "There is no such action.")
    check_exposure(found, caller)
    return found


async def perform(  # noqa: C901 - each call pays for each function
    action: AnyAction,
    gates: Gates | None,
    read: Read,
    ctx: Context[Any],
    call: Call,
    *,
    resources: Open | None = None,
) -> tuple[Any, bytes]:
    """Go through every step after finding, and give the value and its JSON.

    ``call`` is the time that all of it may take, ``ctx`` what the handler sees of it.
    ``resources`` opens what ``ctx`` does not have yet.

    Raises:
        ActionError: The call is refused or fails; `failure` makes a value of it.
        CancelledError: The current task was cancelled from outside.
    """
    with call:
        if gates is not None and gates.checks:
            await _let_in(gates, ctx, call)
        hooks = action.prepared.input_hooks
        if hooks is not None:
            if resources is not None:  # hooks are the action's own, and see what its handler sees
                ctx.give_resources(await _opened(ctx, resources))
                resources = None
            given = await read_hooked(hooks, read, action, ctx, call)
        else:
            try:
                given = await read(action)
            except (CommonError, KeyboardInterrupt, GeneratorExit):
                raise
            except BaseException as error:  # a validator of the user's own model
                raise error_of_code(ctx, error, "reading the input") from error
        if gates is not None and gates.checks:
            await _authorized(gates, given, ctx, call)
        if action.prepared.takes_extra:
            ctx.extra_input = given.__pydantic_extra__ or {}
        if resources is not None:
            ctx.give_resources(await _opened(ctx, resources))
        if monotonic() >= call.deadline:  # what is late already is not begun
            raise late()
        if gates is None or gates.lasting is None:
            return await _ran(action, given, ctx, call)
        ctx.changes = gates.changes
        ran = partial(_ran, action, given, ctx, call)
        return await gates.lasting(gates, action, given, ctx, call=call, ran=ran)


async def _ran(action: AnyAction, given: BaseModel, ctx: Context[Any], call: Call) -> tuple[Any, bytes]:
    """Let the handler run, and write what it gives."""
    attempts = action.prepared.attempts
    if attempts is not None:
        return await run_attempts(attempts, action, given, ctx, call)
    token = INSIDE.set(call)
    try:
        value = await action.binding.call(given, ctx)
    except PASSED_ON:
        raise
    except BaseException as error:  # a handler may raise any class
        raise error_of_handler(action, ctx, call, error) from error
    finally:
        INSIDE.reset(token)
    return written(action, ctx, value)


async def _let_in(gates: Gates, ctx: Context[Any], call: Call) -> None:
    if gates.auth is not None:
        await authenticate(gates.auth, ctx, call)
    if gates.rate_limit is not None:
        await check_rate(gates.rate_limit, ctx)


async def _authorized(gates: Gates, given: BaseModel, ctx: Context[Any], call: Call) -> None:
    if gates.scopes:
        check_scopes(gates.scopes, ctx)
    if gates.authorize is not None:
        await authorize(gates.authorize, given, ctx, call)


async def _opened(ctx: Context[Any], resources: Open) -> Any:
    try:
        return await resources()
    except PASSED_ON:
        raise
    except BaseException as error:  # the user's lifespan
        raise error_of_code(ctx, error, "opening the resources") from error
