from __future__ import annotations

import json
import posixpath
import re
import subprocess
import sys
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

import pytest
from actionary.action_spec import ErrorSpec, ExampleSpec
from actionary.catalog import Catalog, load
from actionary_build.emit.docs import emitter
from actionary_build.emit.no_options import NoOptions
from actionary_build.texts import one_line

VOID = {"meta", "link", "br", "hr", "img", "input"}
NASTY = (
    "</script><script>alert(1)</script>\"' onclick='x' */ `c` ${x} {{ 7*7 }} {% raw %} &amp; --> ]]>"
    " </title></pre> \u202e\u200b\r\nline two"
)


@dataclass
class Page(HTMLParser):
    """A parsed page: its start tags in order, its ids, its links and its text."""

    source: str
    tags: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.feed(self.source)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        assert len(given) == len(attrs)
        self.attributes |= given.keys()
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        self.parts += [given[name] or "" for name in ("content", "aria-label") if name in given]
        if tag == "pre":
            self.blocks.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.parts.append(data)
        if "pre" in self.open:
            self.blocks[-1] += data

    @property
    def text(self) -> str:
        return " ".join("\n".join(self.parts).split())


def emit(catalog: Catalog) -> dict[str, str]:
    return {file.path: file.content.decode() for file in emitter.emit(catalog, NoOptions(), {})}


def pages(catalog: Catalog) -> dict[str, Page]:
    return {path: Page(text) for path, text in emit(catalog).items() if path.endswith(".html")}


def spoil(catalog: Catalog, text: str) -> Catalog:
    """Put a text into every place of the catalog that people fill."""
    schema = {
        "type": "object",
        "description": text,
        "properties": {
            text: {"description": text, "enum": [text], "default": text},
            "kept": {"pattern": text, "format": text, "description": text},
            "more": {"$ref": f"#/$defs/{text}"},
        },
        "required": [text],
    }
    actions = tuple(
        replace(
            action,
            title=text,
            description=text,
            more=text,
            when_to_use=text,
            when_not_to_use=text,
            tags=(text, text),
            examples=(ExampleSpec(input={text: text}, output=text, has_output=True),),
            errors=(ErrorSpec(code="odd", status=409, retryable=False, description=text, details=schema),),
            input=schema,
            output={"type": "array", "items": {"$ref": f"#/$defs/{text}"}},
        )
        for action in catalog
    )
    return replace(
        catalog, title=text, description=text, version=text, actions=actions, types={text: {"const": text}}
    )


def test_every_public_action_has_a_page_and_no_private_one(sample):
    files = list(emitter.emit(sample, NoOptions(), {}))
    assert {file.path for file in files} == {
        "docs/index.html",
        "docs/style.css",
        "docs/actions/add-node.html",
        "docs/actions/create-order.html",
        "docs/actions/delete.html",
        "docs/actions/list-events.html",
        "docs/actions/navigate.html",
        "docs/actions/old-ping.html",
        "docs/actions/search-products.html",
    }
    assert all(file.served for file in files)
    assert not [path for path, text in emit(sample).items() if "internal" in text]


@pytest.mark.parametrize("text", [None, NASTY, "x"])
def test_pages_are_balanced_have_unique_ids_and_run_no_script(sample, text):
    for path, page in pages(sample if text is None else spoil(sample, text)).items():
        assert len(page.ids) == len(set(page.ids)), path
        assert not [identifier for identifier in page.ids if re.search(r"\s", identifier)]
        assert not {"script", "iframe", "object", "embed", "style"} & set(page.tags), path
        assert not [name for name in page.attributes if name.startswith("on") or name == "src"], path


@pytest.mark.parametrize("text", [None, NASTY])
def test_every_link_leads_to_a_file_of_the_site_and_a_place_in_it(sample, text):
    catalog = sample if text is None else spoil(sample, text)
    files, parsed = emit(catalog), pages(catalog)
    for path, page in parsed.items():
        assert page.links
        for link in page.links:
            target, _, place = link.partition("#")
            found = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            assert found in files, (path, link)
            if place:
                assert unquote(place) in parsed[found].ids, (path, link)


