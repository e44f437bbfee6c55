"""Integers as `bigint` and times as `Date`, for those who ask for them.

The catalog is marked first: what becomes another type in TypeScript gets the name of that type as
its JSON type. Types, comments and examples follow from that, and so do the tables by which the
runtime converts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema, map_schema, references, resolved, subschemas

from actionary_build.emit.typescript.calls import Call
from actionary_build.emit.typescript.comments import may_lose_digits
from actionary_build.emit.typescript.examples import Written
from actionary_build.emit.typescript.modules import HEADER, inline
from actionary_build.emit.typescript.types import TypeNames, literal_key
from actionary_build.texts import TypeScriptString, json_text

_FORMATS: Final = {"date": "date", "date-time": "time"}
_MARKED: Final = frozenset({"bigint", "Date"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What integers that a number may not hold, and dates and times, are to be."""

    integers: Literal["number", "bigint"]
    dates: Literal["string", "Date"]

    def mark(self, schema: Schema) -> Schema:
        """Mark what is converted in a schema."""
        return map_schema(map_schema(schema, self._mark), _with_plain_names)

    def _mark(self, schema: Schema) -> Schema:
        if "const" in schema or "enum" in schema:
            return schema
        for key in ("anyOf", "oneOf"):
            if key in schema:
                schema = {**schema, key: _without_ambiguous_texts(schema[key])}
        return _with_type(schema, lambda kind: self._type(kind, schema))

    def _type(self, kind: Any, schema: Schema) -> Any:
        if kind == "integer" and self.integers == "bigint" and may_lose_digits({**schema, "type": kind}):
            return "bigint"
        if kind == "string" and self.dates == "Date" and schema.get("format") in _FORMATS:
            return "Date"
        return kind


def marked(catalog: Catalog, wanted: Wanted) -> Catalog:
    """Mark what is converted, in schemas and in the inputs of examples."""
    if wanted == Wanted("number", "string"):
        return catalog
    types = {name: wanted.mark(schema) for name, schema in catalog.types.items()}
    return replace(
        catalog, types=types, actions=tuple(_action(action, wanted, types) for action in catalog.actions)
    )


def _action(action: ActionSpec, wanted: Wanted, types: Mapping[str, Schema]) -> ActionSpec:
    given = wanted.mark(action.input)
    return replace(
        action,
        input=given,
        output=wanted.mark(action.output),
        errors=tuple(
            replace(error, details=error.details and wanted.mark(error.details)) for error in action.errors
        ),
        examples=tuple(
            replace(example, input=_expressed(dict(example.input), given, types))
            for example in action.examples
        ),
    )


def _with_type(schema: Schema, change: Callable[[Any], Any]) -> Schema:
    kind = schema.get("type")
    if isinstance(kind, list):
        return {**schema, "type": [change(each) for each in kind]}
    return schema if kind is None else {**schema, "type": change(kind)}


def _unmarked(schema: Schema) -> Schema:
    return _with_type(schema, lambda kind: {"Date": "string", "bigint": "integer"}.get(kind, kind))


def _with_plain_names(schema: Schema) -> Schema:
    """Leave the keys of maps text, whatever they look like."""
    if not isinstance(schema.get("propertyNames"), dict):
        return schema
    return {**schema, "propertyNames": map_schema(schema["propertyNames"], _unmarked)}


def _without_ambiguous_texts(members: list[Any]) -> list[Any]:
    """Leave times text where other texts are allowed beside them: nothing could tell which is which."""
    texts = [each for each in members if isinstance(each, dict) and each.get("type") in ("string", "Date")]
    return [_unmarked(each) if each in texts else each for each in members] if len(texts) > 1 else members


def _expressed(value: Any, schema: Any, types: Mapping[str, Schema]) -> Any:
    """Write what is converted as an expression that gives it."""
    if not isinstance(schema, dict):
        return value
    root = resolved(schema, types)
    kinds = root.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "bigint" in kinds and isinstance(value, int) and not isinstance(value, bool):
        return Written(f"{value}n")
    if "Date" in kinds and isinstance(value, str):
        return Written(f"new Date({TypeScriptString(value)})")
    if isinstance(value, dict):
        named, others = root.get("properties", {}), root.get("additionalProperties")
        value = {key: _expressed(item, named.get(key, others), types) for key, item in value.items()}
    if isinstance(value, list):
        first, rest = root.get("prefixItems", []), root.get("items")
        schemas = [*first, *[rest] * (len(value) - len(first))]
        value = [_expressed(item, each, types) for item, each in zip(value, schemas, strict=False)]
    members = (member for key in ("anyOf", "oneOf", "allOf") for member in root.get(key, ()))
    return next((made for each in members if (made := _expressed(value, each, types)) != value), value)


