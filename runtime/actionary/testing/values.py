"""JSON values for trying a schema: those that are like what it says, and those that fit it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from actionary.json_schema import REF

Path: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a part of a value."""

TEXTS: Final = [
    *("", " ", " 1 ", "3 days", "a1\n", "a\x00", "\u0661", "\u00e9", "\U0001f600"),
    *"a b ab abcd a1 d red blue RED 1 0 -1 3.0 1e3 1.5 -0 01 +1 .5 5. 0x10 1_0 true false yes null".split(),
    *"NaN Infinity 2020-01-31 2020-02-30 20200131 2020-01-31T12:30:00 2020-01-31T12:30:00Z".split(),
    *"2020-01-31T12:30:00.5+02:00 2020-01-31T25:00:00 12:30:00 12:30 12:30:00Z 24:00:00 1700000000".split(),
    *"P1D PT1H -PT0.5S P2W P1Y2D P1DT P1W1D +P1D 1:30:00".split(),
    *"c7e1b3a0-0000-4000-8000-000000000000 c7e1b3a0000040008000000000000000".split(),
    *"cat dog kind name x from from_ value children dark 0.1234567890123456789 1e400".split(),
]

SCALARS: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 12),
    st.integers(-5, 12).map(float),
    st.sampled_from([10**30, -(10**30), 2**53 + 1, 0.5, 2.5, -0.0, 1e22, 1e308, 5e-324]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(TEXTS),
    st.text(max_size=5),
)
JUNK: Final = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TEXTS), inner, max_size=3),
    max_leaves=6,
)


