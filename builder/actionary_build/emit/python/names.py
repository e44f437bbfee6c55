"""Names for Python: of parameters and fields, classes, modules and the package."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import Final, Self

from actionary.catalog import Catalog
from actionary.names import pascal_case, slug

from actionary_build.texts import PythonIdentifier, json_text, one_line, package_name

PARAMETERS_TAKEN: Final = frozenset({"self", "options"})
"""What every method of the client has already."""

EXTRA_INPUT: Final = "extra_input"
"""The argument for keys beside those of the input, where an action takes such."""

TYPES_TAKEN: Final = frozenset({"annotations"})
"""What ``models`` imports under a public name."""

FIELDS_TAKEN: Final = frozenset(
    """
    construct copy dict from_orm json model_computed_fields model_config model_construct model_copy
    model_dump model_dump_json model_extra model_fields model_fields_set model_json_schema
    model_parametrized_name model_post_init model_rebuild model_validate model_validate_json
    model_validate_strings parse_file parse_obj parse_raw schema schema_json update_forward_refs validate
    """.split()
)
"""What pydantic gives every model; it is written down as pydantic takes long to import."""


class Name(PythonIdentifier):
    """A public name: no leading underscore, no word of the language; ``type`` and ``match`` may stand."""

    __slots__ = ()

    def __new__(cls, text: str, taken: Collection[str] = ()) -> Self:
        """Make the name, with as many underscores behind it as tell it from those taken."""
        name = text
        if not (text.isascii() and text.isidentifier() and text[0] != "_"):  # few names are none
            name = re.sub(r"[^A-Za-z0-9_]", "_", text).lstrip("_") or "value"
            if name[0].isdigit():
                name = f"n{name}"
        while keyword.iskeyword(name) or name in taken:
            name += "_"
        return str.__new__(cls, name)


def names_for(wanted: Iterable[str], taken: Collection[str]) -> dict[str, Name]:
    """Name each of the wanted ones, no two alike; those that are good names already keep theirs."""
    names = {text: Name(text, taken) for text in wanted}
    by_fit = sorted(names, key=lambda text: names[text] != text)
    if not by_fit or names[by_fit[-1]] == by_fit[-1]:  # all keep theirs
        return names
    gone = set(taken)
    for text in by_fit:
        names[text] = Name(text, gone)
        gone.add(names[text])
    return names


def class_name(text: str) -> Name:
    """Name a class after a code: ``out_of_stock`` becomes ``OutOfStock``."""
    return Name(pascal_case(text))


@cache
def module_name(tag: str | None) -> Name:
    """Name the module of a tag: ``default`` for what has none."""
    return Name(slug(tag or "").replace("-", "_") or "default")


def default_package(catalog: Catalog) -> str:
    """Name the package after the beginning of the title: ``My Shop`` becomes ``my_shop_client``."""
    return Name(package_name(catalog.title, "_"))


class TomlString(str):
    """A one-line string of TOML, in double quotes."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Quote as JSON does, which TOML reads alike once nothing invisible is left."""
        return super().__new__(cls, json_text(one_line(text)))
