from __future__ import annotations

import pytest
from actionary.names import camel_case, is_name, pascal_case, slug


@pytest.mark.parametrize("name", ["a", "get_order", "a1", "a_", "a__b", "a" * 64])
def test_these_are_names(name):
    assert is_name(name)


@pytest.mark.parametrize("text", ["", "A", "1a", "_a", "a-b", "a b", "a\n", "é", "aé", "a" * 65])
def test_these_are_none(text):
    assert not is_name(text)


@pytest.mark.parametrize(
    ("name", "pascal", "camel", "kebab"),
    [
        ("get_order", "GetOrder", "getOrder", "get-order"),
        ("get__order_", "GetOrder", "getOrder", "get-order"),
        ("ping", "Ping", "ping", "ping"),
        ("a1_2b", "A12b", "a12b", "a1-2b"),
        ("My Shop", "MyShop", "myShop", "my-shop"),
        ("getURL", "GetURL", "getURL", "geturl"),
        ("_", "", "", ""),
    ],
)
def test_a_name_has_three_more_forms(name, pascal, camel, kebab):
    assert (pascal_case(name), camel_case(name), slug(name)) == (pascal, camel, kebab)
