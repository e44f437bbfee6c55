from __future__ import annotations

import functools
import math
import re
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from actionary import (
    Action,
    ActionDefinitionError,
    ActionError,
    Credential,
    Cursor,
    Deprecated,
    Example,
    Hooks,
    Http,
    action,
    define_action,
)
from actionary.fields import UNSET, ActionFields
from actionary.rates import Rate
from actionary.result import CommonError, FailedCall
from pydantic import BaseModel, SecretStr


class Stock(BaseModel):
    left: int


class OutOfStock(ActionError[Stock], code="out_of_stock"):
    """Too few are left."""


class OutOfStockTooError(ActionError, code="out_of_stock"):
    """The same code."""


class Exa(BaseModel):
    api_key: SecretStr


EXA = Credential("exa", fields=Exa)


class Plain: ...


class NoShape(ActionError[Plain], code="no_shape"):
    """Details that JSON cannot carry."""


def ping(text: str = "") -> str:
    """Answer.

    With the same text.
    """
    return text


def no_argument() -> bool:
    return True


def one_after_the_other(_result: Any, _ctx: Any) -> Any:
    yield


def by_decorator(given: dict[str, Any]) -> Action[..., Any]:
    return action(**given)(ping)


def by_function(fields: dict[str, Any]) -> Action[..., Any]:
    return define_action(handler=ping, **fields)


FORMS = pytest.mark.parametrize("make", [by_decorator, by_function])

NO_NAME = r"is no action name.*get_order"
NO_TEXT = r"is no text.*leave the field out"
NO_BOOL = r"is no bool.*write True or False"
NO_LIST = r"is no list.*write `{}=\[\.\.\.\]`"

