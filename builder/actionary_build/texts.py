"""Safe names and texts: each type makes text harmless for one language in its constructor.

Text written by people is data (DESIGN §6). Templates and emitters put only these
types into what they write. Control, bidirectional and zero-width characters come
out visibly, as an escape, in every language.
"""

from __future__ import annotations

import json
import keyword
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Self

from actionary.names import slug

_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_INVISIBLE_LETTERS: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that Unicode has nobody see, but for the two that choose how an emoji looks."""


@lru_cache(maxsize=4096)
def _is_invisible(character: str) -> bool:
    if unicodedata.category(character) in _INVISIBLE_CATEGORIES:
        return True
    return _INVISIBLE_LETTERS.match(character) is not None


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\u{{{code:x}}}"


def visible(text: str, *, keep: str = "") -> str:
    """Escape every character that a reader cannot see, except those in ``keep``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _escape(character) if _is_invisible(character) and character not in keep else character
        for character in text
    )


def one_line(text: str) -> str:
    """Join a text into one line, its runs of white space to one blank."""
    return visible(" ".join(text.split()))


def unix_lines(text: str) -> list[str]:
    """Split a text at its line ends only, each line without invisible characters."""
    if text.isascii() and text.replace("\n", "").isprintable():  # as most are
        return [line.rstrip() for line in text.split("\n")]
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return [visible(line, keep="\t").rstrip() for line in unix.split("\n")]


_AS_JSON: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


def json_text(data: object) -> str:
    """Dump data as one line of JSON with sorted keys in which every character can be seen."""
    return visible_json(_AS_JSON.encode(data))


def visible_json(dumped: str) -> str:
    """Escape what cannot be seen in JSON text, as JSON does it: the data stays the same."""
    if dumped.isascii():
        return dumped

    def escape(character: str) -> str:
        if character == "\n" or not _is_invisible(character):
            return character
        return json.dumps(character)[1:-1]

    return "".join(escape(character) for character in dumped)


class MarkdownText(str):
    """One line of Markdown that shows the text as it was written, and does nothing else."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Escape what Markdown or the HTML inside it would act on, and leave the rest readable."""
        return super().__new__(cls, _markdown_line(one_line(text)))


class MarkdownParagraphs(str):
    """Paragraphs of Markdown: the lines and blank lines of the text, none of them with a meaning."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Escape each line; blank lines collapse into one."""
        lines = "\n".join(_markdown_line(" ".join(line.split())) for line in unix_lines(text))
        return super().__new__(cls, re.sub(r"\n{3,}", "\n\n", lines.strip("\n")))


_MARKDOWN_SPAN: Final = re.compile(
    r"""
    [\\`*\[\]|~]                            # escapes, code, emphasis, links, table cells, strikethrough
    | <(?=[A-Za-z/!?]|[^\s<>]+@)            # HTML, addresses
    | &(?=\#?[A-Za-z0-9]+;)                 # entities
    | (?<![^\s#])\#                         # headings and their closing
    | (?<![^\W_]) _ | (?<=_) _ | _ (?![^\W_])  # emphasis: an underscore inside a word has no meaning
    """,
    re.VERBOSE,
)
_MARKDOWN_ACTIVE: Final = re.compile(r"[\\`*\[\]|~<&#_]")
"""What any of these spans begins with: most lines have none."""
_MARKDOWN_START: Final = re.compile(r"-(?=[\s:-]|$)|\+(?=\s|$)|[=:>]|\d{1,9}[.)](?=\s|$)")


def _markdown_line(line: str) -> str:
    escaped = _MARKDOWN_SPAN.sub(r"\\\g<0>", line) if _MARKDOWN_ACTIVE.search(line) else line
    start = _MARKDOWN_START.match(escaped)
    return f"{escaped[: start.end() - 1]}\\{escaped[start.end() - 1 :]}" if start else escaped


class MarkdownCode(str):
    """An inline code span of Markdown, its fence longer than any run of backticks inside."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Fence one line of code; line ends become blanks, other blanks stay."""
        if text.isascii() and text.isprintable() and "`" not in text and text == text.strip() != "":
            return super().__new__(cls, f"`{text}`")  # as most are
        code = visible(" ".join(text.splitlines()))
        fence = "`" * (_longest_run("`", code) + 1)
        pad = " " if code[:1] in {"", "`", " "} or code[-1] in "` " else ""
        return super().__new__(cls, f"{fence}{pad}{code}{pad}{fence}")


class MarkdownFence(str):
    """A fenced code block of Markdown; nothing inside ends it."""

    __slots__ = ()

    def __new__(cls, text: str, language: str = "") -> Self:
        """Fence the text with more backticks than it holds in a row."""
        code = "\n".join(unix_lines(text.rstrip()))
        fence = "`" * max(3, _longest_run("`", code) + 1)
        return super().__new__(cls, f"{fence}{language}\n{code}\n{fence}")


