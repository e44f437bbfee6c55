"""Whatever people write: each file that is made of it is read by its language, and holds what was written."""

from __future__ import annotations

import ast
import html
import json
import re
import subprocess
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from actionary.catalog import Catalog, load
from actionary_build.emit import catalog as catalog_emitter
from actionary_build.emit import docs as docs_emitter
from actionary_build.emit import llms as llms_emitter
from actionary_build.emit import mcp as mcp_emitter
from actionary_build.emit import openapi as openapi_emitter
from actionary_build.emit.python import emitter as python_emitter
from actionary_build.emit.typescript import emitter as typescript_emitter
from actionary_build.texts import one_line
from generated_texts import TEXTS, spoiled
from llms_txt import parse_llms_file
from markdown_it import MarkdownIt
from openapi_spec_validator import OpenAPIV31SpecValidator

TYPESCRIPT = Path(__file__).parents[1] / "clients" / "typescript"
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = [
    module.emitter for module in (catalog_emitter, docs_emitter, llms_emitter, mcp_emitter, openapi_emitter)
]


@pytest.fixture
def public(sample: Catalog) -> Catalog:
    """The sample as a build gives it to emitters: its public actions, and the types that they use."""
    actions = tuple(action for action in sample.actions if action.public)
    used = sample.types_used(*(schema for action in actions for schema in action.schemas))
    return replace(sample, actions=actions, types={name: sample.types[name] for name in used})


FEW_OR_MANY = pytest.mark.parametrize("examples", [15, pytest.param(500, marks=pytest.mark.long)])
FEW_OR_MORE = pytest.mark.parametrize("examples", [3, pytest.param(40, marks=pytest.mark.long)])


def files_of(catalog: Catalog, *emitters: Any) -> dict[str, str]:
    return {
        file.path: file.content.decode()
        for emitter in emitters
        for file in emitter.emit(catalog, emitter.options(), {})
    }


VOID = {"meta", "link", "br", "hr", "img", "input"}


class Tags(HTMLParser):
    """Takes a page apart, and says which elements do not close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"{tag} ends what was never begun"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def parse(path: str, text: str) -> None:
    """Read a file with the parser of its language, which raises where it cannot."""
    if path.endswith(".json"):
        json.loads(text)
    elif path.endswith(".py"):
        ast.parse(text)
    elif path.endswith(".toml"):
        tomllib.loads(text)
    elif path.endswith(".html"):
        page = Tags(text)
        assert page.open == []
        assert page.seen.isdisjoint({"script", "b", "img", "iframe"})
    elif path.endswith(".md"):
        assert "<script" not in MARKDOWN.render(text)


def shown(markdown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", MARKDOWN.renderInline(markdown)))


@FEW_OR_MANY
def test_documents_and_tool_descriptions_are_read_by_their_parsers(examples, hold, public):
    def check(catalog: Catalog) -> None:
        files = files_of(catalog, *PLAIN, openapi_emitter.emitter)
        for path, text in files.items():
            parse(path, text)
        tools = json.loads(files["mcp/tools.json"])["tools"]
        assert [tool["description"] for tool in tools] == [
            action.tool_description for action in sorted(catalog.tool_actions, key=lambda action: action.name)
        ]
        assert json.loads(files["openapi.json"])["info"]["title"] == catalog.title

    hold(examples, check, catalog=spoiled(public))


@FEW_OR_MORE
def test_openapi_stays_valid(examples, hold, public):
    def check(catalog: Catalog) -> None:
        document = json.loads(files_of(catalog, openapi_emitter.emitter)["openapi.json"])
        assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []

    hold(examples, check, catalog=spoiled(public))


@FEW_OR_MORE
def test_the_python_client_is_python(examples, hold, public):
    def check(catalog: Catalog) -> None:
        files = files_of(catalog, python_emitter.emitter)
        for path, text in files.items():
            parse(path, text)
        assert any("/models/" in path for path in files)

    hold(examples, check, catalog=spoiled(public))


@pytest.fixture(scope="session")
def tsc() -> Path:
    """The TypeScript compiler; what tests/clients/typescript needs is installed where it is missing."""
    program = TYPESCRIPT / "node_modules" / "typescript" / "bin" / "tsc"
    if not program.exists():
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"], cwd=TYPESCRIPT, check=True, capture_output=True
        )
    return program


@FEW_OR_MORE
def test_the_typescript_client_compiles(examples, hold, public, tsc, tmp_path):
    packages: list[Path] = []

    def check(catalog: Catalog) -> None:
        root = tmp_path / str(len(packages))
        packages.append(root)
        for path, text in files_of(catalog, typescript_emitter.emitter).items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, newline="")

    hold(examples, check, catalog=spoiled(public))
    settings = json.loads((packages[0] / "clients/typescript/tsconfig.json").read_text())
    settings["compilerOptions"] |= {"noEmit": True, "rootDir": "."}
    settings["include"] = ["*/clients/typescript/src"]
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = subprocess.run([tsc, "-p", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:5000]
    (packages[0] / "clients/typescript/src/wrong.ts").write_text("export const x: number = '';\n")
    wrong = subprocess.run([tsc, "-p", tmp_path], capture_output=True, text=True, check=False)
    assert "wrong.ts" in wrong.stdout


@FEW_OR_MANY
def test_llms_txt_reads_back_as_what_went_in(examples, hold, public):
    def check(catalog: Catalog) -> None:
        found = parse_llms_file(files_of(catalog, llms_emitter.emitter)["llms.txt"])
        assert shown(found.title) == one_line(catalog.title)
        assert shown(found.summary or "") == one_line(catalog.description)
        entries = {
            entry.title: (
                entry.url,
                shown(entry.desc),
                shown(name).removeprefix("Actions").removeprefix(": "),
            )
            for name, section in found.sections.items()
            for entry in section
            if entry.url.startswith("actions/")
        }
        assert entries == {
            action.name: (
                f"actions/{action.slug}.md",
                one_line(action.tool_description),
                one_line(action.tags[0]) if action.tags else "",
            )
            for action in catalog.tool_actions
        }

    hold(examples, check, catalog=spoiled(public))


@FEW_OR_MANY
def test_a_catalog_reads_back_as_it_was(examples, hold, public):
    def check(catalog: Catalog) -> None:
        assert load(json.loads(files_of(catalog, catalog_emitter.emitter)["catalog.json"])) == catalog
        assert load(json.loads(json.dumps(catalog.dump()))) == catalog

    hold(examples, check, catalog=spoiled(public))


def test_texts_differ_and_some_are_nasty(hold):
    """The tests above would pass if nothing were ever drawn."""
    seen: list[str] = []
    hold(50, lambda text: seen.append(text), text=TEXTS)  # noqa: PLW0108 - it is given by name
    assert len(set(seen)) > 25
    assert any("*/" in text or '"""' in text or "</script>" in text for text in seen)
