"""What the schemas of an action accept: its input, its output, the details of its errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import SchemaError, SchemaValidator, core_schema

from actionary.defining import AnyAction
from actionary.describe import types_of
from actionary.json_schema import Schema, map_schema
from actionary.testing.formats import CERTAIN, PROMISED, Format

if TYPE_CHECKING:
    from jsonschema import FormatChecker
    from jsonschema.protocols import Validator

INSTALL: Final = "pip install 'actionary[testing]'"


@dataclass(frozen=True)
class Schemas:
    """The schemas of an action, each with the types that it refers to; no output: it is not checked."""

    input: Schema
    output: Schema | None
    details: Mapping[str, Schema]


def schemas_of(action: AnyAction) -> Schemas:
    """Describe the types of one action.

    Raises:
        DefinitionErrors: One cannot be described.
    """
    types = types_of([action])

    def alone(place: str) -> Schema:
        return {**types.schemas[action.name, place], "$defs": dict(types.definitions)}

    checked = action.output is not None and action.definition.on_invalid_output != "warn"
    return Schemas(
        input=alone("input"),
        output=alone("output") if checked else None,
        details={
            error.code: alone(f"errors.{error.code}")
            for error in action.definition.errors
            if error.details_type is not None
        },
    )


def written_validators(action: AnyAction) -> Mapping[str, Validator]:
    """Make the validators of what an action writes: its output under "", details by the error's code.

    Raises:
        DefinitionErrors: A type cannot be described.
    """
    schemas = schemas_of(action)
    written = dict(schemas.details) if schemas.output is None else {**schemas.details, "": schemas.output}
    return {place: _validator(schema, format_checker(PROMISED)) for place, schema in written.items()}


def certain_validator(schema: Schema) -> Validator:
    """Make the validator of inputs that every server of this schema has to read.

    What may be read more narrowly than the schema says is none of them: texts of other
    formats, and decimal numbers, whose digits and limits it cannot say.
    """
    return _validator(map_schema(schema, _certainly), format_checker(CERTAIN, others=False))


def likely_validator(schema: Schema) -> Validator:
    """Make the validator of inputs that a server of this schema reads, or refuses for a format."""
    return _validator(schema, format_checker(PROMISED))


def lenient_validator(schema: Schema) -> Validator:
    """Make the validator of inputs that a server of this schema may read.

    Some are read although the schema refuses them (docs/contract.md): other spellings of
    UUIDs, numbers and keys, ``1`` for ``true`` in a literal, an item twice for a set, a
    named tuple as an object, and the class of a tagged union alone without its tag.
    """
    return _validator(map_schema(schema, _leniently), format_checker({}))


def errors_of(validator: Validator, value: Any) -> list[str]:
    """Say in what a value does not fit, and where."""
    return [
        f"{'.'.join(map(str, error.absolute_path)) or 'the whole'}: {error.message[:300]}"
        for error in sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.path)))
    ]


def format_checker(formats: Mapping[str, Format], *, others: bool = True) -> FormatChecker:
    """Make what checks formats; ``others`` says whether texts of all others fit."""
    from jsonschema import FormatChecker  # noqa: PLC0415 - an extra

    class Checker(FormatChecker):
        def conforms(self, instance: object, format: str) -> bool:  # noqa: A002 - jsonschema's own signature
            fits = formats.get(format)
            return not isinstance(instance, str) or (others if fits is None else fits(instance))

        def check(self, instance: object, format: str) -> None:  # noqa: A002 - as above
            from jsonschema.exceptions import FormatError  # noqa: PLC0415 - an extra

            if not self.conforms(instance, format):
                raise FormatError(f"{instance!r} is not a {format!r}")

    return Checker(formats=())


def _validator(schema: Schema, formats: FormatChecker) -> Validator:
    made: Validator = _kind()(schema, format_checker=formats)
    return made


@cache
def _kind() -> Any:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - an extra

    extend: Any = validators.extend  # which has no types
    return extend(Draft202012Validator, {"pattern": _pattern})


def check_installed() -> None:
    """Make sure that schemas can be checked.

    Raises:
        ModuleNotFoundError: They cannot; the message says what to install.
    """
    if find_spec("jsonschema") is None:
        raise ModuleNotFoundError(
            "the test kit checks outputs against their JSON Schema, which needs the extra `testing`:"
            f" {INSTALL}, or give `TestClient(..., check_outputs=False)`",
            name="jsonschema",
        )


def _pattern(_: Any, pattern: str, instance: Any, __: Schema) -> Iterator[Any]:
    from jsonschema import ValidationError  # noqa: PLC0415 - an extra

    if isinstance(instance, str) and not _matcher(pattern)(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@cache
def _matcher(pattern: str) -> Callable[[str], bool]:
    """Make what says whether a text matches; in Python's `re`, ``$`` overlooks a line break at the end."""
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern, strict=True)).isinstance_python
    except SchemaError:  # such as one that looks ahead
        compiled = re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), re.ASCII)
        return lambda text: compiled.search(text) is not None


def _certainly(node: Schema) -> Schema:
    if "contentEncoding" in node or "contentMediaType" in node:
        return {"not": {}}
    branches = node.get("anyOf", ())
    if any(branch.get("format") == "decimal" for branch in branches):
        return {**node, "anyOf": [branch for branch in branches if branch.get("type") != "number"]}
    return node


def _leniently(node: Schema) -> Schema:
    spelled = node.get("format") in {"uuid", "decimal"}
    left_out = {"format", "uniqueItems", "propertyNames", "multipleOf", *(["pattern"] if spelled else [])}
    lenient = {key: value for key, value in node.items() if key not in left_out}
    if "oneOf" in lenient:
        lenient["anyOf"] = lenient.pop("oneOf")
    if "const" in lenient:
        lenient["enum"] = [lenient.pop("const")]
    if "enum" in lenient:
        lenient["enum"] = [like for value in lenient["enum"] for like in _alike(value)]
        lenient.pop("type", None)
    if "required" in lenient:
        properties = lenient.get("properties", {})
        lenient["required"] = [name for name in lenient["required"] if not _is_tag(properties.get(name))]
    if "prefixItems" in lenient:
        lenient = {"anyOf": [lenient, {"type": "object"}]}
    return lenient


def _alike(value: Any) -> list[Any]:
    """Give what is equal to a value in Python."""
    if isinstance(value, bool):
        return [value, int(value)]
    return [value, bool(value)] if isinstance(value, int) and value in {0, 1} else [value]


def _is_tag(described: Any) -> bool:
    return isinstance(described, dict) and "default" in described and bool({"enum", "const"} & set(described))