def _longest_run(character: str, text: str) -> int:
    if character not in text:
        return 0
    return max(len(run) for run in re.findall(f"{re.escape(character)}+", text))


_TAG: Final = re.compile(r"(?<![^\s{])@")


class TypeScriptComment(str):
    """A JSDoc block for declarations, at the given depth of indentation."""

    __slots__ = ()

    def __new__(cls, text: str, indent: str = "", tags: Sequence[str] = ()) -> Self:
        """Build the block; ``*/`` in the text ends nothing and ``@`` is no tag or link: ``tags`` are ours."""
        lines = unix_lines(text.strip())
        if "@" in text or "*/" in text:
            lines = [_TAG.sub(r"\\@", line.replace("*/", "*\\/")) for line in lines]
        lines = [line for line in [*lines, *tags] if line or len(lines) > 1]
        if len(lines) == 1:
            return super().__new__(cls, f"{indent}/** {lines[0]} */\n")
        body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
        return super().__new__(cls, f"{indent}/**\n{body}{indent} */\n")


class TypeScriptString(str):
    """A string literal of TypeScript, in double quotes."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Quote as JSON does, which TypeScript reads alike."""
        return super().__new__(cls, json_text(text))


class PythonString(str):
    """A string literal of Python; what cannot be printed is escaped."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Quote as ``repr`` does, in double quotes where that needs no escape."""
        literal = repr(text)
        if literal[0] == "'" and '"' not in text and "\\" not in literal:
            literal = f'"{literal[1:-1]}"'
        return super().__new__(cls, visible_python(literal))


def visible_python(source: str) -> str:
    """Escape what cannot be seen in Python's literals, as Python does it: their values stay the same."""
    if source.isascii():
        return source
    return "".join(
        f"\\U{ord(character):08x}" if character != "\n" and _is_invisible(character) else character
        for character in source
    )


class PythonDocstring(str):
    """A docstring literal with its quotes, at the given depth of indentation."""

    __slots__ = ()

    def __new__(cls, text: str, indent: str = "") -> Self:
        """Build the literal; nothing inside it ends it or is an escape."""
        *lines, last = unix_lines(text.strip())
        lines = [_PYTHON_ESCAPED.sub(_escape_each, line) for line in lines]
        lines.append(_PYTHON_ESCAPED_AT_END.sub(_escape_each, last))
        if len(lines) == 1:
            return super().__new__(cls, f'{indent}"""{lines[0]}"""\n')
        body = "\n".join([lines[0], *(f"{indent}{line}".rstrip() for line in lines[1:])])
        return super().__new__(cls, f'{indent}"""{body}\n{indent}"""\n')


_PYTHON_ESCAPED: Final = re.compile(r'\\|"{3,}')
_PYTHON_ESCAPED_AT_END: Final = re.compile(r'\\|"{3,}|"+$')


def _escape_each(found: re.Match[str]) -> str:
    return "".join(f"\\{character}" for character in found[0])


TYPESCRIPT_RESERVED: Final = frozenset(
    """
    abstract any arguments as async await bigint boolean break case catch class const constructor continue
    debugger declare default delete do else enum eval export extends false finally for from function get
    global if implements import in infer instanceof interface is keyof let module namespace never new null
    number object of package private protected prototype public readonly require return satisfies set static
    string super switch symbol then this throw true try type typeof undefined unique unknown using var void
    while with yield hasOwnProperty isPrototypeOf toJSON toString valueOf
    """.split()
)
"""Names that are words of the language, or that JavaScript gives a meaning on any object."""

PYTHON_RESERVED: Final = frozenset({*keyword.kwlist, *keyword.softkwlist, "self", "cls", "close", "aclose"})
"""Names that are words of the language or methods of the client."""


class TypeScriptIdentifier(str):
    """A name TypeScript takes; a reserved one gets a trailing ``_``."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Replace what no identifier may hold by ``_``."""
        return super().__new__(cls, _identifier(text, TYPESCRIPT_RESERVED))


class PythonIdentifier(str):
    """A name Python takes; a reserved one gets a trailing ``_``."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Replace what no identifier may hold by ``_``."""
        return super().__new__(cls, _identifier(text, PYTHON_RESERVED))


_LONGEST_TITLE: Final = 100
"""Characters of a title in the name of a package, which registries and file systems let be 214 and 255."""


def package_name(title: str, joint: str) -> str:
    """Name a client's package after the beginning of its API's title, the words joined by ``joint``."""
    words = slug(title)[:_LONGEST_TITLE].split("-")
    return joint.join(word for word in [*words, "client"] if word)


def _identifier(text: str, reserved: frozenset[str]) -> str:
    name = text if text.isascii() and text.isidentifier() else re.sub(r"[^A-Za-z0-9_]", "_", text)
    if not name or name[0].isdigit():
        name = f"_{name}"
    return f"{name}_" if name in reserved else name
