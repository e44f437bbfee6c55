"""Unions in a TypeScript client that converts: what becomes of a value is what its alternative says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from actionary.action_spec import ActionSpec, ExampleSpec
from actionary.catalog import Catalog

DAY = {"type": "string", "format": "date"}
TEXT = {"type": "string"}
LONG = {"type": "integer"}
FRACTION = {"type": "number"}


def model(required: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required.split()}


def one_of(*names: str, **more: Any) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in names], **more}


TYPES: dict[str, Any] = {
    "Few": model("kind at", kind={"enum": ["a", "b"]}, at=DAY),
    "Others": model("kind at", kind={"$ref": "#/$defs/Kind"}, at=TEXT),
    "Kind": {"enum": ["c", "d"]},
    "MappedDay": model("kind at", kind=TEXT, at=DAY),
    "MappedText": model("kind at", kind=TEXT, at=TEXT),
    "Short": model("id", id=TEXT, at=DAY),
    "Longer": model("id note", id=TEXT, note=TEXT, at=TEXT),
    "Until": model("id", id=TEXT, until=TEXT),
    "Number": model("value", value=LONG),
    "Text": model("value", value=TEXT),
    "Fraction": model("amount", amount=FRACTION, at=DAY),
    "Whole": model("amount", amount=LONG, at=DAY),
    "SomeDay": model("at", at=DAY),
    "SomeText": model("at", at=TEXT),
    "Beyond": model("since", since=DAY),
    "Cat": {"allOf": [{"$ref": "#/$defs/SomeTag"}, model("kind", kind={"const": "cat"})]},
    "SomeTag": model("born", born=DAY, size=LONG),
    "Dog": model("kind", kind={"const": "dog"}, born=TEXT, size=LONG),
}

DISCRIMINATED = {
    "discriminator": {
        "propertyName": "kind",
        "mapping": {"x": "#/$defs/MappedDay", "y": "#/$defs/MappedText", "z": "#/$defs/MappedText"},
    }
}

SCHEMAS: dict[str, Any] = {
    "by_enum": one_of("Few", "Others"),
    "by_mapping": one_of("MappedText", "MappedDay", **DISCRIMINATED),
    "by_required": one_of("Short", "Longer"),
    "by_keys": one_of("Until", "Short"),
    "by_type": {"type": "array", "items": one_of("Text", "Number")},
    "by_nothing": one_of("SomeDay", "SomeText"),
    "by_no_number": one_of("Fraction", "Whole"),
    "by_no_item": {"anyOf": [{"type": "array", "items": TEXT}, {"type": "array", "items": DAY}]},
    "by_item": {"anyOf": [{"type": "array", "items": TEXT}, {"type": "array", "items": LONG}]},
    "by_all_of": one_of("Dog", "Cat"),
    "beside_reference": {"$ref": "#/$defs/Beyond", **model("until", until=DAY)},
    "beside_properties": {**model("", at=DAY), "anyOf": [model("n", n=LONG), model("t", t=DAY)]},
    "twice": {"allOf": [{"$ref": "#/$defs/Beyond"}, model("n", n=LONG)]},
    "first_items": {"type": "array", "prefixItems": [TEXT, LONG], "items": DAY},
}

D = "2026-01-02"
CASES: list[tuple[str, Any, Any]] = [
    ("by_enum", {"kind": "b", "at": D}, {"kind": "b", "at": f"day {D}"}),
    ("by_enum", {"kind": "c", "at": D}, {"kind": "c", "at": D}),
    ("by_mapping", {"kind": "x", "at": D}, {"kind": "x", "at": f"day {D}"}),
    ("by_mapping", {"kind": "z", "at": D}, {"kind": "z", "at": D}),
    ("by_required", {"id": "1", "at": D}, {"id": "1", "at": f"day {D}"}),
    ("by_required", {"id": "1", "note": "", "at": D}, {"id": "1", "note": "", "at": D}),
    ("by_keys", {"id": "1", "at": D}, {"id": "1", "at": f"day {D}"}),
    ("by_keys", {"id": "1", "until": D}, {"id": "1", "until": D}),
    ("by_type", [{"value": 7}, {"value": "7"}], [{"value": "7n"}, {"value": "7"}]),
    ("by_nothing", {"at": D}, {"at": D}),
    ("by_no_number", {"amount": 7, "at": D}, {"amount": 7, "at": D}),
    ("by_no_item", [D], [D]),
    ("by_item", [D], [D]),
    ("by_item", [1], ["1n"]),
    ("by_all_of", {"kind": "cat", "born": D, "size": 1}, {"kind": "cat", "born": f"day {D}", "size": "1n"}),
    ("by_all_of", {"kind": "dog", "born": D, "size": 1}, {"kind": "dog", "born": D, "size": "1n"}),
    ("beside_reference", {"since": D, "until": D}, {"since": f"day {D}", "until": f"day {D}"}),
    ("beside_properties", {"at": D, "n": 1}, {"at": f"day {D}", "n": "1n"}),
    ("beside_properties", {"at": D, "t": D}, {"at": f"day {D}", "t": f"day {D}"}),
    ("twice", {"since": D, "n": 1}, {"since": f"day {D}", "n": "1n"}),
    ("first_items", [D, 1, D], [D, "1n", f"day {D}"]),
]

PROGRAM = """
import { createClient } from "unions-client";

