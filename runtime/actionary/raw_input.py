"""Inputs that are described by a JSON Schema instead of a model (DESIGN §3): read, checked, described.

The schema is JSON Schema 2020-12, and what it says is checked by `jsonschema`, with
formats. So that nothing is advertised that is not checked, it may refer to its own
``$defs`` only, and name only formats that can be checked here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import BaseModel

from actionary import strict_json
from actionary.inputs import as_json
from actionary.json_schema import REF, Schema, map_schema, subschemas
from actionary.messages import LONGEST_KEY, OTHERWISE, Problem, invalid_input, too_deep
from actionary.names import pascal_case

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_FORMAT_MEND: Final = "leave it out, or say it as a pattern"
_FOREIGN: Final = ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary")


class RawInput(BaseModel):
    """An input that fits a JSON Schema; each action that has one has a subclass."""

    data: dict[str, Any]

    schema_: ClassVar[Schema] = {}
    validator_: ClassVar[Any] = None


class RawSchemaError(ValueError):
    """A schema cannot be an input: ``mend`` says the way out."""

    def __init__(self, what: str, mend: str) -> None:
        self.mend = mend
        super().__init__(what)


def raw_model(schema: Mapping[str, Any], action: str) -> type[RawInput]:
    """Make the model of an action's input.

    Raises:
        RawSchemaError: The schema is none, or says what nobody would check.
    """
    try:
        copy: Schema = json.loads(json.dumps(schema, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise RawSchemaError(f"it is no JSON: {error}", "write it with JSON values only") from None
    copy.pop("$schema", None)
    validator = _validator(schema, copy)
    for each in subschemas(copy):
        _check_references(each, copy)
    namespace = {"__module__": __name__, "schema_": copy, "validator_": validator}
    return type(f"{pascal_case(action)}Input", (RawInput,), namespace)


def _validator(given: Mapping[str, Any], schema: Schema) -> Validator:
    try:
        from jsonschema import Draft202012Validator, SchemaError, validators  # noqa: PLC0415 - an extra
    except ImportError:
        raise RawSchemaError(
            "a JSON Schema as input is checked by the package `jsonschema`, which is not installed",
            "pip install 'actionary[jsonschema]'",
        ) from None
    if str(given.get("$schema", DIALECT)).rstrip("#") != DIALECT:
        raise RawSchemaError(f"the dialect {given['$schema']!r} is not read here", f"write it for {DIALECT}")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = "/".join(map(str, error.absolute_path)) or "its root"
        raise RawSchemaError(
            f"it is no JSON Schema: at {place}: {error.message}", "mend the schema"
        ) from None
    if schema.get("type") != "object":
        raise RawSchemaError("it does not describe an object", 'give the schema `"type": "object"`')
    checker = Draft202012Validator.FORMAT_CHECKER
    for each in subschemas(schema):
        kind = each.get("format")
        if kind is not None and kind not in checker.checkers:
            raise RawSchemaError(f"nothing checks the format {kind!r} here", _FORMAT_MEND)
    extend: Any = validators.extend  # which has no types
    checked: Validator = extend(Draft202012Validator, {"uniqueItems": _unique_items})(
        schema, format_checker=checker
    )
    return checked


def _unique_items(_: Any, wanted: bool, instance: Any, __: Any) -> Iterator[Any]:  # noqa: FBT001 - jsonschema's own signature
    """Find items that stand twice in time that grows with their number, which `jsonschema` does not."""
    from jsonschema import ValidationError  # noqa: PLC0415 - an extra

    if wanted and isinstance(instance, list):
        seen = {json.dumps(_with_whole_numbers(item), sort_keys=True) for item in instance}
        if len(seen) < len(instance):
            yield ValidationError("an item stands twice")


def _with_whole_numbers(value: Any) -> Any:
    """Write 1.0 as 1, which JSON Schema calls equal (2020-12 core, §4.2.2)."""
    if isinstance(value, dict):
        return {key: _with_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _check_references(node: Schema, root: Schema) -> None:
    for key in ("properties", "patternProperties", "$defs"):
        if any(isinstance(part, bool) for part in node.get(key, {}).values()):
            raise RawSchemaError(f"a bool stands as a schema in `{key}`", "write `{}` for true")
    for key in _FOREIGN:
        if key in node:
            raise RawSchemaError(f"`{key}` is not read here", "refer to `#/$defs/...` only")
    if node is not root and "$defs" in node:
        raise RawSchemaError("`$defs` stand inside the schema", "put them at its root")
    reference = node.get("$ref", "#")
    name = reference.removeprefix(REF)
    if reference != "#" and (name == reference or name not in root.get("$defs", {})):
        raise RawSchemaError(
            f"{reference!r} leads nowhere in the schema", "refer to what is in its `$defs`, as `#/$defs/...`"
        )


def raw_json_reader(model: type[RawInput]) -> Callable[[bytes], RawInput]:
    """Make the function that reads such an input from JSON, as `actionary.inputs.json_reader` does."""

    def read(body: bytes) -> RawInput:
        data = strict_json.check(body or b"{}")
        try:
            found = map(_problem, _leaves(model.validator_.iter_errors(data)))
            problems = list({(*problem[0], problem[1]): problem for problem in found}.values())
        except RecursionError:
            raise too_deep() from None
        if problems:
            raise invalid_input(*sorted(problems, key=lambda problem: [str(part) for part in problem[0]]))
        return model.model_construct(data=data)

    return read


def raw_value_reader(
    model: type[RawInput], read_json: Callable[[bytes], RawInput]
) -> Callable[[Any], RawInput]:
    """Make the function that reads such an input given in process; what it stands for as JSON counts."""
    return lambda value: (
        value if isinstance(value, model) else read_json(b"" if value is None else as_json(value))
    )


def _leaves(errors: Iterator[Any]) -> Iterator[tuple[Any, list[str | int]]]:
    """Give each error and the path of what is wrong; of keys that are missing or unknown, each key's."""
    for error in errors:
        if error.validator == "additionalProperties" and error.validator_value is False:
            known = error.schema.get("properties", {})
            patterns = error.schema.get("patternProperties", {})
            yield from (
                (error, [*error.absolute_path, key])
                for key in error.instance
                if key not in known and not _matches(patterns, key)
            )
        elif error.validator == "required":
            missing = (key for key in error.validator_value if key not in error.instance)
            yield from ((error, [*error.absolute_path, key]) for key in missing)
        else:
            yield error, list(error.absolute_path)


