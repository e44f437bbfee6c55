"""Pydantic → JSON Schema 2020-12, for a whole registry at once; the only place that does it.

Inputs are described as validation reads them, outputs as serialization writes
them. A type that both describe alike stands once. `actionary.type_names` names them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import (
    CoreModeRef,
    DefsRef,
    GenerateJsonSchema,
    JsonSchemaValue,
    PydanticJsonSchemaWarning,
)
from pydantic_core import CoreSchema, PydanticSerializationError, core_schema

from actionary.defaults import as_sent
from actionary.json_schema import REF, Schema, map_schema, references
from actionary.patterns import UnlikePatternError, ecma_pattern
from actionary.plain_schemas import holds_secret, keys_of, of_bytes, of_date_time, of_digits, of_uuid
from actionary.type_names import Origin, final_names
from actionary.type_rules import Mode, path_to
from actionary.unknown_keys import describe_unknown, unmarked

Described: TypeAlias = type[BaseModel] | TypeAdapter[Any]
"""What pydantic knows of a type: a model is that itself, which saves making an adapter for it."""


class Undescribable(PydanticInvalidForJsonSchema):
    """A type has no JSON Schema; ``path`` leads to the part that has none (`actionary.type_rules`)."""

    def __init__(self, message: str, part: Any, mend: str = "use types that JSON can carry") -> None:
        super().__init__(message)
        self.part = part
        self.mend = mend
        self.path = ""

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Types:
    """Schemas by key, and the named types that they refer to."""

    schemas: Mapping[Any, Schema]
    definitions: Mapping[str, Schema]


def describe_types(roots: Iterable[tuple[Any, Mode, CoreSchema]]) -> Types:
    """Describe types, given as (key, mode, core schema).

    The tag of a discriminated union is required in the classes that it tells apart,
    wherever they are used.

    Raises:
        Undescribable: A type has no JSON Schema.
    """
    generator = _Generator()
    raw = {key: generator.describe(schema, mode) for key, mode, schema in roots}
    definitions = generator.finished()
    used = _reachable(raw.values(), definitions)
    same = _merge(generator.origins, {name: definitions[name] for name in used})
    names = final_names({name: generator.origins[name] for name in set(same.values())})
    final = {name: names[kept] for name, kept in same.items()}
    return Types(
        {key: _renamed(schema, final) for key, schema in raw.items()},
        {names[kept]: _renamed(definitions[kept], final) for kept in sorted(names, key=names.__getitem__)},
    )


def core_schema_of(described: Described) -> CoreSchema:
    """Give pydantic's core schema of a model or adapter, built now if names were missing before.

    Raises:
        PydanticUndefinedAnnotation: They are missing still.
    """
    if isinstance(described, TypeAdapter):
        if not described.pydantic_complete:
            described.rebuild(raise_errors=True)
        return described.core_schema
    if not described.__pydantic_complete__:
        described.model_rebuild(raise_errors=True)
    return described.__pydantic_core_schema__


def built_schema(described: Described) -> CoreSchema | None:
    """Give pydantic's core schema of a model or adapter, or ``None`` while names are missing."""
    if isinstance(described, TypeAdapter):
        return described.core_schema if described.pydantic_complete else None
    return described.__pydantic_core_schema__ if described.__pydantic_complete__ else None


