"""What a type is made of, read off pydantic's core schema: fields by their names on the wire, null, lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

_INNER: Final = frozenset(
    {"default", "model", "function-before", "function-after", "function-wrap", "dataclass", "model-field"}
    | {"dataclass-field", "typed-dict-field", "lax-or-strict", "json-or-python", "chain", "definitions"}
)
"""Kinds of core schemas that stand around another one, which says what the value is."""

LISTS: Final = frozenset({"list", "tuple", "set", "frozenset"})
"""Kinds of core schemas whose values are lists."""

OBJECTS: Final = frozenset({"model-fields", "dataclass-args", "typed-dict"})
"""Kinds of core schemas whose values are objects with named fields."""

_NULL: Final = frozenset({"nullable", "none"})


_TYPES: Final = {
    **dict.fromkeys(("str", "uuid", "url", "multi-host-url", "bytes"), "text"),
    **dict.fromkeys(("date", "time", "datetime", "timedelta"), "text"),
    **dict.fromkeys((*LISTS, "named-tuple", "deque"), "list"),
    **dict.fromkeys((*OBJECTS, "dict"), "object"),
    "int": "integer",
    "float": "number",
    "bool": "bool",
}
"""What values are in JSON, by the kind of core schema; other kinds may be several things."""


def kind_of(node: Any) -> str | None:
    """Name what the values of a core schema are in JSON, ``None`` where that may be several things."""
    return _TYPES.get(node["type"])


class _Made:
    """Stands for a default that a function makes for each call."""

    def __repr__(self) -> str:
        return "made by a function"


MADE: Final = _Made()
"""The default of a field with a factory: what that makes is not known."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A core schema, and the named ones that it refers to."""

    schema: Any
    named: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Which kind of core schema says what the value is."""
        kind: str = self._bare(self.schema)["type"]
        return kind

    @property
    def allows_null(self) -> bool:
        """Whether null is one of the values."""
        return any(
            node["type"] in _NULL
            or (node["type"] == "literal" and None in node["expected"])
            or (node["type"] == "enum" and None in [member.value for member in node["members"]])
            for node in self.alternatives()
        )

    @property
    def json_types(self) -> frozenset[str] | None:
        """What the values are in JSON, but for null; ``None`` where that cannot be told."""
        types = [kind_of(node) for node in self.alternatives() if node["type"] not in _NULL]
        known = [each for each in types if each is not None]
        return frozenset(known) if len(known) == len(types) else None

    @property
    def is_list(self) -> bool:
        """Whether every value is a list."""
        return all(node["type"] in LISTS for node in self.alternatives())

    def fields(self, mode: Literal["validation", "serialization"]) -> dict[str, Field]:
        """Give the fields of an object by their names on the wire; none for anything else."""
        node = self._bare(self.schema)
        if node["type"] not in OBJECTS:
            return {}
        fields: Any = node["fields"]
        named = fields.items() if isinstance(fields, Mapping) else [(each["name"], each) for each in fields]
        return {wire_name(name, field, mode): Field(field, self.named) for name, field in named}

    def alternatives(self) -> Iterator[Any]:
        """Give what unions come down to; of a nullable type it and what is inside."""
        seen: set[str] = set()
        waiting = [self.schema]
        while waiting:
            node = self._bare(waiting.pop())
            reference = node.get("ref", "")
            if reference and reference in seen:
                continue
            seen.add(reference)
            match node["type"]:
                case "union":
                    waiting += [each[0] if isinstance(each, tuple) else each for each in node["choices"]]
                case "tagged-union":
                    waiting += node["choices"].values()
                case "nullable":
                    yield node
                    waiting.append(node["schema"])
                case _:
                    yield node

    @property
    def has_function(self) -> bool:
        """Whether a function stands around the type, and may make one value of what the type tells apart."""
        node = self.schema
        while node is not None:
            if node["type"].startswith("function-"):
                return True
            node = self._inside(node)
        return False

    def _bare(self, schema: Any) -> Any:
        """Give the schema inside all others, which says what the value is."""
        node = schema
        while (inside := self._inside(node)) is not None:
            node = inside
        return node

    def _inside(self, node: Any) -> Any:
        kind = node["type"]
        if kind in _INNER and "schema" in node:
            return node["schema"]
        if kind == "definition-ref":
            return self.named[node["schema_ref"]]
        if kind == "lax-or-strict":
            return node["strict_schema"]
        if kind == "json-or-python":
            return node["json_schema"]
        return node["steps"][-1] if kind == "chain" else None


@dataclass(frozen=True, slots=True)
class Field(Shape):
    """A field of an object."""

    @property
    def is_required(self) -> bool:
        """Whether an input has to give it."""
        field = self.schema
        if field["type"] == "typed-dict-field":
            return bool(field.get("required", True))
        return bool(field["schema"]["type"] != "default")

    @property
    def default(self) -> Any:
        """The default of a field that is not required, `MADE` where a function makes it."""
        inner = self.schema["schema"]
        if inner["type"] != "default":
            return None
        return MADE if "default_factory" in inner else inner["default"]


def shape_of(schema: Any) -> Shape:
    """Give the shape of a type, given its core schema."""
    named: dict[str, Any] = {}
    if schema["type"] == "definitions":
        named = {each["ref"]: each for each in schema["definitions"]}
    return Shape(schema, named)


def wire_name(name: str, field: Any, mode: Literal["validation", "serialization"]) -> str:
    """Give a field's name on the wire; of several aliases the first plain one."""
    return wire_names(name, field, mode)[0]


def wire_names(name: str, field: Any, mode: Literal["validation", "serialization"]) -> list[str]:
    """Give all plain names of a field on the wire."""
    alias = field.get(f"{mode}_alias", name)
    if isinstance(alias, str):
        return [alias]
    return [path[0] for path in alias if isinstance(path, list) and len(path) == 1] or [name]
