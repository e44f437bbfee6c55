"""Texts that nobody would write, and catalogs that hold them everywhere."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from actionary.action_spec import ActionSpec, ErrorSpec, ExampleSpec
from actionary.catalog import Catalog
from actionary.json_schema import map_schema
from hypothesis import strategies as st

ENDS = "*/ /* // -- --> <!-- ]]> \"\"\" ''' \" ' ` ``` ${x} {{x}} {%x%} #{x} {x} \\ \\n \\u0041 %s : ==="
MARKUP = "</script> <script> <b> &amp; & [a](b) ![a](b) # - > | class return import a B é 😀"
INVISIBLE = [
    "\n",
    "\r\n",
    "\t",
    "\x00",
    "\x1b[31m",
    "\u2028",
    "\u202e",
    "\u200b",
    "\ufeff",
    " ",
    "\n\n---\n",
    "\n# ",
]
PIECES = st.sampled_from([*ENDS.split(), *MARKUP.split(), *INVISIBLE])
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=6).map("".join)
"""Texts made of what ends a comment, a text, a line or a block in some language, and of anything else."""


@st.composite
def spoiled(draw: st.DrawFn, catalog: Catalog) -> Catalog:
    """Give the catalog with other texts in every place that people fill; its shapes stay."""
    every_end = draw(st.permutations(ENDS.split()).map("a ".join))  # one text has them all
    pool = [every_end, *draw(st.lists(TEXTS, min_size=3, max_size=7))]
    dice = Random(draw(st.integers(0, 2**32)))
    return _Spoiler(pool, dice).catalog(catalog)


class _Spoiler:
    """Puts texts of a pool into places; drawing each of them from hypothesis takes too long."""

    def __init__(self, pool: list[str], dice: Random) -> None:
        self.pool = pool
        self.dice = dice
        self.tags = [
            text for text in pool if 1 <= len(text) <= 64 and text.isprintable() and text == text.strip()
        ]

    def text(self) -> str:
        return self.dice.choice(self.pool)

    def written(self) -> str:
        text = self.text()
        return text if text.strip() else f"{text}x"

    def maybe(self) -> str | None:
        return self.dice.choice([None, self.written()])

    def schema(self, given: dict[str, Any]) -> dict[str, Any]:
        def describe(node: dict[str, Any]) -> dict[str, Any]:
            return node if "$ref" in node else {**node, "description": self.text()}

        return map_schema(given, describe)

    def error(self, spec: ErrorSpec) -> ErrorSpec:
        details = None if spec.details is None else self.schema(spec.details)
        return replace(spec, description=self.text(), details=details)

    def example(self, spec: ExampleSpec) -> ExampleSpec:
        given = {key: self.text() if isinstance(value, str) else value for key, value in spec.input.items()}
        return replace(spec, input=given)

    def action(self, spec: ActionSpec) -> ActionSpec:
        return replace(
            spec,
            title=self.maybe(),
            description=self.written(),
            more=self.text(),
            when_to_use=self.maybe(),
            when_not_to_use=self.maybe(),
            tags=tuple(self.dice.sample(self.tags, min(len(self.tags), self.dice.randint(0, 2)))),
            errors=tuple(self.error(each) for each in spec.errors),
            examples=tuple(self.example(each) for each in spec.examples),
            input=self.schema(spec.input),
            output=self.schema(spec.output),
        )

    def catalog(self, given: Catalog) -> Catalog:
        return replace(
            given,
            title=self.written(),
            description=self.text(),
            actions=tuple(self.action(each) for each in given.actions),
            types={name: self.schema(described) for name, described in given.types.items()},
        )