const shown = (value: unknown): unknown =>
  typeof value === "bigint"
    ? `${value}n`
    : value instanceof Date
      ? `day ${value.toISOString().slice(0, 10)}`
      : Array.isArray(value)
        ? value.map(shown)
        : value !== null && typeof value === "object"
          ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]))
          : value;

const cases: [string, string, string][] = JSON.parse(process.argv[2] ?? "");
const told: [unknown, unknown][] = [];
for (const [action, name, given] of cases) {
  let sent: unknown;
  const fetch = async (_: string, init: RequestInit) => {
    sent = JSON.parse(String(init.body));
    return new Response(`{"ok":true,"data":${given},"action":"${action}","latencyMs":1}`);
  };
  const client = createClient({ baseUrl: "http://unions.test", fetch });
  const call = (client as unknown as Record<string, (input: unknown) => Promise<{ data: unknown }>>)[name];
  const read = (await call?.({ value: JSON.parse(given) }))?.data;
  await call?.({ value: read });
  told.push([shown(read), (sent as { value: unknown }).value]);
}
console.log(JSON.stringify(told));
"""


@pytest.fixture(scope="module")
def package(sample: Catalog, ts_build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    asking = sample.get("add_node")
    assert asking is not None
    catalog = replace(sample, actions=tuple(spec(asking, name) for name in SCHEMAS), types=TYPES)
    options = {"package": "unions-client", "integers": "bigint", "dates": "Date"}
    return ts_build(catalog, tmp_path_factory.mktemp("unions"), **options)


def spec(like: ActionSpec, name: str) -> ActionSpec:
    examples = (ExampleSpec(input={"value": given}) for case, given, _ in CASES if case == name)
    given = {**model("value", value=SCHEMAS[name]), "additionalProperties": False}
    return replace(
        like, name=name, input=given, output=SCHEMAS[name], examples=tuple(examples), errors=(), tags=()
    )


@pytest.fixture(scope="module")
def told(package: Path, ts_project, run, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    text = (package / "README.md").read_text()
    blocks = re.findall(r"^```ts\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)
    examples = {f"{i}.ts": block for i, block in enumerate(blocks)}
    project = ts_project(package, tmp_path_factory.mktemp("project"), {"told.ts": PROGRAM, **examples})
    cases = [
        (name, re.sub(r"_(.)", lambda found: found[1].upper(), name), json.dumps(given))
        for name, given, _ in CASES
    ]
    return json.loads(run("node", "dist/told.js", json.dumps(cases), cwd=project))


@pytest.mark.parametrize("index", range(len(CASES)), ids=lambda index: f"{CASES[index][0]}-{index}")
def test_a_value_is_read_and_sent_as_its_own_alternative_says(told, index: int) -> None:
    _, given, expected = CASES[index]
    assert told[index] == [expected, given]


def test_the_readme_names_what_is_left_as_it_is(package: Path, told) -> None:
    text = (package / "README.md").read_text()
    [named] = re.findall(r"^In (.*) integers and times stay as on the wire", text, re.MULTILINE)
    assert named == "`Fraction`, `SomeDay`, `SomeText`, `Whole`, `by_no_item`"
    types = (package / "src" / "types.ts").read_text()
    assert "  at: string;\n" in types.partition("export interface SomeDay {")[2].partition("}")[0]
