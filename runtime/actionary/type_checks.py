"""What the types of an action have to hold to because of its other fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import CoreSchema

from actionary.catalog import QUERY_METHODS
from actionary.core_shapes import Shape, shape_of
from actionary.definition import Definition
from actionary.fields import Cursor


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field of the definition, or a parameter of the handler, and the mend."""

    field: str
    what: str
    mend: str


def type_mistakes(
    definition: Definition, given: CoreSchema | None, output: CoreSchema | None
) -> Iterator[Mistake]:
    """Compare an action's types with what its definition says of them.

    ``given`` is the core schema of the input, ``output`` that of the output; ``None``
    stands for what pydantic does not know yet, or nobody declared.
    """
    reads_query = definition.http is not None and definition.http.method in QUERY_METHODS
    if reads_query and given is not None:
        yield from _nulls(shape_of(given))
    if definition.paginate is not None:
        yield from _pages(definition.paginate, given, output)


def _nulls(given: Shape) -> Iterator[Mistake]:
    """Find parameters that would have to say null, which no query can (DESIGN §5)."""
    for name, field in given.fields("validation").items():
        if not field.allows_null or (not field.is_required and field.default is None):
            continue
        why = "it is required" if field.is_required else f"its default is {field.default!r}"
        yield Mistake(
            name,
            f"it may be null and {why}, but a query cannot say null",
            "make null its default, take null out of its type, or use POST or PUT",
        )


def _pages(cursor: Cursor, given: CoreSchema | None, output: Any) -> Iterator[Mistake]:
    if given is not None:
        field = shape_of(given).fields("validation").get(cursor.input)
        if field is None:
            yield _paginate(f"the input has no `{cursor.input}`", f"add `{cursor.input}: str | None = None`")
        elif field.is_required:
            yield _paginate(
                f"the input's `{cursor.input}` is required, and the first page has no cursor",
                f"give it a default, `{cursor.input}: str | None = None`",
            )
    if output is None:
        return
    fields = shape_of(output).fields("serialization")
    after, items = fields.get(cursor.output), fields.get(cursor.items)
    if after is None or not after.allows_null:
        what = "has no" if after is None else "must allow null in"
        yield _paginate(
            f"the output {what} `{cursor.output}`, which is null on the last page",
            f"return an object with `{cursor.output}: str | None`",
        )
    if items is None or not items.is_list:
        what = "has no" if items is None else "has no list in"
        yield _paginate(
            f"the output {what} `{cursor.items}`",
            f"return an object with the page in `{cursor.items}: list[...]`",
        )


def _paginate(what: str, mend: str) -> Mistake:
    return Mistake("paginate", what, f"{mend}, or name another field in `Cursor(...)`")
