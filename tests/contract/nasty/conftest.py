"""Texts that try to be more than text, and catalogs in which every place that people fill holds them.

A definition is made of each text, with the text in every field of it at once. What
pydantic or Actionary refuses on purpose is in `REFUSED`, and a text that is refused
in a field gives way to a harmless one there. The harmless catalog has the same actions
with harmless texts of the same lines: whatever differs between the two in structure
came out of a text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import new_class
from typing import Annotated, Any, Final, Literal

import pytest
from actionary import ActionError, Example, Http, define_action
from actionary.auth import ApiKeyAuth
from actionary.catalog import Catalog
from actionary.describe import describe
from actionary.names import slug
from actionary.patterns import UnlikePatternError, ecma_pattern
from actionary.registry import Registry
from actionary.settings import Settings
from actionary_build.build import emit_all
from actionary_build.project import Target
from actionary_build.targets import installed, load_emitter
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from pydantic_core import SchemaError

LONG: Final = 100_000

STRINGS: Final[dict[str, str]] = {
    "comment end": "a */ b",
    "comment begin": "/* a",
    "line comment": "// a",
    "comment in comment": "*/ /* */ export const x = 1; /*",
    "comment end escaped": "*\\/ **/ *\\*/",
    "three double quotes": '"""',
    "three single quotes": "'''",
    "escaped double quotes": '\\""" a \\"',
    "final double quote": 'a "',
    "final backslash": "a \\",
    "two backslashes": "\\\\",
    "named escape": "\\N{DASH} \\N",
    "unicode escape": "\\u \\u202 \\u{} \\uD800 \\U0010",
    "hex escape": "\\x4 \\0 \\777",
    "shown escape": "\\u202e",
    "template literal": "${x} `${process.exit()}`",
    "backtick": "`",
    "backticks": "```",
    "fence": "```ts\nalert(1)\n```",
    "tildes": "~~~\na\n~~~",
    "jinja value": "{{ x }} {{ ''.__class__ }}",
    "jinja tag": "{% raw %} {% endraw %} {% if x %}",
    "jinja comment": "{# a",
    "format": "%s %(x)s {0} {x} {",
    "script": "</script><script>alert(1)</script>",
    "html comment": "<!-- a",
    "html comment end": "--> a --!>",
    "cdata": "<![CDATA[ a ]]>",
    "image": "<img src=x onerror=alert(1)>",
    "element ends": "</title></pre></code></td></main></style></textarea>",
    "attribute": "\" onmouseover=alert(1) x=\" ' onclick='y",
    "entity": "&amp; &lt;b&gt; &#60; &nbsp &copy",
    "javascript link": "[x](javascript:alert(1)) <javascript:alert(1)>",
    "link": "[x](y)",
    "image link": "![x](y)",
    "reference": "[x]: http://y\n[x]",
    "bare link": "http://x.test www.x.test a@x.test",
    "autolink": "<http://x.test>",
    "emphasis": "*a* **b** _c_ __d__ ~~e~~",
    "heading": "# heading",
    "set heading": "heading\n===\nother\n---",
    "quote": "> quote",
    "rule": "---",
    "other rules": "***\n___\n- - -",
    "table": "| table |\n|---|\n| x |",
    "cell": "a | b",
    "list": "- list\n- more",
    "other lists": "* list\n+ list",
    "numbers": "1. list\n2) list",
    "set in": "    code\n\n\tmore code",
    "front matter": "---\ntitle: x\n---",
    "yaml": "a: b\n- c # d",
    "toml": 'x"\n[project]\nname = "y',
    "section": "## Optional\n\n- [x](y): z",
    "blank lines": "one\n\n\n\ntwo\n\nthree",
    "ts ignore": "@ts-ignore",
    "tags": "@deprecated @internal\n@param {string} x\n * @private",
    "inline tag": "{@link x} {@inheritDoc",
    "triple slash": '/// <reference path="x" />',
    "type ignore": "# type: ignore",
    "noqa": "# noqa",
    "coding": "# -*- coding: latin-1 -*-",
    "doctest": ">>> 1/0\nArgs:\n    x: y",
    "code": "import os\nclass X: pass",
    "typescript": "export const x = 1;\ndeclare global {}",
    "prototype": "__proto__",
    "constructor": "constructor",
    "keyword": "class",
    "taken": "model_config",
    "dunder": "__class__",
    "NUL": "a\0b",
    "controls": "\x01\x02\x07\b\x0b\x0c\x0e\x1a\x1b[31m\x1b]0;x\x07\x7f\x80\x9b31m",
    "separators": "\x1c\x1d\x1e\x1f",
    "tab": "a\tb",
    "CR": "a\rb",
    "LF": "a\nb",
    "CRLF": "a\r\nb",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "next line": "a\x85b",
    "BOM": "\ufeffa",
    "final BOM": "a\ufeff",
    "bidi override": "a \u202e*/ b \u202d\u202a\u202b\u202c",
    "bidi isolates": "\u2066a\u2067b\u2068c\u2069\u061c\u200e\u200f",
    "zero width": "a\u200bb\u200cc\u200dd\u2060e",
    "soft hyphen": "a\u00adb",
    "tag characters": "a\U000e0001\U000e0041b",
    "variation selectors": "a\ufe00\U000e0100",
    "combining marks": "e\u0301\u0301\u0301 Z\u0351\u0356\u033a",
    "first mark": "\u0301a",
    "emoji": "\u2764\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "private use": "\ue000\U000f0000\U0010fffd",
    "unassigned": "\u0378\ufffe\U0001ffff",
    "fillers": "\u3164\u115f\u2800\u180e\u00a0\u3000",
    "lone surrogates": "a\ud800b\udc00",
    "first blank": " a",
    "final blank": "a ",
    "empty": "",
    "blanks": "   ",
    "one long line": "x*/ " * (LONG // 4),
    "many long lines": "- x*/\n" * (LONG // 6),
    "long word": "`" * LONG,
}

PLAIN: Final = "x-y"
"""What every word of a harmless text is: no name in any language, and nothing else."""

FIELDS: Final = (
    *("title", "description", "docstring", "more", "when_to_use", "when_not_to_use", "tags"),
    *("example input", "example output", "example key", "error docstring"),
    *("parameter alias", "parameter description", "parameter title", "parameter default"),
    *("field alias", "field description", "field title", "field default", "field examples"),
    *("enum value", "literal value", "union tag", "default key"),
    *("model name", "model docstring", "model title", "pattern", "scheme description"),
)
"""Every place of an action that people fill."""


def harmless(text: str) -> str:
    """Give a text of the same lines and blanks, each of its words `PLAIN`."""
    return re.sub(r"\S+", PLAIN, text)


def make(number: int, given: Callable[[str], str]) -> list[Any]:
    """Define two actions with the text ``given(field)`` in every field: one by GET, one by POST."""
    return [_asks(f"ask_{number:03}", given), _tells(f"tell_{number:03}", number, given)]


def _asks(name: str, given: Callable[[str], str]) -> Any:
    def handler(first, second): ...

    first = Field(
        alias=given("parameter alias"),
        description=given("parameter description"),
        title=given("parameter title"),
    )
    handler.__name__ = handler.__qualname__ = name
    handler.__annotations__ = {
        "first": Annotated[str, first],
        "second": dict[str, str],
        "return": dict[str, str],
    }
    handler.__defaults__ = (given("parameter default"), {})
    handler.__doc__ = f"{given('docstring')}\n\nThen:\n\n{given('more')}"
    return define_action(
        handler=handler,
        public=True,
        http=Http("GET"),
        **_texts(given),
        tags=[given("tags")],
        examples=[
            Example({given("parameter alias"): given("example input"), "second": {}}),
            Example(
                {"second": {given("example key"): given("example input")}},
                {given("example key"): given("example output")},
            ),
        ],
    )


def _texts(given: Callable[[str], str]) -> dict[str, str]:
    return {field: given(field) for field in ("title", "when_to_use", "when_not_to_use")}


def _tells(name: str, number: int, given: Callable[[str], str]) -> Any:
    title, description = given("field title"), given("field description")
    inner = _model(
        given("model name"),
        given("model docstring"),
        ConfigDict(title=given("model title")),
        value=(
            str,
            Field(default=given("field default"), alias=given("field alias"), description=description),
        ),
        pattern=(Annotated[str, Field(pattern=given("pattern"))], "x"),
    )
    kind = Enum(f"Kind{number}", {"A": given("enum value"), "B": "other"})
    tagged = _model(
        f"Tagged{number}",
        None,
        ConfigDict(),
        tag=(Literal[given("union tag")], ...),
        inner=(inner | None, None),
    )
    other = _model(f"Other{number}", None, ConfigDict(), tag=(Literal["other tag"], ...))
    union = Annotated[tagged | other, Field(discriminator="tag")]
    model = _model(
        f"Whole{number}",
        None,
        ConfigDict(extra="forbid"),
        inner=(inner, Field(description=description, examples=[given("field examples")])),
        literal=(
            Literal[given("literal value"), "other literal"],
            Field(default=given("literal value"), title=title),
        ),
        kind=(kind, Field(default=kind.A, description=description)),
        union=(union, ...),
        mapping=(dict[str, str], {given("default key"): given("field default")}),
    )
    kwds = {"code": f"failed_{number:03}", "status": 409}
    failed: Any = new_class(f"Failed{number}", (ActionError[inner],), kwds)
    failed.__doc__ = given("error docstring")

    def handler(data): ...

    handler.__doc__ = given("description")
    return define_action(
        name=name,
        handler=handler,
        input=model,
        output=list[union],
        public=True,
        description=given("description"),
        **_texts(given),
        errors=[failed],
        auth=ApiKeyAuth({}, name=f"scheme_{number}", description=given("scheme description")),
        scopes=["a|`*_<b>[c]${d}{{e}}*/"],
        examples=[
            Example({"inner": {given("field alias"): given("example input")}, "union": {"tag": "other tag"}})
        ],
    )


def _model(name: str, doc: str | None, config: ConfigDict, **fields: Any) -> type[BaseModel]:
    return create_model(name, __doc__=doc, __config__=config, __module__="nasty", **fields)


_NO_TEXT: Final = frozenset({"separators", "empty", "blanks"})
_NO_UTF_8: Final = frozenset({"lone surrogates"})

REFUSED: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("title", "description", "when_to_use", "when_not_to_use"), _NO_TEXT),
    **dict.fromkeys(("example input", "example output", "example key", "default key"), _NO_UTF_8),
    **dict.fromkeys(("parameter alias", "field alias"), _NO_UTF_8),
    **dict.fromkeys(("enum value", "literal value", "union tag", "model docstring"), _NO_UTF_8),
    "model name": _NO_UTF_8 | {"NUL"},
    "tags": frozenset(
        name
        for name, text in STRINGS.items()
        if not (0 < len(text) <= 64 and text.isprintable() and text == text.strip())
    ),
}
"""What cannot be said in a field: Actionary refuses it, or Python or pydantic before us."""


