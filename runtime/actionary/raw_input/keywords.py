"""What a schema of an input may say: the keywords of JSON Schema that are checked, or that describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CHECKED: Final = frozenset(
    "type enum const"
    " minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"
    " minLength maxLength pattern format"
    " items prefixItems contains minContains maxContains minItems maxItems uniqueItems unevaluatedItems"
    " properties patternProperties additionalProperties unevaluatedProperties propertyNames required"
    " minProperties maxProperties dependentRequired dependentSchemas"
    " allOf anyOf oneOf not if then else $ref $defs".split()
)
DESCRIBING: Final = frozenset(
    "title description default examples deprecated readOnly writeOnly $comment".split()
)
EXTENSION: Final = "x-"
"""What keywords begin with that mean something to somebody else; they stay as they are."""

_CONTENT: Final = "say it in `description`, and as a `pattern` or `format` what has to be checked"
_OWN_DEFS: Final = "refer to `#/$defs/...` only"
MENDS: Final[Mapping[str, str]] = {
    "$schema": "say it at the root only",
    "$id": _OWN_DEFS,
    "$anchor": _OWN_DEFS,
    "$dynamicRef": _OWN_DEFS,
    "$dynamicAnchor": _OWN_DEFS,
    "$vocabulary": "leave it out",
    "id": _OWN_DEFS,
    "definitions": "call it `$defs`, as JSON Schema 2020-12 does",
    "dependencies": "write `dependentRequired` or `dependentSchemas`",
    "additionalItems": "write `items` beside `prefixItems`",
    "contentEncoding": _CONTENT,
    "contentMediaType": _CONTENT,
    "contentSchema": _CONTENT,
    "nullable": 'write null as a type: `"type": ["string", "null"]`',
    "example": "write `examples`, a list",
    "discriminator": "give each alternative a property of its own `const`",
}
"""Keywords of other dialects, and of this one that nobody checks, and what to write instead."""

VALUES: Final[Mapping[str, str]] = {
    "type": "one of string, integer, number, boolean, array, object and null, or a list of them",
    "enum": "a list of values",
    "required": "a list of texts, each once",
    "dependentRequired": "an object of lists of texts",
    "multipleOf": "a number above 0",
    "uniqueItems": "true or false",
    "deprecated": "true or false",
    "readOnly": "true or false",
    "writeOnly": "true or false",
    "title": "a text",
    "description": "a text",
    "pattern": "a text",
    "format": "a text",
    "$ref": "a text, `#/$defs/...`",
    "$comment": "a text",
    "examples": "a list",
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "a number"),
    **dict.fromkeys(
        "minLength maxLength minItems maxItems minContains maxContains minProperties maxProperties".split(),
        "a whole number from 0",
    ),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "a list of schemas, at least one"),
    **dict.fromkeys(
        ("properties", "patternProperties", "dependentSchemas", "$defs"), "an object of schemas by name"
    ),
}
"""What keywords take as their values."""
