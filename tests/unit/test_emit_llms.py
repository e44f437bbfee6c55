from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from actionary.action_spec import CursorSpec, DeprecationSpec, ErrorSpec, ExampleSpec
from actionary.catalog import Catalog, load
from actionary_build.emit.llms import emitter
from actionary_build.emit.no_options import NoOptions
from actionary_build.texts import one_line
from llms_txt import parse_llms_file
from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = (
    '</script><b>*/ """ ${x} `c` ``` [a](http://b) ![i](j) &amp; *e* _e_ \\ | > \u202e\u200b\r\n'
    "# heading\n## [x](y)\n- item\n```\n1. one\n---\n===\n<!-- end -->"
)


def emit(catalog: Catalog) -> dict[str, str]:
    return {file.path: file.content.decode() for file in emitter.emit(catalog, NoOptions(), {})}


def spoil(catalog: Catalog, text: str) -> Catalog:
    """Put a text into every place of the catalog that people fill."""
    schema = {
        "type": "object",
        "description": text,
        "properties": {
            text: {"description": text, "enum": [text], "default": text},
            "kept": {"pattern": text, "format": text, "description": text, "const": text},
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
            output={"type": "array", "items": {"$ref": "#/$defs/Order"}},
        )
        for action in catalog
    )
    types = {**catalog.types, "Order": schema}
    return replace(catalog, title=text, description=text, version=text, actions=actions, types=types)


