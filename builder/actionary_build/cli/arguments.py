"""Read what stands after an action's name: JSON, fields as flags, and a few options of our own."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import click
from actionary.coerce import Parameter

OPTIONS: Final = {
    "--input": "input",
    "--input-file": "input",
    "--output": "output",
    "--output-file": "output",
    "--principal": "principal",
    "--project": "project",
    "--scopes": "scopes",
}
"""Options with a value, and what each says. A field of the action that is called alike wins."""

SWITCHES: Final = {"--json": "json", "--help": "help"}
"""Options without a value."""

_BOOLEANS: Final = frozenset({"true", "false", "1", "0"})


@dataclass(slots=True)
class Given:
    """What was typed: the JSON argument, texts for fields in their order, our own options."""

    json: str | None = None
    texts: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)


class NoSuchField(click.NoSuchOption):
    """A flag that is no field of the action and no option of ours."""


def read_arguments(arguments: Sequence[str], fields: Mapping[str, Parameter]) -> Given:
    """Read the arguments of a call of an action with these fields.

    ``--key value``, ``--key=value``, for a boolean ``--key`` and ``--no-key``; a hyphen
    stands for an underscore. A value that begins with ``--`` is written with ``=``.

    Raises:
        NoSuchField: A flag is neither a field nor an option.
        click.UsageError: They cannot be read.
    """
    return _Reader(list(arguments), fields).read()


class _Reader:
    """Goes through the arguments once, from left to right."""

    def __init__(self, waiting: list[str], fields: Mapping[str, Parameter]) -> None:
        self.waiting = waiting
        self.fields = fields
        self.given = Given()

    def read(self) -> Given:
        while self.waiting:
            argument = self.waiting.pop(0)
            if argument == "--":
                for positional in self.waiting:
                    self._positional(positional)
                break
            if argument.startswith("--"):
                self._flag(argument)
            elif argument.startswith("-") and argument != "-":
                raise click.UsageError(f"there is no option {argument}; fields are written with two hyphens")
            else:
                self._positional(argument)
        return self.given

    def _positional(self, argument: str) -> None:
        if self.given.json is not None:
            raise click.UsageError(f"one JSON argument is taken, and this is the second: {argument}")
        self.given.json = argument

    def _flag(self, argument: str) -> None:
        flag, equals, text = argument.partition("=")
        value = text if equals else None
        name = self._field(flag[2:])
        if name is not None:
            self.given.texts.append((name, _utf_8(flag, self._text(flag, value, self.fields[name]))))
        elif flag in SWITCHES:
            if value is not None:
                raise click.UsageError(f"{flag} takes no value")
            self.given.options[SWITCHES[flag]] = ""
        elif flag in OPTIONS:
            self._option(flag, value)
        else:
            self._negated(flag, value)

    def _field(self, flag: str) -> str | None:
        return next((name for name in (flag, flag.replace("-", "_")) if name in self.fields), None)

    def _text(self, flag: str, value: str | None, parameter: Parameter) -> str:
        if value is not None:
            return value
        following = self.waiting[0] if self.waiting else None
        if _may_be_bare(parameter):
            return self.waiting.pop(0) if following is not None and following.lower() in _BOOLEANS else "true"
        return self._following(flag)

    def _following(self, flag: str) -> str:
        if not self.waiting or self.waiting[0].startswith("--"):
            raise click.UsageError(f"{flag} needs a value; one that begins with -- is written {flag}=VALUE")
        return self.waiting.pop(0)

    def _option(self, flag: str, value: str | None) -> None:
        if OPTIONS[flag] in self.given.options:
            raise click.UsageError(f"{flag} is given twice")
        self.given.options[OPTIONS[flag]] = self._following(flag) if value is None else value

    def _negated(self, flag: str, value: str | None) -> None:
        name = self._field(flag.removeprefix("--no-")) if flag.startswith("--no-") else None
        if name is None:
            raise NoSuchField(flag, possibilities=self._near(flag))
        if not _may_be_bare(self.fields[name]):
            raise click.UsageError(f"{flag}: {name} is no boolean; write --{flag[5:]}=VALUE")
        if value is not None:
            raise click.UsageError(f"{flag} takes no value")
        self.given.texts.append((name, "false"))

    def _near(self, flag: str) -> list[str]:
        from actionary_build.texts import one_line

        known = [*(f"--{name.replace('_', '-')}" for name in self.fields), *OPTIONS, *SWITCHES]
        return [one_line(near) for near in difflib.get_close_matches(flag, known, n=1)]


def _utf_8(flag: str, text: str) -> str:
    """Give a text as it was typed, also where the locale could not read it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(text).decode()
        except UnicodeDecodeError as error:
            raise click.UsageError(f"the value of {flag} is no UTF-8 text") from error
    return text


def _may_be_bare(parameter: Parameter) -> bool:
    return "boolean" in parameter.types and "string" not in parameter.types
