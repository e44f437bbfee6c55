"""Types that pydantic takes and no contract can hold to, looked for in pydantic's core schema.

A place inside a type is written as a path: ``.lines[].price`` is the price of each of
the lines, ``[0]`` the first place of a tuple, ``.*`` each value of a dict.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Flag
from functools import cache
from typing import Any, Final, Literal, TypeAlias
from weakref import WeakSet

from pydantic import ImportString, Secret, SecretStr, TypeAdapter
from pydantic_core import CoreSchema

Mode: TypeAlias = Literal["validation", "serialization"]

DICTS: Final = frozenset({"dict", "frozendict", "ordered-dict", "counter"})
"""Kinds of core schemas whose values are objects with any keys."""


TAGGED: Final = 'give each class a Literal field of one name, and say it: `Field(discriminator="kind")`'
"""How to write a union whose classes are told apart by a tag."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A part of a type that cannot be promised, and the path to it."""

    path: str
    what: str
    mend: str


def first_misfit(schema: CoreSchema, mode: Mode) -> Misfit | None:
    """Find the first part of a type that has to be refused in what is read, or in what is written."""
    if (schema["type"] == "model" and schema["cls"] in _fine[mode]) or not _is_misfit_in(schema, mode):
        return None
    for path, node in _walk(schema, mode):
        said = _judge(node, mode)
        if said is not None:
            return Misfit(path, *said)
    return None


_LEAVES: Final = frozenset(
    {"any", "bool", "date", "datetime", "decimal", "float", "int", "none", "str", "time", "timedelta", "uuid"}
)
"""Kinds of core schemas with nothing wrong and none inside, unless they have a serialization of their own."""

_AROUND_ONE: Final = frozenset({"default", "model-field", "nullable"})
"""Kinds of core schemas with nothing wrong and one inside, unless they have a serialization of their own."""

_NEVER_WRONG: Final = _LEAVES | _AROUND_ONE | {"list", "model-fields"}
"""Kinds of core schemas that nothing is wrong with, unless they have a serialization of their own."""

_HOLDS_NONE: Final = _LEAVES | {"enum", "literal"}

_HOLDS_ONE: Final = _AROUND_ONE | {"model"}

_fine: Final[Mapping[Mode, WeakSet[type]]] = {"validation": WeakSet(), "serialization": WeakSet()}
"""Classes of models in which nothing is wrong: many actions share them, and each is looked through once."""


def _is_misfit_in(schema: Any, mode: Mode) -> bool:
    """Say whether some part has to be refused; it has no paths to make, since nearly no type has one."""
    found: list[type] = []
    for node in _nodes(schema, mode, _fine[mode]):
        is_model = node["type"] == "model"
        if is_model:
            found.append(node["cls"])
        if (not is_model or "serialization" in node) and _judge(node, mode) is not None:
            return True
    _fine[mode].update(found)
    return False


def _nodes(schema: Any, mode: Mode, known: Container[type] = ()) -> Iterator[Mapping[str, Any]]:
    """Give the models of a type, and what may be wrong in it, in the parts that `_walk` gives.

    All else is left out, of which a type mostly consists, and so is the inside of ``known`` models.
    """
    named: dict[str, Any] = {}
    seen: set[str] = set()
    waiting = [schema]
    while waiting:
        node = _inside(waiting.pop())
        kind = node["type"]
        if kind in _LEAVES and "serialization" not in node:
            continue
        if kind == "definition-ref":
            reference = node["schema_ref"]
            if reference in named and reference not in seen:
                seen.add(reference)
                waiting.append(named[reference])
            continue
        if kind == "definitions":
            named |= {each["ref"]: each for each in node["definitions"]}
        if kind not in _NEVER_WRONG or "serialization" in node:
            yield node
        if kind in _HOLDS_ONE:
            if kind != "model" or node["cls"] not in known:
                waiting.append(node["schema"])
        elif kind not in _HOLDS_NONE:
            waiting.extend(_fields_of_model(node, mode) or (part for _, part in _parts(node, mode)))


def _inside(node: Any) -> Any:
    """Give the first part, from a node on, that does more than stand around one."""
    while node["type"] in _AROUND_ONE and "serialization" not in node:
        node = node["schema"]
    return node


def _fields_of_model(node: Mapping[str, Any], mode: Mode) -> list[Any]:
    """Give what is in the fields of a plain model, and nothing for others."""
    if node["type"] != "model-fields" or "extras_schema" in node or node.get("computed_fields"):
        return []
    fields = node["fields"].values()
    if mode == "serialization":
        fields = [field for field in fields if not field.get("serialization_exclude")]
    return [field["schema"] for field in fields]


def path_to(schema: CoreSchema, part: Any, mode: Mode) -> str:
    """Give the path to a part of a core schema; it is empty where the part is the whole, or elsewhere."""
    return next((path for path, node in _walk(schema, mode) if node is part), "")


