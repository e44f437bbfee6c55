"""What the types of an action have to hold to because of its other fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from actionary.action_spec import QUERY_METHODS
from actionary.confused import ONE_KIND, why_confused, why_schema_confused
from actionary.core_shapes import Field, shape_of
from actionary.definition import Definition
from actionary.fields import Cursor
from actionary.json_schema import Schema, properties_of
from actionary.json_types import json_types
from actionary.raw_input import RawInput, described_raw
from actionary.raw_input.keywords import CHECKED
from actionary.schema import Described, built_schema
from actionary.type_rules import secret_in

_SAYABLE: Final = frozenset({"type", "properties", "required", "additionalProperties", "$defs"})
"""What the root of a schema may say where the input is a query."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field of the definition, or a parameter of the handler, and the mend."""

    field: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class _Property:
    """A property of an input that is given as a JSON Schema, as far as a query and a cursor ask for it."""

    is_required: bool
    allows_null: bool
    default: Any
    why_confused: str | None
    json_types: frozenset[str] | None = None


_Parameters: TypeAlias = Mapping[str, Field | _Property]


def type_mistakes(
    definition: Definition, model: type[BaseModel], output_type: Described | None
) -> Iterator[Mistake]:
    """Compare an action's input and output with what its definition says of them.

    What pydantic does not know yet is left out; so is an output that nobody declared.
    """
    if definition.http is not None and definition.http.method in QUERY_METHODS:
        yield from _unsayable(model)
    if definition.paginate is not None:
        output = None if output_type is None else built_schema(output_type)
        name = definition.paginate.input
        field = f"{name}: str | None = None"
        if issubclass(model, RawInput):
            field = f'"{name}": {{"type": ["string", "null"], "default": null}}'
        yield from _pages(definition.paginate, _parameters(model), field, output)


def _unsayable(model: type[BaseModel]) -> Iterator[Mistake]:
    """Find what an input has and no query may say (DESIGN §5)."""
    if issubclass(model, RawInput):
        yield from _unlike_a_query(model.schema_)
    # Most parameters are of one kind, of which nothing here can be wrong.
    parameters = {
        name: each
        for name, each in (_parameters(model) or {}).items()
        if not (isinstance(each, Field) and each.kind in ONE_KIND)
    }
    yield from _nulls(parameters)
    yield from _confused(parameters)
    core = built_schema(model)
    secret = None if core is None else secret_in(core)
    if secret is not None:
        yield Mistake(
            f"input{secret}",
            "it is a secret, and a query stands in addresses and in logs",
            "use POST or PUT",
        )


def _parameters(model: type[BaseModel]) -> _Parameters | None:
    if issubclass(model, RawInput):
        root, types = described_raw(model.schema_, "", ())
        return {
            name: _Property(
                is_required=required,
                allows_null=_names_null(described, types),
                default=described.get("default"),
                why_confused=why_schema_confused(described, types),
            )
            for name, (described, required) in properties_of(root, types).items()
        }
    core = built_schema(model)
    return None if core is None else shape_of(core).fields("validation")


def _names_null(schema: Schema, types: Mapping[str, Schema]) -> bool:
    """Say whether a schema names null; one that allows every type does not, and needs not be told it."""
    allowed = json_types(schema, types)
    return "null" in allowed and allowed != json_types({}, types)


def _unlike_a_query(root: Schema) -> Iterator[Mistake]:
    """Find what the root of a schema asks of an input as a whole, which no parameter can say."""
    for key in root:
        if key in CHECKED and key not in _SAYABLE:
            yield Mistake(
                "input",
                f"its schema has `{key}` at the root, and a query is described property by property",
                "say it in the schemas of the `properties`, or use POST or PUT",
            )
    if not isinstance(root.get("additionalProperties", False), bool):
        yield Mistake(
            "input",
            "its `additionalProperties` have a schema, and a query has names for its parameters",
            "name them in `properties`, take one property that is an object, or use POST or PUT",
        )


def _nulls(parameters: _Parameters) -> Iterator[Mistake]:
    """Find parameters that would have to say null, which no query can."""
    for name, field in parameters.items():
        if (not field.is_required and field.default is None) or not field.allows_null:
            continue
        why = "it is required" if field.is_required else f"its default is {field.default!r}"
        yield Mistake(
            f"input.{name}",
            f"it may be null and {why}, but a query cannot say null",
            "make null its default, take null out of its type, or use POST or PUT",
        )


def _confused(parameters: _Parameters) -> Iterator[Mistake]:
    """Find parameters of which one text would say two values."""
    for name, field in parameters.items():
        why = why_confused(field) if isinstance(field, Field) else field.why_confused
        if why is not None:
            yield Mistake(
                f"input.{name}",
                f"{why}, and a query has only text",
                "take one of them out of its type, or use POST or PUT",
            )


def _pages(cursor: Cursor, given: _Parameters | None, optional: str, output: Any) -> Iterator[Mistake]:
    """Find what pages lack; ``optional`` is how the input writes the field of the cursor."""
    if given is not None:
        field = given.get(cursor.input)
        if field is None:
            yield _paginate(f"the input has no `{cursor.input}`", f"add `{optional}`")
        elif field.is_required:
            yield _paginate(
                f"the input's `{cursor.input}` is required, and the first page has no cursor",
                f"give it a default, `{optional}`",
            )
    if output is None:
        return
    fields = shape_of(output).fields("serialization")
    after, items = fields.get(cursor.output), fields.get(cursor.items)
    taken, told = (given or {}).get(cursor.input), None if after is None else after.json_types
    if taken is not None and told is not None and not _takes(taken, told):
        yield _paginate(
            f"the output's `{cursor.output}` is {_either(told)}, and the input's `{cursor.input}`, as which"
            f" callers send it, takes {_either(taken.json_types or told)}",
            "give both the same type",
        )
    if after is None or not after.allows_null:
        what = "has no" if after is None else "must allow null in"
        yield _paginate(
            f"the output {what} `{cursor.output}`, which is null on the last page",
            f"return an object with `{cursor.output}: str | None`",
        )
    if items is None or not items.is_list:
        what = "has no" if items is None else "has no list in"
        yield _paginate(
            f"the output {what} `{cursor.items}`",
            f"return an object with the page in `{cursor.items}: list[...]`",
        )


def _takes(parameter: Field | _Property, told: frozenset[str]) -> bool:
    """Say whether an input takes values of these JSON types, as far as that is known."""
    types = parameter.json_types
    return types is None or told <= (types | {"integer"} if "number" in types else types)


def _either(types: frozenset[str]) -> str:
    """Spell JSON types as people do."""
    return " or ".join(f"{'an' if name[0] in 'io' else 'a'} {name}" for name in sorted(types))


def _paginate(what: str, mend: str) -> Mistake:
    return Mistake("paginate", what, f"{mend}, or name another field in `Cursor(...)`")
