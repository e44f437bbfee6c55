"""What the schema of a generated model accepts, an action of that input reads, and nothing else."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import pytest
from actionary import ActionError, Err, Ok, define_action, invoke_action
from actionary.describe import describe
from actionary.envelope import err_envelope
from actionary.registry import Registry
from actionary.result import CommonError
from actionary.schema import core_schema_of, describe_types
from actionary.settings import Settings
from actionary.testing.formats import PROMISED
from actionary.testing.validators import format_checker
from actionary.testing.values import JUNK, likely
from generated_models import INPUTS
from hypothesis import event
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel

FEW_OR_MANY = pytest.mark.parametrize("examples", [60, pytest.param(3000, marks=pytest.mark.long)])

FORMATS = format_checker(PROMISED)


def reads(action: Any, body: bytes) -> bool:
    try:
        action.prepared.read_json(body)
    except CommonError as error:
        return error.code != "invalid_input"  # which no schema refuses
    return True


def action_of(model: Any, handler: Any = lambda given: given) -> Any:
    return define_action(name="subject", description="Take it.", public=True, input=model, handler=handler)


def schema_of(model: Any) -> dict[str, Any]:
    types = describe_types([("input", "validation", core_schema_of(model))])
    return {**types.schemas["input"], "$defs": dict(types.definitions)}


@FEW_OR_MANY
def test_the_schema_and_the_action_agree_on_every_value(examples, hold):
    outcomes = {True: 0, False: 0}

    def check(model: Any, data: Any) -> None:
        action, schema = action_of(model), schema_of(model)
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema, format_checker=FORMATS)
        for _ in range(3):
            value = data.draw(likely(schema, schema["$defs"]))
            accepted = validator.is_valid(value)
            assert reads(action, json.dumps(value).encode()) == accepted, (schema, value)
            outcomes[accepted] += 1
            event(f"accepted: {accepted}")

    hold(examples, check, model=INPUTS, data=st.data())
    assert min(outcomes.values()) > examples / 10


@FEW_OR_MANY
def test_what_an_action_writes_fits_the_schema_of_its_output(examples, hold):
    written = 0

    def check(model: Any, data: Any) -> None:
        nonlocal written
        action = define_action(
            name="subject", description="Echo.", public=True, input=model, output=model, handler=lambda x: x
        )
        registry = Registry()
        registry.register([action])
        catalog = describe(registry, Settings(root=".", out=".", title="t", version="1"))
        (spec,) = catalog.actions
        given = data.draw(likely(schema_of(model), schema_of(model)["$defs"]))
        try:
            read = action.prepared.read_json(json.dumps(given).encode())
        except CommonError:
            return
        _, body = action.prepared.write_output(read)
        validator = Draft202012Validator(catalog.standalone(spec.output), format_checker=FORMATS)
        assert [error.message for error in validator.iter_errors(json.loads(body))] == []
        written += 1

    hold(examples, check, model=INPUTS, data=st.data())
    assert written > examples / 10


class Anything(BaseModel):
    """An input that takes every object."""


class Loop:
    """Has itself in it."""

    def __init__(self) -> None:
        self.itself = self


class Liar(dict):
    """Says that it is a mapping, and fails when asked."""

    def keys(self) -> Any:
        raise OSError("no")


class Declared(ActionError, code="declared", status=409):  # noqa: N818 - as users name them
    """One that is declared."""


class Undeclared(ActionError, code="undeclared", status=409):  # noqa: N818 - as above
    """One that is not."""


def itself() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


ANYTHING = st.one_of(
    JUNK,
    st.builds(Loop),
    st.builds(Liar, st.just({"a": 1})),
    st.builds(itself),
    st.sampled_from(
        [math.nan, math.inf, b"\xff", {1}, object, object(), 10**5000, "\ud800", {"\ud800": 1}, {1: 2}]
    ),
    st.dictionaries(st.text(max_size=3) | st.integers(), JUNK, max_size=3),
)
RAISED = st.sampled_from(
    [
        *(ValueError("\ud800"), KeyError(), RecursionError(), MemoryError(), StopIteration(), SystemExit(3)),
        *(TimeoutError(), TimeoutError(), asyncio.CancelledError(), ExceptionGroup("g", [OSError()])),
        *(
            AssertionError(),
            UnicodeDecodeError("utf8", b"", 0, 1, "r"),
            CommonError("forbidden", "no"),
        ),
        *(
            Declared("It is said."),
            Declared("\ud800"),
            Declared("\x00"),
            Undeclared("what no caller may read"),
        ),
    ]
)


@FEW_OR_MANY
def test_whatever_is_given_returned_and_raised_the_outcome_is_a_value(examples, hold):
    codes: set[str] = set()

    def check(*, model: Any, given: Any, returned: Any, raised: Any, output: Any) -> None:
        async def handler(_: Any) -> Any:
            if raised is not None:
                raise raised
            return returned

        action = define_action(
            name="subject", description="x", input=model, output=output, errors=[Declared], handler=handler
        )
        outcome = asyncio.run(invoke_action(action, given))
        if isinstance(outcome, Err):
            said = json.loads(err_envelope(outcome))
            assert (said["ok"], said["code"], said["status"]) == (False, outcome.code, outcome.status)
            assert "what no caller may read" not in said["message"]
            codes.add(outcome.code)
        else:
            assert isinstance(outcome, Ok)
            codes.add("ok")

    hold(
        examples,
        check,
        model=st.booleans().flatmap(lambda fits: st.just(Anything) if fits else INPUTS),
        given=st.booleans().flatmap(lambda fits: st.just({}) if fits else ANYTHING),
        returned=ANYTHING,
        raised=st.none() | st.just(Declared("It is said.")) | RAISED,
        output=st.sampled_from([Any, int, None, list[str], dict[str, Any]]),
    )
    assert codes >= {"ok", "invalid_input", "handler_error", "invalid_output", "declared"}