class _Generator(GenerateJsonSchema):
    """Names definitions by number, leaves out titles that nobody wrote, and says what else is checked."""

    def __init__(self) -> None:
        super().__init__(by_alias=True)
        self.origins: dict[str, Origin] = {}
        self._numbers: dict[CoreModeRef, DefsRef] = {}
        self._enums: dict[str, type] = {}
        self._tagged: list[tuple[str, str]] = []

    def describe(self, schema: CoreSchema, mode: Mode) -> Schema:
        """Describe one type; its named types gather in ``definitions``."""
        self._mode = mode
        try:
            return self.generate_inner(schema)
        except Undescribable as error:
            error.path = path_to(schema, error.part, mode)
            raise

    def finished(self) -> dict[str, Schema]:
        """Give the named types by number."""
        for name, schema in self.definitions.items():
            enum = self._enums.get(self.origins[name].identity)
            if enum is not None:  # pydantic writes their titles last of all
                _untitled(schema, enum)
        for branch, tag in self._tagged:
            schema = self.definitions[DefsRef(branch)]
            needed = {tag, *schema.get("required", ())}
            # In the order of the properties, so that both modes of a class that are alike look alike.
            schema["required"] = [name for name in schema["properties"] if name in needed]
        return {str(name): schema for name, schema in self.definitions.items()}

    def get_defs_ref(self, core_mode_ref: CoreModeRef) -> DefsRef:
        """Give the number of a class in a mode."""
        number = self._numbers.get(core_mode_ref)
        if number is None:
            number = self._numbers[core_mode_ref] = DefsRef(str(len(self._numbers)))
            reference, mode = core_mode_ref
            identity = unmarked(reference)
            self.origins[number] = Origin(re.sub(r":\d+", "", identity), identity, mode)
        return number

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's own signature
        """Leave out titles made of field names."""
        return False

    def field_is_present(self, field: Any) -> bool:
        """Say whether a field is there at all; what a dataclass only begins with is never written."""
        written = self.mode == "serialization"
        return super().field_is_present(field) and not (written and field.get("init_only"))

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001 - pydantic's own signature
    ) -> bool:
        """Say whether a field is always there; what is written has every field, defaults too."""
        if self.mode == "serialization" and field["type"] != "typed-dict-field":
            return field.get("serialization_exclude_if") is None
        return super().field_is_required(field, total)

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Describe a model."""
        return describe_unknown(_untitled(super().model_schema(schema), schema["cls"]), schema)

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """Describe a dataclass."""
        return describe_unknown(_untitled(super().dataclass_schema(schema), schema["cls"]), schema)

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        """Describe a TypedDict."""
        return describe_unknown(_untitled(super().typed_dict_schema(schema), schema.get("cls")), schema)

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """Describe an enum."""
        self._enums[schema.get("ref", "")] = schema["cls"]
        try:
            return super().enum_schema(schema)
        except PydanticSerializationError as error:
            raise Undescribable(str(error), schema) from error

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """Describe a discriminated union: its branches are told apart by a tag that must be there."""
        described = super().tagged_union_schema(schema)
        discriminator = described.get("discriminator", {})
        for reference in discriminator.get("mapping", {}).values():
            self._tagged.append((reference.removeprefix(REF), discriminator["propertyName"]))
        return described

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Describe a decimal number, whose text form has a format of its own.

        Its places are not told of numbers: validators that divide floats by a `multipleOf`
        of 0.01 would refuse 1.13 (JSON Schema 2020-12, 6.2.1).
        """
        described = super().decimal_schema(schema)
        for branch in described.get("anyOf", [described]):
            if branch.get("type") == "string":
                branch["format"] = "decimal"
            elif branch.get("type") == "number":
                branch.update(of_digits(schema.get("max_digits"), schema.get("decimal_places", 0), branch))
        return described

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """Describe a text, and its pattern as JSON Schema spells it."""
        described = super().str_schema(schema)
        if "pattern" in schema:
            try:
                described["pattern"] = ecma_pattern(schema["pattern"])
            except UnlikePatternError as error:
                raise Undescribable(str(error), schema, "write what both read alike") from error
        return described

    def get_decimal_pattern(self, schema: core_schema.DecimalSchema) -> str | None:
        """Give the pattern of a decimal number as text, where its digits are limited."""
        limited = "max_digits" in schema or "decimal_places" in schema
        return self.build_decimal_pattern(schema) if limited else None

    def bytes_schema(self, schema: core_schema.BytesSchema) -> JsonSchemaValue:
        """Describe bytes in the form that their model's configuration gives them."""
        reads = self.mode == "validation"
        form = self._config.val_json_bytes if reads else self._config.ser_json_bytes
        return of_bytes(form, schema.get("min_length"), schema.get("max_length"))

    def uuid_schema(self, schema: core_schema.UuidSchema) -> JsonSchemaValue:
        """Describe a UUID, and the version that is read."""
        return of_uuid(schema.get("version"))

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:
        """Describe a date with a time."""
        described = super().datetime_schema(schema)
        return of_date_time(schema.get("tz_constraint")) if "format" in described else described

    def is_subclass_schema(self, schema: core_schema.IsSubclassSchema) -> JsonSchemaValue:
        """Refuse classes as values, of which JSON has none."""
        return self.handle_invalid_for_json_schema(schema, f"a subclass of {schema['cls'].__name__}")

    def complex_schema(self, schema: core_schema.ComplexSchema) -> JsonSchemaValue:
        """Refuse complex numbers: pydantic says no more of them than that they are texts."""
        return self.handle_invalid_for_json_schema(schema, "a complex number")

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        """Refuse a part of a type."""
        raise Undescribable(f"Cannot generate a JSON Schema for {error_info}", schema)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Describe a value with its default, unless that is a secret, or no JSON."""
        try:
            described = super().default_schema(schema)
        except PydanticJsonSchemaWarning as refused:
            raise Undescribable(str(refused), schema) from refused
        if holds_secret(self.get_default_value(schema)):
            described.pop("default", None)
        return described

    def encode_default(self, dft: Any) -> Any:
        """Write a default: one of an input as callers would send it."""
        return super().encode_default(as_sent(dft) if self.mode == "validation" else dft)

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Describe a dict, and what its keys have to look like."""
        return _with_keys(super().dict_schema(schema), schema)

    def frozendict_schema(self, schema: core_schema.FrozenDictSchema) -> JsonSchemaValue:
        """Describe a dict that does not change."""
        return _with_keys(super().frozendict_schema(schema), schema)

    def ordered_dict_schema(self, schema: core_schema.OrderedDictSchema) -> JsonSchemaValue:
        """Describe a dict that keeps its order."""
        return _with_keys(super().ordered_dict_schema(schema), schema)

    def counter_schema(self, schema: core_schema.CounterSchema) -> JsonSchemaValue:
        """Describe how often something is there."""
        return _with_keys(super().counter_schema(schema), schema)

    def named_tuple_schema(self, schema: core_schema.NamedTupleSchema) -> JsonSchemaValue:
        """Describe a named tuple; what is written has every field, defaults too."""
        described = super().named_tuple_schema(schema)
        if self.mode == "serialization":
            described["minItems"] = len(schema["fields"])
        return described

    def model_field_schema(self, schema: core_schema.ModelField) -> JsonSchemaValue:
        """Describe a field of a model."""
        self._check_alias(schema)
        return super().model_field_schema(schema)

    def dataclass_field_schema(self, schema: core_schema.DataclassField) -> JsonSchemaValue:
        """Describe a field of a dataclass."""
        self._check_alias(schema)
        return super().dataclass_field_schema(schema)

    def typed_dict_field_schema(self, schema: core_schema.TypedDictField) -> JsonSchemaValue:
        """Describe a field of a TypedDict."""
        self._check_alias(schema)
        return super().typed_dict_field_schema(schema)

    def _check_alias(self, field: Any) -> None:
        """Refuse an alias that only leads into another value, of which a schema cannot speak."""
        alias = field.get("validation_alias")
        if self.mode == "validation" and isinstance(alias, list):
            choices = [path for path in alias if isinstance(path, list) and len(path) == 1]
            if not choices:
                self.handle_invalid_for_json_schema(field, f"the alias path {alias}")


