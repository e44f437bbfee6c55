from __future__ import annotations

import json
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal

import pytest
from actionary import Http, Registry, action, define_action
from actionary.catalog import Catalog
from actionary.coerce import MOST_PARAMETERS, coerce_text, read_query
from actionary.describe import describe
from actionary.result import CommonError
from actionary.settings import Settings
from actionary_build.emit.openapi_query import query_parameters
from pydantic import BaseModel, ConfigDict, Field, create_model


class Window(BaseModel):
    start: int
    end: int | None = None


class Size(IntEnum):
    SMALL = 1


class Odd(Enum):
    TEXT = "t"
    NUMBER = 3


class Node(BaseModel):
    children: list[Node] = []


def parameters(**types: Any):
    model = create_model(
        "Given", __config__=ConfigDict(extra="forbid"), **{k: (t, ...) for k, t in types.items()}
    )
    return define_action(name="subject", input=model, handler=lambda _: None).prepared.parameters


def read(query: str, x: Any) -> Any:
    """What the parameter ``x`` of a type is in a query."""
    return read_query(query.encode(), parameters(x=x))["x"]


def same(one: Any, other: Any) -> bool:
    return json.dumps(one) == json.dumps(other)  # 1 is neither 1.0 nor True


NUMBER, BOOLEAN, TEXT = frozenset({"number"}), frozenset({"boolean"}), frozenset({"string"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42),
        (" 42 ", 42),
        ("-7", -7),
        ("-0", 0),
        ("0", 0),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ("1E-2", 0.01),
        ("9007199254740993", 9007199254740993),
        pytest.param("1" + "0" * 400, 10**400, id="400 digits"),
        pytest.param("1" * 5000, "1" * 5000, id="5000 digits"),
        *(
            (text, text)
            for text in ("", " ", "007", "+5", ".5", "5.", "0x10", "1_000", "1,5", "\u0661", "4 2", "--1")
        ),
        *((text, text) for text in ("NaN", "Infinity", "-Infinity", "inf", "1e999", "true", "[1]")),
    ],
)
def test_numbers_are_what_json_calls_numbers_and_other_texts_stay(text, value):
    assert same(coerce_text(text, NUMBER), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, True) for text in ("true", "True", "TRUE", " true ", "1")),
        *((text, False) for text in ("false", "False", " FALSE", "0")),
        *(
            (text, text)
            for text in ("yes", "no", "on", "off", "t", "f", "y", "n", "", "2", "01", "1.0", "null")
        ),
    ],
)
def test_booleans_are_said_clearly_or_not_at_all(text, value):
    assert same(coerce_text(text, BOOLEAN), value)


@pytest.mark.parametrize("text", ["42", "true", "[1]", "{}", "null", " padded ", ""])
def test_where_text_is_allowed_it_stays(text):
    for others in (frozenset(), NUMBER, BOOLEAN, frozenset({"array", "object", "null"})):
        assert coerce_text(text, TEXT | others) == text


@pytest.mark.parametrize(
    ("text", "types", "value"),
    [
        ('{"a": 1.0}', {"object"}, {"a": 1.0}),
        (" [1, 2] ", {"array"}, [1, 2]),
        ("[1]", {"object"}, "[1]"),
        ("{}", {"array"}, "{}"),
        ("[1", {"array"}, "[1"),
        ("{a: 1}", {"object"}, "{a: 1}"),
        ("null", {"null", "number"}, "null"),
        ("1", {"number", "boolean"}, 1),
        ("true", {"number", "boolean"}, True),
    ],
)
def test_json_text_becomes_what_it_says_where_that_is_allowed(text, types, value):
    assert same(coerce_text(text, frozenset(types)), value)


@pytest.mark.parametrize(
    ("text", "kind"), [('{"a": 1, "a": 2}', "duplicate_key"), ("[NaN]", "finite_number")]
)
def test_json_text_is_held_to_the_same_rules_as_a_body(text, kind):
    with pytest.raises(CommonError) as caught:
        coerce_text(text, frozenset({"object", "array"}))
    assert caught.value.details[0]["type"] == kind


