"""Unions whose values do not show which of the alternatives they are: nothing in them is converted.

Otherwise a text of one alternative would become the `Date` of another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.json_schema import Schema, map_schema, resolved

from actionary_build.emit.typescript.alternatives import Alternative, alternatives, kinds_of
from actionary_build.emit.typescript.shapes import Shapes
from actionary_build.texts import TypeScriptIdentifier


@dataclass(frozen=True, slots=True)
class Marked:
    """A catalog in which is marked what is converted.

    ``ambiguous`` names the types, or the actions, that keep what the wire has for the
    sake of a union.
    """

    catalog: Catalog
    ambiguous: tuple[str, ...] = ()


def settled(catalog: Catalog) -> Marked:
    """Take the marks from the alternatives that cannot be told apart, and would be converted otherwise."""
    told: set[str] = set()
    while True:
        # Only compared, so any names do that differ.
        names = {name: TypeScriptIdentifier(f"T{i}") for i, name in enumerate(catalog.types)}
        search = _Search(Shapes(catalog, names))
        types = {name: search.settle(schema, name) for name, schema in catalog.types.items()}
        actions = tuple(_settled_action(action, search) for action in catalog.actions)
        if not search.clashing and not search.told:
            return Marked(catalog, tuple(sorted(told)))
        told |= search.told
        types |= {name: without_marks(types[name]) for name in search.clashing}
        catalog = replace(catalog, types=types, actions=actions)


def with_type(schema: Schema, change: Callable[[Any], Any]) -> Schema:
    """Copy a schema with its type changed, or each of its types."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return {**schema, "type": [change(each) for each in kind]}
    return schema if kind is None else {**schema, "type": change(kind)}


def unmarked(schema: Schema) -> Schema:
    """Give the type of JSON back to a schema, not to what is inside it."""
    return with_type(schema, lambda kind: {"Date": "string", "bigint": "integer"}.get(kind, kind))


def without_marks(schema: Any) -> Any:
    """Take all marks from a schema; types that it refers to keep theirs."""
    return map_schema(schema, unmarked)


def _settled_action(action: ActionSpec, search: _Search) -> ActionSpec:
    return replace(
        action,
        input=search.settle(action.input, action.name),
        output=search.settle(action.output, action.name),
        errors=tuple(
            replace(error, details=error.details and search.settle(error.details, action.name))
            for error in action.errors
        ),
    )


@dataclass(frozen=True, slots=True)
class _Search:
    """Finds the unions; ``clashing`` are the named types that are not converted, ``told`` what to name."""

    shapes: Shapes
    clashing: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def settle(self, schema: Schema, place: str) -> Schema:
        """Take the marks from alternatives that stand in a schema, and note the types that others are of."""
        catalog = self.shapes.catalog

        def settle_union(node: Schema) -> Schema:
            if "anyOf" not in node and "oneOf" not in node:
                return node
            members = list(alternatives(node, catalog.types))
            clashing: list[Alternative] = []
            for one, other in combinations(members, 2):
                if slots := list(_clashes(self.shapes, one, other)):
                    clashing += [one, other]
                    named = {*one.names, *other.names, *(each.owner for each in (one, other) if each.owner)}
                    self.clashing.update(named, catalog.types_used(*slots))
                    self.told.update(named or {place})
            inline = [each.schema for each in clashing]
            return {
                **node,
                **{
                    key: [
                        without_marks(each) if any(each is one for one in inline) else each
                        for each in node[key]
                    ]
                    for key in ("anyOf", "oneOf")
                    if key in node
                },
            }

        return map_schema(schema, settle_union)


def _clashes(shapes: Shapes, one: Alternative, other: Alternative) -> Iterator[Any]:
    """Give the schemas of what would become something else by the other one."""
    shared = one.kinds & other.kinds
    if "string" in shared and not one.has_few_values and not other.has_few_values:
        yield from _differing(shapes, [one.schema], [other.schema])
    if "array" in shared and _lists_overlap(shapes, one.schema, other.schema):
        yield from _differing(shapes, [one.schema], [other.schema])
    if "object" in shared and not one.told_from(other):
        for key in one.properties.keys() & other.properties.keys():
            if _overlap(shapes, one.properties[key], other.properties[key]):
                yield from _differing(shapes, one.properties[key], other.properties[key])
        if one.others and other.others and _overlap(shapes, one.others, other.others):
            yield from _differing(shapes, one.others, other.others)


def _differing(shapes: Shapes, these: Iterable[Any], those: Iterable[Any]) -> Iterator[Any]:
    if {shapes.of(each) for each in these} != {shapes.of(each) for each in those}:
        yield from (*these, *those)


def _lists_overlap(shapes: Shapes, one: Schema, other: Schema) -> bool:
    """Say whether an item of one list may be an item of the other one."""
    roots = (resolved(each, shapes.catalog.types) for each in (one, other))
    these, those = ([*root.get("prefixItems", ()), root.get("items", True)] for root in roots)
    return any(_overlap(shapes, [item], [other_item]) for item in these for other_item in those)


def _overlap(shapes: Shapes, these: Iterable[Any], those: Iterable[Any]) -> bool:
    """Say whether a value may be of both: what is converted is known by its type in JavaScript."""
    types = shapes.catalog.types
    one, other = ([kinds_of(each, types) for each in schemas] for schemas in (these, those))
    return all(not a or not b or (a & b) for a in one for b in other)
