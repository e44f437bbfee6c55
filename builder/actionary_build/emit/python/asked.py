"""What the generator is asked for: each schema on its own, so that what comes of it can be kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from actionary.json_schema import references

from actionary_build.emit.python.annotations import Expression
from actionary_build.emit.python.generate import DECIMAL, GENERATOR, REFERENCE
from actionary_build.emit.python.limits import set_aside
from actionary_build.emit.python.schemas import ANNOTATIONS, Definition, for_generator


@dataclass(frozen=True, slots=True)
class Asked:
    """A schema as the generator gets it, as JSON, and what stands for types and limits in it."""

    text: str
    names: Mapping[str, str]
    limits: Mapping[str, str]

    @classmethod
    def of(cls, schema: Any, *, limits: bool) -> Asked:
        """Give a schema names that depend on nothing else; ``limits`` says whether the type has them."""
        if not isinstance(schema, dict):
            return cls("{}", {}, {})
        told = {key: schema[key] for key in schema if key not in ANNOTATIONS}
        used = sorted(set(references(told)) - {DECIMAL})
        names = {name: f"{REFERENCE}{at}" for at, name in enumerate(used)}
        cleaned = for_generator(told, names, limits=limits)
        aside: Mapping[str, str] = {}
        if limits:
            cleaned, aside = set_aside(cleaned)
        text = json.dumps(cleaned, sort_keys=True)
        return cls(text, {generated: name for name, generated in names.items()}, aside)


def places_of(definition: Definition) -> Iterator[tuple[str, str]]:
    """Give what has a type in a definition, as its name and the field's, which is ``root`` for an alias."""
    for wire in definition.schema["properties"] if definition.is_model else ("root",):
        yield definition.name, wire


def generated(asked: Iterable[Asked]) -> dict[str, Expression]:
    """Have each schema's type made once, and give the types by the schemas' texts.

    Raises:
        GeneratorError: The generator did not make what it was asked for.
    """
    texts = sorted({each.text for each in asked})
    types = GENERATOR.get()([json.loads(text) for text in texts])
    return {text: Expression(made) for text, made in zip(texts, types, strict=True)}
