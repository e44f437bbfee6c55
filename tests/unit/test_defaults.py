"""The default of an input is told as a caller would send it."""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import pytest
from actionary.defaults import as_sent
from actionary.schema import Undescribable, core_schema_of, describe_types
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    computed_field,
    create_model,
)
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic.json_schema import PydanticJsonSchemaWarning
from pydantic_core import PydanticSerializationError


class Price(BaseModel):
    model_config = ConfigDict(ser_json_timedelta="float")
    cents: int = Field(3, validation_alias="in_cents", serialization_alias="out_cents")
    unit: str = Field("kg", validation_alias=AliasChoices(AliasPath("a", "b"), "in_unit"))
    kept: str = Field("x", exclude=True)
    valid_for: timedelta = timedelta(minutes=1)

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def euros(self) -> float:
        return self.cents / 100


class Line(BaseModel):
    price: Price = Field(Price(), alias="Price")
    more: list[Price] = []


class Tree(BaseModel):
    name: str = Field("x", serialization_alias="title")
    inside: list[Tree] = []


@pydantic_dataclass
class Point:
    x: Annotated[int, Field(validation_alias="in_x", serialization_alias="out_x")] = 1


@dataclass
class Plain:
    line: Line


PRICE = {"in_cents": 3, "in_unit": "kg", "kept": "x", "valid_for": "PT1M"}
LINE = {"Price": PRICE, "more": [PRICE]}


@pytest.mark.parametrize(
    ("default", "sent"),
    [
        (Price(), PRICE),
        (Line(more=[Price()]), LINE),
        ([Line(more=[Price()])], [LINE]),
        ({"a": (Price(),)}, {"a": [PRICE]}),
        (Tree(inside=[Tree(name="y")]), {"name": "x", "inside": [{"name": "y", "inside": []}]}),
        (Point(), {"in_x": 1}),
        (Plain(Line()), {"line": {"Price": PRICE, "more": []}}),
        ("text", "text"),
        (None, None),
        (Price, Price),
    ],
)
def test_models_are_written_under_the_names_that_are_read(default, sent):
    assert as_sent(default) == sent


@pytest.mark.parametrize("default", [Line(), Tree(inside=[Tree()]), Point(), Plain(Line())])
def test_what_is_told_can_be_sent(default):
    given: Any = TypeAdapter(type(default))
    assert given.validate_python(as_sent(default)) == default


@dataclass
class Odd:
    lock: threading.Lock


def test_a_default_that_no_json_says_is_an_error_that_describing_knows():
    with pytest.raises(PydanticSerializationError, match="cannot be written as JSON"):
        as_sent(Odd(threading.Lock()))
    with pytest.raises(Undescribable, match="not JSON serializable") as caught:
        described_strictly(create_model("Given", x=(Any, Odd(threading.Lock()))))
    assert caught.value.path == ".x"


def described_strictly(model: type[BaseModel]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", PydanticJsonSchemaWarning)
        describe_types([("x", "validation", core_schema_of(model))])


def test_the_schemas_of_input_and_output_each_tell_it_in_their_own_names():
    class Order(BaseModel):
        line: Line = Line()
        lines: list[Line] = [Line()]

    for mode, name in (("validation", "in_cents"), ("serialization", "out_cents")):
        types = describe_types([("x", mode, core_schema_of(Order))])
        told = types.definitions["Order"]["properties"]
        assert told["line"]["default"]["Price"][name] == 3
        assert told["lines"]["default"][0]["Price"][name] == 3