WRONG: list[tuple[str, Any, str]] = [
    *(("name", value, NO_NAME) for value in ("", "A", "1a", "get-order", "a\n", "a" * 65, "é", None, 3)),
    *(
        (field, value, NO_TEXT)
        for field in ("title", "description", "when_to_use", "when_not_to_use")
        for value in ("", " \n", 3, ["text"])
    ),
    *(
        (field, value, NO_BOOL)
        for field in ("public", "agent_tool", "tool_callable", "read_only", "destructive", "idempotent")
        for value in (1, "yes", None)
    ),
    *((field, 0, NO_BOOL) for field in ("open_world", "parallel_safe")),
    *((field, 3, NO_LIST.format(field)) for field in ("tags", "examples", "errors")),
    ("tags", "shop", NO_LIST.format("tags")),
    ("tags", {"shop"}, NO_LIST.format("tags")),
    ("tags", [""], "is no tag"),
    ("tags", [3], "is no tag"),
    *(
        ("tags", [tag], "is no tag.*1 to 64 printable characters")
        for tag in ("x" * 65, "two\nlines", " shop", "shop ", " ", "a\x00", "a\u2028b", "a\u200bb")
    ),
    ("tags", ["shop", "shop"], "a tag stands twice.*name each once"),
    ("examples", [{"text": "x"}], r"number 0 is .*write `Example\("),
    ("examples", [Example({}), Example("text")], "number 1 is"),  # type: ignore[arg-type]  # that is the point
    ("examples", [Example({3: "x"})], "number 0 is"),  # type: ignore[dict-item]  # that is the point
    ("http", True, r'is no Http.*write `Http\("GET"\)`.*"POST".*"PUT".*"DELETE".*`False`'),
    ("http", None, "is no Http"),
    ("http", "GET", "is no Http"),
    ("http", Http("PATCH"), "'PATCH' is no method here.*in capitals"),  # type: ignore[arg-type]  # that is the point
    *(
        ("http", Http("PUT", path), "is no path.*begin it with a slash")
        for path in (
            *("", "/", "orders", "/orders/", "//orders", "/a//b", "/a/../b", "/.", "/a b", "/é", "/a?b"),
            *("/a#b", "/{id}", "/a%20b", "/a\n", 3),
        )
    ),
    *(
        ("http", Http("GET", path), "where the server's own routes are.*choose another")
        for path in ("/actions", "/actions/other", "/approvals/x", "/changes")
    ),
    *(
        ("deprecated", value, rf"is neither True nor False nor a `Deprecated`.*write True, or `{meant}`")
        for value, meant in (
            ("use get_book", r"Deprecated\(use_instead=\"get_book\"\)"),
            ("Gone in May. Use `get_book` instead.", r"Deprecated\(use_instead=\"get_book\"\)"),
            ("get_book", r"Deprecated\(use_instead=\"get_book\"\)"),
            ("use GetBook", r"Deprecated\(use_instead=\"other_action\"\)"),
            ("no longer", r"Deprecated\(use_instead=\"other_action\"\)"),
            ("2027-02-01", r"Deprecated\(since=date\(2027, 2, 1\)\)"),
            (date(2027, 2, 1), r"Deprecated\(since=date\(2027, 2, 1\)\)"),
            (None, r"Deprecated\(use_instead=\"other_action\"\)"),
            (1, r"Deprecated\(use_instead=\"other_action\"\)"),
        )
    ),
    (
        "deprecated",
        Deprecated(since="2027-02-01"),  # type: ignore[arg-type]  # that is the point
        r"is a text.*write `date\(2027, 2, 1\)`.*from datetime import date",
    ),
    ("deprecated", Deprecated(since="soon"), r"is a text.*write `date\("),  # type: ignore[arg-type]  # as above
    ("deprecated", Deprecated(since=2027), r"is no date.*such as `date\("),  # type: ignore[arg-type]  # as above
    ("deprecated", Deprecated(sunset=datetime(2026, 1, 2)), r"has a time.*write `date\(2026, 1, 2\)`"),  # noqa: DTZ001 - as above
    ("deprecated", Deprecated(date(2026, 2, 1), date(2026, 1, 1)), "the sunset is before"),
    ("deprecated", Deprecated(use_instead="Other Thing"), "is no action name"),
    ("unknown_keys", "drop", '\'drop\' is none of its values.*"forbid", "ignore", "allow"'),
    ("unknown_keys", True, "is none of its values"),
    ("on_invalid_output", "ignore", 'is none of its values.*"strict", "warn", "fallback"'),
    ("output_fallback", None, "would never be used.*on_invalid_output"),
    ("paginate", True, "is no Cursor.*write `Cursor"),
    ("paginate", Cursor(items=""), "is no name of a field.*name it in `items`"),
    ("http", Http("get"), "'get' is no method here"),  # type: ignore[arg-type]  # that is the point
    ("http", Http(["GET"]), "is no method here"),  # type: ignore[arg-type]  # that is the point
    ("auth", Stock, "Stock is a class.*make one"),
    ("auth", True, "cannot be called.*takes the request"),
    ("auth", no_argument, "does not take one argument"),
    ("auth", lambda _one, _two: True, "does not take one argument"),
    *(("needs_approval", value, "neither a bool nor a function") for value in ("yes", 1, bool)),
    ("needs_approval", callable, "does not take two arguments"),
    ("authorize", True, "cannot be called.*input and the context"),
    ("authorize", callable, "does not take two arguments"),
    ("scopes", "read", "is no list"),
    ("scopes", ["two words"], "is no scope.*without spaces"),
    ("scopes", [3], "is no scope"),
    ("credentials", {"exa": "s3cret"}, "type dict is no list.*write `credentials="),
    ("credentials", ["s3cret"], "type str is no credential.*write `credentials="),
    ("credentials", [EXA, Credential("exa", fields=Exa, scope="user")], "two of them have the key 'exa'"),
    ("credentials", [EXA], "takes no context.*add a parameter `ctx: Context`"),
    ("rate_limit", 10, '10 is no text.*write it like "10/minute"'),
    ("rate_limit", "often", "has 'often', which is no rate.*write it like"),
    ("errors", OutOfStock, NO_LIST.format("errors")),
    ("errors", [ValueError], "is no domain error.*subclasses of ActionError"),
    ("errors", [ActionError], "is no domain error"),
    ("errors", [OutOfStock("x", details=Stock(left=1))], "is no domain error"),
    ("errors", [CommonError], "CommonError is none of an action's own"),
    ("errors", [FailedCall], "FailedCall is none of an action's own"),
    ("errors", [OutOfStock, OutOfStockTooError], "`out_of_stock` is declared twice"),
    ("errors", [NoShape], "cannot describe the details of NoShape"),
    *(("timeout", value, "is no time.*None for no limit") for value in ("30", True, [30])),
    *(("timeout", value, "more than 0 seconds") for value in (0, -1, float("nan"), float("inf"))),
    ("timeout", timedelta(0), "more than 0 seconds"),
    ("timeout", 10**400, "None for no limit"),
    *(("retries", value, "is no number of times.*0 for never") for value in (-1, 1.0, True, "3", None)),
    *(("backoff", value, "is no time.*0 seconds or more") for value in ("1", None, True)),
    *(("backoff", value, "is no time to wait") for value in (-0.1, math.nan, math.inf, timedelta(-1))),
    ("backoff", 10**400, "longer than a number can say"),
    ("backoff", 1, "it would never be used.*set `retries=`"),
    *(("hooks", value, "is no Hooks.*write `Hooks") for value in (True, {}, Hooks, no_argument)),
    ("compensate", 3, "3 is no function.*def compensate.input, ctx, error."),
    ("compensate", dict, "is no function"),
    ("compensate", no_argument, "does not take the 3 arguments input, ctx, error"),
    # a name that is almost right, and fields of later issues: nothing is taken and ignored
    ("pubic", True, "there is no such field.*did you mean `public`"),
    *((field, None, "there is no such field") for field in ("method", "path")),
]


