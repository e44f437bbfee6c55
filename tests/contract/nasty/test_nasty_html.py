"""Nasty texts in the documentation: an HTML5 parser finds the elements of harmless texts, and each text."""

from __future__ import annotations

import json

import html5lib
import pytest
from actionary_build.texts import one_line, unix_lines, visible, visible_json

ALLOWED_PATHS = {"style.css", "../style.css", "index.html", "../index.html", "#main"}


@pytest.fixture(scope="module")
def pages(nasty) -> dict:
    return {path: parsed(text) for path, text in nasty.under("docs/", ".html").items()}


@pytest.fixture(scope="module")
def plain_pages(plain) -> dict:
    return {path: parsed(text) for path, text in plain.under("docs/", ".html").items()}


def parsed(text: str):
    """Parse a page; anything that the standard calls a parse error is raised."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def structure(element) -> list[str]:
    """Name each element with its attributes and where it stands, but for the paragraphs of a text."""
    found = [
        f"{parent.tag} > {each.tag} {sorted(each.attrib)}"
        for parent in element.iter()
        if isinstance(parent.tag, str)
        for each in parent
    ]
    return [name for name in found if name.split(" > ")[1].split()[0] != "p"]


def text_of(element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_pages_hold_the_elements_of_harmless_texts(pages, plain_pages):
    """In any order: rows stand by name."""
    assert pages.keys() == plain_pages.keys()
    for path, page in pages.items():
        assert sorted(structure(page)) == sorted(structure(plain_pages[path])), path


def test_no_page_holds_what_runs_or_comments(pages):
    for path, page in pages.items():
        for element in page.iter():
            assert isinstance(element.tag, str), f"{path}: a comment"
            assert element.tag not in {"script", "style", "img", "iframe", "object", "form", "svg", "base"}
            assert not [name for name in element.attrib if name.startswith("on") or name == "style"]


def test_paragraphs_hold_text_only(pages):
    for path, page in pages.items():
        for paragraph in page.iter("p"):
            assert {child.tag for child in paragraph} <= {"code", "a", "strong"}, path
            assert set(paragraph.attrib) <= {"class"}, path


def test_links_lead_to_places_of_the_same_pages(pages, names):
    files = {path.removeprefix("docs/") for path in pages}
    for path, page in pages.items():
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), path
        for link in [*page.iter("a"), *page.iter("link")]:
            target = link.get("href")
            inside = target.startswith("#") and target[1:] in ids
            assert inside or target in ALLOWED_PATHS or target in files, (path, target)


def test_every_text_stands_in_its_page(nasty, pages):
    seen = 0
    for name, given in nasty.texts.items():
        action = nasty.catalog.get(name)
        page = pages[f"docs/actions/{action.slug}.html"]
        whole = text_of(page)
        assert text_of(page.find(".//h1")) == one_line(action.title)
        assert page.find(".//head/meta[@name='description']").get("content") == one_line(action.description)
        facts = {text_of(fact.find("dt")): text_of(fact.find("dd")) for fact in page.iter("div")}
        assert facts["Use when"] == shown(action.when_to_use)
        assert facts["Do not use when"] == shown(action.when_not_to_use)
        seen += 4
        fields = {text_of(row[0]): row for row in page.iter("tr")}
        if name.startswith("ask"):
            assert facts["Tags"] == one_line(given["tags"])
            row = fields[" ".join(visible(given["parameter alias"], keep="\n\t").split())]
            assert text_of(row[3]) == one_line(given["parameter description"]) if len(row) > 3 else True
            assert json_of(given["parameter default"]) in text_of(row[2])
            reply = "".join(page.findall(".//pre/code")[-1].itertext())
            assert f"{raw_json(given['example key'])}: {raw_json(given['example output'])}" in reply
            seen += 5
        else:
            assert one_line(action.errors[0].description) in whole
            for field in ("literal value", "enum value", "union tag", "field default"):
                assert json_of(given[field]) in whole, field
            assert shown(given["field description"]) in whole
            assert shown(given["model docstring"]) in whole
            seen += 7
    assert seen == len(nasty.texts) // 2 * 20


def shown(text: str) -> str:
    return " ".join("\n".join(unix_lines(text)).split())


def raw_json(text: str) -> str:
    return visible_json(json.dumps(text, ensure_ascii=False))


def json_of(text: str) -> str:
    return " ".join(raw_json(text).split())