@dataclass(frozen=True, slots=True)
class Shapes:
    """Writes the tables by which the runtime converts, of a catalog that is marked."""

    catalog: Catalog
    names: TypeNames
    converted: dict[str, bool] = field(default_factory=dict)

    def of(self, schema: Any) -> str | None:
        """Write the table of a schema; ``None`` where nothing in it is converted."""
        if not isinstance(schema, dict) or not self._converts(schema):
            return None
        if "$ref" in schema:
            return f"() => ${self.names[schema['$ref'].removeprefix(REF)]}"
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self._any(schema[key])
        for member in schema.get("allOf", ()):
            if (made := self.of(member)) is not None:
                return made
        return self._plain(schema)

    def types(self) -> Iterator[tuple[str, str]]:
        """Give the name and the table of each named type in which something is converted."""
        for name in sorted(self.names):
            made = self.of(self.catalog.types[name])
            if made is not None:
                yield f"${self.names[name]}", made

    def _converts(self, schema: Schema) -> bool:
        return _is_marked(schema) or any(self._type_converts(name) for name in references(schema))

    def _type_converts(self, name: str) -> bool:
        if name not in self.converted:
            schema = self.catalog.types[name]
            reached = [schema, *(self.catalog.types[each] for each in self.catalog.types_used(schema))]
            self.converted[name] = any(_is_marked(each) for each in reached)
        return self.converted[name]

    def _plain(self, schema: Schema) -> str:
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        parts: list[tuple[str, str]] = []
        if "bigint" in kinds:
            parts.append(("as", '"bigint"'))
        elif "Date" in kinds:
            parts.append(("as", TypeScriptString(_FORMATS[schema["format"]])))
        fields = self._each(schema.get("properties", {}).items())
        others = [
            self.of(each)
            for each in (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties"))
        ]
        first = [self.of(each) for each in schema.get("prefixItems", ())]
        items = self.of(schema.get("items"))
        if fields:
            parts.append(("fields", inline(fields)))
        parts.extend(("others", made) for made in others[:1] if made is not None)
        if any(first):
            parts.append(("first", f"[{', '.join(made or 'null' for made in first)}]"))
        if items is not None:
            parts.append(("items", items))
        return inline(parts)

    def _each(self, properties: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
        made = ((key, self.of(schema)) for key, schema in sorted(properties))
        return [(literal_key(key), text) for key, text in made if text is not None]

    def _any(self, members: list[Any]) -> str:
        alternatives = [text for member in members for text in self._alternatives(member)]
        # A text or a number that can be converted is, whatever else of its type is allowed.
        alternatives.sort(key=lambda text: " then: " not in text and '"object"' not in text)
        return f"{{ any: [{', '.join(alternatives)}] }}"

    def _alternatives(self, member: Any) -> Iterator[str]:
        """Say how values of a member are known, and what becomes of them."""
        if not isinstance(member, dict):
            return
        root = resolved(member, self.catalog.types)
        nested = root.get("anyOf", root.get("oneOf"))
        if nested is not None:
            for each in nested:
                yield from self._alternatives(each)
            return
        made = self.of(member)
        then = [] if made is None else [("then", made)]
        kinds = root.get("type")
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if kind == "object":
                yield inline([*_known(root), *then])
            elif kind in _JAVASCRIPT:
                yield inline([("type", TypeScriptString(_JAVASCRIPT[kind])), *then])


_JAVASCRIPT: Final = {
    "array": "array",
    "bigint": "number",
    "integer": "number",
    "number": "number",
    "Date": "string",
    "string": "string",
}


def _known(schema: Schema) -> Iterator[tuple[str, str]]:
    """Say what objects of a schema have: their required fields, and those with one value."""
    yield "type", '"object"'
    if schema.get("required"):
        yield "required", json_text(schema["required"])
    consts = [
        (literal_key(key), json_text(each["const"]))
        for key, each in sorted(schema.get("properties", {}).items())
        if isinstance(each, dict) and isinstance(each.get("const"), str | int)
    ]
    if consts:
        yield "consts", inline(consts)


def _is_marked(schema: Schema) -> bool:
    for each in subschemas(schema):
        kind = each.get("type")
        if not _MARKED.isdisjoint(kind if isinstance(kind, list) else [kind]):
            return True
    return False


def shapes_module(shapes: Shapes) -> str | None:
    """Write `src/shapes.ts`: the tables of named types, if there are any."""
    declared = "".join(f"export const {name}: Ref = {made};\n" for name, made in shapes.types())
    if not declared:
        return None
    return f'{HEADER}\nimport type {{ Ref }} from "./runtime/exact.js";\n\n{declared}'


def conversion_rows(call: Call, shapes: Shapes) -> list[str] | None:
    """Write the rows of an action's table that read and write; ``None`` where nothing is converted."""
    action = call.action
    given, data = shapes.of(action.input), shapes.of(action.output)
    made = ((error.code, shapes.of(error.details)) for error in action.errors)
    details = [(literal_key(code), text) for code, text in made if text is not None]
    if given is None and data is None and not details:
        return None
    exact = "inExactQuery" if call.writer == "inQuery" else "inExactBody"
    write = f"(input) => {exact}(input, {given})" if given else exact
    read = f"(text) => exactly(text, {data or 'undefined'}, {inline(details) if details else '{}'})"
    return [f"write: {write}", f"parse: {read}"]