@FORMS
@pytest.mark.parametrize(("field", "value", "said"), WRONG)
def test_a_mistake_names_the_place_the_action_the_field_and_the_mend(make, field, value, said):
    with pytest.raises(ActionDefinitionError) as caught:
        make({field: value})
    error = caught.value
    assert error.field == field
    assert error.where.file == __file__
    assert Path(__file__).read_text().splitlines()[error.where.line - 1].strip().startswith("return ")
    assert error.action == (
        value if field == "name" and isinstance(value, str) else repr(value) if field == "name" else "ping"
    )
    assert error.mend
    assert _matches(said, f"{error.what} {error.mend}")
    assert str(error).startswith(f"{error.where}: ")
    assert str(error).endswith(f"\n  mend: {error.mend}")


@pytest.mark.parametrize("field", ["input", "output", "handler"])
def test_what_only_the_function_takes_is_said_of_the_decorator(field):
    with pytest.raises(ActionDefinitionError, match=f"give `{field}` to `define_action`") as caught:
        by_decorator({field: Stock})
    assert caught.value.field == field


def test_an_output_cannot_be_a_json_schema():
    with pytest.raises(ActionDefinitionError, match="only an input can be given as a JSON Schema") as caught:
        define_action(handler=ping, output={"type": "object"})
    assert (caught.value.field, "give a type" in caught.value.mend) == ("output", True)


def _matches(said: str, text: str) -> bool:
    return re.search(said, text, re.DOTALL) is not None


def test_the_table_of_mistakes_has_every_field():
    assert {field for field, _, _ in WRONG} >= set(ActionFields.__annotations__)


@pytest.mark.parametrize(
    "handler", [3, None, "ping", Stock, type("Odd", (), {}), pytest.param(action(ping), id="an action")]
)
def test_only_a_function_can_be_a_handler(handler):
    with pytest.raises(ActionDefinitionError) as caught:
        define_action(name="x", handler=handler)
    assert (caught.value.action, caught.value.field) == ("x", "handler")
    assert caught.value.where.file == __file__


def test_a_text_in_the_handlers_place_is_called_no_function():
    with pytest.raises(ActionDefinitionError, match="'ping' is no function"):
        action("ping")  # type: ignore[call-overload]  # that is the point


