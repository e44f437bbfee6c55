"""The field ``on_invalid_output`` (DESIGN §3, R001.12): a result that does not fit its type."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from actionary import ActionDefinitionError, ActionError, Registry, define_action, invoke_action
from actionary.catalog import Catalog
from actionary.describe import DefinitionErrors, describe
from actionary.settings import Settings
from pydantic import BaseModel, create_model


class Summary(BaseModel):
    summary: str
    message_count: int = 0


def returning(value: Any, **fields: Any) -> Any:
    async def summarize() -> Summary:
        """Sum up."""
        return value

    return define_action(handler=summarize, **fields)


MISFITS: list[Any] = [{"summary": 3}, {}, None, "text", Summary.model_construct(summary=3)]


@pytest.mark.parametrize("value", MISFITS)
async def test_strict_makes_it_an_error(value):
    with pytest.raises(ActionError) as caught:
        await returning(value).run()
    assert caught.value.code == "invalid_output"


@pytest.mark.parametrize("value", MISFITS)
async def test_warn_gives_it_as_it_is_and_logs_where_and_not_what(value, caplog):
    with caplog.at_level(logging.WARNING, "actionary"):
        assert await returning(value, on_invalid_output="warn").run() is value
    [record] = caplog.records
    assert "summarize" in record.getMessage()
    assert "on_invalid_output is 'warn'" in record.getMessage()
    assert "text" not in record.getMessage().replace("must be a text", "")


async def test_what_no_json_can_say_is_an_error_even_then():
    with pytest.raises(ActionError) as caught:
        await returning({"summary": float("nan")}, on_invalid_output="warn").run()
    assert caught.value.code == "invalid_output"


@pytest.mark.parametrize("value", MISFITS)
@pytest.mark.parametrize(
    "fallback", [Summary(summary=""), {"summary": ""}, lambda: Summary(summary=""), lambda: {"summary": ""}]
)
async def test_fallback_gives_the_other_result(value, fallback, caplog):
    made = returning(value, on_invalid_output="fallback", output_fallback=fallback)
    with caplog.at_level(logging.WARNING, "actionary"):
        assert await made.run() == Summary(summary="", message_count=0)
    assert "on_invalid_output is 'fallback'" in caplog.text


async def test_what_fits_is_not_touched():
    made = returning({"summary": "a"}, on_invalid_output="fallback", output_fallback={"summary": ""})
    assert await made.run() == Summary(summary="a")


async def test_each_call_gets_a_fallback_of_its_own():
    made = returning(None, on_invalid_output="fallback", output_fallback=Summary(summary=""))
    first = await made.run()
    first.summary = "changed"
    assert (await made.run()).summary == ""


async def test_a_fallback_that_fails_fails_the_call():
    made = returning(None, on_invalid_output="fallback", output_fallback=[].pop)
    result = await invoke_action(made)
    assert (result.ok, getattr(result, "code", "")) == (False, "handler_error")


def test_a_fallback_that_does_not_fit_is_a_definition_error():
    with pytest.raises(ActionDefinitionError, match=r"it does not fit: .*summary: must be a text") as caught:
        returning(None, on_invalid_output="fallback", output_fallback={"summary": 3})
    assert caught.value.field == "output_fallback"


def described(made: Any, folder: Path) -> Catalog:
    registry = Registry()
    registry.register([made])
    return describe(registry, Settings(root=folder, out=folder, title="T", version="1"))


@pytest.mark.parametrize(
    ("fallback", "said"), [(dict, "summary: is required"), (lambda: 1 // 0, "ZeroDivisionError")]
)
def test_a_function_that_makes_none_that_fits_is_an_error_when_the_action_is_described(
    fallback, said, tmp_path
):
    made = returning(None, public=True, on_invalid_output="fallback", output_fallback=fallback)
    with pytest.raises(DefinitionErrors, match=said) as caught:
        described(made, tmp_path)
    [error] = caught.value.errors
    assert (error.action, error.field) == ("summarize", "output_fallback")


def test_the_function_runs_when_the_action_is_described_and_not_when_it_is_defined(tmp_path):
    runs: list[int] = []

    def make() -> Summary:
        runs.append(1)
        return Summary(summary="")

    made = returning(None, public=True, on_invalid_output="fallback", output_fallback=make)
    assert runs == []
    described(made, tmp_path)
    assert runs == [1]


def test_a_fallback_of_a_type_that_is_not_known_yet_is_checked_when_it_is_described(monkeypatch, tmp_path):
    def waiting(fallback: Any) -> Any:
        """Give an action whose output is not known yet."""
        return define_action(
            name="waits",
            handler=lambda: None,
            description="Wait.",
            public=True,
            output=create_model("Waits", __module__=__name__, later=("Later", ...)),
            on_invalid_output="fallback",
            output_fallback=fallback,
        )

    right, wrong = waiting({"later": 3}), waiting({"later": "x"})
    monkeypatch.setitem(globals(), "Later", int)
    assert described(right, tmp_path).get("waits") is not None
    with pytest.raises(DefinitionErrors, match="it does not fit: later: must be an integer") as caught:
        described(wrong, tmp_path)
    assert [(error.action, error.field) for error in caught.value.errors] == [("waits", "output_fallback")]


@pytest.mark.parametrize("fields", [{"on_invalid_output": "warn"}])
def test_where_no_output_is_declared_there_is_nothing_to_check(fields):
    with pytest.raises(ActionDefinitionError, match="never checked"):
        define_action(name="x", handler=lambda: None, **fields)


def test_with_warn_no_output_is_promised(tmp_path):
    def output(**fields: Any) -> Any:
        [spec] = described(returning(None, public=True, **fields), tmp_path)
        return spec.output

    assert output() == {"$ref": "#/$defs/Summary"}
    assert output(on_invalid_output="fallback", output_fallback={"summary": ""}) == output()
    assert output(on_invalid_output="warn") == {"anyOf": [output(), {}]}
