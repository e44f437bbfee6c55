"""Names and texts that try to break out of the TypeScript client."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from actionary.action_spec import ActionSpec, CursorSpec, DeprecationSpec, ErrorSpec, ExampleSpec, HttpSpec
from actionary.catalog import Catalog

NASTY = '*/ `${x}` */ """ </script> ``` \u202e \u200b\n\n@deprecated\n * @internal\r\n# {@link x} \\'


def action(name: str, **more: Any) -> ActionSpec:
    fields: dict[str, Any] = {
        "title": None,
        "description": "Do it.",
        "more": "",
        "when_to_use": None,
        "when_not_to_use": None,
        "tags": (),
        "examples": (),
        "deprecated": None,
        "public": True,
        "http": HttpSpec(method="POST", path=f"/api/actions/{name}"),
        "agent_tool": True,
        "read_only": False,
        "destructive": False,
        "idempotent": False,
        "open_world": True,
        "parallel_safe": False,
        "auth": False,
        "timeout_ms": None,
        "errors": (),
        "input": {"type": "object", "properties": {}, "additionalProperties": False},
        "output": {},
        **more,
    }
    return ActionSpec(name=name, **fields)


def nasty_catalog() -> Catalog:
    odd_keys = [
        "",
        " ",
        "a-b",
        "1",
        "class",
        "constructor",
        "toString",
        "__proto__",
        "é",
        "🎉",
        '"',
        "\\",
        "\n",
        "*/",
    ]
    odd = {
        "type": "object",
        "description": NASTY,
        "properties": {key: {"type": "string", "description": NASTY, "default": NASTY} for key in odd_keys},
    }
    types: dict[str, Any] = {
        name: {
            "type": "object",
            "properties": {"x": {"$ref": f"#/$defs/{name}"}},
            "additionalProperties": True,
        }
        for name in [
            "Promise",
            "Record",
            "Failure",
            "Client",
            "class",
            "a.b",
            "a_b",
            "Object",
            "InputIssue",
            "line",
        ]
    }
    types |= {
        "Odd": odd,
        "Json": {
            "anyOf": [
                {"type": ["string", "null"]},
                {"type": "object", "additionalProperties": {"$ref": "#/$defs/Json"}},
                {"type": "array", "items": {"$ref": "#/$defs/Json"}},
            ]
        },
        "Keyed": {
            "type": "object",
            "propertyNames": {"enum": ["a", NASTY]},
            "additionalProperties": {"$ref": "#/$defs/Keyed"},
        },
        "Pair": {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"$ref": "#/$defs/Pair"}],
            "minItems": 1,
            "maxItems": 2,
        },
        "Words": {"enum": [NASTY, 1, None, True, [1, {"a": []}], {}]},
        "Both": {
            "allOf": [
                {"$ref": "#/$defs/Odd"},
                {"type": "object", "properties": {"y": {"type": "integer"}}, "required": ["y"]},
            ]
        },
    }
    everything = {
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in types},
        "required": ["Odd"],
    }
    names = [
        "then",
        "constructor",
        "create_client",
        "unwrap",
        "call",
        "connect",
        "bind",
        "input",
        "options",
        "client",
        "fetch",
        "connection",
        "open",
        "contract",
        "promise",
        "line",
        "class",
    ]
    actions = [action(name, tags=("../../etc",)) for name in names]
    actions.append(
        action(
            "everything",
            description=NASTY,
            when_to_use=NASTY,
            when_not_to_use=NASTY,
            deprecated=DeprecationSpec(),
            tags=("*/ Ünï",),
            input=everything,
            output={"type": "array", "items": everything},
            examples=(ExampleSpec(input={"Odd": dict.fromkeys(odd_keys, NASTY)}),),
            errors=(
                ErrorSpec(code="__proto__", status=400, retryable=False, description=NASTY, details=None),
                ErrorSpec(
                    code="odd", status=409, retryable=True, description=NASTY, details={"$ref": "#/$defs/Odd"}
                ),
            ),
        )
    )
    return Catalog(title=NASTY, version="1", description=NASTY, actions=tuple(actions), types=types)


def test_nasty_names_and_texts_stay_text(ts_build, ts_project, run, tmp_path: Path) -> None:
    package = ts_build(nasty_catalog(), tmp_path / "out", package="@nasty/client")
    documents = [(package / name).read_text() for name in ("README.md", "AGENTS.md")]
    blocks = re.findall(r"^(`{3,})ts\n(.*?)\n\1$", "\n\n".join(documents), re.DOTALL | re.MULTILINE)
    sources = {f"{i}.ts": block for i, (_, block) in enumerate(blocks)}
    project = ts_project(package, tmp_path / "project", sources)
    assert len(blocks) == 7 + len(nasty_catalog().actions) + 1 + 2
    run("node", "--check", "dist/0.js", cwd=project)


def test_nasty_texts_are_no_tags_of_a_comment(ts_build, tmp_path: Path) -> None:
    package = ts_build(nasty_catalog(), tmp_path)
    for path in [package / "src" / "types.ts", *(package / "src" / "actions").iterdir()]:
        tags = re.findall(r"^\s*(?:/\*)?\*+[ *]*(@\w+)", path.read_text(), re.MULTILINE)
        assert tags == (["@deprecated"] if path.name == "n.ts" else [])