@FORMS
def test_what_is_not_said_has_its_default(make):
    definition = make({}).definition
    assert (definition.name, definition.description, definition.more) == (
        "ping",
        "Answer.",
        "With the same text.",
    )
    assert definition.title is definition.when_to_use is definition.when_not_to_use is definition.auth is None
    assert definition.tags == definition.examples == definition.errors == ()
    assert (definition.public, definition.deprecated, definition.agent_tool) == (False, None, True)
    assert (definition.tool_callable, definition.unknown_keys, definition.paginate) == (True, None, None)
    assert (definition.on_invalid_output, definition.output_fallback) == ("strict", UNSET)
    assert (definition.http, definition.timeout) == (Http("POST"), 30.0)
    assert definition.module == __name__ or definition.module.endswith("test_definition")


@pytest.mark.parametrize(
    ("fields", "read_only", "destructive", "idempotent"),
    [
        ({}, False, True, False),
        ({"http": Http("GET")}, True, False, True),
        ({"http": Http("GET"), "read_only": False}, False, True, False),
        ({"http": False}, False, True, False),
        ({"read_only": True}, True, False, True),
        ({"destructive": False}, False, False, False),
        ({"idempotent": True}, False, True, True),
        ({"http": Http("GET"), "idempotent": False}, True, False, False),
        ({"http": Http("PUT")}, False, True, True),
        ({"http": Http("DELETE")}, False, True, True),
        ({"http": Http("PUT"), "idempotent": False}, False, True, False),
    ],
)
def test_hints_follow_from_each_other_where_they_are_not_given(fields, read_only, destructive, idempotent):
    definition = by_decorator(fields).definition
    assert (definition.read_only, definition.destructive, definition.idempotent) == (
        read_only,
        destructive,
        idempotent,
    )
    assert (definition.open_world, definition.parallel_safe) == (True, False)


@FORMS
def test_every_field_is_kept_as_it_was_given(make):
    given = {
        "name": "answer_2",
        "title": "Answer",
        "description": "Say it again.",
        "when_to_use": "  Always.\n    Really. ",
        "when_not_to_use": "Never.",
        "tags": ("b", "a"),
        "examples": [Example({"text": "x"}, None)],
        "deprecated": Deprecated(date(2026, 1, 31), date(2027, 1, 31), "other"),
        "public": True,
        "http": False,
        "agent_tool": False,
        "tool_callable": False,
        "read_only": True,
        "destructive": False,
        "idempotent": False,
        "open_world": False,
        "parallel_safe": True,
        "auth": callable,
        "scopes": ("b:write", "a"),
        "authorize": max,
        "rate_limit": "100/hour;10 per 2 minutes",
        "needs_approval": max,
        "credentials": (),
        "errors": [OutOfStock],
        "unknown_keys": "ignore",
        "on_invalid_output": "fallback",
        "output_fallback": "nothing",
        "timeout": timedelta(milliseconds=1500),
        "retries": 2,
        "backoff": timedelta(seconds=3),
        "hooks": Hooks(before_validate=max, on_error=min),
        "compensate": max,
        "paginate": None,
    }
    assert set(given) == set(ActionFields.__annotations__)
    definition = make(given).definition
    expected = given | {
        "when_to_use": "Always.\nReally.",
        "examples": tuple(given["examples"]),
        "http": None,
        "errors": (OutOfStock,),
        "scopes": ("a", "b:write"),
        "rate_limit": (Rate(10, 120), Rate(100, 3600)),
        "timeout": 1.5,
        "backoff": 3.0,
        "more": "",
    }
    assert {field: getattr(definition, field) for field in expected} == expected


HOOKS: dict[str, tuple[Any, str]] = {
    "before_validate": (
        "text",
        "'text' is no function.*write `def before_validate.data, ctx.`, or `async def`",
    ),
    "after_validate": (no_argument, "does not take the 2 arguments input, ctx"),
    "before_output": (Stock, "is no function.*def before_output.value, ctx."),
    "after_output": (lambda _: None, "does not take the 2 arguments data, ctx"),
    "on_error": (lambda _one, _two, _three: None, "does not take the 2 arguments error, ctx"),
    "after_run": (one_after_the_other, "it is a generator.*def after_run.result, ctx."),
}


