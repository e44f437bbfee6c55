"""Tries an action with made-up inputs, and gives the smallest that shows what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn, TypeAlias

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from actionary.defining import AnyAction
from actionary.json_schema import Schema
from actionary.raw_input import RawInput
from actionary.result import CommonError, Err
from actionary.testing.failures import Failure, failure_of
from actionary.testing.pipeline import Sent
from actionary.testing.validators import (
    certain_validator,
    errors_of,
    lenient_validator,
    likely_validator,
)
from actionary.testing.values import fitting, likely, slipping

Call: TypeAlias = Callable[[Any], Sent[Any] | Err | Failure]
"""Calls an action with an input."""

_NOT_RUN: Final = frozenset({"unauthorized", "rate_limited", "invalid_input", "forbidden", "unavailable"})
"""Codes of calls whose handler did not run."""

_CHANGED: Final = (
    "it did not fail again with the same input: what it does depends on the calls before it;"
    " give the client a `lifespan`, which makes new fakes for each call"
)


@dataclass(frozen=True, slots=True)
class Fuzz:
    """What to try: an action with the schema of its input, and how it is called if it is run.

    ``given`` are inputs of its examples.
    """

    action: AnyAction
    schema: Schema
    given: Sequence[Any]
    call: Call | None
    stricter: bool
    examples: int
    seed: int


class _Wrong(Exception):  # noqa: N818 - it is caught where it is known
    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.what)


def fuzz(what: Fuzz) -> Failure | None:
    """Try inputs until one shows that something is wrong, and give the smallest of that kind."""
    tried = _Tried(what)
    inputs = _inputs_of(what)

    @hypothesis.seed(what.seed)
    @settings(
        max_examples=what.examples,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
    @hypothesis.given(inputs)
    def check(value: Any) -> None:
        tried.check(value)

    try:
        check()
    except _Wrong as wrong:
        return wrong.failure
    except Flaky:
        if tried.first is None:
            raise
        return replace(tried.first, what=f"{tried.first.what} ({_CHANGED})")
    return tried.nothing()


def _inputs_of(what: Fuzz) -> st.SearchStrategy[Any]:
    types = what.schema["$defs"]
    made = fitting(what.schema, types) | slipping(what.schema, types) | likely(what.schema, types)
    return st.sampled_from(what.given) | made if what.given else made


class _Tried:
    """The inputs of an action that were tried, and what came of it."""

    def __init__(self, what: Fuzz) -> None:
        self._what = what
        self._read = 0
        self._run = 0
        self._refused: Err | None = None
        self.first: Failure | None = None
        self._certain = certain_validator(what.schema)
        self._likely = likely_validator(what.schema)
        self._lenient = lenient_validator(what.schema)
        # A schema that was given is itself what checks the input.
        self._compares = not issubclass(what.action.binding.input, RawInput)

    def check(self, value: Any) -> None:
        """Try an input.

        Raises:
            _Wrong: It shows that the contract is broken.
        """
        refusal = self._refusal(value)
        if self._compares:
            self._compare(value, refusal)
        if refusal is not None:
            return
        self._read += 1
        if self._what.call is not None:
            outcome = self._what.call(value)
            if isinstance(outcome, Failure):
                self._fail(outcome)
            if isinstance(outcome, Err) and outcome.code in _NOT_RUN:
                self._refused = outcome
            else:
                self._run += 1

    def nothing(self) -> Failure | None:
        """Give the failure that nothing was tried, if that is so."""
        if not self._read:
            what = f"none of {self._what.examples} made-up inputs was accepted"
            mend = "give the action an example"
        elif self._refused is not None and not self._run:
            what = f"every call was refused, the last with {self._refused.code!r}"
            mend = "give the client a principal who may, and the action an example with which that one may"
        else:
            return None
        return failure_of(
            self._what.action,
            "untried",
            f"{what}, so nothing was tried",
            f"{mend}, or leave it out: `leave_out=[...]`",
        )

    def _refusal(self, value: Any) -> CommonError | None:
        try:
            self._what.action.prepared.read_json(json.dumps(value).encode())
        except CommonError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a validator of the user's own model
            self._fail(
                failure_of(
                    self._what.action,
                    "undeclared_error",
                    f"reading the input raised {type(error).__name__}; callers get 'handler_error'",
                    "raise ValueError in validators, which refuses the input",
                    given=value,
                    error=error,
                )
            )
        return None

    def _compare(self, value: Any, refusal: CommonError | None) -> None:
        action = self._what.action
        if refusal is not None and not self._what.stricter and self._certain.is_valid(value):
            self._fail(
                failure_of(
                    action,
                    "refused_input",
                    f"its schema accepts the input, and the action refuses it: {refusal.message}",
                    "say the condition in the type (`Field(...)`, `Literal`), or raise an error of `errors`"
                    f' in the handler; or allow it: `stricter=["{action.name}"]`',
                    given=value,
                )
            )
        if refusal is None and not self._lenient.is_valid(value):
            wrong = "; ".join(errors_of(self._likely, value)[:3])
            self._fail(
                failure_of(
                    action,
                    "accepted_input",
                    f"its schema refuses the input, and the action accepts it: {wrong}",
                    "check in the type what its schema says (`json_schema_extra` and `WithJsonSchema` check"
                    " nothing), and describe what validators turn into something else",
                    given=value,
                )
            )

    def _fail(self, failure: Failure) -> NoReturn:
        self.first = self.first or failure
        raise _Wrong(failure)
