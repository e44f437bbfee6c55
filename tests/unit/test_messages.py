"""What callers read of an input that does not fit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from actionary import messages
from actionary.inputs import json_reader
from actionary.result import CommonError
from pydantic import BaseModel, Field, SecretBytes, SecretStr
from pydantic_core._pydantic_core import list_all_errors


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]


class Given(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    either: Cat | int | None = None
    numbers: list[Annotated[int, Field(ge=0)]] = []
    table: dict[str, int] = {}


def problems(body: str) -> Any:
    with pytest.raises(CommonError) as caught:
        json_reader(Given)(body.encode())
    return caught.value


def test_paths_lead_through_the_input_and_not_through_the_types():
    error = problems('{"pet": {"kind": "cat", "lives": "x"}, "either": {"kind": "cat", "lives": "y"}}')
    assert [detail["path"] for detail in error.details] == [
        ["pet", "lives"],
        ["either", "lives"],
        ["either"],
    ]


def test_a_key_of_the_caller_is_cut_and_its_value_is_never_quoted():
    key = "k" * 100
    error = problems(f'{{"table": {{"{key}": "hunter2"}}}}')
    assert error.details[0]["path"] == ["table", "k" * 64]
    assert "hunter2" not in error.message
    assert "hunter2" not in str(error.details)


class Secrets(BaseModel):
    password: Annotated[SecretStr, Field(min_length=8, max_length=9)] = SecretStr("x")
    key: Annotated[SecretBytes, Field(min_length=1, max_length=3)] = SecretBytes(b"x")
    names: Annotated[list[str], Field(min_length=1)] = []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"password": "häschen"}', "password: must have at least 8 characters"),
        ('{"password": "sehr lange"}', "password: must have at most 9 characters"),
        ('{"key": ""}', "key: must have at least 1 character"),
        ('{"key": "äöü"}', "key: must have at most 3 bytes"),
        ('{"names": []}', "names: must have at least 1 item"),
    ],
)
def test_the_length_of_a_secret_is_told_in_characters_or_bytes(body, said):
    with pytest.raises(CommonError) as caught:
        json_reader(Secrets)(body.encode())
    assert caught.value.message == said


def test_at_most_fifty_problems_are_listed_and_a_few_are_said():
    error = problems('{"numbers": [' + ", ".join(["-1"] * 200) + "]}")
    assert len(error.details) == 50
    assert error.message.startswith("numbers[0]: must be at least 0; numbers[1]: must be at least 0; ")
    assert error.message.endswith("; and 195 more")


def test_one_thing_is_said_as_one():
    assert problems('{"pet": {"kind": "cat"}}').message == "pet.lives: is required"


def test_our_texts_are_of_errors_that_pydantic_has_and_name_what_it_gives():
    known = {error["type"]: error for error in list_all_errors()}
    for kind, text in messages._TEXTS.items():
        assert kind in known, kind
        context = known[kind].get("example_context") or {}
        text.format_map(context)
        assert not set(context) & {"input", "input_value", "error"} or "{" not in text


def test_a_type_we_have_no_text_for_is_still_said():
    assert messages.text_of("made_up", {}) == "is not valid"
    assert messages.text_of("less_than", {}) == "is not valid"
