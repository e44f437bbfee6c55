"""What a benchmark found: tables of numbers, what was asked of them, and how they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import starmap


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a figure: that it is so much at ``least``, or at ``most``."""

    least: float | None = None
    most: float | None = None

    def is_met(self, value: float | str) -> bool:
        """Say whether a figure is what is asked; a text is none."""
        return (
            not isinstance(value, str)
            and (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
        )

    def __str__(self) -> str:
        return f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured; its values stand in the order of the table's columns.

    ``asked`` is about the first value.
    """

    name: str
    values: tuple[float | str, ...]
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that belong together; ``note`` says how to read them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str


def at_least(value: float) -> Asked:
    """Ask for so much or more."""
    return Asked(least=value)


def at_most(value: float) -> Asked:
    """Ask for so much or less."""
    return Asked(most=value)


def text_of(table: Table) -> str:
    """Write a table for people; what was asked stands behind each row, with a word where it is missed."""
    lines = [("", *table.columns), *((row.name, *map(_written, row.values)) for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    body = ["  ".join(starmap(_aligned, enumerate(zip(line, widths, strict=True)))) for line in lines]
    behind = ["asked" if any(row.asked for row in table.rows) else "", *map(_asked_of, table.rows)]
    body = [f"{line}  {asked}".rstrip() for line, asked in zip(body, behind, strict=True)]
    return "\n".join([table.title, *body, table.note, ""])


def _asked_of(row: Row) -> str:
    if row.asked is None:
        return ""
    return f"{row.asked}{'' if row.asked.is_met(row.values[0]) else ', missed'}"


def _written(value: float | str) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
    return str(value)


def _aligned(column: int, cell: tuple[str, int]) -> str:
    text, width = cell
    return text.ljust(width) if column == 0 else text.rjust(width)
