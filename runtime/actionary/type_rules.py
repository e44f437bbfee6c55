"""Types that pydantic takes and no contract can hold to, looked for in pydantic's core schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True)
class Misfit:
    """A part of a type that cannot be promised: ``owner`` is the class and ``field`` its field, if any."""

    owner: type | None
    field: str
    what: str
    mend: str

    def __str__(self) -> str:
        where = ".".join(part for part in (getattr(self.owner, "__name__", ""), self.field) if part)
        return f"`{where}` {self.what}" if where else f"it {self.what}"


def first_misfit(schema: CoreSchema) -> Misfit | None:
    """Find the first part of a type that has to be refused."""
    return next(_misfits(schema, None, ""), None)


_DATA: Final = frozenset({"metadata", "default", "expected", "members", "custom_error_context"})
"""Keys of a core schema under which users' data stands, and no schemas."""


def _misfits(node: Any, owner: type | None, field: str) -> Iterator[Misfit]:
    if isinstance(node, Mapping):
        said = _judge(node)
        if said is not None:
            yield Misfit(owner, field, *said)
        owner = node.get("cls", owner)
        for key, value in node.items():
            if key == "fields" and node.get("type") != "dataclass":  # which has their names alone
                yield from _fields(value, owner)
            elif key not in _DATA:
                yield from _misfits(value, owner, field)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from _misfits(part, owner, field)


def _fields(fields: Any, owner: type | None) -> Iterator[Misfit]:
    """Look through the fields of a model or TypedDict, by name, or of a dataclass, in a list."""
    named = fields.items() if isinstance(fields, Mapping) else [(each["name"], each) for each in fields]
    for name, schema in named:
        alias = schema.get("validation_alias")
        yield from _misfits(schema, owner, alias if isinstance(alias, str) else name)


def _judge(node: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say what is wrong with one node, and how to mend it."""
    match node.get("type"):
        case "generator":
            return "is an iterator, whose items are checked only when they are read", "use `list`"
        case "tagged-union" if callable(node["discriminator"]):
            return (
                "is told apart by a function, which no schema can say",
                "use a Literal field as discriminator",
            )
        case "dict" if _has_float(node.get("keys_schema")):
            return "has floats as keys, and JSON has no key for NaN and infinity", "use `str` or `int` keys"
        case _:
            return None


def _has_float(node: Any) -> bool:
    if isinstance(node, Mapping):
        return node.get("type") == "float" or any(
            _has_float(value) for key, value in node.items() if key not in _DATA
        )
    return isinstance(node, list | tuple) and any(map(_has_float, node))
