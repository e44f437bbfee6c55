from __future__ import annotations

import copy
import inspect

import pytest
from actionary import Action, ActionDefinitionError, AsyncAction, SyncAction, action, define_action
from actionary.prepared import Prepared


@action
async def add(one: int, other: int = 1) -> int:
    """Add."""
    return one + other


@action(name="double_it", public=True)
def double(one: int) -> int:
    """Double."""
    return one * 2


async def test_calling_an_action_calls_the_handler_as_it_was_written():
    assert await add(1, other=2) == 3
    assert double(2) == 4
    assert double("ab") == "abab"  # type: ignore[arg-type]  # nothing is validated
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        double()  # type: ignore[call-arg]  # that is the point


async def test_running_it_goes_through_the_whole_pipeline():
    assert await add.run({"one": 1}) == 2
    assert await double.run({"one": 2}) == 4


def test_both_forms_make_the_kind_that_the_handler_is():
    assert type(add) is AsyncAction
    assert type(double) is SyncAction
    assert type(define_action(handler=add.handler)) is AsyncAction
    assert type(action()(double.handler)) is SyncAction


def test_an_action_keeps_what_its_function_says_of_itself():
    assert add.__doc__ == "Add."
    assert (add.__name__, add.name, double.name, double.__name__) == ("add", "add", "double_it", "double_it")
    assert inspect.signature(add) == inspect.signature(add.handler)
    assert inspect.unwrap(add) is add.handler  # type: ignore[arg-type]  # an action can be called
    assert repr(double) == f"<SyncAction double_it at {double.definition.where}>"


def test_what_the_pipeline_needs_is_made_once():
    assert isinstance(add.prepared, Prepared)
    assert add.prepared is add.prepared


def test_the_two_forms_read_the_same_definition():
    again = define_action(handler=double.handler, name="double_it", public=True)
    for field in ("name", "description", "public", "http", "read_only", "timeout", "errors"):
        assert getattr(again.definition, field) == getattr(double.definition, field)
    assert again.binding.output is double.binding.output
    assert again.binding.input.model_json_schema() == double.binding.input.model_json_schema()


def test_an_action_of_an_action_is_refused():
    with pytest.raises(ActionDefinitionError, match="it is an action already"):
        action(double)


def test_a_method_can_be_an_action():
    class Shop:
        def price(self, one: int) -> int:
            return one

    assert action(Shop().price)(3) == 3


def test_actions_are_told_apart_by_identity():
    other: Action = define_action(handler=double.handler, name="double_it")
    assert other != double
    assert len({other, double}) == 2
    assert copy.copy(double).definition is double.definition