@pytest.mark.parametrize(
    ("described", "query", "value"),
    [
        (int, "x=42", 42),
        (int | None, "x=42", 42),
        (int | None, "x=null", "null"),
        (Annotated[int | None, Field(ge=1)] | None, "x=42", 42),
        (float, "x=3", 3),
        (Size, "x=1", 1),
        (Literal[1, 2], "x=2", 2),
        (Literal["x", 1], "x=1", 1),
        (Literal["x", 1], "x=x", "x"),
        (Literal["x", 1], "x=2", 2),
        (Literal["x", 1], "x=y", "y"),
        (Literal["1", 2], "x=1", "1"),
        (Literal["1", 2], "x=2", 2),
        (Literal["x", True], "x=true", True),
        (Literal["x", 0.5] | None, "x=0.5", 0.5),
        (Odd, "x=t", "t"),
        (Odd, "x=3", 3),
        (int | Literal["all"], "x=7", 7),
        (int | Literal["all"], "x=all", "all"),
        (list[Literal["x", 1]], "x=x&x=1", ["x", 1]),
        (list[Literal["x", 1]], "x=1", [1]),
        (tuple[Literal["x", 1], str], "x=1&x=1", [1, "1"]),
        (Literal["all"] | list[int], "x=all", "all"),
        (Literal["all"] | list[int], "x=5", [5]),
        (Literal["all"] | Window, 'x={"start": 1}', '{"start": 1}'),
        (bool | None, "x=TRUE", True),
        (int | bool, "x=1", 1),
        (str, "x=42", "42"),
        (str, "x=", ""),
        (str, "x", ""),
        (int, "x=", ""),
        (str | int, "x=42", "42"),
        (str | None, "x=null", "null"),
        (Decimal, "x=0.1234567890123456789", "0.1234567890123456789"),
        (Any, "x=42", "42"),
        (Any, "x=1&x=2", ["1", "2"]),
        # lists
        (list[str], "x=a", ["a"]),
        (list[str], "x=a&x=b", ["a", "b"]),
        (list[str], "x[]=a&x[]=b", ["a", "b"]),
        (list[str], "x%5B%5D=a", ["a"]),
        (list[str], "x=", [""]),
        (list[str], "x=[]", []),
        (list[str], "x[]=[]", ["[]"]),
        (list[str], "x=[]&x=[]", ["[]", "[]"]),
        (list[str], 'x=["a"]', ['["a"]']),
        (list[str], "x=[1", ["[1"]),
        (list[str], "x=1,2", ["1,2"]),
        (list[int], "x=1", [1]),
        (list[int], "x=1&x=02&x=3", [1, "02", 3]),
        (list[int], "x[]=1", [1]),
        (list[int], "x=[]", []),
        (list[int], "x=[1,2]", [1, 2]),
        (list[int], "x=[1", ["[1"]),
        (list[int], "x[]=[1]", ["[1]"]),
        (list[int] | None, "x=1&x=2", [1, 2]),
        (list[int | None], "x=1&x=null", [1, "null"]),
        (list[int] | None, "x=[]", []),
        (set[bool], "x=1&x=false", [True, False]),
        (list[Size], "x=1", [1]),
        (list[Any], "x=1&x=[2]", ["1", "[2]"]),
        (int | list[int], "x=1", 1),
        (int | list[int], "x=1&x=2", [1, 2]),
        (int | list[int], "x[]=1", [1]),
        (str | list[str], "x=a", "a"),
        (str | list[str], "x=[]", "[]"),
        (str | list[str], "x[]=a", ["a"]),
        (str | list[int], "x=1", "1"),
        (str | list[int], "x=1&x=2", [1, 2]),
        # tuples: each place has its own type
        (tuple[int, str], "x=1&x=2", [1, "2"]),
        (tuple[str, bool], "x=1&x=1", ["1", True]),
        (tuple[int, int], "x=1&x=2", [1, 2]),
        (tuple[int, int], "x=1&x=2&x=3", [1, 2, "3"]),
        (tuple[int, ...], "x=1&x=2", [1, 2]),
        (tuple[int, str], "x=1", [1]),
        # nested: one JSON text
        (Window, 'x={"start": 1}', {"start": 1}),
        (Window | None, 'x={"start": 1}', {"start": 1}),
        (Window, "x=[1]", "[1]"),
        (dict[str, int], "x={}", {}),
        (list[Window], 'x=[{"start": 1}]', [{"start": 1}]),
        (list[Window], "x=[]", []),
        (list[list[int]], "x=[[1]]", [[1]]),
        (list[int] | Window, "x=[1]", [1]),
        (Node, 'x={"children": [{}]}', {"children": [{}]}),
        (str | Window, 'x={"start": 1}', '{"start": 1}'),
        # percent-encoding
        (str, "x=a%20b+c", "a b c"),
        (str, "x=%C3%A9", "é"),
        (str, "x=%zz%", "%zz%"),
        (str, "x=1;2", "1;2"),
        (str, "x=a=b", "a=b"),
    ],
)
def test_a_query_says_a_value(described, query, value):
    assert same(read(query, described), value)


@pytest.mark.parametrize(
    ("described", "query"),
    [
        (int, "x=1&x=1"),
        (str, "x=a&x=b"),
        (list[str], "x=a&x[]=b"),
        (list[str], "x=[]&x[]=b"),
        (int | list[int], "x=1&x[]=2"),
        (Window, "x={}&x={}"),
        (list[Window], "x={}&x={}"),
    ],
)
def test_what_is_said_twice_or_in_two_spellings_is_refused(described, query):
    with pytest.raises(CommonError) as caught:
        read(query, described)
    assert (caught.value.code, caught.value.status) == ("invalid_input", 400)
    assert caught.value.details == [{"path": ["x"], "type": "given_twice", "message": "must be given once"}]


