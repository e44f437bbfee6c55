"""Which values of a parameter a query cannot tell apart, since it has only text (DESIGN §5).

Texts that a type names one by one leave all others to numbers and booleans, as long as
none of them is the text of such a value; a type of any text leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actionary.coerce import coerce_text
from actionary.core_shapes import LISTS, Shape, kind_of
from actionary.json_schema import Schema
from actionary.json_types import item_schemas, leaf_types, leaves, members

_NULL: Final = frozenset({"none", "nullable"})
ONE_KIND: Final = frozenset({"bool", "date", "datetime", "float", "int", "str", "time", "timedelta", "uuid"})
"""Kinds of core schemas whose values one text never confuses, and of which none is null."""
_NUMBERS: Final = frozenset({"number"})
_OTHERS: Final = {"number": "a number", "bool": "a boolean"}
_KINDS: Final = {"string": "text", "boolean": "bool", "integer": "number", "array": "list"}


@dataclass(frozen=True, slots=True)
class _Values:
    """What a value may be: anything of some kinds, and ``members`` that are named one by one."""

    kinds: frozenset[str]
    members: tuple[Any, ...]

    @property
    def is_nested(self) -> bool:
        """Whether it is one JSON text, which tells all values apart."""
        return not self._has_texts and bool(self.kinds & {"list", "object"})

    @property
    def _has_texts(self) -> bool:
        return "text" in self.kinds or any(isinstance(each, str) for each in self.members)

    @property
    def why_confused(self) -> str | None:
        """Say which values one text would stand for, if there are any."""
        if "text" in self.kinds:
            named = {"bool" if isinstance(each, bool) else "number" for each in self._others}
            found = [said for kind, said in _OTHERS.items() if kind in self.kinds | named]
            return f"it may be text or {found[0]}" if found else None
        texts = sorted(each for each in self.members if isinstance(each, str))
        return next(
            (f"{each!r} may be text or {_OTHERS[kind]}" for each in texts if (kind := self._other_of(each))),
            None,
        )

    @property
    def _others(self) -> list[int | float]:
        return [each for each in self.members if isinstance(each, int | float)]

    def _other_of(self, text: str) -> str | None:
        """Give the kind of what is no text and is written like one of the texts."""
        said = text.strip().lower()
        if said in {"true", "false"}:
            has_it = "bool" in self.kinds or any(each is (said == "true") for each in self._others)
            return "bool" if has_it else None
        number = coerce_text(text, _NUMBERS)
        has_it = "number" in self.kinds or any(
            each == number and not isinstance(each, bool) for each in self._others
        )
        return "number" if has_it and not isinstance(number, str) else None


def why_confused(shape: Shape) -> str | None:
    """Say what a query cannot tell apart in a parameter, if there is anything, given its shape."""
    nodes = [node for node in shape.alternatives() if node["type"] not in _NULL]
    if len(nodes) == 1 and _is_of_one_kind(nodes[0]):  # as nearly all are
        return None
    if shape.has_function:  # such as that of ByteSize, to which 5 and "5" are the same
        return None
    items = [
        _of_shape(Shape(each, shape.named))
        for node in nodes
        if node["type"] in LISTS
        for each in _items(node)
    ]
    return _why(_of_shape(shape), items)


def _is_of_one_kind(node: Any) -> bool:
    if node["type"] == "list":
        item = node.get("items_schema", {"type": "any"})
        return item["type"] != "list" and _is_of_one_kind(item)
    if node["type"] == "literal":
        return all(isinstance(each, str) for each in node["expected"])
    if node["type"] == "enum":
        return all(isinstance(member.value, str) for member in node["members"])
    return node["type"] in ONE_KIND


def why_schema_confused(schema: Schema, definitions: Mapping[str, Schema]) -> str | None:
    """Say what a query cannot tell apart in a parameter that a JSON Schema describes."""
    places = item_schemas(schema, definitions)
    items = [_of_schema(each, definitions) for schemas in places for each in schemas]
    return _why(_of_schema(schema, definitions), items)


def _why(own: _Values, items: Sequence[_Values]) -> str | None:
    is_plain = "object" not in own.kinds and not any(each.is_nested for each in items)
    said = [own, *items] if is_plain or not own.is_nested else [own]
    return next((why for each in said if (why := each.why_confused) is not None), None)


def _of_shape(shape: Shape) -> _Values:
    kinds: set[str] = set()
    named: list[Any] = []
    for node in shape.alternatives():
        if node["type"] == "literal":
            named += node["expected"]
        elif node["type"] == "enum":
            named += [member.value for member in node["members"]]
        else:
            kinds.add(kind_of(node) or "")
    return _Values(_as_number(kinds), tuple(named))


def _items(node: Any) -> list[Any]:
    items = node.get("items_schema", [])
    return [items] if isinstance(items, dict) else list(items)


def _of_schema(schema: Schema, definitions: Mapping[str, Schema]) -> _Values:
    kinds: set[str] = set()
    named: list[Any] = []
    everything = leaf_types({}, definitions)
    for leaf in leaves(schema, definitions):
        types = leaf_types(leaf, definitions)
        if isinstance(leaf, dict) and leaf.keys() & {"const", "enum"}:
            named += members(leaf)
        elif types != everything:
            kinds |= {_KINDS.get(name, name) for name in types}
    return _Values(_as_number(kinds), tuple(named))


def _as_number(kinds: Iterable[str]) -> frozenset[str]:
    return frozenset("number" if kind == "integer" else kind for kind in kinds)
