"""What the generator made of each schema, as it stands in the client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
from actionary_build.emit.python.generate import DECIMAL, KNOWN
from actionary_build.emit.python.limits import put_back
from actionary_build.emit.python.names import Name
from actionary_build.emit.python.schemas import Definition
from actionary_build.texts import PythonString

Place: TypeAlias = tuple[str, str]
"""A definition and its field, or ``root`` for an alias; what no definition holds has none, and a number."""


class Expressions:
    """The types of all fields and aliases, and of schemas asked for beside them, each resolved once.

    What is sent by itself is an argument, whose type says nothing of limits: the server looks at them.

    Raises:
        GeneratorError: The generator did not make what it was asked for.
    """

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        roots: Iterable[tuple[Schema, bool]],
        names: Mapping[str, Name],
        fields: Mapping[str, Mapping[str, str]],
        *,
        plain_data: bool,
    ) -> None:
        self._definitions = definitions
        self._names = names
        self._fields = fields
        self._plain_data = plain_data
        self._roots = list(roots)
        self._asked: dict[tuple[str, bool], Asked] = {}
        self._generated: dict[str, Expression] = {}
        self._resolved: dict[Place, Expression] = {}

    def foresee(self) -> None:
        """Ask for the types that are known until one is not, so that a build gets ready to make it."""
        known = KNOWN.get()
        for text in {asked.text for asked in self._all_asked()}:
            if known(text) is None:
                return

    def _all_asked(self) -> Iterator[Asked]:
        for definition in self._definitions.values():
            yield from (self._asked_at(*place) for place in places_of(definition))
        yield from (self._asked_at("", str(number)) for number in range(len(self._roots)))

    def _asked_at(self, owner: str, wire: str) -> Asked:
        if not owner:
            schema, is_sent = self._roots[int(wire)]
            return self._asked_for(schema, limits=not (self._plain_data or is_sent))
        definition = self._definitions[owner]
        schema = definition.schema["properties"][wire] if definition.is_model else definition.schema
        return self._asked_for(schema, limits=not self._plain_data)

    def _asked_for(self, schema: Any, *, limits: bool) -> Asked:
        key = (repr(schema), limits)  # most schemas stand at many places
        if key not in self._asked:
            self._asked[key] = Asked.of(schema, limits=limits)
        return self._asked[key]

    def _made(self, asked: Asked) -> Expression:
        """Give what the generator makes; where that is not known it is asked for all at once."""
        if asked.text not in self._generated:
            known = KNOWN.get()(asked.text)
            if known is None:
                self._generated = generated(self._all_asked())
            else:
                self._generated[asked.text] = Expression(known)
        return self._generated[asked.text]

    def of(self, owner: str, wire: str) -> Expression:
        """Give the resolved type of a field of a model, of an alias (``root``), or of what was asked for."""
        place = (owner, wire)
        if place not in self._resolved:
            asked = self._asked_at(owner, wire)
            made = put_back(self._made(asked), asked.limits)
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