def _walk(schema: Any, mode: Mode) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give every part of a type that JSON is read to or written from, with its path, each name once."""
    named: dict[str, Any] = {}
    seen: set[str] = set()
    waiting = [("", schema)]
    while waiting:
        path, node = waiting.pop()
        if node["type"] == "definition-ref":
            reference = node["schema_ref"]
            if reference in named and reference not in seen:
                seen.add(reference)
                waiting.append((path, named[reference]))
            continue
        if node["type"] == "definitions":
            named |= {each["ref"]: each for each in node["definitions"]}
        yield path, node
        waiting.extend((path + step, part) for step, part in reversed(list(_parts(node, mode))))


_INSIDE: Final = {
    "json-or-python": {"json_schema": ""},
    "lax-or-strict": {"strict_schema": ""},
    **{kind: {"keys_schema": "", "values_schema": ".*"} for kind in DICTS},
}
"""Where the schemas inside of one stand, each with the step that leads there."""

_ANY_INSIDE: Final = {"items_schema": "[]", "schema": "", "extras_schema": ".*"}


def _parts(node: Mapping[str, Any], mode: Mode) -> Iterator[tuple[str, Any]]:
    """Give the schemas right inside of one, each with the step that leads there."""
    if "fields" in node and node["type"] != "dataclass":  # which has their names alone
        yield from _fields(node, mode)
    if node["type"] == "tuple":
        rest = node.get("variadic_item_index")
        for index, item in enumerate(node["items_schema"]):
            yield "[]" if index == rest else f"[{index}]", item
        return
    choices = node.get("choices", node.get("steps", ()))
    for choice in choices.values() if isinstance(choices, Mapping) else choices:
        yield "", choice[0] if isinstance(choice, tuple) else choice
    for key, step in _INSIDE.get(node["type"], _ANY_INSIDE).items():
        if key in node:
            yield step, node[key]


def _fields(node: Mapping[str, Any], mode: Mode) -> Iterator[tuple[str, Any]]:
    """Give the fields of a class, which are kept by name or in a list."""
    fields = node["fields"]
    named = fields.items() if isinstance(fields, Mapping) else [(each["name"], each) for each in fields]
    for name, field in named:
        if mode == "serialization" and field.get("serialization_exclude"):
            continue
        alias = field.get(f"{mode}_alias")
        yield f".{alias if isinstance(alias, str) else name}", field
    if mode == "serialization":
        for field in node.get("computed_fields", ()):
            yield f".{field.get('alias', field['property_name'])}", field["return_schema"]


def _judge(node: Mapping[str, Any], mode: Mode) -> tuple[str, str] | None:
    """Say what is wrong with one node, and how to mend it."""
    return (_judge_read(node) if mode == "validation" else _judge_written(node)) or _judge_always(node)


def _judge_written(node: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say what is wrong with one node of what is written."""
    if is_secret(node):
        return (
            "is a secret, which never leaves",
            "leave it out, with `Field(exclude=True)` or in a class of its own for what is given out",
        )
    return None


def _judge_always(node: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say what is wrong with one node, be it read or written."""
    match node["type"]:
        case "generator":
            return "is an iterator, whose items are checked only when they are read", "use `list`"
        case "tagged-union" if callable(node["discriminator"]):
            return (
                "is told apart by a function, which no schema can say",
                TAGGED,
            )
        case "enum" if issubclass(node["cls"], Flag):
            return "is a set of flags, whose combinations no schema lists", "use a list of an enum"
        case kind if kind in DICTS and (keys := _no_key(node.get("keys_schema", {"type": "any"}))):
            return f"has {keys} as keys, and a key of JSON is a text", "use `str` or `int` keys"
        case _:
            return None


def _judge_read(node: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say what is wrong with one node of what is read."""
    match node["type"]:
        case "enum" if not _are_json(member.value for member in node["members"]):
            return "is an enum whose values no JSON gives", "give its members texts or numbers as values"
        case "literal" if not _are_json(node["expected"]):
            return (
                "is a Literal of values that no JSON gives",
                "use texts, numbers, or the members of a StrEnum or IntEnum",
            )
        case kind if kind.startswith("function-") and node["function"]["function"] is _importing_function():
            return "imports whatever a caller names", "use a Literal or an enum of what may be named"
        case _:
            return None


def _are_json(values: Iterable[Any]) -> bool:
    return all(value is None or isinstance(value, str | int | float) for value in values)


_NO_KEYS: Final = {
    "float": "floats",
    "complex": "complex numbers",
    "none": "null",
    "nullable": "null",
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "deque", "named-tuple"), "lists"),
    **dict.fromkeys((*DICTS, "model", "dataclass", "typed-dict"), "objects"),
}
"""Kinds of core schemas that cannot be keys, and what to call them.

A float has no spelling of its own for NaN and the infinities, and the others none at all
that could be read back.
"""


def _no_key(keys: Mapping[str, Any]) -> str | None:
    """Name what cannot be a key."""
    for _, node in _walk(keys, "validation"):
        if node["type"] in _NO_KEYS:
            return _NO_KEYS[node["type"]]
        if node["type"] == "literal" and not all(isinstance(value, str) for value in node["expected"]):
            return "other values than texts of a Literal"
    return None


def secret_in(schema: CoreSchema) -> str | None:
    """Give the path to the first secret in what is read, ``None`` where there is none."""
    if not any(map(is_secret, _nodes(schema, "validation"))):
        return None
    return next((path for path, node in _walk(schema, "validation") if is_secret(node)), None)


def is_secret(node: Mapping[str, Any]) -> bool:
    """Say whether a schema is that of a secret: its values are written as asterisks."""
    written = node.get("serialization")
    return written is not None and written.get("function") in _masking_functions()


@cache
def _masking_functions() -> frozenset[Any]:
    text: Any = TypeAdapter(SecretStr).core_schema
    other: Any = TypeAdapter(Secret[str]).core_schema
    return frozenset({text["strict_schema"]["serialization"]["function"], other["serialization"]["function"]})


@cache
def _importing_function() -> Any:
    schema: Any = TypeAdapter(ImportString).core_schema
    return schema["function"]["function"]
