"""What a handler returned, as a value and as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from actionary.outputs import OutputError, output_writer
from pydantic import BaseModel, Field, TypeAdapter, computed_field


class Part(BaseModel):
    name: str = Field(serialization_alias="theName")


class Whole(BaseModel):
    parts: list[Part]
    price: Decimal | None = None
    ratio: float | None = None

    @computed_field
    def half(self) -> float | None:
        return None if self.ratio is None else self.ratio / 2


class Special(Part):
    secret: str = "hunter2"


def write(declared: Any, value: Any) -> bytes:
    return output_writer(TypeAdapter(declared))(value)[1]


def test_aliases_defaults_and_computed_fields_are_written():
    whole = Whole(parts=[Part(name="a")])
    assert write(Whole, whole) == b'{"parts":[{"theName":"a"}],"price":null,"ratio":null,"half":null}'


def test_a_subclass_is_written_as_the_declared_type():
    assert write(Part, Special(name="a")) == b'{"theName":"a"}'
    assert write(list[Part], [Special(name="a")]) == b'[{"theName":"a"}]'


def test_an_instance_is_given_back_as_it_is_and_anything_else_as_its_type():
    part = Part(name="a")
    assert output_writer(TypeAdapter(Part))(part)[0] is part
    assert output_writer(TypeAdapter(Part))({"name": "a"})[0] == part


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (Whole, Whole(parts=[], ratio=float("nan"))),
        (Whole, Whole.model_construct(parts=[], price=Decimal("NaN"))),
        (dict[str, float], {"a": float("inf")}),
        (Any, [float("nan")]),
        (float | str, float("-inf")),
    ],
)
def test_numbers_that_json_does_not_know_are_refused(declared, value):
    with pytest.raises(OutputError, match="not finite"):
        write(declared, value)


@pytest.mark.parametrize("value", ["NaN", "null", "Infinity", None, {"NaN": ["null"]}])
def test_texts_that_look_like_them_are_not(value):
    write(Any, value)
    assert output_writer(None)(value)[0] == value


def test_the_reason_is_told_without_the_value():
    for declared, value in ((Part, {"name": ["hunter2"]}), (Part, Part.model_construct(name=["hunter2"]))):
        with pytest.raises(OutputError) as caught:
            write(declared, value)
        assert "hunter2" not in str(caught.value)
        assert "name" in str(caught.value)


def test_what_contains_itself_is_refused():
    loop: list[Any] = []
    loop.append(loop)
    for writer in (output_writer(None), output_writer(TypeAdapter(Any))):
        with pytest.raises(OutputError):
            writer(loop)


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ('{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}, b'{"a":[1,2.5,null]}'),
        ("[]", [], b"[]"),
        ('["\\u00e4"]', ["ä"], '["ä"]'.encode()),
    ],
)
def test_without_a_declared_type_a_text_of_a_json_object_or_list_stands_for_it(text, value, written):
    assert output_writer(None)(text) == (value, written)


@pytest.mark.parametrize(
    "text",
    [
        *("", "123", "true", "null", '"quoted"', "-1", " {}", "\n[]"),
        *("{", "{a: 1}", "[1,]", "{} and more", "[link](there)", "[NaN]", '{"a": Infinity}', "[" * 5000),
        '["\\ud800"]',
    ],
)
def test_any_other_text_stays_a_text(text):
    value, written = output_writer(None)(text)
    assert value == text
    assert json.loads(written) == text


@pytest.mark.parametrize("declared", [str, Any])
def test_with_a_declared_type_the_type_decides(declared):
    assert output_writer(TypeAdapter(declared))("[1]") == ("[1]", b'"[1]"')


def test_only_the_result_itself_is_read():
    assert output_writer(None)(["[1]"]) == (["[1]"], b'["[1]"]')
