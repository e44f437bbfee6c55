"""What callers read of an input that does not fit its schema: the kinds and texts that models have too.

A problem that models have no word for goes by the keyword of JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from actionary.messages import LONGEST_KEY, OTHERWISE, Problem, summary, text_of

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "required": ("missing", ""),
    "additionalProperties": ("extra_forbidden", ""),
    "unevaluatedProperties": ("extra_forbidden", ""),
    "minimum": ("greater_than_equal", "ge"),
    "maximum": ("less_than_equal", "le"),
    "exclusiveMinimum": ("greater_than", "gt"),
    "exclusiveMaximum": ("less_than", "lt"),
    "multipleOf": ("multiple_of", "multiple_of"),
    "minLength": ("string_too_short", "min_length"),
    "maxLength": ("string_too_long", "max_length"),
    "pattern": ("string_pattern_mismatch", "pattern"),
    "minItems": ("too_short", "min_length"),
    "maxItems": ("too_long", "max_length"),
}
"""Pydantic's kind of a problem, and what it calls the limit, by keyword."""

_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "string": ("string_type", "a text"),
    "integer": ("int_type", "an integer"),
    "number": ("float_type", "a number"),
    "boolean": ("bool_type", "true or false"),
    "array": ("list_type", "a list"),
    "object": ("dict_type", "an object"),
    "null": ("none_required", "null"),
}
_FORMATS: Final[Mapping[str, str]] = {
    "date": "date_parsing",
    "time": "time_parsing",
    "date-time": "datetime_parsing",
    "duration": "time_delta_parsing",
    "uuid": "uuid_parsing",
    "uri": "url_parsing",
}
_TEXTS: Final[Mapping[str | None, str]] = {
    None: "must not be there",  # the schema `false`
    "minProperties": "must have at least {} keys",
    "maxProperties": "must have at most {} keys",
    "minContains": "must have at least {} items of the required form",
    "maxContains": "must have at most {} items of the form that is counted",
    "uniqueItems": "must not have an item twice",
    "unevaluatedItems": "has items that are not known",
    "format": "must be of the format {}",
    "not": "is excluded",
}
_MOST_ALTERNATIVES: Final = 3


def problems_of(errors: Iterable[Any]) -> list[Problem]:
    """Say what `jsonschema` finds wrong, each thing once."""
    found = (problem for error in errors for problem in _problems(error))
    return list({(*path, kind, text): (path, kind, text) for path, kind, text in found}.values())


def _problems(error: Any) -> Iterator[Problem]:
    keyword = error.validator
    if keyword in {"anyOf", "oneOf"}:
        yield from _of_alternatives(error)
    elif keyword == "propertyNames" and error.context:
        for _, kind, text in problems_of(error.context):
            yield _path(error), kind, f"as a key {text}"
    else:
        kind, text = _said(error)
        yield _path(error), kind, text


def _said(error: Any) -> tuple[str, str]:
    """Give the kind and the text of what is wrong in one place."""
    keyword, limit = error.validator, error.validator_value
    if keyword in _KINDS:
        kind, name = _KINDS[keyword]
        return kind, text_of(kind, {name: limit})
    match keyword:
        case "type":
            return _of_type(_type_names(error))
        case "enum" | "const":
            return _of_values(_values(error))
        case "format" if limit in _FORMATS:
            return _FORMATS[limit], text_of(_FORMATS[limit], {})
        case "items":  # of which there are to be none after the first
            return "too_long", text_of("too_long", {"max_length": len(error.schema.get("prefixItems", ()))})
        case _:
            return keyword or "excluded", _own_text(error)


def _own_text(error: Any) -> str:
    keyword, limit = error.validator, error.validator_value
    if keyword == "contains":
        return f"must have {_noun(limit)} among its items"
    if keyword == "dependentRequired":
        return f"is required beside {error.message[:LONGEST_KEY]}"
    text = _TEXTS.get(keyword, OTHERWISE).format(limit)
    return text.replace(" 1 keys", " 1 key").replace(" 1 items", " 1 item")


def _of_type(names: Iterable[str]) -> tuple[str, str]:
    """Say which types are allowed; of null beside others nothing is said, as for models."""
    names = list(dict.fromkeys(names))
    names = [name for name in names if name != "null"] or names
    kind = _TYPES[names[0]][0] if len(names) == 1 else "type"
    return kind, f"must be {_listed([_TYPES[name][1] for name in names])}"


def _of_values(values: Iterable[Any]) -> tuple[str, str]:
    expected = _listed([_value(each) for each in values])
    return "enum", text_of("enum", {"expected": expected})


def _value(value: Any) -> str:
    return repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _listed(words: list[str]) -> str:
    return " or ".join([*([", ".join(words[:-1])] if words[:-1] else []), words[-1]])


def _noun(schema: Any) -> str:
    """Name what a schema allows, as far as that is short."""
    if isinstance(schema, dict):
        if "const" in schema or "enum" in schema:
            return _listed([_value(each) for each in schema.get("enum", [schema.get("const")])])
        kinds = schema.get("type", [])
        if kinds and set(schema) == {"type"}:
            return _listed([_TYPES[kind][1] for kind in ([kinds] if isinstance(kinds, str) else kinds)])
    return "one of the required form"


def _of_alternatives(error: Any) -> Iterator[Problem]:
    """Say what is wrong with a value that fits no alternative, of those only that it was meant to be."""
    branches: dict[int, list[Any]] = {}
    for each in error.context:
        branches.setdefault(each.relative_schema_path[0], []).append(each)
    if not branches:
        yield _path(error), "oneOf", "must fit exactly one of what is allowed, and fits several"
        return
    meant = _without(branches, lambda each: each.validator == "type" and not each.relative_path)
    meant = _without(meant, _tells_apart) or meant
    if not meant:
        types = [each for errors in branches.values() for each in errors if each.validator == "type"]
        yield _path(error), *_of_type(name for each in types for name in _type_names(each))
    elif len(meant) == 1:
        for each in next(iter(meant.values())):
            yield from _problems(each)
    else:
        yield from _of_several(error, list(meant.values()))


def _without(branches: Mapping[int, list[Any]], is_wrong: Callable[[Any], bool]) -> dict[int, list[Any]]:
    return {index: errors for index, errors in branches.items() if not any(map(is_wrong, errors))}


def _tells_apart(error: Any) -> bool:
    """Say whether an error is about the value itself, or a key of it, that tells alternatives apart."""
    return error.validator in {"const", "enum"} and len(error.relative_path) <= 1


def _type_names(error: Any) -> list[str]:
    limit = error.validator_value
    return [limit] if isinstance(limit, str) else limit


def _of_several(error: Any, branches: list[list[Any]]) -> Iterator[Problem]:
    tags = [each for errors in branches for each in errors if _tells_apart(each)]
    if len(tags) >= len(branches) and len({tuple(each.absolute_path) for each in tags}) == 1:
        values = [value for each in tags for value in _values(each)]
        yield _path(tags[0]), *_of_values({_value(value): value for value in values}.values())
        return
    text = "fits none of what is allowed"
    if len(branches) <= _MOST_ALTERNATIVES:
        depth = len(error.absolute_path)
        text += ": " + "; or ".join(
            summary([(path[depth:], kind, said) for path, kind, said in problems_of(errors)], "it")
            for errors in branches
        )
    yield _path(error), error.validator, text


def _values(error: Any) -> list[Any]:
    limit = error.validator_value
    return limit if error.validator == "enum" else [limit]


def _path(error: Any) -> list[str | int]:
    return [part[:LONGEST_KEY] if isinstance(part, str) else part for part in error.absolute_path]
