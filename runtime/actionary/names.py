"""The forms of an action's name: as given, camelCase, PascalCase, slug."""

from __future__ import annotations

import re
from typing import Final

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""What an action may be called (match in full: ``$`` would allow a final newline)."""

_BETWEEN_WORDS: Final = re.compile(r"[^A-Za-z0-9]+")


def is_name(text: str) -> bool:
    """Say whether a text is a valid action name."""
    return NAME.fullmatch(text) is not None


def pascal_case(name: str) -> str:
    """Give the PascalCase form: ``get_order`` becomes ``GetOrder``."""
    is_plain = name.isascii() and name.isidentifier()
    parts = name.split("_") if is_plain else _BETWEEN_WORDS.split(name)
    return "".join([part[:1].upper() + part[1:] for part in parts])


def camel_case(name: str) -> str:
    """Give the camelCase form: ``get_order`` becomes ``getOrder``."""
    pascal = pascal_case(name)
    return pascal[:1].lower() + pascal[1:]


def slug(text: str) -> str:
    """Give the kebab-case form: ``get__order_`` becomes ``get-order``, ``My Shop`` ``my-shop``."""
    return "-".join(filter(None, _BETWEEN_WORDS.split(text.lower())))
