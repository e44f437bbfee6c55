"""A call from a test, through the pipeline that every door uses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Generic

from pydantic import BaseModel
from pydantic_core import from_json
from typing_extensions import TypeVar

from actionary.caller_deadline import HEADER, within_callers_time
from actionary.context import OUTSIDE, Caller, Context, new_request_id
from actionary.credentials import GivenCredentials
from actionary.defining import Action, AnyAction
from actionary.failures import err_of
from actionary.gates import gates_of
from actionary.invoke import Read, find, perform
from actionary.observe import Observed, telemetry_now
from actionary.outputs import OutputError
from actionary.principal import Principal
from actionary.registry import Registry
from actionary.resources import Lifespan
from actionary.result import ActionError, CommonError, Err, Ok
from actionary.routes import route_of
from actionary.running import Call, Running
from actionary.testing.clock import ClockCall, ClockContext, FakeClock
from actionary.testing.failures import ContractBroken, failure_of
from actionary.testing.request import FakeRequest
from actionary.testing.validators import errors_of, written_validators
from actionary.testing.watched import (
    Mistake,
    Mistakes,
    OwnCounters,
    Watched,
    gates_in_test,
    hooks_in_test,
)
from actionary.testing.wire import travelled
from actionary.written import read_again

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

T = TypeVar("T")

PREFIX: Final = "/api"
"""Where actions lie in the requests that tests make."""


@dataclass(frozen=True, slots=True)
class Sent(Ok[T], Generic[T]):
    """An `Ok` of the test kit: ``json`` is what travels, parsed, ``data`` what the handler gave.

    Where a key had the call's answer already, ``data`` is read from that JSON as the output's
    type; where the type does not read what it writes, it is the JSON itself.
    """

    json: Any = field(default=None, kw_only=True)


class CallFailed(Exception):  # noqa: N818 - it says what happened
    """A call went wrong in a way that no caller may learn of.

    ``error`` says why, ``told`` is what callers get of it, ``of`` whose mistake it is:
    a gate's, that of ``on_invoke`` or ``compensate``, or ``None`` for the action's own.
    """

    def __init__(self, error: BaseException, told: Sent[Any] | Err, of: Watched | None = None) -> None:
        self.error = error
        self.told = told
        self.of = of
        super().__init__(str(error))

    @property
    def code(self) -> str:
        """The code of what callers get, which is ``ok`` where a mistake changes nothing for them."""
        return self.told.code if isinstance(self.told, Err) else "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks in a test, and how.

    A call that is not ``noticed`` is neither counted for rate limits, nor told to hooks,
    those who listen to changes, the log of calls and telemetry; and no human is asked.
    """

    principal: Principal | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout: float | None = None
    noticed: bool = True


class HurriedCall(Call):
    """A call that does not wait before its handler is tried again, for where many are made."""

    __slots__ = ()

    async def pause(self, seconds: float) -> None:  # noqa: ARG002 - as long as `Call.pause` is to last
        """Let others run, and go on."""
        await asyncio.sleep(0)


class Resources:
    """What handlers get: the fakes of a test, or what the registries open."""

    def __init__(self, registry: Registry, fake: Any, lifespan: Lifespan | None) -> None:
        self._registry: Final = registry
        self._fake: Final = fake
        self.are_fakes: Final = fake is not None or lifespan is not None
        # Another registry opens what a test gives; it has no actions.
        self.main: Final = Registry(lifespan=lifespan) if self.are_fakes else registry

    @property
    def registries(self) -> Iterable[Registry]:
        """The registries that calls open."""
        if self.are_fakes:
            return [self.main]
        return dict.fromkeys([self.main, *map(self._registry.home_of, self._registry)])

    @asynccontextmanager
    async def of(self, action: AnyAction) -> AsyncGenerator[Any]:
        """Give the resources of an action, open for as long as this lasts.

        Raises:
            LookupError: There are fakes, but for another registry than the action's.
        """
        home = self._registry.home_of(action)
        if home is self._registry:
            home = self.main
        elif self.are_fakes and home.lifespan is not None:
            raise LookupError(
                f"{action.name} comes from another registry, whose resources are not replaced here:"
                " call it through a TestClient of that registry"
            )
        async with home.open() as resources:
            yield self._fake if home is self.main and self._fake is not None else resources