def filled(name: str, change: Callable[[str], str]) -> dict[str, str]:
    """Give the text of every field of the actions of a string, changed; harmless where it is refused."""
    texts = {field: PLAIN if name in REFUSED.get(field, ()) else change(STRINGS[name]) for field in FIELDS}
    if change is harmless and name not in REFUSED["tags"]:
        texts["tags"] = _harmless_tag(name)
    return texts | {"pattern": _pattern(texts["pattern"])}


def _harmless_tag(name: str) -> str:
    """Give a tag for the same module of a client as the string itself, and for no other group of actions."""
    number = f"{list(STRINGS).index(name):b}".replace("0", ".").replace("1", "!")
    return f"{slug(STRINGS[name]) or 'default'} {number}"


def _pattern(text: str) -> str:
    """Give a text as a pattern if it is one that both dialects spell alike."""
    try:
        TypeAdapter(Annotated[str, Field(pattern=text)])
        return text if ecma_pattern(text) == text else PLAIN
    except (SchemaError, UnicodeEncodeError, UnlikePatternError):
        return PLAIN


SETTINGS: Final = Settings(root=Path("/nowhere"), out=Path("/nowhere/out"), title="Nasty", version="1.0.0")


@dataclass(frozen=True, slots=True)
class Built:
    """A catalog of some strings, the text of every field by action, and every file that is written of it."""

    catalog: Catalog
    texts: Mapping[str, Mapping[str, str]]
    files: Mapping[str, str]

    def under(self, folder: str, ending: str) -> dict[str, str]:
        """Give the files of a folder with an ending."""
        return {
            path: text
            for path, text in self.files.items()
            if path.startswith(folder) and path.endswith(ending)
        }