def _with_keys(described: JsonSchemaValue, schema: Any) -> JsonSchemaValue:
    for pattern, values in described.pop("patternProperties", {}).items():
        # `patternProperties` alone would allow keys that do not match.
        keys = {**described.get("propertyNames", {}), "pattern": pattern}
        described |= {"propertyNames": keys, "additionalProperties": values or True}
    named = keys_of(schema.get("keys_schema", {}))
    return described if named is None else {**described, "propertyNames": named}


def _untitled(schema: JsonSchemaValue, cls: Any) -> JsonSchemaValue:
    config: Any = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None) or {}
    if schema.get("title") == getattr(cls, "__name__", None) and config.get("title") is None:
        schema.pop("title", None)
    return schema


def _reachable(schemas: Iterable[Schema], definitions: Mapping[str, Schema]) -> list[str]:
    seen: set[str] = set()
    waiting = list(schemas)
    while waiting:
        for name in references(waiting.pop()):
            if name not in seen:
                seen.add(name)
                waiting.append(definitions[name])
    return sorted(seen)


def _merge(origins: Mapping[str, Origin], definitions: Mapping[str, Schema]) -> dict[str, str]:
    """Map each definition to the one that stands for it: a class's two modes, where they are alike.

    Two definitions are alike when they are equal and what they refer to is alike,
    so all begin as alike and are told apart until nothing changes any more. That
    also finds pairs that refer to themselves.
    """
    kept = {name: min(group, key=int) for group in _by_class(origins, definitions) for name in group}
    while True:
        refined: dict[str, str] = {}
        for group in _by_class(origins, definitions):
            first: dict[tuple[str, str], str] = {}
            for name in sorted(group, key=int):
                look = (kept[name], repr(_renamed(definitions[name], kept)))
                refined[name] = first.setdefault(look, name)
        if refined == kept:
            return kept
        kept = refined


def _by_class(origins: Mapping[str, Origin], names: Iterable[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[origins[name].identity].append(name)
    return list(groups.values())


def _renamed(schema: Schema, names: Mapping[str, str]) -> Schema:
    def rename(node: Schema) -> Schema:
        reference = node.get("$ref")
        if re.fullmatch(r"uuid[1-8]", str(node.get("format"))):
            node["format"] = "uuid"  # the version stands in the pattern
        if isinstance(reference, str) and reference.startswith(REF):
            node["$ref"] = REF + names[reference.removeprefix(REF)]
        mapping = node.get("discriminator", {}).get("mapping")
        if mapping:
            moved = {value: REF + names[target.removeprefix(REF)] for value, target in mapping.items()}
            node["discriminator"] = {**node["discriminator"], "mapping": moved}
        return node

    return map_schema(schema, rename)
