"""What a benchmark found: tables of numbers, and how they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import starmap


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured; its values stand in the order of the table's columns."""

    name: str
    values: tuple[float | str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that belong together; ``note`` says how to read them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str


def text_of(table: Table) -> str:
    """Write a table for people."""
    lines = [("", *table.columns), *((row.name, *map(_written, row.values)) for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    body = [
        "  ".join(starmap(_aligned, enumerate(zip(line, widths, strict=True)))).rstrip() for line in lines
    ]
    return "\n".join([table.title, *body, table.note, ""])


def _written(value: float | str) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
    return str(value)


def _aligned(column: int, cell: tuple[str, int]) -> str:
    text, width = cell
    return text.ljust(width) if column == 0 else text.rjust(width)
