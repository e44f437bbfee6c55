"""What the test kit complains of: contracts that are broken."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from actionary.defining import AnyAction

Kind: TypeAlias = Literal[
    "undescribed",
    "example",
    "undeclared_error",
    "invalid_output",
    "refused_input",
    "accepted_input",
    "untried",
]
"""What is wrong; docs/testing.md has one line for each."""

NO_INPUT: Final = object()
"""Stands for the input of a failure that is about none."""

_MOST_TEXT: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One way in which an action breaks its contract.

    ``input`` is the smallest that shows it, as JSON data, or `NO_INPUT`; ``what`` says
    what happened, ``mend`` what to do, ``error`` what was raised where something was.
    """

    action: str
    where: str
    kind: Kind
    what: str
    mend: str
    input: Any = NO_INPUT
    error: BaseException | None = None

    def __str__(self) -> str:
        lines = [f"{self.action} ({self.where}): {self.what}"]
        if self.input is not NO_INPUT:
            lines.append(f"  input: {as_text(self.input)}")
        if self.error is not None:
            lines += [f"  {line}" for line in _said_by(self.error)]
        return "\n".join([*lines, f"  mend: {self.mend}"])


class ContractBroken(AssertionError):  # noqa: N818 - it says what happened
    """Actions do not do what they say; ``failures`` are the ways in which they do not."""

    def __init__(self, failures: Iterable[Failure]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n\n".join(["the contract is broken:", *map(str, self.failures)]))


def failure_of(
    action: AnyAction,
    kind: Kind,
    what: str,
    mend: str,
    *,
    given: Any = NO_INPUT,
    error: BaseException | None = None,
) -> Failure:
    """Make a failure of an action."""
    return Failure(
        action=action.name,
        where=str(action.definition.where),
        kind=kind,
        what=what,
        mend=mend,
        input=given,
        error=error,
    )


def as_text(value: Any) -> str:
    """Write JSON data on one line, cut off where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}… ({len(text)} characters)"


def _said_by(error: BaseException) -> list[str]:
    """Give an error, and where it was raised: the action's own line first, then the innermost."""
    said = "".join(traceback.format_exception_only(error)).strip().splitlines()
    frames = traceback.extract_tb(error.__traceback__)
    package = str(Path(__file__).parents[1])
    own = [frame for frame in frames if not frame.filename.startswith(package)]
    ends = own if len(own) < 2 else [own[0], own[-1]]
    return [*said, *(f"  at {frame.filename}:{frame.lineno} in {frame.name}" for frame in ends)]