def _matches(patterns: Collection[str], key: str) -> bool:
    return any(re.search(pattern, key) for pattern in patterns)


_TEXTS: Final[Mapping[str, str]] = {
    "required": "is required",
    "additionalProperties": "is not known",
    "unevaluatedProperties": "has keys that are not known",
    "type": "must be of another type: {0}",
    "enum": "must be one of the allowed values",
    "const": "must be the one allowed value",
    "minimum": "must be at least {0}",
    "maximum": "must be at most {0}",
    "exclusiveMinimum": "must be more than {0}",
    "exclusiveMaximum": "must be less than {0}",
    "multipleOf": "must be a multiple of {0}",
    "minLength": "must have at least {0} characters",
    "maxLength": "must have at most {0} characters",
    "pattern": "must match the pattern {0}",
    "format": "must be of the format {0}",
    "minItems": "must have at least {0} items",
    "maxItems": "must have at most {0} items",
    "uniqueItems": "must not have an item twice",
    "minProperties": "must have at least {0} keys",
    "maxProperties": "must have at most {0} keys",
    "anyOf": "fits none of what is allowed",
    "oneOf": "must fit exactly one of what is allowed",
    "not": "is excluded",
}


def _problem(found: tuple[Any, list[str | int]]) -> Problem:
    error, path = found
    limit = error.validator_value
    said = " or ".join(limit) if isinstance(limit, list) and error.validator == "type" else limit
    cut = [part[:LONGEST_KEY] if isinstance(part, str) else part for part in path]
    return cut, error.validator, _TEXTS.get(error.validator, OTHERWISE).format(said)


def described_raw(schema: Schema, action: str, taken: Collection[str]) -> tuple[Schema, dict[str, Schema]]:
    """Give a schema as it stands in a catalog, and its types under names that are not ``taken``."""
    own = schema.get("$defs", {})
    refers_to_itself = any(each.get("$ref") == "#" for each in subschemas(schema))
    prefix = f"{pascal_case(action)}Input"
    names: dict[str, str] = {}
    for name in ["", *own] if refers_to_itself else own:
        candidate, number = prefix + pascal_case(name), 2
        while candidate in taken or candidate in names.values():
            candidate, number = f"{prefix}{pascal_case(name)}{number}", number + 1
        names[name] = candidate

    def rename(node: Schema) -> Schema:
        if "$ref" in node:
            node["$ref"] = REF + names[node["$ref"].removeprefix(REF).removeprefix("#")]
        return node

    root = map_schema({key: value for key, value in schema.items() if key != "$defs"}, rename)
    types = {names[name]: map_schema(part, rename) for name, part in own.items()}
    if refers_to_itself:
        types[names[""]] = root
        root = {"$ref": REF + names[""]}
    return root, types
