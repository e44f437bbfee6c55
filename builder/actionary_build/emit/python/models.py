"""The types of the client: classes and aliases for ``models``, expressions for everything else.

`describe_types` has the generator make the types and puts around them what it
gets wrong: which fields may be absent, names, defaults and descriptions.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema, references

from actionary_build.emit.python.annotations import (
    Code,
    Expression,
    as_json,
    hidden_built_ins,
    in_models,
    in_models_module,
    is_union,
    list_item,
    literal,
    plain,
    readable,
    replace_names,
    unshadowed,
    with_metadata,
)
from actionary_build.emit.python.asked import Asked, generated, places_of
from actionary_build.emit.python.generate import DECIMAL
from actionary_build.emit.python.groups import SHARED, type_modules
from actionary_build.emit.python.names import FIELDS_TAKEN, TYPES_TAKEN, Name, names_for
from actionary_build.emit.python.schemas import Definition, Definitions
from actionary_build.emit.python.views import AliasView, FieldView, ModelView
from actionary_build.texts import PythonDocstring, PythonString, json_text

KeyT = TypeVar("KeyT", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A schema that needs a type; ``name`` names what it holds that has no name.

    ``module`` is where it is used.
    """

    schema: Schema
    name: str
    sent: bool
    module: str


@dataclass(frozen=True, slots=True)
class Types(Generic[KeyT]):
    """The content of ``models`` and the types asked for.

    ``schemas`` are the schemas asked for as they came out, and ``definitions``
    what they refer to; ``names`` are the Python names of those, ``fields`` of
    their properties, whose types are ``field_types``.
    """

    models: tuple[ModelView, ...]
    aliases: tuple[AliasView, ...]
    expressions: Mapping[KeyT, Expression]
    schemas: Mapping[KeyT, Schema]
    definitions: Mapping[str, Definition]
    names: Mapping[str, Name]
    fields: Mapping[str, Mapping[str, str]]
    field_types: Mapping[str, Mapping[str, Expression]]
    plain_data: bool

    def class_of(self, schema: Schema) -> str | None:
        """Give the class that a schema refers to, by the name of its definition."""
        while "$ref" in schema:
            name: str = schema["$ref"].removeprefix(REF)
            if name in self.field_types:
                return name
            schema = self.definitions[name].schema
        return None

    def fields_of(self, schema: Schema) -> Mapping[str, str]:
        """Name the fields of the class that a schema refers to; none where it refers to no class."""
        name = self.class_of(schema)
        return {} if name is None else self.fields[name]

    def item_type(self, schema: Schema, wire: str) -> Expression:
        """Give the type of the items of a list that is a field of the class that a schema refers to."""
        name = self.class_of(schema)
        item = None if name is None else list_item(self.field_types[name][wire])
        return Expression("_typing.Any") if item is None else item


def describe_types(
    catalog: Catalog, wanted: Mapping[KeyT, Wanted], *, plain_data: bool = False
) -> Types[KeyT]:
    """Describe the types that the wanted schemas need, and only those.

    They are pydantic's models, or of ``plain_data``: its keys are those on the wire.

    Raises:
        GeneratorError: The generator did not make what it was asked for.
    """
    definitions = Definitions(
        catalog,
        inputs=[want.schema for want in wanted.values() if want.sent],
        outputs=[want.schema for want in wanted.values() if not want.sent],
    )
    lifted = {key: definitions.lift(want.schema, want.name, closed=want.sent) for key, want in wanted.items()}
    homes = type_modules(
        [(schema, wanted[key].module) for key, schema in lifted.items()],
        {each.name: each.schema for each in definitions.all.values()},
    )
    resolver = _Resolver(definitions, list(lifted.values()), homes, plain_data=plain_data)
    return Types(
        models=tuple(resolver.model(each) for each in resolver.named if each.is_model),
        aliases=tuple(resolver.aliases()),
        expressions={key: resolver.expression("", str(number)) for number, key in enumerate(lifted)},
        schemas=lifted,
        definitions=definitions.all,
        names=resolver.names,
        fields=resolver.fields,
        field_types={
            each.name: {wire: resolver.expression(each.name, wire) for wire in each.schema["properties"]}
            for each in resolver.named
            if each.is_model
        },
        plain_data=plain_data,
    )


