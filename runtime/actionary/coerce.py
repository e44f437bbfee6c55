"""Turn texts into JSON values by an input's schema: for queries, the command line, and models.

A text becomes something else only where that text is not allowed and it clearly says it
(R001.6, R001.7): beside texts that are named one by one, another may be a number.
Otherwise it stays, and validation says what is wrong. How a query spells an input is
what OpenAPI says of it (`actionary.json_types`):

- a scalar is given once;
- a list of scalars repeats its key, as ``tag`` or as ``tag[]``; ``tag=[]`` is the
  empty list;
- everything else is one JSON text.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from actionary import strict_json
from actionary.json_schema import properties_of
from actionary.json_types import closed_texts, item_schemas, json_types, lists_are_plain
from actionary.messages import invalid_input
from actionary.result import CommonError
from actionary.schema import Types

MOST_PARAMETERS: Final = 1000
"""A query of more parameters is refused."""

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_BOOLEANS: Final = {"true": True, "false": False, "1": True, "0": False}
_NESTED: Final = frozenset({"object", "array"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a property of an input may be: JSON types of the value, and of its items.

    ``texts`` are those that are allowed, ``None`` where they are not named one by one.
    ``items`` has an entry for each of the first places of a list, and one for all
    others; it is ``None`` where there are no lists, or lists that need JSON text.
    """

    types: frozenset[str]
    texts: frozenset[str] | None
    items: tuple[Parameter, ...] | None

    def types_of(self, text: str) -> frozenset[str]:
        """Name the JSON types that a text may stand for, among them text where it may be itself."""
        return self.types if self.texts is None or text in self.texts else self.types - {"string"}


def parameters_of(types: Types) -> dict[str, Parameter]:
    """Give the parameters of the input that is described under the key ``"input"``."""
    properties = properties_of(types.schemas["input"], types.definitions)
    return {name: _parameter(schema, types.definitions) for name, (schema, _) in properties.items()}


def _parameter(schema: Any, definitions: Mapping[str, Any]) -> Parameter:
    value = _value([schema], definitions)
    nested_text = "object" in value.types and "string" not in value.types
    if "array" not in value.types or nested_text or not lists_are_plain(schema, definitions):
        return value
    items = tuple(_value(schemas, definitions) for schemas in item_schemas(schema, definitions))
    return Parameter(value.types, value.texts, items)


def _value(schemas: Iterable[Any], definitions: Mapping[str, Any]) -> Parameter:
    """Give what may stand where any of the schemas holds, lists aside."""
    types: set[str] = set()
    texts: set[str] | None = set()
    for schema in schemas:
        types |= json_types(schema, definitions)
        closed = closed_texts(schema, definitions)
        texts = None if texts is None or closed is None else texts | closed
    return Parameter(frozenset(types), None if texts is None else frozenset(texts), None)


def read_query(
    query: bytes, parameters: Mapping[str, Parameter], *, most: int = MOST_PARAMETERS
) -> dict[str, Any]:
    """Read a query string of at most so many parameters as an input.

    Raises:
        CommonError: ``invalid_input``: it is no query, or says one thing twice.
    """
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=most)
    except UnicodeDecodeError:
        raise invalid_input(([], "query_invalid", "is no percent-encoded UTF-8")) from None
    except ValueError:
        too_many = f"has more than {most:,} parameters"
        raise invalid_input(([], "too_many_parameters", too_many)) from None
    return coerce_pairs(pairs, parameters)


def coerce_pairs(pairs: Iterable[tuple[str, str]], parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """Make an input of names and texts, in the order in which names appear first.

    Raises:
        CommonError: ``invalid_input``: a scalar is given twice, or a list in both spellings.
    """
    bare: defaultdict[str, list[str]] = defaultdict(list)
    bracketed: defaultdict[str, list[str]] = defaultdict(list)
    for key, text in pairs:
        name = key.removesuffix("[]")
        if key not in parameters and name != key and name in parameters:
            bracketed[name].append(text)
        else:
            bare[key].append(text)
    values: dict[str, Any] = {}
    for name in dict.fromkeys((*bare, *bracketed)):
        if name in bare and name in bracketed:
            raise _twice(name)
        parameter = parameters.get(name)
        if parameter is None:
            values[name] = bare[name][0] if len(bare[name]) == 1 else bare[name]
        elif name in bracketed:
            values[name] = _many(name, parameter, bracketed[name])
        elif len(bare[name]) == 1:
            values[name] = _one(parameter, bare[name][0])
        else:
            values[name] = _many(name, parameter, bare[name])
    return values


def coerce_values(given: Mapping[str, Any], parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """Read the texts among the values of an input, as models give them; what is inside a value is left.

    Raises:
        CommonError: ``invalid_input``: a text is JSON that says one thing twice.
    """
    return {
        name: coerce_text(value, parameters[name].types_of(value))
        if isinstance(value, str) and name in parameters
        else value
        for name, value in given.items()
    }


def _one(parameter: Parameter, text: str) -> Any:
    types = parameter.types_of(text)
    if parameter.items is None or "string" in types:
        # Beside texts nothing nested can be said, as OpenAPI has it (DESIGN §5).
        return coerce_text(text, types - _NESTED if "string" in parameter.types else types)
    if text == "[]":
        return []
    # A text in brackets is an item where items may be texts, and else the whole list.
    first = parameter.items[0]
    hidden = {"array"} if "string" in first.types else set()
    value = coerce_text(text, types - hidden)
    return value if value is not text else [coerce_text(text, first.types_of(text))]


def _many(name: str, parameter: Parameter, texts: list[str]) -> list[Any]:
    if parameter.items is None:
        raise _twice(name) if len(texts) > 1 else _in_brackets(name)
    last = len(parameter.items) - 1
    places = (parameter.items[min(place, last)] for place in range(len(texts)))
    return [coerce_text(text, item.types_of(text)) for item, text in zip(places, texts, strict=True)]


def coerce_text(text: str, types: frozenset[str]) -> Any:
    """Give the value that a text says where ``types`` are allowed, or the text itself."""
    if "string" in types:
        return text
    said = text.strip()
    if "number" in types and _NUMBER.fullmatch(said):
        return _number(said, text)
    if "boolean" in types and said.lower() in _BOOLEANS:
        return _BOOLEANS[said.lower()]
    if (said.startswith("{") and "object" in types) or (said.startswith("[") and "array" in types):
        return _json(said, text)
    return text


def _number(said: str, text: str) -> Any:
    if said.lstrip("-").isdigit():
        try:
            return int(said)
        except ValueError:  # thousands of digits
            return text
    number = float(said)
    return number if math.isfinite(number) else text


def _json(said: str, text: str) -> Any:
    try:
        return strict_json.check(said.encode())
    except CommonError as error:
        if error.details[0]["type"] == "json_invalid":
            return text
        raise


def _twice(name: str) -> CommonError:
    return invalid_input(([name[:64]], "given_twice", "must be given once"))


def _in_brackets(name: str) -> CommonError:
    return invalid_input(([name[:64]], "in_brackets", "must be given without brackets"))
