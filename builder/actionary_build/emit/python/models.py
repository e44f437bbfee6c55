"""The types of the client: classes and aliases for ``models``, expressions for everything else.

`describe_types` has the generator make the types and puts around them what it
gets wrong: which fields may be absent, names, defaults and descriptions.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema, references

from actionary_build.emit.python.annotations import (
    MODELS,
    Code,
    attribute,
    code,
    in_models,
    literal,
    plain,
    private_module,
    readable,
    replace_names,
    unshadowed,
    with_metadata,
)
from actionary_build.emit.python.generate import Generated, GeneratorError, annotated, generate_classes
from actionary_build.emit.python.names import FIELDS_TAKEN, TYPES_TAKEN, Name, names_for
from actionary_build.emit.python.schemas import DECIMAL, Definition, Definitions, for_generator
from actionary_build.texts import PythonDocstring, PythonString, json_text

KeyT = TypeVar("KeyT", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A schema that needs a type; ``name`` names what it holds that has no name."""

    schema: Schema
    name: str
    sent: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of a class, as the template writes it; ``shown`` is its type for people."""

    name: Name
    annotation: Code
    shown: Code
    default: Code | None
    doc: PythonDocstring | None


@dataclass(frozen=True, slots=True)
class ModelView:
    """A class of ``models``; ``extra`` is what it does with keys it does not know."""

    name: Name
    doc: PythonDocstring | None
    extra: PythonString | None
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class AliasView:
    """A name for a type that is no class; a recursive one needs another form. ``shown`` is for people."""

    name: Name
    quoted_name: PythonString
    expression: Code
    shown: Code
    recursive: bool
    doc: PythonDocstring | None


@dataclass(frozen=True, slots=True)
class Types(Generic[KeyT]):
    """The content of ``models`` and the types asked for.

    ``schemas`` are the schemas asked for as they came out, and ``definitions``
    what they refer to; ``names`` are the Python names of those, ``fields`` of
    their properties.
    """

    models: tuple[ModelView, ...]
    aliases: tuple[AliasView, ...]
    expressions: Mapping[KeyT, ast.expr]
    schemas: Mapping[KeyT, Schema]
    definitions: Mapping[str, Definition]
    names: Mapping[str, Name]
    fields: Mapping[str, Mapping[str, Name]]

    def fields_of(self, schema: Schema) -> Mapping[str, Name]:
        """Name the fields of the class that a schema refers to; none where it refers to no class."""
        while "$ref" in schema:
            name = schema["$ref"].removeprefix(REF)
            if name in self.fields:
                return self.fields[name]
            schema = self.definitions[name].schema
        return {}


def describe_types(catalog: Catalog, wanted: Mapping[KeyT, Wanted]) -> Types[KeyT]:
    """Describe the types that the wanted schemas need, and only those.

    Raises:
        GeneratorError: The generator did not make what it was asked for.
    """
    definitions = Definitions(
        catalog,
        inputs=[want.schema for want in wanted.values() if want.sent],
        outputs=[want.schema for want in wanted.values() if not want.sent],
    )
    lifted = {key: definitions.lift(want.schema, want.name, closed=want.sent) for key, want in wanted.items()}
    resolver = _Resolver(definitions, list(lifted.values()))
    return Types(
        models=tuple(resolver.model(each) for each in resolver.named if each.is_model),
        aliases=tuple(resolver.aliases()),
        expressions={key: resolver.expression(_ROOTS, f"r{number}") for number, key in enumerate(lifted)},
        schemas=lifted,
        definitions=definitions.all,
        names=resolver.names,
        fields=resolver.fields,
    )


_ROOTS = "ActionaryRoots"
_TYPE = "ActionaryType"


class _Resolver:
    """Knows what the generator made of each definition, and turns it into what stands in the client."""

    def __init__(self, definitions: Definitions, roots: list[Schema]) -> None:
        every = sorted(definitions.all.values(), key=lambda each: each.name)
        self.named = [each for each in every if not each.inline]
        self.names = names_for([each.name for each in self.named], TYPES_TAKEN)
        taken = {*FIELDS_TAKEN, *self.names.values()}
        self.fields = {
            each.name: names_for(sorted(each.schema["properties"]), taken) for each in every if each.is_model
        }
        self._shadowed = {
            *self.names.values(),
            *(name for one in self.fields.values() for name in one.values()),
        }
        self._number = {each.name: f"{_TYPE}{number}" for number, each in enumerate(every)}
        self._definition = {self._number[each.name]: each for each in every}
        self._generated = self._generate(roots)

    def _generate(self, roots: list[Schema]) -> Generated:
        fed = {
            number: for_generator(
                each.schema if each.is_model else _object({"root": each.schema}), self._number
            )
            for number, each in self._definition.items()
        }
        fed[_ROOTS] = for_generator(_object({f"r{n}": root for n, root in enumerate(roots)}), self._number)
        fed[DECIMAL] = _object({"root": {"type": "string"}})
        return generate_classes(fed)

    def expression(self, owner: str, wire: str) -> ast.expr:
        """Give the resolved type of a field of one of the generator's classes."""
        field = self._generated.classes[owner].get(wire)
        if field is None:
            raise GeneratorError(
                f"datamodel-code-generator left out the field {wire!r} of {owner}; please report this"
            )
        return self._resolved(field.annotation)

    def _resolved(self, annotation: ast.expr) -> ast.expr:
        return replace_names(_Discriminators(self).visit(annotation), self._resolve_name)

    def _resolve_name(self, name: str) -> ast.expr | None:
        if name == DECIMAL:
            return attribute("_decimal", "Decimal")
        definition = self._definition.get(name)
        if definition is not None:
            if definition.inline:
                return self.expression(name, "root")
            return attribute(MODELS, self.names[definition.name])
        if name in self._generated.imported:
            module, original = self._generated.imported[name]
            return attribute(private_module(module), original)
        if name in self._generated.classes:  # a wrapper that the generator made up for a constraint
            return self.expression(name, "root")
        return None

    def tag_name(self, member: str, generated_name: str) -> Name | None:
        """Give our name of the field that tells a union's members apart, ``None`` where it cannot."""
        definition = self._definition.get(member)
        if definition is None or not definition.is_model:
            return None
        for wire, field in self._generated.classes[member].items():
            if field.name == generated_name:
                schema = definition.schema["properties"][wire]
                required = wire in definition.schema.get("required", ())
                tells = "const" in schema or ("enum" in schema and required)
                return self.fields[definition.name][wire] if tells else None
        return None

    def model(self, definition: Definition) -> ModelView:
        """Describe a class, its required fields first."""
        schema = definition.schema
        required = frozenset(schema.get("required", ()))
        ordered = sorted(schema["properties"], key=lambda wire: (wire not in required, wire))
        return ModelView(
            name=self.names[definition.name],
            doc=_doc(schema.get("description"), "    "),
            extra=_extra(schema, closed=definition.closed),
            fields=tuple(self._field(definition, wire, required=wire in required) for wire in ordered),
        )

    def _field(self, definition: Definition, wire: str, *, required: bool) -> FieldView:
        schema = definition.schema["properties"][wire]
        schema = schema if isinstance(schema, dict) else {}
        name = self.fields[definition.name][wire]
        expression = self.expression(self._number[definition.name], wire)
        shown = readable(expression)
        default: Code | None = None
        if "const" in schema and schema.get("default", ...) == schema["const"]:
            default = literal(schema["const"])
        elif not required:
            expression = _maybe(expression)
            default = Code("_UNSET")
        if name != wire:
            expression = with_metadata(expression, f"_pydantic.Field(alias={PythonString(wire)})")
        return FieldView(name, self._inside(expression), shown, default, _doc(described(schema), "    "))

    def _inside(self, expression: ast.expr) -> Code:
        return code(unshadowed(in_models(expression), self._shadowed))

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
        resolved = self.expression(self._number[definition.name], "root")
        expression = self._inside(resolved)
        return AliasView(
            name=self.names[definition.name],
            quoted_name=PythonString(self.names[definition.name]),
            expression=Code(repr(str(expression))) if recursive else expression,
            shown=readable(resolved),
            recursive=recursive,
            doc=_doc(definition.schema.get("description"), ""),
        )


