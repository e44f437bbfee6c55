"""Every shape of the table with both styles of the Python client: its own samples, and values made up."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from actionary import invoke_action_sync
from actionary.catalog import Catalog
from actionary.defining import AnyAction
from actionary.json_types import json_types
from actionary.registry import Registry
from actionary.testing.values import fitting
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import TypeAdapter, ValidationError
from type_shapes.registry import SHAPES
from type_shapes.shape import Shape

EXAMPLES = 25


@pytest.fixture(params=SHAPES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shape(name: str) -> Shape:
    return SHAPES[name][0]


@pytest.fixture
def action(name: str, registry: Registry) -> AnyAction:
    action = registry.get(name)
    assert action is not None
    return action


def canonical(data: Any) -> str:
    """Compare as JSON, where ``True`` is not ``1``."""
    return json.dumps(data, sort_keys=True)


def test_each_sample_travels_as_it_is_in_plain_data(shape: Shape, name: str, plain_client: Any) -> None:
    for sample in shape.samples:
        result = getattr(plain_client, name)(value=sample.given)
        assert result.ok, result
        assert canonical(result.data) == canonical(sample.answered)


@pytest.mark.parametrize("style", ["pydantic", "typeddict"])
def test_whatever_fits_the_schema_is_answered_as_the_types_of_the_server_say(
    *, style: str, name: str, action: AnyAction, catalog: Catalog, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue("plain_client" if style == "typeddict" else "python_client")
    spec = catalog.get(name)
    assert spec is not None
    unordered = "uniqueItems" in catalog.resolve(spec.output)
    call = getattr(client, name)
    made = plainly if style == "typeddict" else by_types_of(call)
    codes: set[str] = set()

    def told(value: Any) -> tuple[str, Any]:
        try:
            result = call(value=made(value))
        except ValidationError:
            return "invalid_input", None
        return ("ok", as_json(result.data)) if result.ok else (result.code, None)

    def written(code: str, data: Any) -> tuple[str, str]:
        return code, canonical(sorted(data) if unordered and code == "ok" else data)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(fitting(catalog.resolve(spec.input)["properties"]["value"], catalog.types))
    def check(value: Any) -> None:
        code, data = told(value)
        assert written(code, data) == written(*in_process(action, value))
        codes.add(code)

    check()
    assert "ok" in codes


def in_process(action: AnyAction, value: Any) -> tuple[str, Any]:
    """Give what the server's own types make of a value: a code, and the answer as JSON data."""
    result = invoke_action_sync(action, {"value": value})
    if not result.ok:
        return result.code, None
    _, written = action.prepared.write_output(result.data)
    return "ok", json.loads(written)


def plainly(value: Any) -> Any:
    return value


def by_types_of(call: Callable[..., Any]) -> Callable[[Any], Any]:
    """Give what makes a value of the argument's own type, as a program has it."""
    argument: TypeAdapter[Any] = TypeAdapter(get_type_hints(call, include_extras=True)["value"])
    return lambda value: argument.validate_json(json.dumps(value), strict=True)


def as_json(data: Any) -> Any:
    return TypeAdapter(Any).dump_python(data, mode="json", by_alias=True)


NOT_TYPED = {
    "decimal": "a number is taken, too, but would lose digits: text is asked for",
    "decimal_bounded": "as above",
    "decimal_digits": "as above",
    "model": "a key is dropped that nobody foresaw",
    "model_empty": "as above",
    "model_open": "a TypedDict cannot foresee further keys",
    "model_open_typed": "as above",
    "union_overlapping": "mypy takes a union for the member that all others fit",
    "union_overlapping_closed": "as above",
}
"""Shapes of which a type checker refuses a sample, and why."""

CHECK = """
import sys
from mypy import api
print(api.run(["--strict", "--config-file=", *sys.argv[1:]])[0])
"""


def test_types_are_those_of_the_samples_and_of_no_other_json_type(
    *, plain_project: Path, catalog: Catalog, mistyped: dict[str, list[Any]], run: Callable[..., str]
) -> None:
    lines = ["from plain_shapes_client import Client, unwrap", "def check(client: Client) -> None:"]
    right: dict[int, str] = {}
    wrong: set[int] = set()
    for name, (shape, _) in SHAPES.items():
        for number, sample in enumerate(shape.samples):
            lines.append(f"    a_{name}_{number} = unwrap(client.{name}(value={sample.given!r}))")
            right[len(lines)] = name
            lines.append(f"    a_{name}_{number} = {sample.answered!r}")
            right[len(lines)] = name
        for value in mistyped[name]:
            if not (isinstance(value, bool) and takes_numbers(catalog, name)):  # to Python True is 1
                lines.append(f"    client.{name}(value={value!r})")
                wrong.add(len(lines))
    (plain_project / "samples.py").write_text("\n".join([*lines, ""]))
    said = run(sys.executable, "-c", CHECK, "samples.py", cwd=plain_project)
    refused = {int(line) for line in re.findall(r"^samples\.py:(\d+): error", said, re.MULTILINE)}
    assert [lines[line - 1] for line in sorted(wrong - refused)] == []
    assert {right[line] for line in refused - wrong} == set(NOT_TYPED), said


def takes_numbers(catalog: Catalog, name: str) -> bool:
    spec = catalog.get(name)
    assert spec is not None
    types = json_types(catalog.resolve(spec.input)["properties"]["value"], catalog.types)
    return bool({"integer", "number"} & set(types))
