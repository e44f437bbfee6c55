"""Nasty texts as a project's title, description and version, in every file that names the project."""

from __future__ import annotations

import ast
import html
import json
import re
import tomllib

import html5lib
from actionary.catalog import Catalog, load
from actionary_build.texts import one_line, unix_lines
from llms_txt import parse_llms_file
from markdown_it import MarkdownIt
from packaging.version import Version

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

Projects = dict[str, tuple[Catalog, dict[str, str]]]


def file(files: dict[str, str], ending: str) -> str:
    [path] = [path for path in files if path.endswith(ending)]
    return files[path]


def test_json_says_the_texts_as_they_are(projects: Projects):
    for catalog, files in projects.values():
        assert load(json.loads(files["catalog.json"])) == catalog
        info = json.loads(files["openapi.json"])["info"]
        assert info == {
            "title": catalog.title,
            "version": catalog.version,
            "description": catalog.description,
        }
        manifest = json.loads(files["clients/typescript/package.json"])
        assert manifest["description"] == catalog.description
    assert len(projects) > 95 or len(projects) == 3


def test_packages_have_names_and_versions_that_their_registries_take(projects: Projects):
    for name, (_, files) in projects.items():
        manifest = json.loads(files["clients/typescript/package.json"])
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,213}", manifest["name"]), name
        assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", manifest["version"]), name
        project = tomllib.loads(files["clients/python/pyproject.toml"])["project"]
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", project["name"]), name
        assert len(project["name"]) < 200
        assert str(Version(project["version"])), name


def test_toml_says_the_texts_on_one_line(projects: Projects):
    for name, (catalog, files) in projects.items():
        tables = tomllib.loads(files["clients/python/pyproject.toml"])
        assert tables.keys() == {"build-system", "project", "tool"}, name
        assert tables["project"]["description"] == one_line(f"The Python client of {catalog.title}.")
        assert tables["project"]["readme"] == "README.md"


def test_html_shows_the_texts(projects: Projects):
    for catalog, files in projects.values():
        page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(files["docs/index.html"])
        assert flat(page.find(".//title")) == flat(page.find(".//h1")) == one_line(catalog.title)
        assert page.find(".//meta[@name='description']").get("content") == one_line(catalog.description)
        paragraphs = " ".join(flat(paragraph) for paragraph in page.find(".//main").iter("p"))
        assert paragraphs.startswith(" ".join(" ".join(unix_lines(catalog.description)).split()))
        assert flat(page.find(".//footer")).startswith(f"{one_line(catalog.title)}, version ")
        assert {element.tag for element in page.iter()} == {
            *("html", "head", "meta", "title", "link", "body", "a", "main", "h1", "p", "footer")
        }


def flat(element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_llms_txt_reads_back(projects: Projects):
    for catalog, files in projects.values():
        found = parse_llms_file(files["llms.txt"])
        assert shown(found.title) == one_line(catalog.title)
        assert shown(found.summary) == one_line(catalog.description)
        assert list(found.sections) == ["Documents"]


def test_markdown_holds_the_blocks_of_a_harmless_title(projects: Projects, emit_catalog):
    plain = emit_catalog(Catalog(title="x-y", description="x-y", version="x-y"))
    for name, (_, files) in projects.items():
        for ending in ("llms.txt", "llms-full.txt", "typescript/README.md", "python/README.md"):
            assert blocks(file(files, ending)) == blocks(file(plain, ending)), (name, ending)


def blocks(markdown: str) -> list[str]:
    return [
        each.type
        for token in MARKDOWN.parse(markdown)
        for each in (token, *(token.children or ()))
        if each.type not in {"text", "text_special"}
    ]


def shown(markdown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", MARKDOWN.renderInline(markdown)))


def test_the_python_package_names_its_api_on_one_line(projects: Projects):
    for catalog, files in projects.values():
        for path, text in files.items():
            if path.endswith(".py"):
                ast.parse(text)
        [root] = [path for path in files if re.fullmatch(r"clients/python/[a-z0-9_]+/__init__\.py", path)]
        assert ast.get_docstring(ast.parse(files[root])) == f"The client of {one_line(catalog.title)}."


def test_nothing_invisible_stands_in_any_file(projects: Projects, invisible):
    for name, (_, files) in projects.items():
        for path, text in files.items():
            assert invisible(text) <= {"\n", "\t"}, (name, path)