class Pipeline:
    """Calls the actions of a registry as a door does, and lets nothing that is wrong go unseen."""

    def __init__(
        self,
        registry: Registry,
        resources: Resources,
        caller: Caller,
        clock: FakeClock | None,
        *,
        check_outputs: bool,
        credentials: GivenCredentials | None = None,
    ) -> None:
        self.registry: Final = registry
        self.resources: Final = resources
        self.caller: Final[Caller] = caller
        self._clock: Final = clock
        self._check_outputs: Final = check_outputs
        self._credentials: Final = credentials
        self._counters: Final = OwnCounters(monotonic if clock is None else clock)
        self._validators: Final[dict[AnyAction, Mapping[str, Validator]]] = {}

    def find(self, asked: AnyAction | str) -> AnyAction | Err:
        """Find an action for the caller; over HTTP by its name only, and one that is not for it is not there.

        Raises:
            TypeError: ``asked`` is neither an action nor a name.
            LookupError: The action is not in the registry.
        """
        if not isinstance(asked, str | Action):  # pyright: ignore[reportUnnecessaryIsInstance]  # untyped callers
            raise TypeError(f"an action or its name is needed, not {type(asked).__name__}")
        if isinstance(asked, Action) and asked not in self.registry:
            raise LookupError(
                f"{asked!r} is not in the registry of this TestClient: register it there, or give the"
                " client the registry that has it"
            )
        try:
            found = find(self.registry, asked, self.caller)
            if self.caller == "http" and isinstance(asked, str) and asked != found.name:  # it is a slug
                raise CommonError("not_found", "There is no such action.")  # noqa: TRY301 - refused as all others
        except CommonError as refused:
            error = CommonError("not_found", "There is no such action.") if self.caller == "http" else refused
            name = asked if isinstance(asked, str) else asked.name
            return err_of(error, name, 0.0, new_request_id().decode())
        return found

    async def call(self, action: AnyAction, given: Any, asking: Asking) -> Sent[Any] | Err:
        """Call an action that was found.

        Raises:
            CallFailed: Something was raised that the action does not declare, or what it
                gave does not fit.
        """
        call = self._timed(action, asking)
        context = self._context(action, call, asking)
        mistakes: Mistakes = []
        gates = gates_of(action, self.registry)
        if gates is not None:
            counters = self._counters if asking.noticed else None
            gates = gates_in_test(gates, asking.principal, counters, mistakes)
        read = self._reader(given, call, asking)
        async with self.resources.of(action) as resources:
            context.give_resources(resources)
            if asking.noticed:
                call.observed = self._observed(action, context, mistakes)
            outcome: Sent[Any] | Err
            try:
                data, sent = await perform(action, gates, read, context, call)
                if context.replayed:
                    data = read_again(action, context, sent)
            except ActionError as error:
                outcome = err_of(error, action.name, self._since(call), context.request_id, action)
                await self._wait_for_compensation(context, mistakes)
                self._check_failure(action, outcome, error)
            else:
                outcome = Sent(data, action.name, self._since(call), json=from_json(sent))
                self._check_output(action, outcome, context.request_id)
        if mistakes:
            raise CallFailed(mistakes[0].error, outcome, mistakes[0].of)
        return outcome

    async def _wait_for_compensation(self, context: Context[Any], mistakes: Mistakes) -> None:
        """Wait for what compensates, which needs the resources, and note what it failed with."""
        if context.compensation is not None:
            failed = await context.compensation
            if failed is not None:
                mistakes.append(Mistake("compensate", failed))

    def _timed(self, action: AnyAction, asking: Asking) -> Call:
        asked, seconds = asking.timeout, action.definition.timeout
        seconds = seconds if asked is None else min(asked, seconds)
        if self._clock is not None:
            return ClockCall(self._clock, action.name, seconds)
        # Of its own: between the calls of a test the loop stands still, and nothing blocks it.
        kind = Call if asking.noticed else HurriedCall
        return kind(Running(), action.name, monotonic(), seconds)

    def _context(self, action: AnyAction, call: Call, asking: Asking) -> Context[Any]:
        from_outside = self.caller in OUTSIDE
        known: dict[str, Any] = {
            "caller": self.caller,
            "request": _request(action, asking.headers) if from_outside else None,
            "action": action.name,
            "principal": None if from_outside else asking.principal,
            "credentials": self._credentials,
        }
        context = Context[Any](**known) if self._clock is None else ClockContext[Any](self._clock, **known)
        context.call = call
        return context

    def _observed(self, action: AnyAction, context: Context[Any], mistakes: Mistakes) -> Observed:
        """Give what tells everybody how the call ends, as a door does."""
        hooks = hooks_in_test(self.registry.hooks_of(action), mistakes)
        route = route_of(action.definition, PREFIX) if self.caller == "http" else None
        if route is None:
            return Observed(context, hooks, telemetry_now())
        return Observed(context, hooks, telemetry_now(), route.method, route.path)

    def _reader(self, given: Any, call: Call, asking: Asking) -> Read:
        async def read(action: AnyAction) -> BaseModel:
            return action.prepared.read_json(travelled(given, action, self.caller))

        asked = asking.headers.get(HEADER.decode()) if self.caller == "http" else None
        return read if asked is None else within_callers_time(call, asked.encode(), read)

    def _since(self, call: Call) -> float:
        now = monotonic() if self._clock is None else self._clock()
        return (now - call.started) * 1000

    def _check_failure(self, action: AnyAction, err: Err, error: ActionError[Any]) -> None:
        cause = error.__cause__ or error
        if err.code == "handler_error":
            raise CallFailed(cause, err) from error
        if err.code == "invalid_output":
            what = f"its output does not fit: {cause}" if isinstance(cause, OutputError) else f"{cause}"
            raise _misfit(action, what, err) from error
        if self._check_outputs and err.code in action.prepared.errors:
            self._check_written(action, err.code, err.details, err)

    def _check_output(self, action: AnyAction, sent: Sent[Any], request_id: str) -> None:
        if self._check_outputs:
            misfit = CommonError("invalid_output", "The action's result does not fit its schema.")
            err = err_of(misfit, action.name, sent.latency_ms, request_id)
            self._check_written(action, "", sent.json, err)

    def _check_written(self, action: AnyAction, code: str, written: Any, told: Err) -> None:
        """Check what travels against its JSON Schema: details of an error, without ``code`` the output."""
        validators = self._validators.get(action)
        if validators is None:
            validators = self._validators[action] = written_validators(action)
        wrong = errors_of(validators[code], written) if code in validators else []
        if wrong:
            what = f"the details of {code} do" if code else "its output does"
            raise _misfit(action, f"{what} not fit the JSON Schema: {'; '.join(wrong[:5])}", told)


def _misfit(action: AnyAction, what: str, told: Err) -> CallFailed:
    mend = "give what the declared type says, or declare what is given"
    return CallFailed(ContractBroken([failure_of(action, "invalid_output", what, mend)]), told)


def _request(action: AnyAction, headers: Mapping[str, str]) -> FakeRequest:
    route = route_of(action.definition, PREFIX)
    if route is None:  # no door over HTTP; agents and apps reach it
        return FakeRequest("POST", PREFIX, headers)
    return FakeRequest(route.method, route.path, headers)