def shown(markdown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", MARKDOWN.renderInline(markdown)))


def structure(markdown: str) -> list[str]:
    """Name every element of a document but for its plain text."""
    elements: list[str] = []
    for token in MARKDOWN.parse(markdown):
        inner = [child.type for child in token.children or ()]
        elements += [
            f"{token.type}{token.tag}",
            *(kind for kind in inner if kind not in ("text", "softbreak")),
        ]
    return elements


def test_llms_txt_reads_back_with_the_parser_of_its_format(sample):
    found = parse_llms_file(emit(sample)["llms.txt"])
    assert found.title == "My Shop"
    assert shown(found.summary) == sample.description
    assert list(found.sections) == [
        "Actions: calendar",
        "Actions: shop",
        "Actions: trees",
        "Actions",
        "Documents",
    ]
    entries = [entry for name, section in found.sections.items() if name != "Documents" for entry in section]
    assert {(entry.title, entry.url, shown(entry.desc)) for entry in entries} == {
        (action.name, f"actions/{action.slug}.md", action.tool_description) for action in sample.tool_actions
    }
    assert [link.url for link in found.sections["Documents"]] == [
        "llms-full.txt",
        "openapi.json",
        "docs/index.html",
    ]


def test_every_linked_action_page_is_written_and_every_file_is_served(sample):
    files = list(emitter.emit(sample, NoOptions(), {}))
    assert all(file.served for file in files)
    linked = set(re.findall(r"\((actions/[^)]+)\)", emit(sample)["llms.txt"]))
    assert linked == {file.path for file in files if file.path.startswith("actions/")}


def test_links_are_absolute_only_with_a_base_url(sample):
    based = replace(sample, base_url="https://shop.example/a (b)/")
    links = [
        entry.url for part in parse_llms_file(emit(based)["llms.txt"]).sections.values() for entry in part
    ]
    assert "https://shop.example/a%20%28b%29/actions/create-order.md" in links
    assert all(link.startswith("https://shop.example/") for link in links)
    assert "`POST https://shop.example/a (b)/api/actions/create_order`" in emit(based)["llms-full.txt"]


def test_actions_that_are_private_or_not_for_agents_appear_nowhere(sample):
    everything = "".join(emit(sample).values())
    assert "old_ping" not in everything
    assert "old-ping" not in " ".join(emit(sample))
    assert "internal" not in everything


def test_a_page_says_everything_about_its_action(sample):
    page = emit(sample)["actions/create-order.md"]
    assert page.startswith("# Create order\n\nCreate an order.\n")
    for part in (
        "- Name: `create_order`",
        "- Use when: The user wants to buy.",
        "- Do not use when: The user is only looking.",
        "- Tags: shop, write",
        "The order is placed at once.\n\nNothing is paid yet:",
        "`POST /api/actions/create_order`, the input as a JSON object in the body.",
        "POST /api/actions/create_order\nContent-Type: application/json\n\n{",
        "What to buy.",
        "- `lines` (list of `Line`, at least 1 item; required)",
        "- `note` (string or null; default `null`): Shown on the parcel.",
        "### `Line`\n\n- `product_id` (string; required)\n- `quantity` (integer, at least 1; default `1`)",
        "- `timeout` (status 504, may be tried again only with the same Idempotency-Key): The action did not",
        "- `out_of_stock` (status 409, not to be tried again): Fewer items are in stock than were",
        "than were asked for. Details: `StockDetails`.",
        "- Read-only: no. A call may change something.",
        "- Time limit: 30 s.",
    ):
        assert part in page


def test_a_page_says_how_callers_say_who_they_are(sample):
    page = emit(sample)["actions/add-node.md"]
    sentence = (
        "Send the header `Authorization: Bearer TOKEN`, where TOKEN is a bearer token (`JWT`)."
        " It needs the scope `nodes:write`. A token of the login page."
    )
    assert page.count(sentence) == 1
    assert sentence in emit(sample)["llms-full.txt"]
    assert "Send the header" not in emit(sample)["actions/create-order.md"]


def test_a_page_holds_the_schemas_whole(sample):
    order = sample.get("create_order")
    blocks = re.findall(
        r"As JSON Schema:\n\n```json\n(.*?)\n```", emit(sample)["actions/create-order.md"], re.DOTALL
    )
    assert [json.loads(block) for block in blocks] == [
        sample.standalone(order.input),
        sample.standalone(order.output),
    ]


def test_an_action_without_a_route_says_so_and_gives_no_path(sample):
    page = emit(sample)["actions/navigate.md"]
    assert "It is not reachable over HTTP." in page
    assert "/api/" not in page
    assert "Over HTTP every reply" not in page


def test_a_get_action_takes_query_parameters(sample):
    page = emit(sample)["actions/search-products.md"]
    assert "`GET /api/actions/search_products`, the input as query parameters." in page
    assert "```http\nGET /api/actions/search_products?query=shoes\n```" in page


def test_the_list_says_what_is_deprecated_and_what_gives_pages(sample):
    delete = replace(
        sample.get("delete"),
        deprecated=DeprecationSpec(sunset="2027-01-31", use_instead="other"),
        paginate=CursorSpec(input="after", output="next", items="rows"),
    )
    listed = emit(replace(sample, actions=(delete,)))["llms.txt"]
    assert "Deprecated. It will be removed on 2027-01-31. Use other instead." in listed
    assert "It gives rows page by page: send next of the output as after for the next page;" in listed


def test_names_of_fields_are_text_where_pages_are_told_of(sample):
    evil = CursorSpec(input="`a`", output="<b>", items="[c](d)")
    files = emit(replace(sample, actions=(replace(sample.get("delete"), paginate=evil),)))
    for path in ("llms.txt", "llms-full.txt", "actions/delete.md"):
        assert r"It gives \[c\](d) page by page: send \<b> of the output as \`a\` for" in files[path]


def test_unusual_inputs_and_outputs_are_put_into_words(sample):
    delete = replace(
        sample.get("delete"),
        deprecated=DeprecationSpec(since="2026-01-31", use_instead="other"),
        paginate=CursorSpec(input="after", output="next", items="rows"),
        input={"type": "object", "properties": {}, "additionalProperties": False},
        output={},
    )
    page = emit(replace(sample, actions=(delete,)))["actions/delete.md"]
    assert "**Deprecated since 2026-01-31. Use other instead.**" in page
    assert "- Pages: yes. It gives rows page by page: send next of the output as after for the next" in page
    assert "It takes no parameters." in page
    assert "The output is not described: it may be any JSON value." in page
    anything = replace(delete, input={"type": "object"}, output={"type": "null"})
    page = emit(replace(sample, actions=(anything,)))["actions/delete.md"]
    assert "Object with any keys." in page
    assert "## Output\n\nNull." in page


def test_llms_full_txt_holds_every_page_one_heading_deeper(sample):
    files = emit(sample)
    full = files["llms-full.txt"]
    for action in sample.tool_actions:
        lines = files[f"actions/{action.slug}.md"].splitlines()
        deeper = [f"#{line}" if line.startswith("#") else line for line in lines]
        assert "\n".join(deeper[:5]) in full
        assert all(line in full for line in deeper)
    assert full.count("Over HTTP every reply is JSON.") == 1


@pytest.mark.parametrize("text", [NASTY, "]", "```", "- x", "## x", "1) x"])
def test_no_text_of_the_user_changes_the_structure(sample, text):
    harmless, spoiled = emit(spoil(sample, "x")), emit(spoil(sample, text))
    assert harmless.keys() == spoiled.keys()
    for path, markdown in spoiled.items():
        assert structure(markdown) == structure(harmless[path]), path
        assert not re.search("[\u202e\u200b\r]", markdown)


def test_nasty_texts_in_llms_txt_read_back_as_they_were_written(sample):
    spoiled = spoil(sample, NASTY)
    found = parse_llms_file(emit(spoiled)["llms.txt"])
    assert shown(found.title) == shown(found.summary) == one_line(NASTY)
    group, documents = found.sections
    assert shown(group) == f"Actions: {one_line(NASTY)}"
    assert documents == "Documents"
    for action, entry in zip(spoiled.tool_actions, found.sections[group], strict=True):
        assert (entry.title, entry.url) == (action.name, f"actions/{action.slug}.md")
        assert shown(entry.desc) == one_line(action.tool_description)


def test_nasty_texts_in_a_page_show_as_they_were_written(sample):
    page = emit(spoil(sample, NASTY))["actions/create-order.md"]
    everything = " ".join(html.unescape(re.sub(r"<[^>]*>", "", MARKDOWN.render(page))).split())
    # Title, description, when to use and not, tags twice, more, error, and each schema's three descriptions.
    assert everything.count(one_line(NASTY)) >= 15
    request = re.search(r"application/json\n\n(.*?)\n`{4,}", page, re.DOTALL)
    assert json.loads(request[1]) == {NASTY: NASTY}


def test_a_tag_may_have_the_name_of_a_section(sample):
    tagged = [
        replace(action, tags=(tag,))
        for action, tag in zip(sample.tool_actions, ("Documents", "Optional", "Actions", " "), strict=False)
    ]
    found = parse_llms_file(emit(replace(sample, actions=tuple(tagged)))["llms.txt"])
    assert list(found.sections) == [
        "Actions: Actions",
        "Actions: Documents",
        "Actions: Optional",
        "Actions",
        "Documents",
    ]


def test_a_catalog_without_actions_or_description_still_parses(sample):
    files = emit(replace(sample, description="", actions=()))
    assert files.keys() == {"llms.txt", "llms-full.txt"}
    found = parse_llms_file(files["llms.txt"])
    assert (found.title, found.summary) == ("My Shop", None)
    assert "It offers no actions." in found.info
    assert [link.url for link in found.sections["Documents"]] == ["llms-full.txt", "docs/index.html"]


def test_blank_lines_collapse_and_one_newline_ends_each_file(sample):
    for text in emit(spoil(sample, "a\n\n\n\nb\n\n")).values():
        assert "\n\n\n" not in text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


def test_the_same_catalog_gives_the_same_bytes_whatever_its_order_in_json(sample):
    turned = load(turn(sample.dump()))
    assert emit(turned) == emit(sample)


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
        "llms.txt",
        "llms-full.txt",
        "actions/create-order.md",
    }


def test_the_emitter_needs_no_template_engine():
    code = "import sys, actionary_build.emit.llms; sys.exit('jinja2' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