def test_there_is_a_wrong_one_of_each_hook():
    assert set(HOOKS) == {field.name for field in fields(Hooks)}


@FORMS
@pytest.mark.parametrize("name", HOOKS)
def test_a_wrong_hook_is_named_with_its_place(make, name):
    wrong, said = HOOKS[name]
    with pytest.raises(ActionDefinitionError, match=f"(?s){said}") as caught:
        make({"hooks": Hooks(**{name: wrong})})
    assert caught.value.field == f"hooks.{name}"
    assert caught.value.where.file == __file__


@FORMS
@pytest.mark.parametrize("retries", [{}, {"retries": 0}])
def test_a_backoff_without_retries_would_never_be_used(make, retries):
    with pytest.raises(ActionDefinitionError, match=r"(?s)it would never be used.*set `retries=`") as caught:
        make({"backoff": 1, **retries})
    assert caught.value.field == "backoff"


@FORMS
def test_deprecated_true_says_no_more(make):
    assert make({"deprecated": True}).definition.deprecated == Deprecated()


@FORMS
def test_a_fallback_must_be_there_where_it_is_wanted(make):
    with pytest.raises(ActionDefinitionError, match="there is none") as caught:
        make({"on_invalid_output": "fallback"})
    assert caught.value.field == "output_fallback"


def test_a_timeout_of_none_is_no_limit():
    assert by_decorator({"timeout": None}).definition.timeout == math.inf


@FORMS
def test_a_public_action_needs_a_description(make):
    def silent() -> None: ...

    with pytest.raises(ActionDefinitionError, match="a public action needs a description") as caught:
        action(public=True)(silent)
    assert (caught.value.action, caught.value.field) == ("silent", "description")
    assert "docstring" in caught.value.mend
    assert action(silent).definition.description == ""
    assert action(public=True, description="Be silent.")(silent).definition.description == "Be silent."


@FORMS
def test_read_only_and_destructive_contradict_each_other(make):
    with pytest.raises(ActionDefinitionError, match="a read-only action destroys nothing") as caught:
        make({"read_only": True, "destructive": True})
    assert caught.value.field == "destructive"


def test_the_first_of_several_wrong_fields_is_always_the_same():
    with pytest.raises(ActionDefinitionError) as caught:
        by_decorator({"zzz": 1, "retry": 1, "method": "GET"})
    assert caught.value.field == "method"


def test_the_description_is_the_first_paragraph_on_one_line():
    def wrapped() -> None:
        """Say
        it   again.

        First more.

            Indented more.
        """

    definition = action(wrapped).definition
    assert definition.description == "Say it again."
    assert definition.more == "First more.\n\n    Indented more."


def test_a_partial_has_the_docstring_of_its_function():
    definition = define_action(name="p", handler=functools.partial(ping, text="x")).definition
    assert definition.description == "Answer."


def test_the_place_of_an_action_is_where_it_was_decorated():
    first = action(ping)
    second = action(ping)
    assert first.definition.where.file == __file__
    assert second.definition.where.line == first.definition.where.line + 1


def test_an_example_without_output_is_not_one_that_gives_null():
    assert Example({}) != Example({}, None)


def test_a_tag_may_be_of_64_characters_and_of_any_script():
    tags = ["x" * 64, "Größe & Maß", "買い物"]
    assert action(tags=tags)(ping).definition.tags == tuple(tags)


def made_by_a_function() -> Action[..., Any]:
    return define_action(name="made", handler=ping)


def test_an_action_that_a_function_made_was_made_in_the_file_that_was_running():
    names: dict[str, Any] = {"make": made_by_a_function}
    exec(compile("made = make()", "the_file.py", "exec"), names)
    assert names["made"].definition.made_in == "the_file.py"
    assert names["made"].definition.where.file == __file__
