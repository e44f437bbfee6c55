"""What a shape is, and the actions that are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from actionary import Action, Example, Http, define_action
from pydantic import BaseModel, ConfigDict, create_model

Actions = Iterator[Action[..., Any]]


@dataclass(frozen=True)
class Shape:
    """A type, JSON of it, and the doors to try: a body, a query, or both."""

    name: str
    type: Any
    example: Any
    methods: tuple[str, ...] = ("POST", "GET")


def echoes(shapes: Iterable[Shape]) -> Actions:
    """Give an action for each shape and method, which answers with what it was given as ``x``."""
    for shape in shapes:
        for method in shape.methods:
            name = f"{shape.name}_{method.lower()}"
            model = create_model(
                f"{shape.name.title().replace('_', '')}{method.title()}Input",
                __config__=ConfigDict(extra="forbid"),
                x=(shape.type, ...),
            )
            yield define_action(
                name=name,
                description=f"Give back {shape.name.replace('_', ' ')}.",
                public=True,
                agent_tool=False,
                http=Http(method),
                input=model,
                output=shape.type,
                handler=_echo,
                examples=[Example({"x": shape.example})],
            )


async def _echo(given: Any) -> Any:
    return given.x


def whole(model: type[BaseModel], example: dict[str, Any], *methods: str) -> Actions:
    """Give actions whose whole input is a model, and which answer with it."""
    for method in methods or ("POST", "GET"):
        yield define_action(
            name=f"whole_{model.__name__.lower()}_{method.lower()}",
            description=f"Give back a whole {model.__name__}.",
            public=True,
            agent_tool=False,
            http=Http(method),
            input=model,
            output=model,
            handler=_itself,
            examples=[Example(example)],
        )


async def _itself(given: Any) -> Any:
    return given
