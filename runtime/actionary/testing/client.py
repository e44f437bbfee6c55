"""The client that tests call actions with: in memory, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Final, Generic, Self, cast, overload

from typing_extensions import TypeVar

from actionary.context import Caller, Context
from actionary.credentials import GivenCredentials
from actionary.defining import Action, AnyAction
from actionary.principal import Principal
from actionary.registry import Registry
from actionary.resources import Lifespan
from actionary.result import Err
from actionary.testing.clock import FakeClock
from actionary.testing.failures import ContractBroken, failure_of
from actionary.testing.pipeline import Asking, CallFailed, Pipeline, Resources, Sent
from actionary.testing.project import load_project
from actionary.testing.validators import check_installed
from actionary.testing.wire import headers_of

R = TypeVar("R", default=Any)
T = TypeVar("T")


class TestClient(Generic[R]):
    """Calls actions as callers do, through the pipeline that every door uses, in this process.

    Inputs travel as JSON, over HTTP with GET and DELETE as a query; outputs too, and
    they are checked against their JSON Schema. An exception that an action does not
    declare is raised here as it is, and an output that does not fit as
    `ContractBroken`; with ``raise_failures=False`` the client gives what callers get.

    Without ``registry`` it is that of the project at the current folder. ``resources``
    is what handlers see instead of what its lifespan yields; ``lifespan`` makes it. In
    a ``with`` or ``async with`` block the resources stay open from call to call;
    outside of one they are opened for each. ``principal`` is who calls; without one
    the ``auth`` of an action is asked, with a request that has ``headers``. ``credentials``
    are given to every call; for those that are not among them who has the registry's is
    asked. On a ``clock`` deadlines come when the test says so.

    Raises:
        ValueError: There is no such ``caller``.
        TypeError: Both ``resources`` and ``lifespan`` are given, or ``credentials`` are no mapping.
        ModuleNotFoundError: The extra ``testing`` is not installed, and outputs are to be checked.
    """

    __test__ = False  # pytest would take it for tests

    def __init__(
        self,
        registry: Registry | None = None,
        *,
        resources: R | None = None,
        lifespan: Lifespan | None = None,
        caller: Caller = "http",
        principal: Principal | None = None,
        headers: Mapping[str, str] | None = None,
        credentials: GivenCredentials | None = None,
        clock: FakeClock | None = None,
        check_outputs: bool = True,
        raise_failures: bool = True,
    ) -> None:
        if resources is not None and lifespan is not None:
            raise TypeError("give `resources`, or the `lifespan` that makes them, not both")
        Context(caller=caller, credentials=credentials)  # which refuses what is none
        if check_outputs:
            check_installed()
        registry = load_project() if registry is None else registry
        self.pipeline: Final = Pipeline(
            registry,
            Resources(registry, resources, lifespan),
            caller,
            clock,
            check_outputs=check_outputs,
            credentials=credentials,
        )
        self._fake: Final = resources
        self._yielded: Any = None
        self._asking = Asking(principal=principal, headers=headers_of(headers))
        self._raises = raise_failures
        self._open: AsyncExitStack | None = None
        self.runner: asyncio.Runner | None = None

    @property
    def resources(self) -> R:
        """The fakes that were given, or what the lifespan yielded to this ``with`` block."""
        return cast("R", self._yielded if self._fake is None else self._fake)

    @overload
    async def call(
        self,
        action: Action[..., T],
        input: Any = None,
        *,
        principal: Principal | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the caller says how long it waits
    ) -> Sent[T] | Err: ...
    @overload
    async def call(
        self,
        action: str,
        input: Any = None,
        *,
        principal: Principal | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the caller says how long it waits
    ) -> Sent[Any] | Err: ...
    async def call(
        self,
        action: AnyAction | str,
        input: Any = None,  # noqa: A002 - the field's name
        *,
        principal: Principal | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the caller says how long it waits
    ) -> Sent[Any] | Err:
        """Call an action, given itself or by name; what a caller can cause is an `Err`.

        ``input`` is a mapping of JSON values or Python objects, an instance of the input
        model, or the bytes of a body or query as they are sent. ``principal`` and
        ``headers`` are of this call alone; ``timeout`` are the seconds for which this
        caller waits.

        Raises:
            Exception: Whatever the action raised and does not declare, or its gates raised.
            ContractBroken: Its output, or the details of its error, do not fit their schema.
            LookupError: The action is not in the registry.
            TypeError: ``action`` is neither an action nor a name.
        """
        found = self.pipeline.find(action)
        if isinstance(found, Err):
            return found
        try:
            return await self.pipeline.call(found, input, self.asking(principal, headers, timeout))
        except CallFailed as failed:
            if not self._raises:
                return failed.told
            error = _raised(found, failed)
        raise error

    @overload
    def call_sync(
        self,
        action: Action[..., T],
        input: Any = None,
        *,
        principal: Principal | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Sent[T] | Err: ...
    @overload
    def call_sync(
        self,
        action: str,
        input: Any = None,
        *,
        principal: Principal | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Sent[Any] | Err: ...
    def call_sync(
        self,
        action: Any,
        input: Any = None,  # noqa: A002 - the field's name
        *,
        principal: Principal | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Sent[Any] | Err:
        """Call an action as `call` does, from a test that is not async.

        Raises:
            RuntimeError: An event loop runs in this thread; await `call` there.
        """
        refuse_in_loop("`await client.call(...)`")
        calling = self.call(action, input, principal=principal, headers=headers, timeout=timeout)
        return asyncio.run(calling) if self.runner is None else self.runner.run(calling)

    def asking(
        self,
        principal: Principal | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Asking:
        """Say who asks in one call, after what was said to the client."""
        return Asking(
            principal=self._asking.principal if principal is None else principal,
            headers=headers_of(self._asking.headers, headers),
            timeout=timeout,
        )

    async def __aenter__(self) -> Self:
        if self._open is not None:
            raise RuntimeError("this TestClient is open already: use one `with` for each, or make another")
        async with AsyncExitStack() as stack:
            for each in self.pipeline.resources.registries:
                resources = await stack.enter_async_context(each.open())
                if each is self.pipeline.resources.main:
                    self._yielded = resources
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        opened, self._open = self._open, None
        self._yielded = None
        if opened is not None:
            await opened.aclose()

    def __enter__(self) -> Self:
        refuse_in_loop("`async with TestClient(...)`")
        runner = asyncio.Runner()
        try:
            runner.run(self.__aenter__())
        except BaseException:
            runner.close()
            raise
        self.runner = runner
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        runner, self.runner = self.runner, None
        if runner is not None:
            with runner:
                runner.run(self.__aexit__(kind, error, trace))


def refused(result: Sent[Any] | Err, code: str | None = None) -> Err:
    """Give the `Err` of a call that was to fail, with ``code`` where that is said.

    Raises:
        AssertionError: It succeeded, or failed with another code; or, where none is said,
            for there is no such action.
    """
    __tracebackhide__ = True
    if not isinstance(result, Err):
        raise AssertionError(f"{result.action} was to fail, and gave {result.data!r}")  # noqa: TRY004 - a test fails
    if code is None and result.code == "not_found":
        raise AssertionError(
            f'there is no action {result.action!r}; is it meant, say refused(…, "not_found")'
        )
    if code is not None and result.code != code:
        raise AssertionError(
            f"{result.action} was to fail with {code!r}, and failed with {result.code!r}: {result.message}"
        )
    return result


def refuse_in_loop(instead: str) -> None:
    """Refuse to run an event loop inside of one.

    Raises:
        RuntimeError: One runs in this thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError(f"an event loop runs in this thread: use {instead}")


def _raised(action: AnyAction, failed: CallFailed) -> Exception:
    """Give what a test sees of an error of which callers get no more than a code."""
    error = failed.error
    if isinstance(error, ContractBroken):
        return error
    if isinstance(error, Exception):
        of = "does not declare this among its `errors`"
        if failed.of is not None:
            of = f"has a mistake in its `{failed.of}`, which a server only logs"
        error.add_note(f"action {action.name} {of}; callers would get {failed.code!r}")
        return error
    broken = ContractBroken(
        [
            failure_of(
                action,
                "undeclared_error",
                f"it raised {type(error).__name__}, which would end the program or the task",
                "raise an error of the action's `errors`",
                error=error,
            )
        ]
    )
    broken.__cause__ = error
    return broken
