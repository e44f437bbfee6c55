"""What each field of a definition may hold, as far as it can be said without the action's types."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Final, NoReturn

from pydantic import BaseModel, TypeAdapter

from actionary.definition_error import ActionDefinitionError, Place
from actionary.fields import UNSET, ActionFields, Cursor, Deprecated, Example, Http
from actionary.names import is_name
from actionary.result import ActionError, CommonError, FailedCall, details_adapter
from actionary.routes import OWN, is_own_below_prefix
from actionary.schema import built_schema
from actionary.signature import REFUSALS, mend_of, why_refused
from actionary.type_rules import Mode, first_misfit

DEFAULT_TIMEOUT: Final = 30.0
"""Seconds that an action may take when its definition does not say."""

METHODS: Final = ("GET", "POST", "PUT", "DELETE")

_FIELDS: Final = frozenset(ActionFields.__annotations__)

_HTTP: Final = Http()
"""How an action is reached over HTTP when its definition does not say."""


@dataclass(frozen=True, slots=True)
class FieldChecks:
    """Reads one field after the other; every mistake names the action and the field."""

    fields: Mapping[str, Any]
    where: Place
    action: str

    def fail(self, field: str, what: str, mend: str) -> NoReturn:
        """Refuse a field, and say how to mend it."""
        raise ActionDefinitionError(what, mend=mend, where=self.where, action=self.action, field=field)

    def handler(self, handler: Any) -> None:
        """Refuse what no call could run."""
        if inspect.isclass(handler) or not callable(handler):
            self.fail("handler", f"{handler!r} is no function", "give a function, `def` or `async def`")

    def fits(self, field: str, described: type[BaseModel] | TypeAdapter[Any]) -> None:
        """Refuse what no contract can hold to, as far as pydantic knows the type by now."""
        schema = built_schema(described)
        mode: Mode = "validation" if field == "input" else "serialization"
        misfit = None if schema is None else first_misfit(schema, mode)
        if misfit is not None:
            self.fail(field + misfit.path, f"it {misfit.what}", misfit.mend)

    def known(self) -> None:
        """Refuse fields that there are not."""
        if self.fields.keys() <= _FIELDS:
            return
        import difflib  # noqa: PLC0415 - only a mistake needs it

        for field in sorted(self.fields.keys() - _FIELDS):
            if field in _FROM_THE_FUNCTION:
                self.fail(field, *_FROM_THE_FUNCTION[field])
            near = difflib.get_close_matches(field, ActionFields.__annotations__, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "remove it"
            self.fail(field, "there is no such field", hint)

    def name(self, name: Any) -> None:
        """Refuse what no name of an action may be."""
        if not isinstance(name, str) or not is_name(name):
            self.fail("name", f"{name!r} is no action name", "use [a-z][a-z0-9_]{0,63}, such as `get_order`")

    def text(self, field: str) -> str | None:
        """Read a text, without the indentation that it has in the source."""
        value = self.fields.get(field)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.fail(field, f"{value!r} is no text", "write a sentence, or leave the field out")
        return unindented(value)

    def flag(self, field: str, *, default: bool) -> bool:
        """Read a bool; nothing else stands for one."""
        value = self.fields.get(field, default)
        if not isinstance(value, bool):
            self.fail(field, f"{value!r} is no bool", "write True or False")
        return value

    def http(self) -> Http | None:
        """Read how the action is reached over HTTP, ``None`` if it is not."""
        value = self.fields.get("http", _HTTP)
        if value is False:
            return None
        if not isinstance(value, Http):
            known = ", ".join(f'`Http("{method}")`' for method in METHODS)
            self.fail("http", f"{value!r} is no Http", f"write {known}, or `False` for none")
        if value.method not in METHODS:  # a list, say, has no hash
            known = ", ".join(f'"{method}"' for method in METHODS)
            self.fail("http", f"{value.method!r} is no method here", f"use one of {known}, in capitals")
        self.path(value.path)
        return value

    def path(self, path: Any) -> None:
        """Refuse what cannot be an action's path below the prefix."""
        if path is None:
            return
        if not isinstance(path, str) or not _PATH.fullmatch(path):
            self.fail("http", f"{path!r} is no path", _PATH_MEND)
        if is_own_below_prefix(path):
            self.fail("http", f"{path!r} {OWN}", "choose another first part")

    def one_of(self, field: str, *choices: str) -> Any:
        """Read a field that has one of a few texts, or is not given."""
        value = self.fields.get(field)
        if value is not None and value not in choices:
            known = ", ".join(f'"{choice}"' for choice in choices)
            self.fail(field, f"{value!r} is none of its values", f"use one of {known}")
        return value

    def output_fallback(self) -> Any:
        """Read what callers get instead of a result that does not fit."""
        value = self.fields.get("output_fallback", UNSET)
        is_wanted = self.fields.get("on_invalid_output") == "fallback"
        if is_wanted and value is UNSET:
            self.fail(
                "output_fallback",
                'there is none for `on_invalid_output="fallback"`',
                "give a result, or a function without arguments that makes one",
            )
        if not is_wanted and value is not UNSET:
            self.fail(
                "output_fallback",
                "it would never be used",
                'set `on_invalid_output="fallback"`, or leave it out',
            )
        return value

    def deprecated(self) -> Deprecated | None:
        """Read whether the action is deprecated, and what is said of it."""
        value = self.fields.get("deprecated", False)
        if isinstance(value, bool):
            return Deprecated() if value else None
        if not isinstance(value, Deprecated):
            self.fail(
                "deprecated",
                f"{value!r} is neither True nor False nor a `Deprecated`",
                f"write True, or `{_deprecation_meant(value)}`, with `from actionary import Deprecated`",
            )
        for day in (value.since, value.sunset):
            given: Any = day
            if given is not None and (not isinstance(given, date) or isinstance(given, datetime)):
                self.fail("deprecated", *_no_date(given))
        if value.since is not None and value.sunset is not None and value.sunset < value.since:
            self.fail("deprecated", "the sunset is before the day it is deprecated", "give a later day")
        instead: Any = value.use_instead
        if instead is not None and (not isinstance(instead, str) or not is_name(instead)):
            self.fail("deprecated", f"{instead!r} is no action name", "name the action to use instead")
        return value

    def paginate(self) -> Cursor | None:
        """Read the names of the fields that lead from page to page."""
        value = self.fields.get("paginate")
        if value is None:
            return None
        if not isinstance(value, Cursor):
            self.fail("paginate", f"{value!r} is no Cursor", "write `Cursor()`, with the names of the fields")
        for each in fields(value):
            name = getattr(value, each.name)
            if not isinstance(name, str) or not name:
                self.fail("paginate", f"{name!r} is no name of a field", f"name it in `{each.name}`")
        return value

    def sequence(self, field: str) -> tuple[Any, ...]:
        """Read a list of any kind; a text is none."""
        value = self.fields.get(field, ())
        if not isinstance(value, tuple | list) and (
            isinstance(value, str) or not isinstance(value, Sequence)
        ):
            self.fail(field, f"{value!r} is no list", f"write `{field}=[...]`")
        return tuple(value)

    def tags(self) -> tuple[str, ...]:
        """Read the tags."""
        tags = self.sequence("tags")
        for tag in tags:
            if not isinstance(tag, str) or not _is_tag(tag):
                self.fail("tags", f"{tag!r} is no tag", _TAG_MEND)
        if len(set(tags)) < len(tags):
            self.fail("tags", "a tag stands twice", "name each once")
        return tags

    def examples(self) -> tuple[Example, ...]:
        """Read the examples; whether they fit is seen when all types are known."""
        examples = self.sequence("examples")
        for index, example in enumerate(examples):
            given: Any = example
            if not isinstance(given, Example) or not _is_object(given.input):
                self.fail(
                    "examples", f"number {index} is {example!r}", "write `Example({...input}, {...output})`"
                )
        return examples

    def errors(self) -> tuple[type[ActionError[Any]], ...]:
        """Read the domain errors, and make sure that their details can be described."""
        errors = self.sequence("errors")
        by_code: dict[str, Any] = {}
        for error in errors:
            if not inspect.isclass(error) or not issubclass(error, ActionError) or not hasattr(error, "code"):
                self.fail(
                    "errors", f"{error!r} is no domain error", "give subclasses of ActionError with a code"
                )
            if issubclass(error, CommonError | FailedCall):
                self.fail("errors", f"{error.__name__} is none of an action's own", "leave it out")
            if by_code.setdefault(error.code, error) is not error:
                self.fail("errors", f"`{error.code}` is declared twice", "give each error a code of its own")
            self.details(error)
        return tuple(dict.fromkeys(errors))

    def details(self, error: type[ActionError[Any]]) -> None:
        """Make sure that an error's details can be described."""
        if error.details_type is not None:
            try:
                adapter = details_adapter(error)
            except REFUSALS as refused:
                what = f"pydantic cannot describe the details of {error.__name__}: {why_refused(refused)}"
                self.fail("errors", what, mend_of(refused))
            self.fits(f"errors.{error.code}", adapter)

    def timeout(self) -> float:
        """Read the time limit in seconds, infinite for none."""
        value = self.fields.get("timeout", DEFAULT_TIMEOUT)
        if value is None:
            return math.inf
        seconds = value.total_seconds() if isinstance(value, timedelta) else value
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            self.fail("timeout", f"{value!r} is no time", "give seconds, a timedelta, or None for no limit")
        if not 0 < seconds < math.inf:
            self.fail(
                "timeout", f"{value!r} is no time to wait", "give more than 0 seconds, or None for no limit"
            )
        try:
            return float(seconds)
        except OverflowError:
            self.fail("timeout", "that is longer than a number can say", "give None for no limit")


