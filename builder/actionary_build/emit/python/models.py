"""The types of the client: classes and aliases for ``models``, expressions for everything else.

`Types` names them, has the generator make them when they are needed, and puts around them
what it gets wrong: which fields may be absent, names, defaults and descriptions.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema

from actionary_build.emit.python.annotations import (
    Code,
    Expression,
    hidden_built_ins,
    in_models,
    list_item,
    literal,
    plain,
    readable,
    unshadowed,
    with_metadata,
)
from actionary_build.emit.python.expressions import Expressions
from actionary_build.emit.python.groups import SHARED, type_modules
from actionary_build.emit.python.names import FIELDS_TAKEN, TYPES_TAKEN, Name, names_for
from actionary_build.emit.python.schemas import Definition, Definitions, types_in
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


class Types(Generic[KeyT]):
    """The types that wanted schemas need, and only those, under their names in the client.

    ``schemas`` are the schemas asked for as they came out, ``definitions`` what they refer to;
    ``names`` are the Python names of those that have one, ``homes`` their modules, ``fields``
    the names of their properties, and ``hidden`` the built-in names that all these hide.
    ``references`` are what each definition refers to itself, ``wanted_references`` each schema.
    They are pydantic's models, or of ``plain_data``: its keys are those on the wire.

    The generator is asked when the first type is looked at, so that whoever finds all again
    that was made of these types does without; then it may raise a `GeneratorError`.
    """

    def __init__(self, catalog: Catalog, wanted: Mapping[KeyT, Wanted], *, plain_data: bool = False) -> None:
        every = Definitions(
            catalog,
            inputs=[want.schema for want in wanted.values() if want.sent],
            outputs=[want.schema for want in wanted.values() if not want.sent],
        )
        self._wanted = wanted
        self.plain_data = plain_data
        self.schemas: Mapping[KeyT, Schema] = {
            key: every.lift(want.schema, want.name, closed=want.sent) for key, want in wanted.items()
        }
        self.definitions: Mapping[str, Definition] = dict(sorted(every.all.items()))
        self._numbers = {key: str(number) for number, key in enumerate(self.schemas)}
        self.references = {name: types_in(each.schema) for name, each in self.definitions.items()}
        self.wanted_references = {key: types_in(schema) for key, schema in self.schemas.items()}
        homes = type_modules(
            [(names, wanted[key].module) for key, names in self.wanted_references.items()], self.references
        )
        named = [name for name, each in self.definitions.items() if not each.inline]
        self.homes: Mapping[str, str] = {name: homes.get(name, SHARED) for name in named}
        self.names: Mapping[str, Name] = names_for(named, TYPES_TAKEN)
        taken = {*FIELDS_TAKEN, *self.names.values()}
        self.fields: Mapping[str, Mapping[str, str]] = {
            each.name: {wire: wire for wire in sorted(each.schema["properties"])}
            if plain_data
            else names_for(sorted(each.schema["properties"]), taken)
            for each in self.definitions.values()
            if each.is_model
        }
        self.hidden = hidden_built_ins(self.names.values()) | hidden_built_ins(
            name for one in self.fields.values() for name in one.values()
        )

    @cached_property
    def _expressions(self) -> Expressions:
        roots = [(schema, self._wanted[key].sent) for key, schema in self.schemas.items()]
        return Expressions(self.definitions, roots, self.names, self.fields, plain_data=self.plain_data)

    @cached_property
    def _in_shared(self) -> frozenset[str]:
        return frozenset(self.names[name] for name, home in self.homes.items() if home == SHARED)

    def foresee(self) -> None:
        """Let a build get ready to make the types that it does not know."""
        self._expressions.foresee()

    def expression(self, key: KeyT) -> Expression:
        """Give the type of a schema that was asked for."""
        return self._expressions.of("", self._numbers[key])

    def class_of(self, schema: Schema) -> str | None:
        """Give the class that a schema refers to, by the name of its definition."""
        while "$ref" in schema:
            name: str = schema["$ref"].removeprefix(REF)
            if name in self.names and self.definitions[name].is_model:
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
        item = None if name is None else list_item(self._expressions.of(name, wire))
        return Expression("_typing.Any") if item is None else item

    def view(self, name: str) -> ModelView | AliasView:
        """Describe a definition that has a name: a class or an alias."""
        definition = self.definitions[name]
        return self._model(definition) if definition.is_model else self._alias(definition)

    def models(self, names: Iterable[str]) -> list[ModelView]:
        """Describe the classes among some definitions, in their order."""
        return [self._model(self.definitions[name]) for name in names if self.definitions[name].is_model]

    def aliases(self, names: Collection[str]) -> list[AliasView]:
        """Describe the aliases among some definitions, each after those it needs."""
        return [self._alias(self.definitions[name]) for name in self._recursive if name in names]

    def _model(self, definition: Definition) -> ModelView:
        """Describe a class, its required fields first."""
        schema = definition.schema
        required = frozenset(schema.get("required", ()))
        ordered = sorted(schema["properties"], key=lambda wire: (wire not in required, wire))
        by_keys = self.plain_data and any(Name(wire) != wire for wire in ordered)
        return ModelView(
            name=self.names[definition.name],
            quoted_name=PythonString(self.names[definition.name]),
            by_keys=by_keys,
            is_dict=self.plain_data and "" in ordered,
            doc=_doc(schema.get("description"), "" if by_keys else "    "),
            extra=_extra(schema, closed=definition.closed),
            fields=tuple(self._field(definition, wire, required=wire in required) for wire in ordered),
        )

    def _field(self, definition: Definition, wire: str, *, required: bool) -> FieldView:
        schema = definition.schema["properties"][wire]
        schema = schema if isinstance(schema, dict) else {}
        name = self.fields[definition.name][wire]
        expression = self._expressions.of(definition.name, wire)
        shown = readable(expression)
        default: Code | None = None
        if self.plain_data:
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
        home = self.homes[definition.name]
        elsewhere = frozenset[str]() if home == SHARED else self._in_shared
        return Code(in_models(unshadowed(expression, self.hidden), elsewhere, SHARED))

    @cached_property
    def _recursive(self) -> Mapping[str, bool]:
        """Say of each alias whether it needs itself, or one that does; each comes after those it needs."""
        aliases = dict.fromkeys(name for name in self.names if not self.definitions[name].is_model)
        needs = {name: self.references[name] & aliases.keys() for name in aliases}
        recursive: dict[str, bool] = {}
        waiting = sorted(aliases)
        while waiting:
            ready = [name for name in waiting if needs[name] <= recursive.keys()]
            recursive.update(dict.fromkeys(ready or waiting, not ready))
            waiting = [name for name in waiting if name not in recursive]
        return recursive

    def _alias(self, definition: Definition) -> AliasView:
        resolved = self._expressions.of(definition.name, "root")
        expression = self._inside(resolved, definition)
        return AliasView(
            name=self.names[definition.name],
            quoted_name=PythonString(self.names[definition.name]),
            expression=expression,
            quoted=Code(repr(str(expression))),
            shown=readable(resolved),
            recursive=self._recursive[definition.name],
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
