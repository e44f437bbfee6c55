"""What tells the values of one alternative of a union from those of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from actionary.json_schema import REF, Schema, resolved

KINDS: Final = {
    "array": "array",
    "bigint": "number",
    "boolean": "boolean",
    "Date": "string",
    "integer": "number",
    "null": "null",
    "number": "number",
    "object": "object",
    "string": "string",
}
"""What JavaScript tells apart, by the type in a schema that is marked."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One schema among those of a union.

    ``schema`` is as it stands in the union, ``owner`` the named type whose union it
    stands in, ``None`` in the one that was asked for. ``properties`` and ``required``
    are what it says itself, by reference and by ``allOf``; ``tags`` are the values that a
    property may have, where it may have few, and ``others`` describe properties without a
    name. ``has_few_values`` where the alternative itself lists its values.
    """

    schema: Schema
    owner: str | None
    names: frozenset[str]
    kinds: frozenset[str]
    properties: Mapping[str, tuple[Any, ...]]
    required: frozenset[str]
    tags: Mapping[str, tuple[Any, ...]]
    others: tuple[Any, ...]
    has_few_values: bool

    def fits(self, value: Any) -> bool:
        """Say whether a value of an example may be of this alternative."""
        if not isinstance(value, dict):
            return True
        return value.keys() >= self.required and all(
            value[key] in known for key, known in self.tags.items() if key in value
        )

    def known_in(self, value: Any) -> int:
        """Count the keys of an object that are known here."""
        return len(self.properties.keys() & value.keys()) if isinstance(value, dict) else 0

    def told_from(self, other: Alternative) -> bool:
        """Say whether every object shows which of the two it is: by its tag or by its keys."""
        if self.required - other.properties.keys() or other.required - self.properties.keys():
            return True
        return any(
            key in self.required | other.required and not any(tag in other.tags[key] for tag in tags)
            for key, tags in self.tags.items()
            if key in other.tags
        )


def alternatives(
    schema: Schema, types: Mapping[str, Schema], owner: str | None = None
) -> Iterator[Alternative]:
    """Give the alternatives of a union, those of unions inside it too."""
    discriminator = schema.get("discriminator", {})
    for member in (member for key in ("anyOf", "oneOf") for member in schema.get(key, ())):
        if not isinstance(member, dict):
            continue
        root = resolved(member, types)
        if ("anyOf" in root or "oneOf" in root) and not {"properties", "allOf", "$ref"} & root.keys():
            inner = member["$ref"].removeprefix(REF) if root is not member else owner
            yield from alternatives(root, types, inner)
        else:
            yield _alternative(member, types, owner, discriminator)


def best(found: Iterable[Alternative], value: Any) -> Iterator[Alternative]:
    """Choose the alternatives of a value of an example as the runtime does: those that know most of it."""
    fitting = [each for each in found if each.fits(value)]
    most = max((each.known_in(value) for each in fitting), default=0)
    yield from (each for each in fitting if each.known_in(value) == most)


def kinds_of(schema: Any, types: Mapping[str, Schema]) -> frozenset[str]:
    """Give what JavaScript tells apart of the values of a schema that may be converted; none if unknown."""
    if not isinstance(schema, dict):
        return frozenset() if schema else frozenset({"null"})
    if _values(schema, types) is not None:
        return frozenset({"boolean"})
    root = resolved(schema, types)
    union = list(alternatives(root, types))
    found = [each.kinds for each in union] or [_alternative(root, types, None, {}).kinds]
    return frozenset() if not all(found) else frozenset().union(*found) - {"null"}


def _alternative(
    member: Schema, types: Mapping[str, Schema], owner: str | None, discriminator: Mapping[str, Any]
) -> Alternative:
    names: set[str] = set()
    kinds: set[str] = set()
    required: set[str] = set()
    properties: dict[str, tuple[Any, ...]] = {}
    others: list[Any] = []
    waiting: list[Any] = [member]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict):
            continue
        kind = part.get("type", "object" if "properties" in part else [])
        kinds.update([kind] if isinstance(kind, str) else kind)
        required.update(part.get("required", ()))
        for key, described in part.get("properties", {}).items():
            properties[key] = (*properties.get(key, ()), described)
        others += [*part.get("patternProperties", {}).values(), part.get("additionalProperties")]
        waiting.extend(part.get("allOf", ()))
        name = part.get("$ref", "").removeprefix(REF)
        if name and name not in names:
            names.add(name)
            waiting.append(types[name])
    tags = dict(_tags(properties, types))
    key, mapping = str(discriminator.get("propertyName")), discriminator.get("mapping", {})
    mapped = tuple(tag for tag, reference in sorted(mapping.items()) if reference == member.get("$ref"))
    if mapped and key not in tags:
        tags[key] = mapped
    return Alternative(
        schema=member,
        owner=owner,
        names=frozenset(names),
        kinds=frozenset(KINDS[kind] for kind in kinds if kind in KINDS),
        properties=properties,
        required=frozenset(required),
        tags=tags,
        others=tuple(each for each in others if isinstance(each, dict)),
        has_few_values=_values(member, types) is not None,
    )


def _tags(
    properties: Mapping[str, tuple[Any, ...]], types: Mapping[str, Schema]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for key, described in sorted(properties.items()):
        values = [found for each in described if (found := _values(each, types)) is not None]
        if values:
            yield key, reduce(lambda one, other: tuple(value for value in one if value in other), values)


def _values(schema: Any, types: Mapping[str, Schema]) -> tuple[Any, ...] | None:
    root = resolved(schema, types) if isinstance(schema, dict) else {}
    values: list[Any] | None = [root["const"]] if "const" in root else root.get("enum")
    if values is None or any(isinstance(value, list | dict) for value in values):
        return None
    return tuple(values)
