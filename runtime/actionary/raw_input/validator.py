"""The validator of a schema: `jsonschema`, with its own reading of the keywords where that falls short.

Patterns run in linear time, numbers are exact, items that stand twice are found in
time that grows with their number, and an error names the key that it is about.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from actionary.json_schema import REF, Schema
from actionary.raw_input.patterns import Matchers, matchers_of

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_Keyword: TypeAlias = Callable[[Any, Any, Any, Schema], Iterator[Any]]
"""A keyword as `jsonschema` calls it: with the validator, its value, the instance and the schema."""

_MAY_END_A_LINE: Final = frozenset({"json-pointer", "relative-json-pointer"})
"""Formats of texts that may end with a line break; Python's ``$`` overlooks it in the others."""


def validator_of(schema: Schema) -> Validator:
    """Make the validator of a schema that was read (`actionary.raw_input.reading`).

    Raises:
        RawSchemaError: A pattern cannot be checked.
    """
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - an extra

    matchers = matchers_of(schema)
    extend: Any = validators.extend  # which has no types
    kind = extend(
        Draft202012Validator,
        {
            "pattern": _pattern(matchers),
            "patternProperties": _pattern_properties(matchers),
            "additionalProperties": _additional_properties(matchers),
            "unevaluatedProperties": _unevaluated_properties(schema, matchers),
            "propertyNames": _property_names,
            "required": _required,
            "dependentRequired": _dependent_required,
            "multipleOf": _multiple_of,
            "uniqueItems": _unique_items,
            "format": _format,
        },
    )
    made: Validator = kind(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return made


def additional_keys(node: Schema, value: dict[str, Any], matchers: Matchers) -> list[str]:
    """Name the keys of an object of which neither `properties` nor `patternProperties` speak."""
    known, patterns = node.get("properties", {}), node.get("patternProperties", {})
    return [
        key for key in value if key not in known and not any(matchers[pattern](key) for pattern in patterns)
    ]


def _error(what: str, *path: str) -> Any:
    from jsonschema import ValidationError  # noqa: PLC0415 - an extra

    return ValidationError(what, path=path)


def _pattern(matchers: Matchers) -> _Keyword:
    def check(_: Any, pattern: str, instance: Any, __: Schema) -> Iterator[Any]:
        if isinstance(instance, str) and not matchers[pattern](instance):
            yield _error("does not match")

    return check


def _pattern_properties(matchers: Matchers) -> _Keyword:
    def check(validator: Any, parts: Schema, instance: Any, _: Schema) -> Iterator[Any]:
        if isinstance(instance, dict):
            for pattern, part in parts.items():
                for key, value in instance.items():
                    if matchers[pattern](key):
                        yield from validator.descend(value, part, path=key, schema_path=pattern)

    return check


def _additional_properties(matchers: Matchers) -> _Keyword:
    def check(validator: Any, part: Any, instance: Any, schema: Schema) -> Iterator[Any]:
        if isinstance(instance, dict):
            yield from _others(validator, part, instance, additional_keys(schema, instance, matchers))

    return check


def _unevaluated_properties(root: Schema, matchers: Matchers) -> _Keyword:
    def check(validator: Any, part: Any, instance: Any, schema: Schema) -> Iterator[Any]:
        if isinstance(instance, dict):
            rest = {key: value for key, value in schema.items() if key != "unevaluatedProperties"}
            seen = _evaluated(validator, rest, instance, root, matchers)
            yield from _others(validator, part, instance, [key for key in instance if key not in seen])

    return check


def _others(validator: Any, part: Any, instance: dict[str, Any], keys: list[str]) -> Iterator[Any]:
    for key in keys:
        if part is False:
            yield _error("is not known", key)
        else:
            yield from validator.descend(instance[key], part, path=key)


def _evaluated(
    validator: Any, node: Any, instance: dict[str, Any], root: Schema, matchers: Matchers
) -> set[str]:
    """Name the keys of which a schema speaks, with all that applies in its place (2020-12 core, §11)."""
    if not isinstance(node, dict):
        return set()
    if "additionalProperties" in node or "unevaluatedProperties" in node:
        return set(instance)
    seen = set(instance) - set(additional_keys(node, instance, matchers))
    for part in _in_place(validator, node, instance, root):
        if validator.evolve(schema=part).is_valid(instance):
            seen |= _evaluated(validator, part, instance, root, matchers)
    return seen


def _in_place(validator: Any, node: Schema, instance: dict[str, Any], root: Schema) -> Iterator[Any]:
    if "$ref" in node:
        yield referred(root, node["$ref"])
    for key in ("allOf", "anyOf", "oneOf"):
        yield from node.get(key, ())
    yield from (part for key, part in node.get("dependentSchemas", {}).items() if key in instance)
    if "if" in node:
        holds = validator.evolve(schema=node["if"]).is_valid(instance)
        yield from [node["if"], node.get("then", True)] if holds else [node.get("else", True)]


def referred(root: Schema, reference: str) -> Schema:
    """Give what a reference of a schema that was read leads to."""
    target: Schema = root if reference == "#" else root["$defs"][reference.removeprefix(REF)]
    return target


def _property_names(validator: Any, part: Any, instance: Any, _: Schema) -> Iterator[Any]:
    if isinstance(instance, dict):
        for key in instance:
            for error in validator.descend(key, part):
                named = _error("has a name that does not fit", key)
                named.context = [error]
                yield named


def _required(_: Any, keys: list[str], instance: Any, __: Schema) -> Iterator[Any]:
    if isinstance(instance, dict):
        yield from (_error("is required", key) for key in keys if key not in instance)


def _dependent_required(_: Any, needed: dict[str, list[str]], instance: Any, __: Schema) -> Iterator[Any]:
    if isinstance(instance, dict):
        for given, keys in needed.items():
            if given in instance:
                yield from (_error(given, key) for key in keys if key not in instance)


def _multiple_of(_: Any, step: float, instance: Any, __: Schema) -> Iterator[Any]:
    if isinstance(instance, int | float) and not isinstance(instance, bool):
        quotient = Fraction(_exact(instance)) / Fraction(_exact(step))
        if quotient.denominator != 1:
            yield _error("is no multiple")


def _exact(number: float) -> int | str:
    """Give a number as it is written, so that 0.3 is a multiple of 0.1, as in JSON."""
    return number if isinstance(number, int) else repr(number)


def _unique_items(_: Any, wanted: bool, instance: Any, __: Schema) -> Iterator[Any]:  # noqa: FBT001 - jsonschema's own signature
    if wanted and isinstance(instance, list):
        seen = {json.dumps(_with_whole_numbers(item), sort_keys=True) for item in instance}
        if len(seen) < len(instance):
            yield _error("an item stands twice")


def _with_whole_numbers(value: Any) -> Any:
    """Write 1.0 as 1, which JSON Schema calls equal (2020-12 core, §4.2.2)."""
    if isinstance(value, dict):
        return {key: _with_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _format(validator: Any, name: str, instance: Any, _: Schema) -> Iterator[Any]:
    if isinstance(instance, str) and not _has_format(validator, name, instance):
        yield _error("is of another format")


def _has_format(validator: Any, name: str, text: str) -> bool:
    if text.endswith("\n") and name not in _MAY_END_A_LINE:
        return False
    try:
        fits: bool = validator.format_checker.conforms(text, name)
    except Exception:  # noqa: BLE001 - a checker's parser that trips over a text says that it does not fit
        return False
    return fits
