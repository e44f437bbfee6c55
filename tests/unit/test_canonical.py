"""Which inputs are the same call, and what a human is shown of one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from actionary.canonical import digest_of, shown
from pydantic import BaseModel, Field, RootModel, SecretStr, create_model


class Card(BaseModel):
    number: str = Field(alias="card")


class Account(BaseModel):
    number: str = Field(alias="account")


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Point:
    x: int


class Points(RootModel[list[Point]]):
    pass


def digest(kind: Any, json: str) -> str:
    return digest_of(create_model("Given", value=(kind, ...)).model_validate_json(f'{{"value": {json}}}'))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (float, "1", "1.0"),
        (Decimal, '"1.0"', '"1"'),
        (Decimal, '"1E+3"', '"1000.00"'),
        (Decimal, '"-0.00"', "0"),
        (dict[str, int], '{"a": 1, "b": 2}', '{"b": 2, "a": 1}'),
        (set[int], "[1, 2]", "[2, 1, 1]"),
        (Card, '{"card": "1"}', '{ "card" : "\\u0031" }'),
    ],
)
def test_inputs_that_mean_the_same_are_one_call(kind, one, other):
    assert digest(kind, one) == digest(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Decimal, '"1000000000.00000000000000000001"', '"1000000000.00000000000000000002"'),
        (Decimal, '"1E+1000000"', '"1E+1000001"'),
        (Card | Account, '{"card": "1"}', '{"account": "1"}'),
        (Card | dict[str, str], '{"card": "1"}', '{"number": "1"}'),
        (Colour | str, '"red"', '"Red"'),
        (list[Any], '["array", 1]', "[[1]]"),
        (list[Any], '[["model", "Card", {"number": "1"}]]', '[{"number": "1"}]'),
        (dict[str, int], '{"a": 1}', '{"a": 2}'),
        (int | bool, "1", "true"),
        (SecretStr, '"a"', '"b"'),
    ],
)
def test_inputs_that_differ_are_two_calls(kind, one, other):
    assert digest(kind, one) != digest(kind, other)


@pytest.mark.parametrize(("one", "other"), [(Decimal(1), "1"), (b"a", "a"), (Colour.RED, "red")])
def test_values_of_two_types_are_two_calls(one, other):
    model = create_model("Given", value=(Any, ...))
    assert digest_of(model(value=one)) != digest_of(model(value=other))


def test_under_another_key_an_input_has_another_digest():
    given = create_model("Given", pin=(SecretStr, ...))(pin=SecretStr("4711"))
    assert len({digest_of(given), digest_of(given, key=b"a"), digest_of(given, key=b"b")}) == 3


def test_a_human_is_shown_all_that_a_handler_sees_but_secrets():
    class Payment(BaseModel):
        to: Card
        amount: Decimal = Field(exclude=True)
        points: Points
        pins: dict[str, SecretStr]
        colour: Colour

    given = Payment.model_validate_json(
        '{"to": {"card": "1"}, "amount": "5.50", "points": [{"x": 1}], "pins": {"a": "471"}, "colour": "red"}'
    )
    assert shown(given) == {
        "to": {"card": "1"},
        "amount": "5.50",
        "points": [{"x": 1}],
        "pins": {"a": "**********"},
        "colour": "red",
    }
