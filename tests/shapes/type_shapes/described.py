"""Types whose JSON Schema is written by hand."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema
from type_shapes.shape import As, Shape


class Iban:
    """A bank account, of a class that pydantic knows nothing of."""

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        read = core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(pattern="^[A-Z]{2}[0-9]{4}$")
        )
        return core_schema.json_or_python_schema(
            json_schema=read,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), read]),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda iban: iban.text),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            **handler(core_schema.str_schema(pattern="^[A-Z]{2}[0-9]{4}$")),
            "description": "A short IBAN.",
        }


class Extended(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"a": 1}]}, title="An extended one")
    a: Annotated[int, Field(json_schema_extra={"examples": [1]})]


TITLE = "Types with a JSON Schema of their own"
SHAPES = [
    Shape(name="own_class", type="Iban", right=("DE1234",), wrong=("de1234", 1)),
    Shape(
        name="with_json_schema",
        type='Annotated[Any, WithJsonSchema({"type": "integer"}), BeforeValidator(int)]',
        right=(1,),
        wrong=("x",),
        read_too=("1",),
        why="a validator is code",
    ),
    Shape(name="schema_extra", type="Extended", right=({"a": 1},), wrong=({"a": "x"},)),
    Shape(
        name="serialized",
        type="Annotated[int, PlainSerializer(lambda n: f'{n} m', return_type=str)]",
        right=(As(3, "3 m"),),
        wrong=("3",),
    ),
]