class _Discriminators(ast.NodeTransformer):
    """Gives a union's discriminator our name of the field, or drops it where pydantic would refuse it."""

    def __init__(self, resolver: _Resolver) -> None:
        self._resolver = resolver

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Look at ``Annotated[A | B, Field(discriminator=…)]``."""
        self.generic_visit(node)
        arguments = annotated(node)
        if arguments is None or not isinstance(arguments[-1], ast.Call):
            return node
        keywords = {keyword.arg: keyword.value for keyword in arguments[-1].keywords}
        if "discriminator" not in keywords:
            return node
        union = arguments[0]
        generated_name = ast.literal_eval(keywords["discriminator"])
        members = {leaf.id for leaf in ast.walk(union) if isinstance(leaf, ast.Name)}
        names = {self._resolver.tag_name(member, generated_name) for member in members}
        name = next(iter(names))
        if len(names) > 1 or name is None or not isinstance(union, ast.BinOp):
            return union
        made = with_metadata(union, f"_pydantic.Field(discriminator={PythonString(name)})")
        assert isinstance(made, ast.Subscript)  # noqa: S101 - that is what it makes
        return made


def described(schema: Schema) -> str:
    """Give what is known of a value beside its type: the description, the default."""
    parts = [str(schema.get("description", "")).strip()]
    if "default" in schema:
        parts.append(f"Default: {json_text(schema['default'])}.")
    return "\n\n".join(part for part in parts if part)


def argument_type(expression: ast.expr, shadowed: set[str]) -> Code:
    """Write a type as a signature beside ``models`` says it, where the names hide built-in ones."""
    return code(unshadowed(plain(expression), shadowed))


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _maybe(expression: ast.expr) -> ast.expr:
    return ast.Subscript(value=ast.Name(id="_Maybe", ctx=ast.Load()), slice=expression, ctx=ast.Load())


def _extra(schema: Schema, *, closed: bool) -> PythonString | None:
    additional: Any = schema.get("additionalProperties")
    if additional is False:
        return PythonString("forbid") if closed else None
    return None if additional is None else PythonString("allow")


def _doc(text: str | None, indent: str) -> PythonDocstring | None:
    return PythonDocstring(text, indent) if text else None