class _Resolver:
    """Knows what the generator made of each definition, and turns it into what stands in the client."""

    def __init__(
        self, definitions: Definitions, roots: list[Schema], homes: Mapping[str, str], *, plain_data: bool
    ) -> None:
        self._plain_data = plain_data
        every = sorted(definitions.all.values(), key=lambda each: each.name)
        self._definitions = definitions.all
        self.named = [each for each in every if not each.inline]
        self.names = names_for([each.name for each in self.named], TYPES_TAKEN)
        self._homes = {self.names[each.name]: homes.get(each.name, SHARED) for each in self.named}
        self._shared = frozenset(name for name, module in self._homes.items() if module == SHARED)
        taken = {*FIELDS_TAKEN, *self.names.values()}
        self.fields: dict[str, Mapping[str, str]] = {
            each.name: {wire: wire for wire in sorted(each.schema["properties"])}
            if plain_data
            else names_for(sorted(each.schema["properties"]), taken)
            for each in every
            if each.is_model
        }
        self._hidden = hidden_built_ins(self.names.values()) | hidden_built_ins(
            name for one in self.fields.values() for name in one.values()
        )
        self._asked = {
            place: Asked.of(schema)
            for place, schema in [
                *(place for each in every for place in places_of(each)),
                *((("", str(number)), root) for number, root in enumerate(roots)),
            ]
        }
        self._generated = generated(self._asked.values())
        self._resolved: dict[tuple[str, str], Expression] = {}

    def expression(self, owner: str, wire: str) -> Expression:
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
            return self.expression(definition.name, "root")
        return in_models_module(self.names[definition.name])

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
        return self.fields[definition.name][wire] if tells else None

    def model(self, definition: Definition) -> ModelView:
        """Describe a class, its required fields first."""
        schema = definition.schema
        required = frozenset(schema.get("required", ()))
        ordered = sorted(schema["properties"], key=lambda wire: (wire not in required, wire))
        by_keys = self._plain_data and any(Name(wire) != wire for wire in ordered)
        return ModelView(
            name=self.names[definition.name],
            quoted_name=PythonString(self.names[definition.name]),
            by_keys=by_keys,
            is_dict=self._plain_data and "" in ordered,
            module=self._homes[self.names[definition.name]],
            doc=_doc(schema.get("description"), "" if by_keys else "    "),
            extra=_extra(schema, closed=definition.closed),
            fields=tuple(self._field(definition, wire, required=wire in required) for wire in ordered),
        )

    def _field(self, definition: Definition, wire: str, *, required: bool) -> FieldView:
        schema = definition.schema["properties"][wire]
        schema = schema if isinstance(schema, dict) else {}
        name = self.fields[definition.name][wire]
        expression = self.expression(definition.name, wire)
        shown = readable(expression)
        default: Code | None = None
        if self._plain_data:
            expression = expression if required else Expression(f"_typing.NotRequired[{expression}]")
            default = None if required else Code("_UNSET")
        elif "const" in schema and schema.get("default", ...) == schema["const"]:
            default = literal(schema["const"])
        elif not required:
            expression = Expression(f"_Maybe[{expression}]")
            default = Code("_UNSET")
        if name != wire:
            expression = with_metadata(expression, f"_pydantic.Field(alias={PythonString(wire)})")
        annotation = self._inside(expression, definition)
        return FieldView(
            Name(name),
            wire,
            PythonString(wire),
            annotation,
            Code(repr(str(annotation))),
            shown,
            default,
            _doc(described(schema), "    "),
        )

    def _inside(self, expression: Expression, definition: Definition) -> Code:
        home = self._homes[self.names[definition.name]]
        elsewhere = frozenset[str]() if home == SHARED else self._shared
        return Code(in_models(unshadowed(expression, self._hidden), elsewhere, SHARED))

    def aliases(self) -> list[AliasView]:
        """Describe the aliases, each after those it needs; one that needs itself is recursive."""
        aliases = {each.name: each for each in self.named if not each.is_model}
        needs = {name: set(references(each.schema)) & aliases.keys() for name, each in aliases.items()}
        views: list[AliasView] = []
        waiting = sorted(aliases)
        done: set[str] = set()
        while waiting:
            ready = [name for name in waiting if needs[name] <= done]
            for name in ready or waiting:
                views.append(self._alias(aliases[name], recursive=not ready))
                done.add(name)
            waiting = [name for name in waiting if name not in done]
        return views

    def _alias(self, definition: Definition, *, recursive: bool) -> AliasView:
        resolved = self.expression(definition.name, "root")
        expression = self._inside(resolved, definition)
        return AliasView(
            name=self.names[definition.name],
            quoted_name=PythonString(self.names[definition.name]),
            expression=expression,
            quoted=Code(repr(str(expression))),
            shown=readable(resolved),
            recursive=recursive,
            module=self._homes[self.names[definition.name]],
            doc=_doc(definition.schema.get("description"), ""),
        )


def described(schema: Schema) -> str:
    """Give what is known of a value beside its type: the description, the default."""
    parts = [str(schema.get("description", "")).strip()]
    if "default" in schema:
        parts.append(f"Default: {json_text(schema['default'])}.")
    return "\n\n".join(part for part in parts if part)


def argument_type(expression: Expression, hidden: Collection[str]) -> Code:
    """Write a type as a signature beside ``models`` says it, where some built-in names are hidden."""
    return Code(unshadowed(plain(expression), hidden))


def _extra(schema: Schema, *, closed: bool) -> PythonString | None:
    additional: Any = schema.get("additionalProperties")
    if additional is False:
        return PythonString("forbid") if closed else None
    return None if additional is None else PythonString("allow")


def _doc(text: str | None, indent: str) -> PythonDocstring | None:
    return PythonDocstring(text, indent) if text else None