def build(names: Collection[str], change: Callable[[str], str]) -> Built:
    """Describe the actions of strings, given by name, and run every emitter that is installed."""
    registry = Registry()
    texts: dict[str, Mapping[str, str]] = {}
    for number, name in enumerate(names):
        given = filled(name, change)
        actions = make(number, given.__getitem__)
        registry.register(actions)
        texts |= {action.name: given for action in actions}
    catalog = describe(registry, SETTINGS)
    return Built(catalog, texts, emit(catalog))


def emit(catalog: Catalog) -> dict[str, str]:
    """Run every emitter that is installed over a catalog; give each file's text by its path."""
    targets = [Target(emitter, emitter.options()) for emitter in map(load_emitter, installed().values())]
    return {file.path: file.content.decode() for _, file in emit_all(catalog, targets, {})}


_LONG = [name for name, text in STRINGS.items() if len(text) >= LONG // 2]
_SHORT = [name for name in STRINGS if name not in _LONG]


@pytest.fixture(scope="session")
def strings() -> Mapping[str, str]:
    return STRINGS


@pytest.fixture(scope="session")
def fields() -> tuple[str, ...]:
    return FIELDS


@pytest.fixture(scope="session")
def refused() -> Mapping[str, frozenset[str]]:
    return REFUSED


@pytest.fixture(scope="session")
def make_actions() -> Callable[[int, Callable[[str], str]], list[Any]]:
    return make


@pytest.fixture(scope="session")
def settings() -> Settings:
    return SETTINGS


@pytest.fixture(scope="session", params=["short", pytest.param("long", marks=pytest.mark.long)])
def names(request) -> list[str]:
    """The names of the strings of one build; those of 100,000 characters have one of their own."""
    return _SHORT if request.param == "short" else _LONG


@pytest.fixture(scope="session")
def nasty(names) -> Built:
    return build(names, str)


@pytest.fixture(scope="session")
def plain(names) -> Built:
    """The same with harmless texts of the same lines."""
    return build(names, harmless)


@pytest.fixture(scope="session")
def projects(names) -> dict[str, tuple[Catalog, dict[str, str]]]:
    """The files of a project without actions for each string that settings take as a title."""
    texts = {name: STRINGS[name] for name in names if STRINGS[name].strip()}
    catalogs = {name: Catalog(title=text, description=text, version=text) for name, text in texts.items()}
    return {name: (catalog, emit(catalog)) for name, catalog in catalogs.items()}


@pytest.fixture(scope="session")
def emit_catalog() -> Callable[[Catalog], dict[str, str]]:
    return emit


@pytest.fixture(scope="session")
def invisible() -> Callable[[str], set[str]]:
    """Finds the characters of a text that nobody can see."""

    def find(text: str) -> set[str]:
        return {character for character in set(text) if is_invisible(character)}

    return find


_FILLERS: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"


def is_invisible(character: str) -> bool:
    """Say whether a character shows nothing, turns the text around it or is none."""
    selector = "\ufe00" <= character <= "\ufe0d" or "\U000e0100" <= character <= "\U000e01ef"
    return (
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        or character in _FILLERS
        or selector
    )
