"""The whole table, as a registry of actions."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from actionary import Registry, define_action
from actionary.catalog import Catalog
from actionary.defining import Action
from actionary.describe import describe
from actionary.settings import Settings
from type_shapes import classes, containers, described, models, scalars, times, unions
from type_shapes.shape import Shape

GROUPS: tuple[ModuleType, ...] = (scalars, times, containers, models, classes, unions, described)
SHAPES: dict[str, tuple[Shape, ModuleType]] = {
    shape.name: (shape, group) for group in GROUPS for shape in group.SHAPES
}
SETTINGS = Settings(root=Path(), out=Path("generated"), title="Shapes", version="1.0.0")


def python_type(name: str, *, output: bool = False) -> Any:
    """Give a shape's type, or that of its answer."""
    shape, group = SHAPES[name]
    text = shape.output if output and shape.output else shape.type
    return eval(text, dict(vars(group)))


def action_of(name: str) -> Action[..., Any]:
    """Make the action that takes a value of a shape and answers with one."""
    shape, _ = SHAPES[name]

    async def handler(*, value: Any) -> Any:
        """Take a value and answer."""
        return shape.answer(value)

    handler.__annotations__ = {"value": python_type(name), "return": python_type(name, output=True)}
    return define_action(handler=handler, name=name, public=True, when_to_use="It is asked for.")


def registry() -> Registry:
    """Make all the actions, in one registry."""
    made = Registry()
    made.register([action_of(name) for name in SHAPES])
    return made


def catalog() -> Catalog:
    """Describe them all."""
    return describe(registry(), SETTINGS)