def test_an_odd_key_is_sent_as_it_is(ts_build, run, tmp_path: Path) -> None:
    package = ts_build(nasty_catalog(), tmp_path)
    script = """
      import { createClient } from "./dist/index.js";
      const fetch = async (url, init) => { console.log(init.body); throw new Error("enough"); };
      const client = createClient({ baseUrl: "http://nasty.test", fetch });
      await client.everything({ Odd: { ["__proto__"]: "a", "": "b", "\\n": "c", constructor: "d" } });
    """
    (package / "script.mjs").write_text(script)
    sent = json.loads(run("node", "script.mjs", cwd=package))
    assert sent == {"Odd": {"__proto__": "a", "": "b", "\n": "c", "constructor": "d"}}


def test_odd_keys_and_codes_of_schemas_are_keys_like_others(ts_build, run, tmp_path: Path) -> None:
    catalog = nasty_catalog()
    package = ts_build(catalog, tmp_path)
    script = """
      import { everything } from "./schemas/index.js";
      console.log(JSON.stringify(everything));
    """
    (package / "script.mjs").write_text(script)
    told = json.loads(run("node", "script.mjs", cwd=package))
    action = catalog.get("everything")
    assert action is not None
    assert told["input"] == catalog.standalone(action.input)
    assert set(told["errors"]) == {"__proto__", "odd"}


def test_a_catalog_without_routes_gives_a_package_that_compiles(
    ts_build, tmp_path: Path, sample: Catalog
) -> None:
    ts_build(replace(sample, actions=()), tmp_path)


RUNTIME = Path(__file__).parents[2] / "builder" / "actionary_build" / "emit" / "typescript" / "runtime"
EXPORTED = re.compile(
    r"^export (?:declare )?(?:async )?(?:abstract )?(?:class|const|function\*?|interface|type) ([\w$]+)",
    re.MULTILINE,
)
DECLARED = re.compile(
    r"^(?:export )?(?:async )?(?:class|const|function\*?|interface|type) ([A-Za-z]\w*)", re.MULTILINE
)
GLOBALS = """
    AbortController AbortSignal Array AsyncGenerator AsyncIterable Awaited BigInt Boolean Date Error Exclude
    Extract Headers JSON Map Math NonNullable Number Object Omit Parameters Partial Pick Promise Readonly
    Record RequestInit Response ReturnType Set String Symbol TypeError URL console fetch globalThis undefined
""".split()


def names_in_use(package: Path) -> set[str]:
    """All names that the runtime exports, that generated modules declare themselves, and of JavaScript."""
    runtime = {name for path in RUNTIME.rglob("*.ts") for name in EXPORTED.findall(path.read_text())}
    own = {name for path in (package / "src").rglob("*.ts") for name in DECLARED.findall(path.read_text())}
    assert {"Connection", "ActionTable", "Settings", "send", "partOf"} <= runtime
    assert {"Actions", "Client", "testClient", "createClient"} <= own
    return {*runtime, *own, *GLOBALS}


def test_any_name_that_the_package_uses_itself_may_be_that_of_a_type_or_an_action(
    ts_build, ts_project, ts_wide_package: Path, tmp_path: Path
) -> None:
    wanted = sorted(names_in_use(ts_wide_package))
    types: dict[str, Any] = {
        name: {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}
        for name in wanted
    }
    actions = []
    for i, name in enumerate(wanted):
        reference = {"$ref": f"#/$defs/{name}"}
        holder = {"type": "object", "properties": {"each": reference}, "additionalProperties": False}
        error = ErrorSpec(code=f"e{i}", status=409, retryable=False, description="", details=reference)
        actions.append(action(f"take_{i}", input=reference, output=holder, errors=(error,)))
        actions.append(action(f"give_{i}", input=holder, output=reference))
        snake = re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", name)
        if re.fullmatch(r"[a-z][a-z0-9_]*", snake):
            actions.append(action(snake, input=holder, examples=(ExampleSpec(input={}),)))
    catalog = Catalog(title="Names", version="1", description="", actions=tuple(actions), types=types)
    package = ts_build(catalog, tmp_path / "out", package="names-client")
    blocks = re.findall(
        r"^```ts\n(import .*?)\n```$", (package / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    ts_project(package, tmp_path / "project", {f"{i}.ts": block for i, block in enumerate(blocks)})


@pytest.mark.parametrize(
    "name",
    ["client", "connection", "console", "error", "event", "explain", "failure", "issue", "item", "result"],
)
def test_the_examples_compile_whatever_the_one_action_is_called(
    ts_build, ts_project, tmp_path: Path, name: str
) -> None:
    page = {
        "type": "object",
        "properties": {"letters": {"type": "array", "items": {"type": "string"}}, "next": {"type": "string"}},
        "required": ["letters", "next"],
    }
    asked = {"type": "object", "properties": {"after": {"type": "string"}}, "additionalProperties": False}
    cursor = CursorSpec(input="after", output="next", items="letters")
    only = action(name, input=asked, output=page, paginate=cursor, examples=(ExampleSpec(input={}),))
    catalog = Catalog(title="One", version="1", description="", actions=(only,), types={})
    package = ts_build(catalog, tmp_path / "out", package="one-client")
    texts = [(package / document).read_text() for document in ("README.md", "AGENTS.md")]
    blocks = [
        block
        for text in texts
        for block in re.findall(r"^```ts\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)
    ]
    assert any("for await" in block and "items(" in block for block in blocks)
    ts_project(package, tmp_path / "project", {f"{i}.ts": block for i, block in enumerate(blocks)})
