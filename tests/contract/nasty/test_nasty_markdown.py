"""Nasty texts in Markdown: CommonMark finds what harmless texts give, llms.txt reads back."""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import cache

import pytest
from actionary_build.texts import one_line, unix_lines
from llms_txt import parse_llms_file
from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@cache
def parsed(markdown: str) -> list[Token]:
    """Parse a page once for all tests."""
    return MARKDOWN.parse(markdown)


def tokens(markdown: str) -> list[str]:
    """Name every token but text itself, of which escapes make several, and the lines of a paragraph."""
    found: list[str] = []
    for token in parsed(markdown):
        inner = [child.type for child in token.children or ()]
        found += [f"{token.type} {token.tag} {token.info}".strip()]
        found += [kind for kind in inner if kind not in {"text", "text_special", "softbreak"}]
    return found


def markdown_files(built) -> dict[str, str]:
    return {path: text for path, text in built.files.items() if path.endswith((".md", ".txt"))}


def test_pages_of_actions_hold_the_blocks_of_harmless_texts(nasty, plain):
    pages, harmless = (each.under("actions/", ".md") for each in (nasty, plain))
    assert pages.keys() == harmless.keys()
    assert len(pages) == len(nasty.texts)
    for path, page in pages.items():
        assert Counter(tokens(page)) == Counter(tokens(harmless[path])), path


@pytest.mark.parametrize(
    "path",
    [
        "llms.txt",
        "llms-full.txt",
        "clients/typescript/README.md",
        "clients/typescript/AGENTS.md",
        "clients/python/README.md",
    ],
)
def test_pages_of_all_actions_hold_the_blocks_of_harmless_texts(nasty, plain, path):
    ours, renamed = without_renamed(nasty.files[path])
    theirs, _ = without_renamed(plain.files[path])
    assert Counter(tokens(ours)) == Counter(tokens(theirs))
    allowed = r"(heading|paragraph|bullet_list|list_item|inline|code_inline|table|t.*)(_open|_close)?( .*)?"
    assert not [token for token in tokens(renamed) if not re.fullmatch(allowed, token)]


def without_renamed(readme: str) -> tuple[str, str]:
    """Split off what could not keep its name, which some nasty names can and others cannot."""
    readme = re.sub(r", on the wire (`+)(?!`).*?(?<!`)\1(?!`)", "", readme)
    found = re.search(r"^(## Renamed\n.*?(?=^## |\Z))", readme, re.DOTALL | re.MULTILINE)
    return (readme, "") if found is None else (readme.replace(found[0], ""), found[0])


def test_no_markdown_holds_html_or_leads_elsewhere(nasty):
    for path, text in markdown_files(nasty).items():
        for token in parsed(text):
            for each in (token, *(token.children or ())):
                assert each.type not in {"html_block", "html_inline", "image"}, (path, each.content)
                if each.type == "link_open":
                    assert re.fullmatch(r"[a-z/.-]+[0-9]*\.(md|txt|json|html)", each.attrs["href"]), path


def test_llms_txt_reads_back_with_the_parser_of_its_format(nasty):
    found = parse_llms_file(nasty.files["llms.txt"])
    entries = {
        entry.title: entry
        for name, section in found.sections.items()
        if name != "Documents"
        for entry in section
    }
    assert entries.keys() == nasty.texts.keys()
    for name, entry in entries.items():
        action = nasty.catalog.get(name)
        assert entry.url == f"actions/{action.slug}.md"
        assert shown(entry.desc) == one_line(action.tool_description)


def test_every_text_shows_in_the_page_of_its_action(nasty):
    for name, given in nasty.texts.items():
        action = nasty.catalog.get(name)
        page = parsed(nasty.files[f"actions/{action.slug}.md"])
        rendered = MARKDOWN.renderer.render(page, MARKDOWN.options, {})
        assert f"<h1>{escaped(one_line(action.title))}</h1>" in rendered
        told = flat(
            html.unescape(re.sub(r"</?(p|code|pre|li|ul|h[1-6]|strong)( class=\"[a-z-]*\")?>", " ", rendered))
        )
        assert flat(" ".join(unix_lines(action.description))) in told
        assert f"Use when: {one_line(action.when_to_use)} " in told
        assert f"Do not use when: {one_line(action.when_not_to_use)} " in told
        if name.startswith("ask"):
            assert one_line(given["parameter description"]) in told
            assert flat(" ".join(unix_lines(action.more))) in told
        else:
            assert one_line(action.errors[0].description) in told
            assert one_line(given["field description"]) in told
            assert flat(" ".join(unix_lines(given["model docstring"]))) in told


def shown(markdown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", MARKDOWN.renderInline(markdown)))


def escaped(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&quot;")


def flat(text: str) -> str:
    return " ".join(text.split())