def likely(schema: Any, types: Mapping[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Make values that look as a schema says, but for something wrong here and there."""
    if not isinstance(schema, dict) or depth > 4:
        return JUNK

    def inside(part: Any) -> st.SearchStrategy[Any]:
        return likely(part, types, depth + 1)

    if "$ref" in schema:
        return st.deferred(lambda: inside(types[schema["$ref"].rpartition("/")[2]]))
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if branches:
        return st.one_of([inside(branch) for branch in branches])
    kinds = schema.get("type", "")
    shapes = [_SHAPES.get(kind, _junk) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    shaped = st.one_of([shape(schema, inside) for shape in shapes])
    if "enum" in schema or "const" in schema:
        shaped = st.sampled_from(schema.get("enum", [schema.get("const")]))
    return st.integers(0, 9).flatmap(lambda dice: JUNK if dice == 0 else shaped)


def _junk(_: dict[str, Any], __: Any) -> st.SearchStrategy[Any]:
    return JUNK


def _numbers(schema: dict[str, Any], _: Any) -> st.SearchStrategy[Any]:
    ends = [schema[key] for key in schema if "imum" in key.lower()]
    near = [end + step for end in ends for step in (-1, -0.5, 0, 0.5, 1)]
    return st.sampled_from([*near, *range(-6, 7), 3.0, 10**30]) | st.floats(-4, 11)


def _texts(schema: dict[str, Any], _: Any) -> st.SearchStrategy[Any]:
    some = st.from_regex(_compiled(schema["pattern"])) if "pattern" in schema else st.text(max_size=5)
    return some | st.sampled_from(TEXTS)


def _lists(schema: dict[str, Any], inside: Any) -> st.SearchStrategy[Any]:
    first = st.tuples(*[inside(part) for part in schema.get("prefixItems", ())]).map(list)
    rest = st.lists(inside(schema["items"]) if "items" in schema else JUNK, max_size=3)
    return first | st.builds(lambda one, more: one + more, first, rest)


def _objects(schema: dict[str, Any], inside: Any) -> st.SearchStrategy[Any]:
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


_SHAPES: Final[dict[str, Callable[[dict[str, Any], Any], st.SearchStrategy[Any]]]] = {
    "integer": _numbers,
    "number": _numbers,
    "string": _texts,
    "array": _lists,
    "object": _objects,
    "boolean": lambda _, __: st.booleans(),
}


_DEEP: Final = 5
"""Below so many levels only what has to be there is made, so that what refers to itself ends."""

_OTHER: Final[list[Any]] = [None, "a", 1, 0.5, True, [], {}, {"surplus": 1}]

_FEW: Final = 20

_PLAIN: Final = {"boolean": st.booleans(), "null": st.none()}

_ISO: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "date": st.dates().map(dt.date.isoformat) | st.just("9000-01-01"),  # in the future of every test
    "date-time": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    "date-time-local": st.datetimes().map(dt.datetime.isoformat),
    "time": st.times().map(dt.time.isoformat),
    "uuid": st.uuids(version=4).map(str),
    "decimal": st.decimals(-1000, 1000, places=2).map(str),
    "email": st.sampled_from(["jane@example.com", "a.b+c@example.org"]),
    "name-email": st.just("Jane <jane@example.com>"),
    "uri": st.sampled_from(
        [
            *("https://example.com/", "http://example.org/a?b=c#d", "ftp://example.com/a"),
            *("file:///a", "ws://example.com/", "redis://localhost:6379/0"),
            *("postgresql://user:pass@localhost:5432/app", "mongodb://localhost:27017/app"),
        ]
    ),
    "ipvanyaddress": st.ip_addresses().map(str),
    "ipvanynetwork": st.sampled_from(["192.0.2.0/24", "2001:db8::/32"]),
    "ipvanyinterface": st.sampled_from(["192.0.2.1/24", "2001:db8::1/32"]),
    "duration": st.sampled_from(["PT1S", "P1D", "PT1H30M", "-P1DT2H", "PT0.5S", "P2W"]),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "ipv4network": st.sampled_from(["192.0.2.0/24"]),
    "ipv6network": st.sampled_from(["2001:db8::/32"]),
    "ipv4interface": st.sampled_from(["192.0.2.1/24"]),
    "ipv6interface": st.sampled_from(["2001:db8::1/32"]),
    "base64url": st.sampled_from(["", "YQ==", "YWI=", "YWJj", "AAECAw=="]),
    "application/json": st.sampled_from(["1", "null", '"a"', "[]", "{}"]),
}
"""Texts of the formats that pydantic's types have."""


@st.composite
def fitting(draw: st.DrawFn, schema: Any, types: Mapping[str, Any]) -> Any:
    """Make values that fit a schema, as far as that can be told from one part of it at a time."""
    return _Fitting(draw, types).value(schema, ())


@st.composite
def slipping(draw: st.DrawFn, schema: Any, types: Mapping[str, Any]) -> Any:
    """Make values that fit a schema but for one part, which mostly just does not."""
    fit = _Fitting(draw, types)
    value = fit.value(schema, ())
    path, part = draw(st.sampled_from(fit.parts))
    choices = [choice for choice in (_beyond(part), _OTHER) if choice]
    wrong = draw(st.sampled_from(choices).flatmap(st.sampled_from))
    return _with(value, path, wrong)


class _Fitting:
    """Draws values, each in the simplest way first, so that the smallest that shows something is found.

    ``parts`` are the parts of a value, each as the path to it and its schema.
    """

    def __init__(self, draw: st.DrawFn, types: Mapping[str, Any]) -> None:
        self._draw = draw
        self._types = types
        self.parts: list[tuple[Path, Mapping[str, Any]]] = []

    def value(self, schema: Any, path: Path) -> Any:
        if not isinstance(schema, dict):
            return self._draw(JUNK)
        if "$ref" in schema:
            return self.value(self._types[schema["$ref"].removeprefix(REF)], path)
        branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        if branches:
            ending = [branch for branch in branches if not _leads_on(branch)]
            return self.value(self._draw(st.sampled_from((len(path) > _DEEP and ending) or branches)), path)
        self.parts.append((path, schema))
        if "const" in schema or "enum" in schema:
            return self._draw(st.sampled_from(schema.get("enum", [schema.get("const")])))
        kinds = schema.get("type", "")
        kind = kinds if isinstance(kinds, str) else self._draw(st.sampled_from(kinds))
        makes = {
            "object": self.object,
            "array": self.array,
            "string": self.text,
            "integer": self.integer,
            "number": self.number,
        }
        return makes[kind](schema, path) if kind in makes else self._draw(_PLAIN.get(kind, JUNK))

    def object(self, schema: Mapping[str, Any], path: Path) -> dict[str, Any]:
        needed = set(schema.get("required", ()))
        made = {
            name: self.value(part, (*path, name))
            for name, part in schema.get("properties", {}).items()
            if name in needed or (len(path) <= _DEEP and self._draw(st.booleans()))
        }
        more = schema.get("additionalProperties", True)
        if more is not False and not (schema.get("properties") and more is True):
            least = max(schema.get("minProperties", 0) - len(made), 0)
            for _ in range(self._draw(_count(least, schema.get("maxProperties"), path))):
                name = str(_Fitting(self._draw, self._types).value(_key_of(schema), path))
                if name not in made:
                    made[name] = self.value(more, (*path, name))
        return made

    def array(self, schema: Mapping[str, Any], path: Path) -> list[Any]:
        most = schema.get("maxItems")
        parts = schema.get("prefixItems", [])[:most]
        first = [self.value(part, (*path, place)) for place, part in enumerate(parts)]
        if schema.get("items") is False or (most is not None and most <= len(first)):
            return first
        least = max(schema.get("minItems", 0) - len(first), 0)
        count = self._draw(_count(least, None if most is None else most - len(first), path))
        places = range(len(first), len(first) + count)
        return first + [self.value(schema.get("items", True), (*path, place)) for place in places]

    def text(self, schema: Mapping[str, Any], _: Path) -> str:
        known = _ISO.get(schema.get("format", schema.get("contentMediaType", "")))
        if known is not None:
            return self._draw(known)
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        if "pattern" in schema:
            return self._draw(st.from_regex(_compiled(schema["pattern"])))[:most]
        longest = least + 8 if most is None else max(min(most, least + 8), least)
        return self._draw(st.text(min_size=least, max_size=longest))

    def integer(self, schema: Mapping[str, Any], _: Path) -> int:
        step = schema.get("multipleOf", 1)
        least, most = (None if end is None else int(end // step) for end in _ends(schema))
        made = st.integers(least, most)
        start = least if least is not None else 0
        if most is None or most > start + _FEW:  # small numbers are those that mean something
            made = st.integers(start, start + _FEW) | made
        number: int = self._draw(made) * int(step)
        return number + (number == schema.get("exclusiveMinimum"))

    def number(self, schema: Mapping[str, Any], _: Path) -> float:
        ends = _ends(schema)
        whole = st.integers(-1000, 1000).map(float).filter(lambda number: _is_within(number, ends))
        number: float = self._draw(whole | st.floats(*ends, allow_nan=False, allow_infinity=False))
        return number


def _beyond(schema: Mapping[str, Any]) -> list[Any]:
    """Give values that lie just outside of what a schema allows, or just inside."""
    least, most = _ends(schema)
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    return [
        *([] if least is None else [least - 1, least]),
        *([] if most is None else [most + 1, most]),
        *([] if not shortest else ["a" * (shortest - 1)]),
        *([] if longest is None else ["a" * (longest + 1)]),
    ]


def _with(value: Any, path: Path, part: Any) -> Any:
    """Give a value with another part at a place."""
    if not path:
        return part
    inside = value
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = part
    return value


def _key_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "string", **schema.get("propertyNames", {})}


def _count(least: int, most: int | None, path: Path) -> st.SearchStrategy[int]:
    if len(path) > _DEEP:
        return st.just(least)
    return st.integers(least, least + 3 if most is None else max(min(most, least + 3), least))


def _ends(schema: Mapping[str, Any]) -> tuple[float | None, float | None]:
    return (
        schema.get("minimum", schema.get("exclusiveMinimum")),
        schema.get("maximum", schema.get("exclusiveMaximum")),
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    """Give a pattern of JSON Schema to Python; one that Python does not know as that of any text."""
    try:
        return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern), re.ASCII)
    except re.error:
        return re.compile("")


def _is_within(number: float, ends: tuple[float | None, float | None]) -> bool:
    least, most = ends
    return (least is None or least <= number) and (most is None or number <= most)


def _leads_on(schema: Any) -> bool:
    """Say whether a value of a schema may have others of it inside."""
    if not isinstance(schema, dict) or "$ref" in schema or schema.get("type") == "object":
        return True
    return schema.get("type") == "array" and bool(schema.get("minItems") or schema.get("prefixItems"))
