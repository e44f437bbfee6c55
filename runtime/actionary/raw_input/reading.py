"""Read the schema of an input, and refuse what would be advertised and not checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from actionary.json_schema import REF, Place, Schema, keyword_at, located
from actionary.raw_input.keywords import CHECKED, DESCRIBING, EXTENSION, MENDS, VALUES
from actionary.raw_input.refusal import RawSchemaError, spelled

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_KNOWN: Final = CHECKED | DESCRIBING
_MAPS: Final = ("properties", "patternProperties", "dependentSchemas", "$defs")
_SLOW: Final = frozenset({"iri", "iri-reference", "regex"})
"""Formats that `jsonschema` reads in too long a time, or as another language than JSON Schema means."""


def read_schema(given: Mapping[str, Any]) -> Schema:
    """Copy a schema, and check that it describes an object and says only what will be checked.

    Raises:
        RawSchemaError: It does not; the message names the place.
    """
    schema = _as_json(given)
    dialect = schema.pop("$schema", DIALECT)
    if str(dialect).rstrip("#") != DIALECT:
        raise RawSchemaError(f"the dialect {dialect!r} is not read here", f"write it for {DIALECT}")
    formats = _check_schema(schema)
    if schema.get("type") != "object":
        raise RawSchemaError("it does not describe an object", 'give the schema `"type": "object"`')
    if "$ref" in schema:
        raise RawSchemaError(
            "its root is a reference, which hides its properties from queries and clients",
            "write the properties at the root, and refer to types inside of them",
        )
    for place, node in located(schema):
        _check_keywords(node, place)
        _check_format(node, place, formats)
        _check_reference(node, place, schema)
    _check_ends(schema)
    return schema


def _as_json(given: Mapping[str, Any]) -> Schema:
    try:
        schema: Schema = json.loads(json.dumps(given, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise RawSchemaError(f"it is no JSON: {error}", "write it with JSON values only") from None
    place = next(_broken_texts(schema, ()), None)
    if place is not None:
        raise RawSchemaError(
            "a text has half of a surrogate pair, which no UTF-8 can carry",
            "write the whole character, such as `\\U0001f600`",
            place,
        )
    return schema


def _broken_texts(node: Any, place: Place) -> Iterator[Place]:
    """Find texts that are no Unicode; a key is found at the place of its object."""
    if isinstance(node, str):
        if any("\ud800" <= character <= "\udfff" for character in node):
            yield place
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _broken_texts(key, place)
            yield from _broken_texts(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _broken_texts(value, (*place, index))


def _check_schema(schema: Schema) -> frozenset[str]:
    """Hold a schema against JSON Schema's own, and name the formats that can be checked."""
    try:
        from jsonschema import Draft202012Validator, FormatChecker, SchemaError  # noqa: PLC0415 - an extra
    except ImportError:
        raise RawSchemaError(
            "a JSON Schema as input is checked by the package `jsonschema`, which is not installed",
            "pip install 'actionary[jsonschema]'",
        ) from None
    try:
        # Without formats: its own idea of a pattern is Python's, ours is in `raw_input.patterns`.
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(formats=()))
    except SchemaError as error:
        place = tuple(error.absolute_path)
        raise RawSchemaError(
            f"it is no JSON Schema: at {spelled(place)}: {error.message}", _mend_of_value(place)
        ) from None
    return frozenset(Draft202012Validator.FORMAT_CHECKER.checkers) - _SLOW


def _mend_of_value(place: Place) -> str:
    keyword = keyword_at(place)
    if not keyword:
        return 'write a schema there: an object of keywords, such as `{"type": "string"}`'
    taken = VALUES.get(keyword)
    return f"take `{keyword}` out" if taken is None else f"give `{keyword}` {taken}"


def _check_keywords(node: Schema, place: Place) -> None:
    for key in node:
        if key not in _KNOWN and not key.startswith(EXTENSION):
            where = (*place, key)
            if key in MENDS:
                raise RawSchemaError(f"`{key}` is not read here", MENDS[key], where)
            raise RawSchemaError(f"`{key}` is no keyword of JSON Schema 2020-12", _mend_of_name(key), where)
    for key in _MAPS:
        for name, part in node.get(key, {}).items():
            if isinstance(part, bool):
                mend = "write `{}`" if part else 'write `{"not": {}}`, or leave it out'
                raise RawSchemaError(f"a bool stands as a schema in `{key}`", mend, (*place, key, name))


def _mend_of_name(key: str) -> str:
    import difflib  # noqa: PLC0415 - only who errs waits for it

    by_lower = {known.lower(): known for known in sorted(_KNOWN)}
    close = difflib.get_close_matches(key.lower(), by_lower, n=1, cutoff=0.7)
    if close:
        return f"write `{by_lower[close[0]]}`"
    return f"leave it out, or begin it with `{EXTENSION}` if it is for other programs"


def _check_format(node: Schema, place: Place, formats: frozenset[str]) -> None:
    kind = node.get("format")
    if kind is not None and kind not in formats:
        raise RawSchemaError(
            f"nothing checks the format {kind!r} here",
            f"leave it out, say it as a `pattern`, or take one of {', '.join(sorted(formats))}",
            (*place, "format"),
        )


def _check_reference(node: Schema, place: Place, root: Schema) -> None:
    if place and "$defs" in node:
        raise RawSchemaError("`$defs` stand inside the schema", "put them at its root", (*place, "$defs"))
    reference = node.get("$ref", "#")
    name = reference.removeprefix(REF)
    if reference != "#" and (name == reference or name not in root.get("$defs", {})):
        raise RawSchemaError(
            f"{reference!r} leads nowhere in the schema",
            "refer to what is in its `$defs`, as `#/$defs/...`",
            (*place, "$ref"),
        )


def _check_ends(root: Schema) -> None:
    """Refuse types that are made of themselves, which no value has an end of checking."""
    ended: set[str] = set()

    def follow(node: Any, above: tuple[str, ...]) -> None:
        if not isinstance(node, dict):
            return
        reference = node.get("$ref")
        if reference in above:
            raise RawSchemaError(
                f"{reference!r} is made of itself, so that checking it would never end",
                "put the reference into `properties` or `items`, where a value comes to its end",
            )
        if reference is not None and reference not in ended:
            target = root if reference == "#" else root["$defs"][reference.removeprefix(REF)]
            follow(target, (*above, reference))
            ended.add(reference)
        for part in _in_place(node):
            follow(part, above)

    follow(root, ("#",))
    for name in root.get("$defs", {}):
        follow({"$ref": REF + name}, ())


def _in_place(node: Schema) -> Iterator[Any]:
    for key in ("allOf", "anyOf", "oneOf"):
        yield from node.get(key, ())
    yield from (node[key] for key in ("not", "if", "then", "else") if key in node)
    yield from node.get("dependentSchemas", {}).values()