_FROM_THE_FUNCTION: Final = {
    "input": (
        "`@action` reads the input from the function's parameters",
        "annotate those, or give `input` to `define_action`",
    ),
    "output": (
        "`@action` reads the output from the function's return annotation",
        "annotate what it returns, or give `output` to `define_action`",
    ),
    "handler": (
        "`@action` takes the function that it stands above",
        "leave it out, or give `handler` to `define_action`",
    ),
}
"""What `define_action` takes and the decorator does not: what is wrong, and the mend."""

_PATH: Final = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")
_PATH_MEND: Final = (
    'begin it with a slash and use letters, digits and `-._~` between slashes, such as "/orders"; '
    "it is literal, and the input is all that varies"
)

_USE: Final = re.compile(r"\b[Uu]se:? [`'\"]?(\w+)")
"""Where a text about a deprecated action names another one."""

_TAG_MEND: Final = "use 1 to 64 printable characters, no space at either end, such as `shop`"


def unindented(text: str) -> str:
    """Give a text without the indentation that it has in the source, and without space at its ends."""
    return (inspect.cleandoc(text) if "\n" in text else text.expandtabs()).strip()


def _no_date(given: Any) -> tuple[str, str]:
    """Say what was given instead of a date, and how to write the date."""
    if isinstance(given, datetime):
        return f"{given!r} has a time, and a day is meant", f"write `{_spelled(given)}`"
    if not isinstance(given, str):
        return f"{given!r} is no date", "give a `datetime.date`, such as `date(2026, 1, 31)`"
    try:
        meant = date.fromisoformat(given)
    except ValueError:
        meant = date(2026, 1, 31)
    return (
        f"{given!r} is a text, and a `datetime.date` is needed",
        f"write `{_spelled(meant)}`, with `from datetime import date`",
    )


def _deprecation_meant(given: Any) -> str:
    """Spell the `Deprecated` that was probably meant by something else: a day, or another action."""
    if isinstance(given, date):
        return f"Deprecated(since={_spelled(given)})"
    if not isinstance(given, str):
        return 'Deprecated(use_instead="other_action")'
    try:
        return f"Deprecated(since={_spelled(date.fromisoformat(given))})"
    except ValueError:
        named = _USE.search(given)
        name = named[1] if named else given
        return f'Deprecated(use_instead="{name if is_name(name) else "other_action"}")'


def _spelled(day: date) -> str:
    return f"date({day.year}, {day.month}, {day.day})"


def _is_tag(text: str) -> bool:
    return 1 <= len(text) <= 64 and text.isprintable() and text == text.strip()


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)
