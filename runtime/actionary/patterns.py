r"""Regular expressions: from the dialect that pydantic reads, Rust's, to JSON Schema's, ECMA-262.

The two are held apart where they differ. What has a spelling in ECMA-262 is spelled so;
what has none, or means other characters there, is refused. The classes ``\d``, ``\w`` and
``\s`` hold more characters in Rust than in ECMA-262, so pydantic reads more than the schema
says, which nobody who keeps to the schema can notice; their opposites would read less, and
are refused, but for ``\S``, which differs in two characters that no one types. So are
``\b`` and ``\B``, the edges of words, which are made of other characters too.
"""

from __future__ import annotations

import re
from typing import Final

_PIECE: Final = re.compile(
    r"""
    \\[pP](?:\{[^}]*\}|.)       # a property of characters
    | \\[xuU]\{[0-9A-Fa-f]+\}   # a character by its number
    | \\x[0-9A-Fa-f]{2} | \\u[0-9A-Fa-f]{4} | \\U[0-9A-Fa-f]{8}
    | \\b\{[^}]*\} | \\.
    | \(\?<?[=!] | \(\?P?<[A-Za-z_][^>]*> | \(\?[^:)]*[:)] | \(\?:
    | \[\^?\]?                  # the beginning of a class, where a bracket stands for itself
    | \[:\^?[a-z]+:\] | && | -- | ~~
    | \{[0-9]+(?:,[0-9]*)?\}
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_SYNTAX: Final = frozenset("^$\\.*+?()[]{}|/")
_ESCAPES: Final = frozenset("dwsDWSbBtnrfv")
_OPPOSITES: Final = {"\\D": "[^0-9]", "\\W": "[^0-9A-Za-z_]"}


class UnlikePatternError(ValueError):
    """A pattern has a part that JSON Schema cannot say; the message names it, and what to write."""


def ecma_pattern(pattern: str | re.Pattern[str]) -> str:
    """Spell a pattern of Rust's `regex`, or a compiled one of Python's `re`, as ECMA-262 does.

    Raises:
        UnlikePatternError: There is no such spelling.
    """
    if isinstance(pattern, re.Pattern):
        if pattern.flags & ~re.UNICODE:
            raise UnlikePatternError("the pattern is compiled with flags that JSON Schema does not know")
        pattern = pattern.pattern
    spelled: list[str] = []
    class_depth = negated = 0
    for match in _PIECE.finditer(pattern):
        piece = match[0]
        if class_depth == 0 and piece.startswith("["):
            class_depth, negated = 1, piece.startswith("[^")
            spelled.append(piece.replace("]", "\\]"))
        elif class_depth:
            if piece == "]":
                class_depth = 0
                spelled.append(piece)
            else:
                spelled.append(_in_class(piece, negated=bool(negated)))
        else:
            spelled.append(_outside(piece))
    return "".join(spelled)


def _outside(piece: str) -> str:
    match piece:
        case "\\A":
            return "^"
        case "\\z" | "\\Z":
            return "$"
        case "{" | "}" | "]":
            return f"\\{piece}"
        case _ if piece.startswith("(?P<"):
            return f"(?<{piece.removeprefix('(?P<')}"
        case _ if piece.startswith("(?") and piece[2:3] not in tuple(":<=!"):
            raise UnlikePatternError(f"the pattern has `{piece}`, flags that JSON Schema does not know")
        case _ if piece.startswith("\\"):
            return _escape(piece, in_class=False)
        case _:
            return piece


def _in_class(piece: str, *, negated: bool) -> str:
    if piece.startswith("[") or piece in {"&&", "--", "~~"}:
        raise UnlikePatternError(f"the pattern has `{piece}` in a class, which JSON Schema does not know")
    if negated and piece in {"\\d", "\\w"}:
        raise UnlikePatternError(_said_otherwise(piece, {"\\d": "0-9", "\\w": "0-9A-Za-z_"}[piece]))
    return _escape(piece, in_class=True) if piece.startswith("\\") else piece


def _escape(piece: str, *, in_class: bool) -> str:
    if piece in {"\\b", "\\B"} and not in_class:  # in a class it is a backspace, to those who know it there
        raise UnlikePatternError(
            f"the pattern has `{piece}`, and words have other characters in JSON Schema;"
            " write which characters may stand there, such as `(^|[^0-9A-Za-z_])`"
        )
    if piece in _OPPOSITES:
        raise UnlikePatternError(_said_otherwise(piece, _OPPOSITES[piece]))
    kind = piece[1]
    if kind in "pP":
        return _property(piece)
    if (kind == "x" and len(piece) == 4) or (kind == "u" and len(piece) == 6 and "{" not in piece):
        return piece
    if kind in "xuU" and len(piece) > 2:
        character = chr(int(piece[2:].strip("{}"), 16))
        return f"\\{character}" if character in _SYNTAX or (in_class and character == "-") else character
    if len(piece) == 2 and (kind in _ESCAPES or kind in _SYNTAX or (in_class and kind == "-")):
        return piece
    if len(piece) == 2 and not kind.isalnum() and kind not in "<>":
        return kind  # in ECMA-262 only what has a meaning may be escaped
    raise UnlikePatternError(f"the pattern has `{piece}`, which JSON Schema does not know")


def _property(piece: str) -> str:
    """Spell a property of characters; Rust takes the name of a script alone, ECMA-262 only `Script=`."""
    name = piece[2:].strip("{}")
    if not re.fullmatch(
        r"[A-Z][a-z]?|\w+=\w+|Letter|Number|Alphabetic|White_Space|Uppercase|Lowercase", name
    ):
        raise UnlikePatternError(
            f"the pattern has `{piece}`, which JSON Schema does not know; write `Script=`"
        )
    return f"{piece[:2]}{{{name}}}"


def _said_otherwise(piece: str, instead: str) -> str:
    return f"the pattern has `{piece}`, which holds other characters in JSON Schema; write `{instead}`"