def test_each_page_has_the_frame_a_reader_and_a_screen_reader_need(sample):
    for path, page in pages(sample).items():
        assert page.source.startswith('<!doctype html>\n<html lang="en">\n')
        assert [page.tags.count(tag) for tag in ("title", "main", "h1")] == [1, 1, 1], path
        assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page.source
        levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path
        assert all('scope="' in head for head in re.findall(r"<th\b[^>]*>", page.source)), path


def test_the_index_lists_actions_by_tag_with_a_line_each(sample):
    text = pages(sample)["docs/index.html"].text
    for part in (
        "My Shop A shop & <more>.",
        "calendar list_events List the events of a period.",
        "shop create_order Create an order. search_products Search the product catalogue.",
        "Other actions delete Delete one thing, named by a reserved word.",
        "navigate not over HTTP Show a view.",
        "old_ping deprecated Answer.",
    ):
        assert part in text


def test_the_index_of_a_catalog_without_actions_says_so(sample):
    files = emit(replace(sample, actions=()))
    assert files.keys() == {"docs/index.html", "docs/style.css"}
    assert "There are no public actions." in Page(files["docs/index.html"]).text


def test_a_page_says_everything_about_its_action(sample):
    text = pages(sample)["docs/actions/create-order.html"].text
    for part in (
        "Create order · My Shop",
        "Create an order. Name create_order Call POST /api/actions/create_order Tags shop write",
        "Use when The user wants to buy. Do not use when The user is only looking.",
        'The order is placed at once. Nothing is paid yet: `*/` and ${x} and """ are only text.',
        "Send them as a JSON object in the body. What to buy.",
        "Name Type Required Description customer_id string, UUID yes",
        "lines list of Line , at least 1 item yes",
        "labels map of string to string no, default {}",
        "note string or null no, default null Shown on the parcel.",
        "Code Status Try again Meaning Details",
        "out_of_stock 409 not to be tried again Fewer items are in stock than were asked for. StockDetails",
        "shop_closed 409 may be tried again The shop is closed. none",
        "StockDetails Name Type Required product_id string yes available integer yes",
        "Idempotent no Making the same call again may have its effect again.",
        "Offered to agents yes",
    ):
        assert part in text


def test_a_page_holds_the_schemas_and_examples_whole(sample):
    order = sample.get("create_order")
    schema_in, schema_out, request, reply = pages(sample)["docs/actions/create-order.html"].blocks
    assert json.loads(schema_in) == sample.standalone(order.input)
    assert json.loads(schema_out) == sample.standalone(order.output)
    head, _, body = request.partition("\n\n")
    assert head == "POST /api/actions/create_order\nContent-Type: application/json"
    assert json.loads(body) == order.examples[0].input
    assert json.loads(reply)["data"] == order.examples[0].output


def test_an_action_without_a_route_says_so_and_gives_no_path(sample):
    page = pages(sample)["docs/actions/navigate.html"]
    assert "Call It is not reachable over HTTP." in page.text
    assert "/api/" not in page.source
    assert "Send them as" not in page.text


def test_unusual_actions_are_described_too(sample):
    text = pages(sample)["docs/actions/old-ping.html"].text
    notice = "Deprecated since 2026-01-31. It will be removed on 2027-01-31."
    assert f"{notice} It still works; do not begin to use it." in text
    assert "Send them as query parameters. It takes no parameters." in text
    assert "The output is not described: it may be any JSON value." in text
    assert "Offered to agents no" in text
    assert "Time limit none" in text
    assert "Output Type: list of Event" in pages(sample)["docs/actions/list-events.html"].text
    assert "unauthorized 401" in pages(sample)["docs/actions/delete.html"].text
    assert "Who may call" not in pages(sample)["docs/actions/create-order.html"].text
    assert (
        "Who may call Send the header Authorization: Bearer TOKEN , where TOKEN is a bearer token ( JWT )."
        " It needs the scope nodes:write . A token of the login page."
    ) in pages(sample)["docs/actions/add-node.html"].text


