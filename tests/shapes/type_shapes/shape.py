"""What an entry of the table of shapes is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class As:
    """A sample that is answered otherwise than it was given, both as JSON.

    ``untyped`` holds keys that no type names, which TypeScript warns of in a literal.
    """

    given: Any
    answered: Any
    untyped: bool = False


def same(value: Any) -> Any:
    """Answer what was given."""
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A type, as Python spells it, and what callers may and may not send and get.

    An action ``name`` takes one ``value`` of the type and answers with ``answer(value)``,
    of the same type or of ``output``. ``right`` are JSON values that are taken, ``wrong``
    those that are refused. ``unsaid`` are refused too, though no schema says it, and
    ``read_too`` are read although the schema refuses them; ``why`` says why.
    """

    name: str
    type: str
    right: tuple[Any, ...]
    wrong: tuple[Any, ...] = ()
    output: str = ""
    answer: Callable[[Any], Any] = field(default=same)
    unsaid: tuple[Any, ...] = ()
    read_too: tuple[Any, ...] = ()
    why: str = ""

    @property
    def samples(self) -> list[As]:
        """The right samples, with their answers."""
        return [sample if isinstance(sample, As) else As(sample, sample) for sample in self.right]
