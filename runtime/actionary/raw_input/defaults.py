"""Defaults of properties: filled in for keys that are not there, as a model's are.

They are found wherever a value leads through `properties`, `items` and the like, and
through references and alternatives; of alternatives the first that fits counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from actionary.json_schema import Place, Schema, located
from actionary.messages import summary
from actionary.raw_input.patterns import Matchers, matchers_of
from actionary.raw_input.problems import problems_of
from actionary.raw_input.refusal import RawSchemaError
from actionary.raw_input.validator import additional_keys, referred


def default_filler(root: Schema, validator: Any) -> Callable[[dict[str, Any]], None] | None:
    """Make the function that fills the defaults of a schema into an input that fits it; none without any.

    Raises:
        RawSchemaError: A default does not fit, or stands where nothing fills it in.
    """
    given = [(place, node) for place, node in located(root) if "default" in node]
    if not given:
        return None
    filler = _Filler(root, validator)
    for place, node in given:
        _check(place, node, filler)
    _check_required(root)
    for place, node in given:
        try:
            filler.fill(node, node["default"])
        except RecursionError:
            raise RawSchemaError(
                "the default holds itself, without end", "leave it out, or take null for it", place
            ) from None
    return lambda data: filler.fill(root, data)


class _Filler:
    """A schema, and which of its parts lead to a default, by their identity."""

    def __init__(self, root: Schema, validator: Any) -> None:
        self.root = root
        self.validator = validator
        self.matchers: Matchers = matchers_of(root)
        self.properties: set[int] = set()
        self.leading = self._leading()

    def fill(self, node: Any, value: Any) -> None:
        """Put the defaults that a schema has into a value that fits it."""
        if id(node) not in self.leading:
            return
        for part in self._here(node, value):
            self.fill(part, value)
        if isinstance(value, list):
            first = node.get("prefixItems", [])
            for index, item in enumerate(value):
                self.fill(first[index] if index < len(first) else node.get("items"), item)
        elif isinstance(value, dict):
            self._fill_object(node, value)

    def _fill_object(self, node: Schema, value: dict[str, Any]) -> None:
        given = dict(value)
        for name, part in node.get("properties", {}).items():
            if name not in value and "default" in part:
                value[name] = deepcopy(part["default"])
            if name in value:
                self.fill(part, value[name])
        for pattern, part in node.get("patternProperties", {}).items():
            for key in filter(self.matchers[pattern], given):
                self.fill(part, value[key])
        if id(node.get("additionalProperties")) in self.leading:
            for key in additional_keys(node, given, self.matchers):
                self.fill(node["additionalProperties"], value[key])

    def _here(self, node: Schema, value: Any) -> Iterator[Any]:
        """Give what else describes the same value."""
        if "$ref" in node:
            yield referred(self.root, node["$ref"])
        yield from node.get("allOf", ())
        for key in ("anyOf", "oneOf"):
            branches = node.get(key, ())
            if any(id(branch) in self.leading for branch in branches):
                fits = (each for each in branches if self.validator.evolve(schema=each).is_valid(value))
                yield next(fits, None)

    def _leading(self) -> set[int]:
        above: dict[int, set[int]] = {}
        ends: set[int] = set()
        waiting: list[Schema] = [self.root]
        seen = {id(self.root)}
        while waiting:
            node = waiting.pop()
            properties = list(node.get("properties", {}).values())
            self.properties.update(map(id, properties))
            if any("default" in part for part in properties):
                ends.add(id(node))
            for part in [*properties, *self._parts(node)]:
                if not isinstance(part, dict):
                    continue
                above.setdefault(id(part), set()).add(id(node))
                if id(part) not in seen:
                    seen.add(id(part))
                    waiting.append(part)
        leading = set(ends)
        while ends:
            ends = {parent for end in ends for parent in above.get(end, ())} - leading
            leading |= ends
        return leading

    def _parts(self, node: Schema) -> Iterator[Any]:
        if "$ref" in node:
            yield referred(self.root, node["$ref"])
        for key in ("allOf", "anyOf", "oneOf", "prefixItems"):
            yield from node.get(key, ())
        yield from (node[key] for key in ("items", "additionalProperties") if key in node)
        yield from node.get("patternProperties", {}).values()


def _check(place: Place, node: Schema, filler: _Filler) -> None:
    if id(node) not in filler.properties:
        raise RawSchemaError(
            "nothing fills in this default",
            "put it into the schema of a property, beside a `$ref` or `anyOf` of its own; "
            "under `not`, `if`, `contains` and the like leave it out",
            place,
        )
    problems = problems_of(filler.validator.evolve(schema=node).iter_errors(node["default"]))
    if problems:
        raise RawSchemaError(
            f"the default does not fit: {summary(problems, 'it')}",
            "give one that the schema allows, or leave it out",
            place,
        )


def _check_required(root: Schema) -> None:
    for place, node in located(root):
        for name in node.get("required", ()):
            if "default" in node.get("properties", {}).get(name, {}):
                raise RawSchemaError(
                    "it is required and has a default, which never counts then",
                    "take it out of `required`, or leave the default out",
                    (*place, "properties", name),
                )
