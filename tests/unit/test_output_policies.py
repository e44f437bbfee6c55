"""The field ``on_invalid_output`` (DESIGN §3, R001.12): a result that does not fit its type."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from actionary import ActionDefinitionError, ActionError, Registry, define_action, invoke_action
from actionary.describe import describe
from actionary.settings import Settings
from pydantic import BaseModel


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


async def test_a_fallback_that_fails_later_fails_the_call():
    given = [Summary(summary="")]
    made = returning(None, on_invalid_output="fallback", output_fallback=given.pop)
    result = await invoke_action(made)
    assert (result.ok, getattr(result, "code", "")) == (False, "handler_error")


@pytest.mark.parametrize(
    ("fallback", "said"),
    [
        ({"summary": 3}, "it does not fit: .*summary: must be a text"),
        (dict, "summary: is required"),
        (lambda: 1 // 0, "ZeroDivisionError"),
    ],
)
def test_a_fallback_that_does_not_fit_is_a_definition_error(fallback, said):
    with pytest.raises(ActionDefinitionError, match=said) as caught:
        returning(None, on_invalid_output="fallback", output_fallback=fallback)
    assert caught.value.field == "output_fallback"


@pytest.mark.parametrize("fields", [{"on_invalid_output": "warn"}])
def test_where_no_output_is_declared_there_is_nothing_to_check(fields):
    with pytest.raises(ActionDefinitionError, match="never checked"):
        define_action(name="x", handler=lambda: None, **fields)


def test_with_warn_no_output_is_promised(tmp_path):
    def output(**fields: Any) -> Any:
        registry = Registry()
        registry.register([returning(None, public=True, **fields)])
        [spec] = describe(registry, Settings(root=tmp_path, out=tmp_path, title="T", version="1"))
        return spec.output

    assert output() == {"$ref": "#/$defs/Summary"}
    assert output(on_invalid_output="fallback", output_fallback={"summary": ""}) == output()
    assert output(on_invalid_output="warn") == {"anyOf": [output(), {}]}
