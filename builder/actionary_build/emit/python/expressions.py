"""What the generator made of each schema, as it stands in the client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from actionary.json_schema import REF, Schema

from actionary_build.emit.python.annotations import (
    Expression,
    as_json,
    in_models_module,
    is_union,
    replace_names,
    with_metadata,
)
from actionary_build.emit.python.asked import Asked, generated, places_of
from actionary_build.emit.python.generate import DECIMAL
from actionary_build.emit.python.names import Name
from actionary_build.emit.python.schemas import Definition
from actionary_build.texts import PythonString

Place: TypeAlias = tuple[str, str]
"""A definition and its field, or ``root`` for an alias; what no definition holds has none, and a number."""


class Expressions:
    """The types of all fields and aliases, and of schemas asked for beside them, each resolved once.

    Raises:
        GeneratorError: The generator did not make what it was asked for.
    """

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        roots: Iterable[Schema],
        names: Mapping[str, Name],
        fields: Mapping[str, Mapping[str, str]],
        *,
        plain_data: bool,
    ) -> None:
        self._definitions = definitions
        self._names = names
        self._fields = fields
        self._plain_data = plain_data
        self._asked = {
            place: Asked.of(schema)
            for place, schema in [
                *(place for each in definitions.values() for place in places_of(each)),
                *((("", str(number)), root) for number, root in enumerate(roots)),
            ]
        }
        self._generated = generated(self._asked.values())
        self._resolved: dict[Place, Expression] = {}

    def of(self, owner: str, wire: str) -> Expression:
        """Give the resolved type of a field of a model, of an alias (``root``), or of what was asked for."""
        place = (owner, wire)
        if place not in self._resolved:
            asked = self._asked[place]
            made = self._generated[asked.text]
            expression = replace_names(
                as_json(made) if self._plain_data else made, lambda name: self._resolve_name(name, asked)
            )
            definition = self._definitions.get(owner)
            if definition is not None and "discriminator" in definition.schema and not self._plain_data:
                expression = self._told_apart(definition.schema, expression)
            self._resolved[place] = expression
        return self._resolved[place]

    def _resolve_name(self, name: str, asked: Asked) -> Expression | None:
        if name == DECIMAL:
            return Expression("_decimal.Decimal")
        if name not in asked.names:
            return None
        definition = self._definitions[asked.names[name]]
        if definition.inline:
            return self.of(definition.name, "root")
        return in_models_module(self._names[definition.name])

    def _told_apart(self, union: Schema, expression: Expression) -> Expression:
        """Give a union its discriminator, where each of its members has it as pydantic wants it."""
        wire = union["discriminator"]["propertyName"]
        members = [branch for key in ("anyOf", "oneOf") for branch in union.get(key, ())]
        names = {self._tag_name(member, wire) for member in members}
        name = next(iter(names), None)
        if len(names) != 1 or name is None or not is_union(expression):
            return expression
        return with_metadata(expression, f"_pydantic.Field(discriminator={PythonString(name)})")

    def _tag_name(self, member: Any, wire: str) -> str | None:
        """Give our name of the field that tells a member from the others, ``None`` where none can."""
        reference = str(member.get("$ref", "")) if isinstance(member, dict) else ""
        definition = self._definitions.get(reference.removeprefix(REF))
        if definition is None or not definition.is_model or wire not in definition.schema["properties"]:
            return None
        schema = definition.schema["properties"][wire]
        required = wire in definition.schema.get("required", ())
        tells = "const" in schema or ("enum" in schema and required)
        return self._fields[definition.name][wire] if tells else None
