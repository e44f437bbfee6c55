"""``llms.txt``, ``llms-full.txt`` and one Markdown page for each action: what agents read first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias
from urllib.parse import quote

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog

from actionary_build.emit import Emitter, OutputFile, Sources, text_file
from actionary_build.emit.action_page import ActionPage, ErrorRow, Trait, action_page, address, groups
from actionary_build.emit.no_options import NoOptions
from actionary_build.emit.signature import Field, Shape, Words
from actionary_build.texts import MarkdownCode, MarkdownFence, MarkdownParagraphs, MarkdownText

_ENVELOPE: Final = """\
Over HTTP every reply is JSON. A success is `{"ok": true, "data": …, "action": …, "latencyMs": …}` with \
status 200, where `data` is the output. A failure is `{"ok": false, "code": …, "message": …, "status": …, \
"retryable": …, "details": …, "action": …, "latencyMs": …, "requestId": …}` with that status."""


_Block: TypeAlias = tuple[int, str]
"""A part of a page: the level of a heading below the page's own level, or 0, and its Markdown."""


def _emit(catalog: Catalog, _options: NoOptions, _sources: Sources) -> Iterator[OutputFile]:
    pages = {action.name: list(_page(action_page(catalog, action))) for action in catalog.tool_actions}
    for action in catalog.tool_actions:
        yield _file(f"actions/{action.slug}.md", _at_level(1, pages[action.name]))
    yield _file("llms.txt", _index(catalog))
    yield _file("llms-full.txt", _full(catalog, pages))


emitter: Final = Emitter("llms", NoOptions, _emit)


def _file(path: str, blocks: Iterable[str]) -> OutputFile:
    return text_file(path, "\n\n".join(block for block in blocks if block), served=True)


def _index(catalog: Catalog) -> Iterator[str]:
    """Give the blocks of llms.txt: only the title is an H1, only sections of links are H2s."""
    yield from _title(catalog)
    yield f"Version {MarkdownText(catalog.version)}. {_contents(catalog)}"
    for tag, actions in groups(catalog.tool_actions):
        yield f"## {_group_heading(tag)}"
        yield "\n".join(
            _link(catalog, MarkdownText(action.name), f"actions/{action.slug}.md", _told(action))
            for action in actions
        )
    yield "## Documents"
    yield "\n".join(_documents(catalog))


def _told(action: ActionSpec) -> str:
    return f"{action.tool_description} {action.paging or ''}".strip()


def _full(catalog: Catalog, pages: dict[str, list[_Block]]) -> Iterator[str]:
    yield from _title(catalog)
    yield f"Version {MarkdownText(catalog.version)}. {_contents(catalog)}"
    if any(action.http for action in catalog.tool_actions):
        yield _ENVELOPE
    for _, actions in groups(catalog.tool_actions):
        for action in actions:
            without_envelope = [block for block in pages[action.name] if block != (0, _ENVELOPE)]
            yield from _at_level(2, without_envelope)


def _title(catalog: Catalog) -> Iterator[str]:
    yield f"# {MarkdownText(catalog.title) or 'Actions'}"
    description = MarkdownText(catalog.description)
    yield f"> {description}" if description else ""


def _contents(catalog: Catalog) -> str:
    number = len(catalog.tool_actions)
    if not number:
        return "It offers no actions."
    return "It offers 1 action." if number == 1 else f"It offers {number} actions."


def _group_heading(tag: str) -> str:
    """Set tags apart from headings of ours, and from "Optional", which means something in llms.txt."""
    return f"Actions: {MarkdownText(tag)}" if tag else "Actions"


def _documents(catalog: Catalog) -> Iterator[str]:
    yield _link(catalog, MarkdownText("All actions in full"), "llms-full.txt", "Every page in one file.")
    if catalog.http_actions:
        yield _link(catalog, MarkdownText("OpenAPI"), "openapi.json", "The HTTP interface, for machines.")
    yield _link(catalog, MarkdownText("Documentation"), "docs/index.html", "The same for people.")


def _link(catalog: Catalog, label: MarkdownText, path: str, text: str) -> str:
    target = quote(address(catalog, f"/{path}"), safe="/:@?&=%#+,;~[]!$'") if catalog.base_url else path
    line = MarkdownText(text)
    return f"- [{label}]({target}): {line}" if line else f"- [{label}]({target})"


def _at_level(level: int, blocks: Iterable[_Block]) -> Iterator[str]:
    for depth, text in blocks:
        yield f"{'#' * (level + depth - 1)} {text}" if depth else text


