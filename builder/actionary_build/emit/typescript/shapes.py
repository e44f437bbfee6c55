"""The tables by which the runtime converts values, of a catalog that is marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema, references, subschemas

from actionary_build.emit.typescript.alternatives import Alternative, alternatives
from actionary_build.emit.typescript.calls import Call
from actionary_build.emit.typescript.modules import HEADER, inline
from actionary_build.emit.typescript.types import TypeNames, literal_key
from actionary_build.texts import TypeScriptString, json_text

FORMATS: Final = {"date": "date", "date-time": "time"}
"""What becomes of a text that is a date, by its format."""

_MARKED: Final = frozenset({"bigint", "Date"})


@dataclass(frozen=True, slots=True)
class Shapes:
    """Writes the tables by which the runtime converts."""

    catalog: Catalog
    names: TypeNames
    converted: dict[str, bool] = field(default_factory=dict)

    def of(self, schema: Any) -> str | None:
        """Write the table of a schema; ``None`` where nothing in it is converted."""
        if not isinstance(schema, dict) or not self._converts(schema):
            return None
        parts = [self._plain(schema)]
        if "$ref" in schema and self._type_converts(name := schema["$ref"].removeprefix(REF)):
            parts.append(f"() => ${self.names[name]}")
        parts += [self._any(schema), *map(self.of, schema.get("allOf", ()))]
        made = [part for part in parts if part is not None]
        if len(made) > 1:
            return inline([("all", f"[{', '.join(made)}]")])
        return made[0] if made else None

    def types(self) -> Iterator[tuple[str, str]]:
        """Give the name and the table of each named type in which something is converted."""
        for name in sorted(self.names):
            if self._type_converts(name):
                yield f"${self.names[name]}", self.of(self.catalog.types[name]) or "{}"

    def _converts(self, schema: Schema) -> bool:
        return _is_marked(schema) or any(self._type_converts(name) for name in references(schema))

    def _type_converts(self, name: str) -> bool:
        if name not in self.converted:
            schema = self.catalog.types[name]
            reached = [schema, *(self.catalog.types[each] for each in self.catalog.types_used(schema))]
            self.converted[name] = any(_is_marked(each) for each in reached)
        return self.converted[name]

    def _plain(self, schema: Schema) -> str | None:
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        parts: list[tuple[str, str]] = []
        if "bigint" in kinds:
            parts.append(("as", '"bigint"'))
        elif "Date" in kinds:
            parts.append(("as", TypeScriptString(FORMATS[schema["format"]])))
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
        if first and (any(first) or items is not None):
            parts.append(("first", f"[{', '.join(made or 'null' for made in first)}]"))
        if items is not None:
            parts.append(("items", items))
        return inline(parts) if parts else None

    def _each(self, properties: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
        made = ((key, self.of(schema)) for key, schema in sorted(properties))
        return [(literal_key(key), text) for key, text in made if text is not None]

    def _any(self, schema: Schema) -> str | None:
        written = [text for each in alternatives(schema, self.catalog.types) for text in self._among(each)]
        return (
            inline([("any", f"[{', '.join(written)}]")])
            if any(" then: " in text for text in written)
            else None
        )

    def _among(self, alternative: Alternative) -> Iterator[str]:
        """Say how values of an alternative are known, and what becomes of them."""
        made = self.of(alternative.schema)
        then = [] if made is None else [("then", made)]
        for kind in sorted(alternative.kinds - {"boolean", "null"}):
            known = list(_known(alternative)) if kind == "object" else []
            if known or then:
                yield inline([("type", TypeScriptString(kind)), *known, *then])


def _known(alternative: Alternative) -> Iterator[tuple[str, str]]:
    """Say what objects of an alternative have."""
    if alternative.required:
        yield "required", json_text(sorted(alternative.required))
    if optional := alternative.properties.keys() - alternative.required:
        yield "optional", json_text(sorted(optional))
    if alternative.tags:
        tags = ((literal_key(key), json_text(values)) for key, values in alternative.tags.items())
        yield "tags", inline(tags)


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
