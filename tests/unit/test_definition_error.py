from __future__ import annotations

import functools
import sys

import pytest
from actionary import ActionDefinitionError
from actionary.definition_error import Place, place_of, place_of_caller, running_file

PLACE = Place("shop.py", 7)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ({}, "shop.py:7: it is wrong\n  mend: do right"),
        ({"action": "ping"}, "shop.py:7: action 'ping': it is wrong\n  mend: do right"),
        ({"field": "tags"}, "shop.py:7: field `tags`: it is wrong\n  mend: do right"),
        (
            {"action": "ping", "field": "tags"},
            "shop.py:7: action 'ping', field `tags`: it is wrong\n  mend: do right",
        ),
    ],
)
def test_it_says_where_what_and_how_to_mend_it(subject, text):
    error = ActionDefinitionError("it is wrong", mend="do right", where=PLACE, **subject)
    assert str(error) == text
    assert (error.what, error.mend, error.where) == ("it is wrong", "do right", PLACE)


def test_the_place_of_a_function_is_its_first_line():
    def function(): ...

    assert place_of(function) == Place(__file__, function.__code__.co_firstlineno)


def test_what_has_no_code_is_placed_where_it_is_used():
    assert place_of(functools.partial(print)).file == __file__


def test_the_place_of_the_caller_is_outside_of_the_package():
    assert place_of_caller().file == __file__


def test_the_running_file_is_that_of_the_module_and_not_that_of_the_function_it_calls():
    names = {"where": lambda: running_file(sys._getframe()), "found": ""}  # a frame of this file between
    exec(compile("found = where()", "outer.py", "exec"), names)
    assert names["found"] == "outer.py"