@pytest.mark.parametrize(
    ("described", "query"),
    [
        (str, "x[]=a"),
        (int | None, "x[]=1"),
        (list[Window], "x[]={}"),
        (list[list[int]], "x[]=[1]"),
    ],
)
def test_brackets_where_one_text_says_the_whole_value_are_refused(described, query):
    with pytest.raises(CommonError) as caught:
        read(query, described)
    told = {"path": ["x"], "type": "in_brackets", "message": "must be given without brackets"}
    assert caught.value.details == [told]


def test_a_long_name_is_cut_in_the_message():
    with pytest.raises(CommonError) as caught:
        read_query(b"a" * 100 + b"=1&" + b"a" * 100 + b"=2", parameters(**{"a" * 100: int}))
    assert caught.value.details[0]["path"] == ["a" * 64]


@pytest.mark.parametrize("query", [b"x=%ff", b"x=\xff", b"x=\xc3\xa9", b"%80=1", b"x=%ED%A0%80"])
def test_what_is_no_percent_encoded_utf8_is_refused(query):
    with pytest.raises(CommonError) as caught:
        read_query(query, parameters(x=str))
    assert caught.value.details[0]["type"] == "query_invalid"


def test_a_query_of_too_many_parameters_is_refused():
    most = "&".join(["x=1"] * MOST_PARAMETERS)
    assert read(most, list[int]) == [1] * MOST_PARAMETERS
    with pytest.raises(CommonError, match="more than 1,000 parameters") as caught:
        read(most + "&x=1", list[int])
    assert caught.value.details[0]["type"] == "too_many_parameters"


def test_names_that_nobody_knows_stay_for_validation_to_refuse():
    known = parameters(x=int)
    assert read_query(b"", known) == {}
    assert read_query(b"y=1&z[]=2&z[]=3&__proto__=a&x=1", known) == {
        "y": "1",
        "z[]": ["2", "3"],
        "__proto__": "a",
        "x": 1,
    }


def test_a_name_that_ends_in_brackets_itself_is_taken_as_it_is():
    class Given(BaseModel):
        plain: Annotated[list[int], Field(alias="x")]
        odd: Annotated[int, Field(alias="x[]")]

    subject = define_action(name="subject", input=Given, handler=lambda _: None)
    assert read_query(b"x[]=1&x=2", subject.prepared.parameters) == {"x[]": 1, "x": [2]}


async def test_names_are_those_of_the_input_and_not_of_the_parameters():
    @action(http=Http("GET"))
    def find(from_: Annotated[int, Field(alias="from")], *, copy: bool = False) -> list[object]:
        return [from_, copy]

    given = read_query(b"from=3&copy=1", find.prepared.parameters)
    assert given == {"from": 3, "copy": True}
    assert await find.run(given) == [3, True]


TYPES: dict[str, Any] = {
    "scalar": int,
    "optional": int | None,
    "text": str,
    "any": Any,
    "enum": Size,
    "text_or_number": str | int,
    "texts": list[str],
    "numbers": list[int],
    "optional_numbers": list[int] | None,
    "maybe_numbers": list[int | None],
    "anything": list[Any],
    "one_or_more": int | list[int],
    "text_or_more": str | list[str],
    "pair": tuple[int, str],
    "pairs": list[tuple[int, str]],
    "window": Window,
    "optional_window": Window | None,
    "text_or_window": str | Window,
    "text_or_windows": str | list[Window],
    "windows": list[Window],
    "nested": list[list[int]],
    "mapping": dict[str, int],
    "numbers_or_window": list[int] | Window,
    "node": Node,
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory) -> Catalog:
    model = create_model("Given", **{name: (described, ...) for name, described in TYPES.items()})
    registry = Registry()
    registry.register(
        [define_action(name="x", input=model, handler=lambda _: None, description="Do.", public=True)]
    )
    root = tmp_path_factory.mktemp("project")
    return describe(registry, Settings(root=root, out=root / "out", title="T", version="1"))


def test_openapi_describes_queries_as_they_are_read(catalog):
    read_as = parameters(**TYPES)
    described = {each.name: each for each in query_parameters(catalog, catalog.actions[0].input)}
    assert set(described) == set(read_as) == set(TYPES)
    for name, parameter in read_as.items():
        as_json = described[name].as_json
        repeats = parameter.items is not None
        nested = "string" not in parameter.types and parameter.types & {"array", "object"} and not repeats
        assert as_json == bool(nested), name
        if as_json:
            assert isinstance(read_query(f"{name}=[]&".encode(), read_as)[name], list | str)
        if "'array'" in str(described[name].schema) and not as_json:
            assert repeats, name
