"""What stands in Markdown shows as it was written; a CommonMark parser is the judge."""

from __future__ import annotations

import html
import re

import pytest
from actionary_build.texts import (
    MarkdownCode,
    MarkdownFence,
    MarkdownParagraphs,
    MarkdownText,
    one_line,
    unix_lines,
    visible,
)
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SIGNS = "ab1_*`~[]()<>&#;:|\\!-+=.\n\t \"'/lt$@é\u200b\u202e"
TEXTS = st.text(alphabet=SIGNS, max_size=30) | st.text(max_size=20)


def shown(markdown: str, frame: str) -> str:
    """Give the text that stands inside a frame of HTML; it must hold no tag."""
    rendered = MARKDOWN.render(markdown)
    found = re.search(frame, rendered, flags=re.DOTALL)
    assert found, rendered
    assert "<" not in found[1], rendered
    return html.unescape(found[1])


@pytest.mark.parametrize(
    ("before", "after", "frame"),
    [
        ("", "", r"^<p>(.*)</p>\n$"),
        ("# ", "", r"^<h1>(.*)</h1>\n$"),
        ("> ", "", r"^<blockquote>\n<p>(.*)</p>\n</blockquote>\n$"),
        ("- ", "", r"^<ul>\n<li>(.*)</li>\n</ul>\n$"),
        ("- [x](y): ", "", r'^<ul>\n<li><a href="y">x</a>:(.*)</li>\n</ul>\n$'),
        ("a paragraph\n", "", r"^<p>a paragraph\n(.*)</p>\n$"),
        ("| a | b |\n|---|---|\n| ", " | x |", r"<tbody>\n<tr>\n<td>(.*?)</td>"),
    ],
    ids=["paragraph", "heading", "quote", "list item", "link entry", "second line", "table cell"],
)
@given(text=TEXTS)
def test_a_line_of_text_shows_as_written_wherever_it_stands(before, after, frame, text):
    if one_line(text):
        assert shown(f"{before}{MarkdownText(text)}{after}", frame).strip() == one_line(text)


@pytest.mark.parametrize("text", ["<1@1>", "<.a@b.c>", "<=a@b>", "a <~@b> c", "1 <2 and 3<=4 @ 5", "<<1@1>>"])
def test_an_address_between_angle_brackets_is_no_link(text):
    assert shown(MarkdownText(text), r"^<p>(.*)</p>\n$") == text


@given(text=TEXTS)
def test_paragraphs_keep_their_lines_and_are_only_paragraphs(text):
    rendered = MARKDOWN.render(MarkdownParagraphs(text))
    plain = rendered.replace("<p>", "").replace("</p>", "")
    assert "<" not in plain
    lines = [" ".join(line.split()) for line in unix_lines(text)]
    assert [line for line in html.unescape(plain).split("\n") if line] == [line for line in lines if line]


def test_blank_lines_between_paragraphs_collapse_into_one():
    assert MarkdownParagraphs("\n\none\ntwo\n\n\n \t\nthree\n\n") == "one\ntwo\n\nthree"


@given(text=TEXTS)
def test_inline_code_shows_its_text(text):
    code = visible(" ".join(text.splitlines()))
    if code.strip():
        assert shown(f"x {MarkdownCode(text)} y", r"^<p>x <code>(.*)</code> y</p>\n$") == code


@given(text=TEXTS)
def test_nothing_ends_a_fenced_block_early(text):
    frame = r'^<p>a</p>\n<pre><code class="language-json">(.*?)\n?</code></pre>\n<p>b</p>\n$'
    source = f"a\n\n{MarkdownFence(text, 'json')}\n\nb"
    assert shown(source, frame) == "\n".join(unix_lines(text.rstrip()))


@pytest.mark.parametrize(
    "text",
    [
        "Use get_order instead, or https://example.com/a_b?c=d.",
        "5 < 6 & 7 > 3, AT&T, C# and 3.5 kg!",
        "The total (in cents): -5.",
    ],
)
def test_text_without_a_meaning_in_markdown_is_not_escaped(text):
    assert MarkdownText(text) == text
