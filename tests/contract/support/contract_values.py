"""JSON values that are like what a schema says, and the formats that the schemas promise."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from hypothesis import strategies as st
from jsonschema import FormatChecker


def is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None and parses(
        dt.date.fromisoformat, text
    )


LOCAL = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?"


def is_local_date_time(text: str) -> bool:
    return re.fullmatch(LOCAL, text, re.ASCII) is not None and parses(dt.datetime.fromisoformat, text.upper())


def is_date_time(text: str) -> bool:
    shape = rf"{LOCAL}([Zz]|[+-]\d\d:\d\d)"
    return re.fullmatch(shape, text, re.ASCII) is not None and parses(dt.datetime.fromisoformat, text.upper())


def is_time(text: str) -> bool:
    shape = r"\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)?"
    return re.fullmatch(shape, text, re.ASCII) is not None and parses(dt.time.fromisoformat, text.upper())


def is_duration(text: str) -> bool:
    days = r"(\d+Y)?(\d+M)?(\d+D)?"
    shape = rf"-?P(?=.)(\d+W|{days}(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{{1,6}})?S)?)?)"
    return re.fullmatch(shape, text, re.ASCII) is not None


def is_uuid(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


def is_decimal(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) is not None and parses(Decimal, text)


def parses(parse: Callable[[str], Any], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, InvalidOperation):
        return False
    return True


FORMATS = FormatChecker(formats=())
"""Formats are notes to JSON Schema; here they are checked, as the way of writing that we promise to read."""
for name, check in {
    "date": is_date,
    "date-time": is_date_time,
    "date-time-local": is_local_date_time,
    "time": is_time,
    "duration": is_duration,
    "uuid": is_uuid,
    "decimal": is_decimal,
}.items():
    FORMATS.checks(name)(lambda text, check=check: not isinstance(text, str) or check(text))


TEXTS = [
    *("", " ", " 1 ", "3 days", "a1\n", "a\x00", "\u0661", "\u00e9", "\U0001f600"),
    *"a b ab abcd a1 d red blue RED 1 0 -1 3.0 1e3 1.5 -0 01 +1 .5 5. 0x10 1_0 true false yes null".split(),
    *"NaN Infinity 2020-01-31 2020-02-30 20200131 2020-01-31T12:30:00 2020-01-31T12:30:00Z".split(),
    *"2020-01-31T12:30:00.5+02:00 2020-01-31T25:00:00 12:30:00 12:30 12:30:00Z 24:00:00 1700000000".split(),
    *"P1D PT1H -PT0.5S P2W P1Y2D P1DT P1W1D +P1D 1:30:00".split(),
    *"c7e1b3a0-0000-4000-8000-000000000000 c7e1b3a0000040008000000000000000".split(),
    *"cat dog kind name x from from_ value children dark 0.1234567890123456789 1e400".split(),
]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 12),
    st.integers(-5, 12).map(float),
    st.sampled_from([10**30, -(10**30), 2**53 + 1, 0.5, 2.5, -0.0, 1e22, 1e308, 5e-324]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(TEXTS),
    st.text(max_size=5),
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TEXTS), inner, max_size=3),
    max_leaves=6,
)


def likely(schema: Any, types: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that look as a schema says, but for something wrong here and there."""
    if not isinstance(schema, dict) or depth > 4:
        return JUNK

    def inside(part: Any) -> st.SearchStrategy[Any]:
        return likely(part, types, depth + 1)

    if "$ref" in schema:
        return st.deferred(lambda: inside(types[schema["$ref"].rpartition("/")[2]]))
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if branches:
        return st.one_of([inside(branch) for branch in branches])
    shaped = SHAPES.get(schema.get("type", ""), lambda _, __: JUNK)(schema, inside)
    if "enum" in schema or "const" in schema:
        shaped = st.sampled_from(schema.get("enum", [schema.get("const")]))
    return st.integers(0, 9).flatmap(lambda dice: JUNK if dice == 0 else shaped)


def numbers(schema: dict[str, Any], _: Any) -> st.SearchStrategy[Any]:
    ends = [schema[key] for key in schema if "imum" in key.lower()]
    near = [end + step for end in ends for step in (-1, -0.5, 0, 0.5, 1)]
    return st.sampled_from([*near, *range(-6, 7), 3.0, 10**30]) | st.floats(-4, 11)


def texts(schema: dict[str, Any], _: Any) -> st.SearchStrategy[Any]:
    some = st.from_regex(schema["pattern"]) if "pattern" in schema else st.text(max_size=5)
    return some | st.sampled_from(TEXTS)


def lists(schema: dict[str, Any], inside: Any) -> st.SearchStrategy[Any]:
    first = st.tuples(*[inside(part) for part in schema.get("prefixItems", ())]).map(list)
    rest = st.lists(inside(schema["items"]) if "items" in schema else JUNK, max_size=3)
    return first | st.builds(lambda one, more: one + more, first, rest)


def objects(schema: dict[str, Any], inside: Any) -> st.SearchStrategy[Any]:
    keys = {key: inside(part) for key, part in schema.get("properties", {}).items()}
    needed = {key: keys[key] for key in schema.get("required", ())}
    names = (inside({"type": "string", **schema.get("propertyNames", {})}) | st.sampled_from(TEXTS)).filter(
        lambda value: isinstance(value, str)
    )
    others = st.dictionaries(names, inside(schema.get("additionalProperties")), max_size=3)
    if not keys:
        return others
    whole = st.fixed_dictionaries(needed, optional={key: keys[key] for key in keys if key not in needed})
    return (
        whole
        | st.builds(lambda some, more: {**more, **some}, whole, others)
        | st.fixed_dictionaries({}, optional=keys)
    )


SHAPES: dict[str, Callable[[dict[str, Any], Any], st.SearchStrategy[Any]]] = {
    "integer": numbers,
    "number": numbers,
    "string": texts,
    "array": lists,
    "object": objects,
    "boolean": lambda _, __: st.booleans(),
}
