"""What JSON parsers let through and we do not."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from actionary import strict_json
from actionary.result import CommonError
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a": 1,\n "b" 2}', "expecting ':' delimiter in line 2, column 6"),
        (b'{"a": "x', "unterminated string in line 1, column 7"),
        (b'{"a": 1} 2', "extra data in line 1, column 10"),
        (b'{"a": "\xff"}', "it is no UTF-8 from byte 7 on"),
    ],
)
def test_what_is_no_json_is_told_with_its_place_and_without_a_word_of_it(body, said):
    with pytest.raises(CommonError) as caught:
        strict_json.check(body)
    assert caught.value.message == f"the input is not valid JSON: {said}"


@given(JSON)
def test_every_json_value_passes(value):
    body = json.dumps(value, ensure_ascii=False).encode(errors="replace")
    assert strict_json.check(body) == json.loads(body)


@given(JSON)
def test_whole_numbers_are_written_without_a_point_and_nothing_else_changes(value):
    def whole(node: Any) -> Any:
        if isinstance(node, float) and node.is_integer():
            return int(Decimal(repr(node)))
        if isinstance(node, list):
            return [whole(item) for item in node]
        if isinstance(node, dict):
            return {key: whole(item) for key, item in node.items()}
        return node

    body = json.dumps(value).encode()
    assert json.loads(strict_json.with_whole_numbers(body)) == json.loads(json.dumps(whole(value)))


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("3.0", "3"),
        ("-3.00", "-3"),
        ("1e3", "1000"),
        ("1.5e1", "15"),
        ("0.0", "0"),
        ("-0.0", "0"),
        ("12345678901234567890.0", "12345678901234567890"),
        ("0.5", "0.5"),
        ("1e-3", "1e-3"),
        ("1e999", "1e999"),
        ("1e-999999999", "1e-999999999"),
        ('"3.0"', '"3.0"'),
        ('"a \\" 3.0"', '"a \\" 3.0"'),
    ],
)
def test_a_number_that_is_whole(number, written):
    body = f'{{"a": [{number}, "1.0"], "2.0": 7}}'
    assert strict_json.with_whole_numbers(body.encode()).decode() == f'{{"a": [{written}, "1.0"], "2.0": 7}}'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"a": 1, "a": 1}', "duplicate_key"),
        (b'[{"b": {"a": 1, "\\u0061": 2}}]', "duplicate_key"),
        (b"[NaN]", "finite_number"),
        (b'{"a": -Infinity}', "finite_number"),
        (b"[1e999]", "finite_number"),
        (b"[" + b"1" * 400 + b".0]", "finite_number"),
        (b"[" + b"1" * 5000 + b"]", "number_too_long"),
        (b"[1,]", "json_invalid"),
        (b"\xff", "json_invalid"),
        (b"\xef\xbb\xbf{}", "json_invalid"),
        ('{"a": 1}'.encode("utf-16"), "json_invalid"),
        (b"[" * 100_000, "recursion_loop"),
    ],
)
def test_what_is_refused(body, kind):
    with pytest.raises(CommonError) as caught:
        strict_json.check(body)
    assert caught.value.code == "invalid_input"
    assert caught.value.details[0]["type"] == kind


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", ":", "\\u003a", "\\u0061"]), JSON.map(json.dumps)), max_size=4
    )
)
def test_what_is_quickly_said_to_be_fine_is_fine(pairs):
    body = ("{" + ", ".join(f'"{key}" : {value}' for key, value in pairs) + "}").encode()
    if strict_json.is_plainly_strict(body):
        strict_json.check(body)
