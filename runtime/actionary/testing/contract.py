"""`assert_contract`: whether actions do what they say, tried with their examples and with made-up inputs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from typing import Any, Final, Literal, TypeAlias

from actionary.action_spec import ExampleSpec
from actionary.credentials import GivenCredentials
from actionary.defining import AnyAction
from actionary.definition_error import ActionDefinitionError
from actionary.describe import DefinitionErrors
from actionary.examples import example_of
from actionary.exposure import is_exposed, is_for_approvals
from actionary.registry import Registry
from actionary.result import Err
from actionary.testing.client import TestClient, refuse_in_loop
from actionary.testing.failures import ContractBroken, Failure, as_text, failure_of
from actionary.testing.pipeline import CallFailed, Sent
from actionary.testing.validators import INSTALL, schemas_of

Run: TypeAlias = Literal["safe", "all", "none"] | Collection[str]
"""Which actions are run: those that only read and those on fakes, all, none, or the first and these."""

_MENDS_OF: Final = {
    "compensate": "undo what there is to undo, however far the handler came",
    "needs_approval": "answer whether a human has to say yes, whoever calls and whatever they give",
}

_UNDECLARED: Final = "raise an error of the action's `errors`, or refuse such an input in its types"


def assert_contract(
    subject: Registry | TestClient[Any] | None = None,
    *,
    only: Collection[str] | None = None,
    leave_out: Collection[str] = (),
    run: Run = "safe",
    example_outputs: Literal["equal", "fit"] = "equal",
    stricter: Collection[str] = (),
    examples: int = 100,
    seed: int = 0,
    credentials: GivenCredentials | None = None,
) -> None:
    """Fail unless every action does what it says: it is called with its examples, and with made-up inputs.

    ``subject`` is a registry, whose actions code of your own calls; or a `TestClient`,
    which says who calls and with what fakes, and then only what its caller may reach
    is tried. Without it the registry is that of the project at the current folder.

    For each action: every example is accepted, succeeds, and gives what it says
    (``example_outputs="fit"`` asks only that it fits). Inputs that the schema accepts are
    read, and those that it refuses are refused, except for the actions in ``stricter``,
    whose validators may refuse more. Nothing is raised that is not in ``errors``, and
    every result fits its schema.

    Only actions that are ``read_only`` are run, and those that take a context of a client
    with ``resources`` or a ``lifespan``, since what they change are fakes then. ``run`` has
    the names of more that may be, or is ``"all"``, or ``"none"``. The outputs of actions
    that are not ``read_only`` need not equal those of their examples. What a human has to
    approve is run as if one had; the actions by which humans do so are not tried.

    ``examples`` inputs are tried for each action, for the same ``seed`` the same ones.
    Outside of a ``with`` block a client opens its lifespan for each call, so that no call
    sees what another left. ``credentials`` are given to every call; a client has its own.

    Raises:
        ContractBroken: Some do not; it names all, each with the smallest input that shows it.
        ModuleNotFoundError: The extra ``testing`` is not installed.
        RuntimeError: An event loop runs in this thread: the test has to be a plain ``def``.
        TypeError: ``credentials`` are given beside a client.
        ValueError: There is no action of a name that is given, or none at all to try; or one in
            ``only`` would not be run.
    """
    __tracebackhide__ = True
    _check_installed()
    refuse_in_loop("a plain `def` for the test that calls assert_contract")
    if isinstance(subject, TestClient) and credentials is not None:
        raise TypeError("give the credentials to the client: TestClient(..., credentials=...)")
    with ExitStack() as stack:
        client = subject
        if not isinstance(client, TestClient):
            client = stack.enter_context(TestClient(client, caller="code", credentials=credentials))
        actions = _chosen(client, only, leave_out, (run, stricter))
        runner = client.runner or stack.enter_context(asyncio.Runner())
        trial = Trial(client, runner, run, example_outputs, frozenset(stricter), examples, seed)
        if only is not None and run != "none":
            trial.check_runs(actions)
        stack.enter_context(_quiet_log())
        failures = trial.failures(actions)
    if failures:
        first = next((failure.error for failure in failures if failure.error is not None), None)
        raise ContractBroken(failures) from first


@contextmanager
def _quiet_log() -> Generator[None]:
    """Keep our log still: it would tell of each of many attempts what the failure says once."""
    log = logging.getLogger("actionary")

    def refuse(_: logging.LogRecord) -> bool:
        return False

    log.addFilter(refuse)
    try:
        yield
    finally:
        log.removeFilter(refuse)


def _check_installed() -> None:
    for name in ("hypothesis", "jsonschema"):
        if find_spec(name) is None:
            raise ModuleNotFoundError(f"assert_contract needs the extra `testing`: {INSTALL}", name=name)


def _chosen(
    client: TestClient[Any],
    only: Collection[str] | None,
    leave_out: Collection[str],
    more: Iterable[Run],
) -> list[AnyAction]:
    """Give the actions to try.

    Raises:
        ValueError: A name is that of none, or none is left.
    """
    registry, caller = client.pipeline.registry, client.pipeline.caller
    known = {action.name for action in registry}
    for names in (only or (), leave_out, *(each for each in more if each not in ("safe", "all", "none"))):
        if isinstance(names, str):
            raise ValueError(f"{names!r} is no list of actions: write [{names!r}]")  # noqa: TRY004 - one error for names
        unknown = sorted(set(names) - known)
        if unknown:
            raise ValueError(
                f"there is no action {unknown[0]!r}; there are {', '.join(sorted(known)) or 'none'}"
            )
    chosen = [
        action
        for action in registry
        if is_exposed(action, caller)
        and (only is None or action.name in only)
        and action.name not in leave_out
        and not is_for_approvals(action)
    ]
    if not chosen:
        raise ValueError(f"there is no action to try for callers of the kind {caller!r}")
    return chosen


@dataclass(frozen=True, slots=True)
class Trial:
    """How actions are tried."""

    client: TestClient[Any]
    runner: asyncio.Runner
    run: Run
    example_outputs: Literal["equal", "fit"]
    stricter: frozenset[str]
    examples: int
    seed: int

    def check_runs(self, actions: Iterable[AnyAction]) -> None:
        """Refuse to try actions that were named, and would not be run.

        Raises:
            ValueError: There is one.
        """
        for action in actions:
            if not self._runs(action):
                raise ValueError(
                    f"{action.name!r} would not be run: it is not read-only, and takes no fakes; give"
                    f' `run=["{action.name}"]`, or `run="none"` to try no more than its types'
                )

    def failures(self, actions: Iterable[AnyAction]) -> list[Failure]:
        """Give every way in which actions break their contracts; all examples come before made-up inputs."""
        found = {action: list(self.failures_of_examples(action)) for action in actions}
        for action, failures in found.items():
            if not any(failure.kind == "undescribed" for failure in failures):
                made_up = self.failure_of_made_up(action)
                if made_up is not None and not (failures and made_up.kind == "untried"):
                    failures.append(made_up)
        return [failure for failures in found.values() for failure in failures]

    def failures_of_examples(self, action: AnyAction) -> Iterator[Failure]:
        """Give what is wrong with the types of an action, and at its examples."""
        try:
            schemas_of(action)
        except DefinitionErrors as errors:
            yield from (_undescribed(action, error) for error in errors.errors)
            return
        for index, spec in enumerate(_examples_of(action)):
            failure = spec if isinstance(spec, Failure) else self._failure_of_example(action, index, spec)
            if failure is not None:
                yield failure

    def failure_of_made_up(self, action: AnyAction) -> Failure | None:
        """Give what is wrong at inputs that are made up."""
        from actionary.testing.fuzz import Fuzz, fuzz  # noqa: PLC0415 - an extra

        return fuzz(
            Fuzz(
                action=action,
                schema=schemas_of(action).input,
                given=[each.input for each in _examples_of(action) if isinstance(each, ExampleSpec)],
                call=partial(self.call, action) if self._runs(action) else None,
                stricter=action.name in self.stricter,
                examples=self.examples,
                seed=self.seed,
            )
        )

    def _runs(self, action: AnyAction) -> bool:
        if self.run == "all":
            return True
        if self.run == "none":
            return False
        on_fakes = self.client.pipeline.resources.are_fakes and action.binding.takes_context
        named = self.run != "safe" and action.name in self.run
        return action.definition.read_only or on_fakes or named

    def call(self, action: AnyAction, given: Any) -> Sent[Any] | Err | Failure:
        """Call an action unnoticed, and give what is wrong with that as a failure."""
        asking = replace(self.client.asking(), noticed=False)
        try:
            return self.runner.run(self.client.pipeline.call(action, given, asking))
        except CallFailed as caught:
            failed = caught
        error, raised = failed.error, type(failed.error).__name__
        if isinstance(error, ContractBroken):
            return replace(error.failures[0], input=given)
        what = f"it raised {raised}, which is not in its `errors`; callers get {failed.code!r}"
        mend = _UNDECLARED
        if failed.of is not None:
            what = f"its `{failed.of}` raised {raised}, which a server only logs; callers get {failed.code!r}"
            mend = _MENDS_OF.get(failed.of, "answer with what says no, whoever calls and whatever they give")
        return failure_of(action, "undeclared_error", what, mend, given=given, error=error)

    def _failure_of_example(self, action: AnyAction, index: int, spec: ExampleSpec) -> Failure | None:
        if not self._runs(action):
            return None
        fail = partial(failure_of, action, "example", given=spec.input)
        # The description has no secrets in it, and the action wants them.
        outcome = self.call(action, action.definition.examples[index].input)
        if isinstance(outcome, Failure):
            return replace(outcome, what=f"example {index + 1}: {outcome.what}", input=spec.input)
        if isinstance(outcome, Err):
            return fail(
                f"example {index + 1} fails with {outcome.code!r}: {outcome.message}",
                "give the client a principal who may, or fakes and credentials with which it succeeds, or "
                "mend the example",
            )
        exact = self.example_outputs == "equal" and action.definition.read_only and spec.has_output
        if exact and outcome.json != spec.output:
            return fail(
                f"example {index + 1} says {as_text(spec.output)}, and it gives {as_text(outcome.json)}",
                'mend one of the two, or allow any that fits: `example_outputs="fit"`',
            )
        return None


def _examples_of(action: AnyAction) -> Iterator[ExampleSpec | Failure]:
    """Give an action's examples as callers get them; a failure for each that does not fit."""
    for index, example in enumerate(action.definition.examples):
        try:
            yield example_of(action, index, example)
        except ActionDefinitionError as error:
            yield failure_of(action, "example", error.what, error.mend)


def _undescribed(action: AnyAction, error: ActionDefinitionError) -> Failure:
    field = f"`{error.field}`: " if error.field else ""
    return failure_of(action, "undescribed", f"{field}{error.what}", error.mend)
