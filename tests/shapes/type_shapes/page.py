"""The page `docs/types.md`: the table of shapes, as running it gives it."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from actionary import invoke_action_sync
from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.json_schema import Schema
from actionary.registry import Registry
from actionary_build.emit.python.annotations import Code, in_models
from actionary_build.emit.python.api import Api
from actionary_build.emit.python.calls import Key, wanted_types
from actionary_build.emit.python.models import Types
from actionary_build.emit.python.views import ModelView
from actionary_build.emit.typescript.names import name_all
from actionary_build.emit.typescript.types import expression
from actionary_build.texts import MarkdownCode
from type_shapes.registry import GROUPS, SHAPES
from type_shapes.shape import As, Shape

HERE = Path(__file__).parent


def page(catalog: Catalog, registry: Registry) -> str:
    """Write the whole page."""
    types = Types(catalog, wanted_types(Api(catalog)))
    sections = [_section(group, catalog, registry, types) for group in GROUPS]
    parts = [HERE.joinpath("page_head.md").read_text(), *sections, HERE.joinpath("page_tail.md").read_text()]
    return "\n".join(parts)


def _section(group: ModuleType, catalog: Catalog, registry: Registry, types: Types[Key]) -> str:
    rows = [
        _row([_python(shape), *_columns(shape, catalog, types), _wire(shape, registry)])
        for shape, home in SHAPES.values()
        if home is group
    ]
    head = ["Python", "JSON Schema", "TypeScript", "Python client", "on the wire"]
    table = "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows])
    return f"## {group.TITLE}\n\n```python\n{_classes(group)}\n```\n\n{table}\n"


def _classes(group: ModuleType) -> str:
    """Give the imports and classes of a group's module."""
    source = inspect.getsource(group).split("\nTITLE = ")[0]
    lines = [line for line in source.splitlines() if not line.startswith("from type_shapes.")]
    return "\n".join(lines[lines.index("from __future__ import annotations") :]).strip()


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _span(text: str) -> str:
    return MarkdownCode(" ".join(text.split())).replace("|", "\\|")


def _both(given: str, answered: str) -> str:
    return _span(given) if given == answered else f"{_span(given)} → {_span(answered)}"


def _python(shape: Shape) -> str:
    return _both(shape.type, shape.output or shape.type)


def _columns(shape: Shape, catalog: Catalog, types: Types[Key]) -> Iterator[str]:
    spec = catalog.get(shape.name)
    assert spec is not None
    given, answered = _given(catalog, spec), spec.output
    yield _both(_schema(catalog, given), _schema(catalog, answered))
    names = name_all(catalog).types
    yield _both(*(expression(catalog.resolve(each), names).text for each in (given, answered)))
    views = {str(view.name): view for view in types.models(types.names)}
    yield _both(
        _hint(types.expression(("input", shape.name, "value")), views),
        _hint(types.expression(("output", shape.name)), views),
    )


def _given(catalog: Catalog, spec: ActionSpec) -> Schema:
    value: Schema = catalog.resolve(spec.input)["properties"]["value"]
    return value


def _schema(catalog: Catalog, schema: Schema) -> str:
    return json.dumps(catalog.resolve(schema), ensure_ascii=False)


def _hint(annotation: Any, views: dict[str, ModelView]) -> str:
    text = str(Code(in_models(annotation, (), "")))
    if text in views:
        text += f"({', '.join(f'{field.name}: {field.annotation}' for field in views[text].fields)})"
    return re.sub(r"\b_(?=[A-Za-z])", "", text)  # how the package imports what no user's name may hide


def _wire(shape: Shape, registry: Registry) -> str:
    """Run the action for the first sample."""
    sample: As = shape.samples[0]
    action = registry.get(shape.name)
    assert action is not None
    result = invoke_action_sync(action, {"value": sample.given})
    assert result.ok
    _, written = action.prepared.write_output(result.data)
    return _both(*(json.dumps(each, ensure_ascii=False) for each in (sample.given, json.loads(written))))