def _page(page: ActionPage) -> Iterator[_Block]:
    action = page.action
    yield 1, MarkdownText(page.heading)
    if action.deprecation:
        yield 0, f"**{action.deprecation}** It still works; do not begin to use it."
    yield 0, MarkdownParagraphs(action.description)
    yield 0, "\n".join(_facts(page))
    if action.more.strip():
        yield 2, "Details"
        yield 0, MarkdownParagraphs(action.more)
    yield from _how_to_call(page)
    yield from _section("Parameters", page.parameters, page.input_schema, "It takes no parameters.")
    if page.output_described:
        yield from _section("Output", page.output, page.output_schema)
    else:
        yield 2, "Output"
        yield 0, "The output is not described: it may be any JSON value."
    yield from _types(page)
    yield 2, "Errors"
    yield 0, "\n".join(_error(error) for error in page.errors)
    yield 2, "Behaviour"
    yield (
        0,
        "\n".join(_trait(trait) for trait in page.traits),
    )


def _facts(page: ActionPage) -> Iterator[str]:
    action = page.action
    yield f"- Name: {MarkdownCode(action.name)}"
    if action.when_to_use:
        yield f"- Use when: {MarkdownText(action.when_to_use)}"
    if action.when_not_to_use:
        yield f"- Do not use when: {MarkdownText(action.when_not_to_use)}"
    if action.tags:
        yield f"- Tags: {', '.join(MarkdownText(tag) for tag in action.tags)}"


def _how_to_call(page: ActionPage) -> Iterator[_Block]:
    http = page.action.http
    yield 2, "How to call it"
    if http is None:
        yield 0, "It is not reachable over HTTP."
    else:
        place = "query parameters" if http.reads_query else "a JSON object in the body"
        yield 0, f"{MarkdownCode(f'{http.method} {page.address}')}, the input as {place}."
        yield from _access(page)
        yield 0, _ENVELOPE
    for number, call in enumerate(page.calls, 1):
        yield 3, f"Example {number}" if len(page.calls) > 1 else "Example"
        yield 0, MarkdownFence(call.request, "http" if http else "json")
        if call.reply:
            yield 0, "Answer:"
            yield 0, MarkdownFence(call.reply, "json")


def _access(page: ActionPage) -> Iterator[_Block]:
    if page.access:
        scheme = page.action.scheme
        told = MarkdownText(scheme.description) if scheme is not None else ""
        yield 0, " ".join(text for text in (_words(page.access), told) if text)


def _section(title: str, shape: Shape, schema: str, empty: str = "An empty object.") -> Iterator[_Block]:
    yield 2, title
    yield from _shape(shape, empty)
    yield 0, "As JSON Schema:"
    yield 0, MarkdownFence(schema, "json")


def _types(page: ActionPage) -> Iterator[_Block]:
    if page.types:
        yield 2, "Types"
    for shape in page.types:
        yield 3, MarkdownCode(shape.name)
        yield from _shape(shape)


def _shape(shape: Shape, empty: str = "An empty object.") -> Iterator[_Block]:
    yield 0, MarkdownParagraphs(shape.description)
    if not shape.fields:
        yield 0, empty if shape.empty else f"{_capital(_words(shape.type))}."
        return
    yield 0, "\n".join(_field(field) for field in shape.fields)
    if shape.closed:
        yield 0, "Other keys are refused."
    elif shape.open:
        yield 0, "There may be other keys too."


def _field(field: Field) -> str:
    facts = [_words(field.type), "required" if field.required else "optional"]
    if field.default is not None:
        facts[1:] = [f"default {MarkdownCode(field.default)}"]
    if field.deprecated:
        facts.append("deprecated")
    description = MarkdownText(field.description)
    line = f"- {MarkdownCode(field.name)} ({'; '.join(facts)})"
    return f"{line}: {description}" if description else line


def _error(error: ErrorRow) -> str:
    line = (
        f"- {MarkdownCode(error.code)} (status {error.status}, {error.again}): {MarkdownText(error.meaning)}"
    )
    return f"{line} Details: {_words(error.details)}." if error.details else line


def _trait(trait: Trait) -> str:
    return f"- {trait.name}: {trait.value}. {MarkdownText(trait.meaning)}"


def _words(pieces: Words) -> str:
    return "".join(piece.text if piece.kind == "words" else MarkdownCode(piece.text) for piece in pieces)


def _capital(text: str) -> str:
    return re.sub(r"^[a-z]", lambda match: match[0].upper(), text)
