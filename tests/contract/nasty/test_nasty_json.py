"""Nasty texts in JSON: whoever reads it gets back exactly what was written."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import replace

import pytest
import yaml
from actionary.catalog import load


def read(built, path: str) -> dict:
    return json.loads(built.files[path])


def test_the_catalog_holds_every_text_as_it_was_given(nasty):
    seen = 0
    for name, given in nasty.texts.items():
        action = nasty.catalog.get(name)
        assert action.title == inspect.cleandoc(given["title"]).strip()
        assert action.when_to_use == inspect.cleandoc(given["when_to_use"]).strip()
        assert action.when_not_to_use == inspect.cleandoc(given["when_not_to_use"]).strip()
        seen += 3
        if name.startswith("ask"):
            properties = nasty.catalog.resolve(action.input)["properties"]
            parameter = properties[given["parameter alias"]]
            assert parameter["default"] == given["parameter default"]
            assert parameter.get("description", "") == given["parameter description"]
            assert parameter.get("title", "") == given["parameter title"]
            assert action.tags == (given["tags"],)
            assert action.examples[0].input[given["parameter alias"]] == given["example input"]
            assert action.examples[1].output == {given["example key"]: given["example output"]}
            seen += 7
            continue
        assert action.description == inspect.cleandoc(given["description"]).strip()
        assert action.errors[0].description == " ".join(
            given["error docstring"].strip().split("\n\n")[0].split()
        )
        properties = nasty.catalog.resolve(action.input)["properties"]
        assert properties["literal"]["enum"] == [given["literal value"], "other literal"]
        assert properties["literal"]["default"] == given["literal value"]
        assert properties["mapping"]["default"] == {given["default key"]: given["field default"]}
        assert properties["literal"].get("title", "") == given["field title"]
        assert properties["inner"]["examples"] == [given["field examples"]]
        assert properties["kind"]["default"] == given["enum value"]
        inner = nasty.catalog.resolve({"$ref": properties["inner"]["$ref"]})
        value = inner["properties"][given["field alias"]]
        assert value["default"] == given["field default"]
        assert value.get("description", "") == given["field description"]
        assert inner["properties"]["pattern"]["pattern"] == given["pattern"]
        assert inner.get("description", "") == inspect.cleandoc(given["model docstring"])
        assert inner.get("title", "") == given["model title"]
        assert given["union tag"] in properties["union"]["discriminator"]["mapping"]
        assert action.examples[0].input["inner"] == {given["field alias"]: given["example input"]}
        seen += 18
    assert seen == len(nasty.texts) // 2 * (10 + 21)


def test_the_catalog_reads_back_as_it_was(nasty):
    assert load(read(nasty, "catalog.json")) == nasty.catalog


def test_openapi_says_every_text_as_it_is(nasty):
    document = read(nasty, "openapi.json")
    operations = {each["operationId"]: each for path in document["paths"].values() for each in path.values()}
    for name, given in nasty.texts.items():
        action, operation = nasty.catalog.get(name), operations[name]
        assert operation["summary"] == " ".join(action.title.split())
        assert operation["description"].startswith(action.description)
        assert operation["x-when-to-use"] == action.when_to_use
        assert operation["x-when-not-to-use"] == action.when_not_to_use
        assert tuple(operation.get("tags", ())) == action.tags
        if name.startswith("ask"):
            parameter = {each.get("name"): each for each in operation["parameters"]}[given["parameter alias"]]
            assert parameter.get("description", "") == given["parameter description"]
            assert parameter["schema"]["default"] == given["parameter default"]
            assert parameter["examples"]["example1"]["value"] == given["example input"]
            reply = operation["responses"]["200"]["content"]["application/json"]["examples"]["example1"]
            assert reply["value"]["data"] == {given["example key"]: given["example output"]}
        else:
            body = operation["requestBody"]["content"]["application/json"]
            assert body["examples"]["example1"]["value"] == action.examples[0].input
    for name, schema in document["components"]["schemas"].items():
        if name in nasty.catalog.types:
            moved = json.dumps(schema).replace("#/components/schemas/", "#/$defs/")
            assert json.loads(moved) == nasty.catalog.types[name]


def test_the_tools_say_every_text_as_it_is(nasty):
    tools = {tool["name"]: tool for tool in read(nasty, "mcp/tools.json")["tools"]}
    assert len(tools) == len(nasty.texts)
    for name, tool in tools.items():
        action = nasty.catalog.get(name)
        assert tool["title"] == tool["annotations"]["title"] == action.title
        assert tool["description"] == action.tool_description
        assert tool["inputSchema"] == {**nasty.catalog.standalone(action.input), "type": "object"}
        assert tool["outputSchema"] == nasty.catalog.standalone(action.output)


@pytest.mark.parametrize("path", ["catalog.json", "openapi.json", "mcp/tools.json"])
def test_a_yaml_reader_reads_the_same(nasty, emit_catalog, path):
    """JSON is YAML, but for keys of more than 1,024 characters and characters written as two halves."""
    sayable = [name for name, given in nasty.texts.items() if all(map(is_sayable_in_yaml, given.values()))]
    actions = tuple(action for action in nasty.catalog if action.name in sayable)
    files = emit_catalog(replace(nasty.catalog, actions=actions))
    assert yaml.load(files[path], yaml.CSafeLoader) == json.loads(files[path])
    assert not actions or len(actions) > 0.9 * len(nasty.texts)


def is_sayable_in_yaml(text: str) -> bool:
    return len(text) <= 1024 and not re.search("[\U0001ffff-\U0010ffff\ud800-\udfff]", text)


def test_nothing_invisible_stands_in_any_file(nasty, invisible):
    for path, text in nasty.files.items():
        assert invisible(text) <= {"\n", "\t"}, path
    assert len(nasty.files) > 4 * len(nasty.texts) // 2
