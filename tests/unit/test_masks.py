"""No secret of an example is published (docs/defining.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from actionary import Example, Registry, define_action
from actionary.describe import DefinitionErrors, describe
from actionary.masks import without_secrets
from actionary.settings import Settings
from pydantic import AliasChoices, BaseModel, Field, Secret, SecretBytes, SecretStr, TypeAdapter
from typing_extensions import TypedDict


class Login(BaseModel):
    user: str
    password: SecretStr = Field(validation_alias=AliasChoices("password", "pass"))
    pin: SecretStr | None = None
    others: list[Login] = []


@dataclass
class Key:
    name: str
    value: SecretBytes


class Keys(TypedDict):
    first: Key


@pytest.mark.parametrize(
    ("given", "data", "shown"),
    [
        (SecretStr, "hunter2", "*******"),
        (SecretStr | None, None, None),
        (Annotated[SecretStr, Field(min_length=3)] | int, "abc", "***"),
        (Secret[int], 4711, "**********"),
        (list[SecretStr], ["a", "bc"], ["*", "**"]),
        (tuple[str, SecretStr], ["a", "b"], ["a", "*"]),
        (tuple[SecretStr, ...], ["a", "b"], ["*", "*"]),
        (dict[str, SecretStr], {"a": "b"}, {"a": "*"}),
        (
            Login,
            {"user": "u", "pass": "p", "pin": None, "others": [{"user": "v", "password": "q", "pin": "r"}]},
            {"user": "u", "pass": "*", "pin": None, "others": [{"user": "v", "password": "*", "pin": "*"}]},
        ),
        (Keys, {"first": {"name": "n", "value": "v"}}, {"first": {"name": "n", "value": "*"}}),
        (Login | str, "text", "text"),
        (dict[str, SecretStr] | list[SecretStr] | str, "text", "text"),
        (Login | Key, {"name": "n", "value": "v"}, {"name": "n", "value": "*"}),
        (dict[str, Any], {"password": "no type says so"}, {"password": "no type says so"}),
    ],
    ids=str,
)
def test_asterisks_stand_where_a_secret_is_taken(given, data, shown):
    assert without_secrets(TypeAdapter(given).core_schema, data) == shown


@pytest.fixture
def examples(tmp_path):
    """Give the inputs of the examples that are published of an action."""

    def published(handler: Any, *given: dict[str, Any]) -> list[Any]:
        made = define_action(
            name="log_in",
            handler=handler,
            description="Log in.",
            public=True,
            examples=[Example(each) for each in given],
        )
        registry = Registry()
        registry.register([made])
        catalog = describe(registry, Settings(root=tmp_path, out=tmp_path, title="T", version="1"))
        return [each.input for each in catalog.actions[0].examples]

    return published


def test_examples_are_published_without_their_secrets(examples):
    def log_in(login: Login) -> None: ...

    given = {"user": "ann", "password": "hunter2"}
    assert examples(log_in, given, {"user": "ann", "password": SecretStr("hunter2")}) == [
        {"user": "ann", "password": "*******"},
        {"user": "ann", "password": "**********"},
    ]
    assert given["password"] == "hunter2"


def test_an_example_that_asterisks_do_not_fit_is_refused_and_its_secret_is_not_said(examples):
    def log_in(code: Annotated[str, Field(pattern="^[0-9]+$")], key: Digits) -> None: ...

    with pytest.raises(DefinitionErrors, match=re.escape("no secret is published")) as caught:
        examples(log_in, {"code": "1", "key": 4711})
    [error] = caught.value.errors
    assert (error.field, error.mend) == ("examples", "leave the secret out, or the example")
    assert "key: must be an integer" in error.what
    assert "4711" not in str(error)


Digits = Secret[int]
