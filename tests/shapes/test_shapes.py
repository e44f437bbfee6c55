"""Every shape of the table, in every place where it has to be right."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from typing import Any, get_type_hints

import httpx2
import pytest
from actionary import invoke_action
from actionary.result import CommonError
from actionary_build.emit.plain_input import plain_input
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError
from type_shapes.formats import FORMATS
from type_shapes.registry import SHAPES

FEWEST = 60
TAKE_ANYTHING = {"anything", "object_type", "json_value"}


@pytest.fixture(params=SHAPES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def shape(name):
    return SHAPES[name][0]


@pytest.fixture
def action(name, registry):
    return registry.get(name)


@pytest.fixture
def spec(name, catalog):
    return catalog.get(name)


def canonical(data: Any) -> str:
    """Compare as JSON, where ``True`` is not ``1``."""
    return json.dumps(data, sort_keys=True)


def body(value: Any) -> bytes:
    return json.dumps({"value": value}).encode()


def whole(schema: dict[str, Any], catalog: Any) -> dict[str, Any]:
    return {**schema, "$defs": {name: catalog.types[name] for name in catalog.types_used(schema)}}


def validator(schema: dict[str, Any], catalog: Any) -> Draft202012Validator:
    return Draft202012Validator(whole(schema, catalog), format_checker=FORMATS)


def test_the_table_is_long_enough_and_every_shape_has_samples():
    assert len(SHAPES) >= FEWEST
    assert all(shape.right for shape, _ in SHAPES.values())
    assert {name for name, (shape, _) in SHAPES.items() if not shape.wrong} == TAKE_ANYTHING


def test_every_shape_has_samples_of_a_wrong_json_type_but_for_those_that_take_anything(mistyped):
    without = {name for name, values in mistyped.items() if not values}
    assert without == {*TAKE_ANYTHING, "literals_mixed"}  # which has one of each type


def test_its_schemas_are_json_schema(spec, catalog):
    for schema in (spec.input, spec.output):
        Draft202012Validator.check_schema(whole(schema, catalog))


def test_what_its_schema_accepts_is_read_and_nothing_else(*, shape, spec, catalog, action):
    read = action.prepared.read_json
    schema = validator(spec.input, catalog)
    for sample in shape.samples:
        read(body(sample.given))
        schema.validate({"value": sample.given})
    for value in (*shape.wrong, *shape.unsaid):
        with pytest.raises(CommonError) as refused:
            read(body(value))
        assert refused.value.code == "invalid_input"
    for value in shape.read_too:
        read(body(value))
    assert all(schema.is_valid({"value": value}) for value in shape.unsaid)
    assert not [value for value in (*shape.wrong, *shape.read_too) if schema.is_valid({"value": value})]
    assert bool(shape.why) is bool(shape.unsaid or shape.read_too)


NO_PLAIN_INPUT = {
    "day_future": "no schema knows today",
    "json_text": "what a text holds is a note to JSON Schema",
    "map_bounded": "a made-up key shows nothing",
    "nested_30": "an example so deep shows nothing",
    "own_class": "texts for patterns are not made up",
    "text_pattern": "as above",
}


def test_an_input_that_is_made_up_for_an_example_is_read(*, catalog, action, spec, name):
    made = plain_input(catalog, spec)
    if name in NO_PLAIN_INPUT and name != "day_future":
        assert made is None
    elif name not in NO_PLAIN_INPUT:
        action.prepared.read_json(json.dumps(made).encode())


async def test_in_process(*, shape, spec, catalog, action):
    schema = validator(spec.output, catalog)
    for sample in shape.samples:
        result = await invoke_action(action, {"value": sample.given})
        assert result.ok, result
        _, written = action.prepared.write_output(result.data)
        assert canonical(json.loads(written)) == canonical(sample.answered)
        schema.validate(sample.answered)
    for value in (*shape.wrong, *shape.unsaid):
        assert (await invoke_action(action, {"value": value})).code == "invalid_input"


def test_over_http(*, shape, name, address):
    with httpx2.Client(base_url=f"{address}/api/actions") as http:
        for sample in shape.samples:
            reply = http.post(
                f"/{name}", content=body(sample.given), headers={"content-type": "application/json"}
            )
            assert reply.status_code == 200, reply.text
            assert canonical(reply.json()["data"]) == canonical(sample.answered)
        for value in (*shape.wrong, *shape.unsaid):
            reply = http.post(f"/{name}", content=body(value), headers={"content-type": "application/json"})
            assert (reply.status_code, reply.json()["code"]) == (400, "invalid_input")


def test_with_the_typescript_client(*, shape, name, typescript_answers):
    answers = typescript_answers[name]
    assert [answer.get("code") for answer in answers] == [None] * len(shape.samples)
    assert [as_javascript(answer["data"]) for answer in answers] == [
        as_javascript(sample.answered) for sample in shape.samples
    ]


def test_with_a_typescript_client_that_converts(*, shape, name, exact_answers):
    """What was read is sent again as it was, to the last digit; of times, the instant."""
    told = exact_answers[name]
    for i, sample in enumerate(shape.samples):
        given, answered = (json.loads(text)["value"] for text in told[2 * i : 2 * i + 2])
        assert as_instants(given) == as_instants(sample.given)
        assert as_instants(answered) == as_instants(sample.answered)


def as_instants(data: Any) -> str:
    """Write JSON with each time as the instant that it is, to the millisecond."""

    def instant(text: str) -> str:
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
            return text
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC).isoformat(timespec="milliseconds")

    def plain(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: plain(value) for key, value in node.items()}
        if isinstance(node, list):
            return [plain(item) for item in node]
        return instant(node) if isinstance(node, str) else node

    return as_javascript(plain(data))


def as_javascript(data: Any) -> str:
    """Write JSON as a program does that knows one kind of number."""

    def plain(node: Any) -> Any:
        if isinstance(node, float) and node.is_integer():
            return int(node)
        if isinstance(node, dict):
            return {key: plain(value) for key, value in node.items()}
        return [plain(item) for item in node] if isinstance(node, list) else node

    return canonical(plain(data))


LOOSER_IN_PYTHON = {
    "enum_of_integers": "to Python True is 1, in a Literal too",
    "union_of_literals": "as above",
    "enum_of_anything": "no Literal of Python holds a fraction",
}


def test_with_the_python_client(*, shape, name, python_client, mistyped):
    """Values are made by the client's own types, sent, answered and read into its types again."""
    call = getattr(python_client, name)
    hints = get_type_hints(call, include_extras=True)
    given, data = TypeAdapter(hints["value"]), TypeAdapter(Any)
    for value in mistyped[name]:
        if name not in LOOSER_IN_PYTHON:
            with pytest.raises(ValidationError):
                given.validate_json(json.dumps(value), strict=True)
    for sample in shape.samples:
        result = call(value=given.validate_json(json.dumps(sample.given), strict=True))
        assert result.ok, result
        read = data.dump_python(result.data, mode="json", by_alias=True)
        assert canonical(read) == canonical(sample.answered)


def test_a_secret_is_in_no_answer_and_no_log(address, caplog):
    caplog.set_level("DEBUG")
    secret = "correct horse battery"
    given = [
        {"user": "ann", "password": secret, "pin": [secret]},
        {"user": 1, "password": secret},
        {"user": "ann", "password": {secret: secret}},
        {"user": "ann", "password": secret},
    ]
    with httpx2.Client(base_url=f"{address}/api/actions") as http:
        replies = [http.post("/secret", json={"value": value}) for value in given]
    assert [reply.status_code for reply in replies] == [400, 400, 400, 200]
    assert not [reply for reply in replies if "horse" in reply.text]
    assert "horse" not in caplog.text


@pytest.mark.long
def test_the_python_client_of_all_shapes_is_strictly_typed(python_project, run):
    checked = run(
        sys.executable, "-m", "mypy", "--strict", "--config-file=", "all_shapes_client", cwd=python_project
    )
    assert checked.startswith("Success")
