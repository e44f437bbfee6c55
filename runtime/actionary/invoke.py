"""The one pipeline: whoever calls an action, through whatever door, comes through here.

The order is fixed (DESIGN §4): find, authenticate, count for the rate limit, read and
validate the input, authorize, run, check the output. Inside, every refusal is an
`ActionError`; `actionary.failures` turns it into the value that a caller gets.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, TypeAlias, TypeVar, overload

from pydantic import BaseModel

from actionary.action import Action, AnyAction
from actionary.coerce import coerce_values
from actionary.context import MODELS, Caller, Context, Request, context_of
from actionary.exposure import check_exposure
from actionary.failures import (
    err_of,
    error_of_code,
    error_of_handler,
    failure,
    invalid_output,
    kept_error,
    since,
)
from actionary.gates import Gates, gates_of
from actionary.gates.approval import approve
from actionary.gates.auth import authenticate
from actionary.gates.authorize import authorize, check_scopes
from actionary.gates.credentials import give_credentials, unleaked
from actionary.gates.idempotency import Claim, Kept, claim_key
from actionary.gates.rate_limit import check_rate
from actionary.observe import CALLS, Observed, telemetry_now
from actionary.outputs import OutputError
from actionary.registry import Registry, default_registry
from actionary.result import ActionError, CommonError, Err, Ok
from actionary.running import PASSED_ON, Call, late, running_here

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
    """
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
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        raise RuntimeError("an event loop runs in this thread: use `await invoke_action(...)`")
    return asyncio.run(invoke_action(action, input, ctx, registry=registry))


async def run_action(action: AnyAction, input: Any, ctx: Context[Any] | Request | None) -> Any:  # noqa: A002 - the field's name
    """Do what `Action.run` says."""
    given = context_of(ctx)
    check_exposure(action, given.caller)
    call = Call(running_here(), action.name, monotonic(), action.definition.timeout)
    context = given.of_call(call, action.name)
    registry = _registry_of(action, action.registry)
    call.observed = _observed(action, context, registry)
    async with _resources_of(action, context, registry) as resources:
        read = _reader_of(input, context.caller)
        return (await perform(action, gates_of(action, registry), read, context, call, resources=resources))[
            0
        ]


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
            data, json = await perform(
                action, gates_of(action, registry), read, context, call, resources=resources
            )
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


@asynccontextmanager
async def _resources_of(
    action: AnyAction, ctx: Context[Any], registry: Registry | None
) -> AsyncGenerator[Open | None]:
    """Give the way to open what an action's registry shares; it stays open until this ends.

    There is none where nothing is shared, or the caller brought resources. What is
    raised on closing is logged: the call is over, and its outcome stands.
    """
    home = None if registry is None else registry.home_of(action)
    if home is None or home.lifespan is None or ctx.resources is not None:
        yield None
        return
    stack = AsyncExitStack()
    try:
        yield lambda: stack.enter_async_context(home.open())
    finally:
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


async def perform(
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
        if gates is not None:
            await _let_in(gates, ctx, call)
        try:
            given = await read(action)
        except (CommonError, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # a validator of the user's own model
            raise error_of_code(ctx, error, "reading the input") from error
        if gates is not None:
            await _authorized(gates, given, ctx, call)
        if action.prepared.takes_extra:
            ctx.extra_input = given.__pydantic_extra__ or {}
        if resources is not None:
            ctx.give_resources(await _opened(ctx, resources))
        if monotonic() >= call.deadline:  # what is late already is not begun
            raise late()
        if gates is None or not gates.prepare:
            return await _ran(action, given, ctx, call)
        return await _once(gates, action, given, ctx, call)


async def _ran(action: AnyAction, given: BaseModel, ctx: Context[Any], call: Call) -> tuple[Any, bytes]:
    """Let the handler run, and write what it gives."""
    try:
        value = await action.binding.call(given, ctx)
    except PASSED_ON:
        raise
    except BaseException as error:  # a handler may raise any class
        raise error_of_handler(action, ctx, call, error) from error
    return _written(action, ctx, value)


async def _once(
    gates: Gates, action: AnyAction, given: BaseModel, ctx: Context[Any], call: Call
) -> tuple[Any, bytes]:
    """Let the handler run if a human says yes, with its credentials, and once for its idempotency key."""
    claim = None
    if gates.keys is not None:
        begins = gates.approval is None and gates.credentials is None
        claim = await claim_key(gates.keys, given, ctx, call, begins=begins)
    if isinstance(claim, Kept):
        return claim.give(ctx)
    try:
        if gates.approval is not None:
            await approve(gates.approval, given, ctx, call)
        if gates.credentials is not None:
            await give_credentials(gates.credentials, ctx, call)
        if claim is not None:
            await claim.begin(call)
    except BaseException:
        if claim is not None:
            await claim.release()
        raise
    ran = _ran(action, given, ctx, call)
    if gates.credentials is not None:
        ran = unleaked(ran, action, ctx)
    return await (ran if claim is None else _kept(claim, action, ran))


async def _kept(claim: Claim, action: AnyAction, ran: Awaitable[tuple[Any, bytes]]) -> tuple[Any, bytes]:
    """Keep what comes of a call for who repeats it."""
    try:
        value, json = await ran
    except ActionError as error:
        if error.retryable:
            await claim.release()
        else:
            await claim.keep_error(kept_error(error, action))
        raise
    except BaseException:
        claim.keep_unknown()
        raise
    await claim.keep(json)
    return value, json


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


def _written(action: AnyAction, ctx: Context[Any], value: Any) -> tuple[Any, bytes]:
    try:
        return action.prepared.write_output(value)
    except OutputError as error:
        return _misfit(action, ctx, value, error)
    except PASSED_ON:
        raise
    except BaseException as error:  # a validator or serializer of the user's own type
        raise error_of_code(ctx, error, "writing the output") from error


def _misfit(action: AnyAction, ctx: Context[Any], value: Any, error: OutputError) -> tuple[Any, bytes]:
    """Do with a result that does not fit what the definition says (``on_invalid_output``)."""
    write = action.prepared.write_misfit
    if write is None:
        raise invalid_output(ctx, error) from error
    _log.warning(
        "action %s: %s; on_invalid_output is %r (request %s)",
        ctx.action,
        error,
        action.definition.on_invalid_output,
        ctx.request_id,
    )
    try:
        return write(value)
    except OutputError as unfit:
        raise invalid_output(ctx, unfit) from unfit
    except PASSED_ON:
        raise
    except BaseException as failed:  # a fallback's factory, or the user's own type
        raise error_of_code(ctx, failed, "writing the output") from failed


async def _opened(ctx: Context[Any], resources: Open) -> Any:
    try:
        return await resources()
    except PASSED_ON:
        raise
    except BaseException as error:  # the user's lifespan
        raise error_of_code(ctx, error, "opening the resources") from error