def test_a_type_that_holds_itself_is_linked_within_its_page(sample):
    page = pages(sample)["docs/actions/add-node.html"]
    assert page.links.count("#type-Node") == 3
    assert "type-Node" in page.ids


def test_nasty_texts_come_out_as_text_and_change_no_element(sample):
    harmless, spoiled = pages(spoil(sample, "x")), pages(spoil(sample, NASTY))
    for path, page in spoiled.items():
        assert page.tags == harmless[path].tags, path
        assert page.attributes == harmless[path].attributes, path
        assert not re.search("[\u202e\u200b\r]", page.source), path
    # Title, description, when to use and not, tags, more, error, types and the tables of each schema;
    # what stands there as code shows its carriage return.
    text = spoiled["docs/actions/create-order.html"].text.replace("\\u000d", "")
    assert text.count(one_line(NASTY)) >= 20
    assert spoiled["docs/index.html"].text.count(one_line(NASTY)) >= 10
    assert "{{ 7*7 }}" in spoiled["docs/index.html"].text
    request = spoiled["docs/actions/create-order.html"].blocks[2]
    assert json.loads(request.partition("\n\n")[2]) == {NASTY: NASTY}


def test_a_docstring_keeps_its_paragraphs_and_its_lists(sample):
    order = replace(sample.get("create_order"), more="One\nparagraph.\n\n\n- first\n- second\n\n    set in")
    source = emit(replace(sample, actions=(order,)))["docs/actions/create-order.html"]
    assert "<p>One\nparagraph.</p>" in source
    assert '<p class="laid-out">- first\n- second</p>' in source
    assert '<p class="laid-out">    set in</p>' in source


def test_tags_and_types_with_like_names_have_places_of_their_own(sample):
    names = ["a b", "a-b", "a:20b", "A b", "ä", "ü"]
    order = sample.get("create_order")
    fields = {f"f{number}": {"$ref": f"#/$defs/{name}"} for number, name in enumerate(names)}
    actions = tuple(
        replace(order, name=f"order{number}", tags=(tag,), input={"type": "object", "properties": fields})
        for number, tag in enumerate(names)
    )
    types = {**sample.types, **{name: {"const": name} for name in names}}
    for page in pages(replace(sample, actions=actions, types=types)).values():
        assert len(page.ids) == len(set(page.ids)) >= len(names)
        assert {link[1:] for link in page.links if link.startswith("#type")} <= set(page.ids)


def test_the_same_catalog_gives_the_same_bytes_whatever_its_order_in_json(sample):
    assert emit(load(turn(sample.dump()))) == emit(sample)


def turn(data):
    """Turn every JSON object around."""
    if isinstance(data, dict):
        return {key: turn(data[key]) for key in reversed(data)}
    return [turn(item) for item in data] if isinstance(data, list) else data


def test_a_changed_description_changes_only_the_files_that_mention_it(sample):
    changed = tuple(
        replace(action, description="Buy something.") if action.name == "create_order" else action
        for action in sample
    )
    before, after = emit(sample), emit(replace(sample, actions=changed))
    assert {path for path in after if after[path] != before[path]} == {
        "docs/index.html",
        "docs/actions/create-order.html",
    }


def test_the_style_stands_alone_and_knows_dark_screens_and_small_ones(sample):
    style = emit(sample)["docs/style.css"]
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style
    assert "max-width: 40rem" in style


def test_the_emitters_package_loads_no_template_engine():
    code = "import sys, actionary_build.emit; sys.exit('jinja2' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
