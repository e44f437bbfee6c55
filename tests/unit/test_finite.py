"""Finding numbers that JSON cannot write."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from actionary.finite import is_finite
from pydantic import BaseModel, ConfigDict


class Free(BaseModel):
    model_config = ConfigDict(extra="allow")
    value: Any = None


NAN = float("nan")


@pytest.mark.parametrize(
    "odd",
    [
        NAN,
        float("-inf"),
        Decimal("NaN"),
        Decimal("Infinity"),
        [[NAN]],
        {"a": (1, {"b": NAN})},
        {NAN: 1},
        frozenset({NAN}),
        MappingProxyType({"a": NAN}),
        Free(value=[NAN]),
        Free.model_validate({"extra": NAN}),
    ],
)
def test_one_is_found_wherever_it_is(odd):
    assert not is_finite(odd)


@pytest.mark.parametrize("data", [1.5, Decimal(1), "NaN", None, b"x", object(), {"a": [1, (2.0,)]}, Free()])
def test_everything_else_is_fine(data):
    assert is_finite(data)


def test_what_contains_itself_comes_to_an_end():
    loop: list[Any] = [1.0]
    loop.append(loop)
    assert is_finite(loop)
    loop.append(NAN)
    assert not is_finite(loop)
