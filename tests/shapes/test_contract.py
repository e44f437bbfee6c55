"""The users' own check of contracts finds nothing in the table but what a schema cannot say."""

from __future__ import annotations

import pytest
from actionary.registry import Registry
from actionary.testing import ContractBroken, assert_contract

STRICTER = {
    "byte_size": "of its text the schema says nothing",
    "bytes_bounded": "the schema counts characters, and the action bytes",
    "day_future": "no schema says what day it is",
    "day_past": "as above",
}
"""Whose types refuse more than a schema can say."""

BROKEN = {
    "ip_any": "pydantic takes a number for an address",
    "with_json_schema": "a validator of the table's own calls `int(None)`",
}


@pytest.mark.parametrize("examples", [25, pytest.param(200, marks=pytest.mark.long)])
def test_no_shape_of_the_table_breaks_its_contract(registry: Registry, examples: int) -> None:
    assert_contract(registry, run="all", stricter=STRICTER, leave_out=BROKEN, examples=examples)


@pytest.mark.parametrize("name", BROKEN)
def test_a_shape_that_is_known_to_break_it_is_found(registry: Registry, name: str) -> None:
    with pytest.raises(ContractBroken):
        assert_contract(registry, run="all", only=[name], examples=500)
