"""A project of generated actions that look like those people write, for the benchmark of the build."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Final

from importing import ACTIONARY

NOUNS: Final = tuple("invoice customer parcel payment refund ticket booking device contract article".split())

PROJECT: Final = """\
[project]
name = "generated-actions"
version = "1.0.0"

[tool.actionary]
title = "Generated actions"
description = "What the benchmark of the build builds."
"""

SHARED: Final = '''\
from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated

from actionary import ActionError
from pydantic import BaseModel, Field


class {Noun}State(Enum):
    """How far it is."""

    NEW = "new"
    OPEN = "open"
    DONE = "done"


class {Noun}Part(BaseModel):
    """A part of a {noun}."""

    sku: Annotated[str, Field(description="What it is.", min_length=1, max_length=40)]
    quantity: Annotated[int, Field(ge=1, le=999)] = 1
    price: Decimal | None = None
    labels: list[str] = []


class {Noun}(BaseModel):
    """A {noun} as it is kept."""

    id: Annotated[str, Field(description="The id, such as {noun}-17.")]
    state: {Noun}State
    parts: list[{Noun}Part]
    due: date | None = None


class {Noun}Missing(BaseModel):
    """Which {noun} was asked for."""

    id: str


class {Noun}NotFound(ActionError[{Noun}Missing], code="{noun}_not_found", status=404):
    """There is no such {noun}."""
'''

SEARCH: Final = '''\
from __future__ import annotations

from typing import Annotated, Literal

from actionary import Example, Http, action
from pydantic import BaseModel, Field

from actions.{noun}._models import {Noun}, {Noun}State


class Found{Noun}s{number}(BaseModel):
    """A page of what was found."""

    items: list[{Noun}]
    total: int


@action(
    public=True,
    http=Http("GET"),
    when_to_use="The user looks for a {noun} and has no id.",
    tags=["{noun}"],
    examples=[Example({{"query": "blue", "limit": 5}}, {{"items": [], "total": 0}})],
)
async def search_{noun}s_{number}(
    query: Annotated[str, Field(description="Free text.", min_length=1)],
    states: Annotated[list[{Noun}State], Field(description="Any of these.")] = [],
    order: Literal["newest", "oldest"] = "newest",
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
) -> Found{Noun}s{number}:
    """Search what there is, number {number}.

    The query is compared with every part.
    """
    return Found{Noun}s{number}(items=[], total=0)
'''

GET: Final = '''\
from __future__ import annotations

from typing import Annotated

from actionary import Http, action
from pydantic import Field

from actions.{noun}._models import {Noun}, {Noun}Missing, {Noun}NotFound


@action(
    public=True,
    http=Http("GET"),
    when_to_use="The user has the id of a {noun}.",
    tags=["{noun}"],
    errors=[{Noun}NotFound],
)
async def get_{noun}_{number}(
    id: Annotated[str, Field(description="The id of the {noun}.", min_length=1)], with_parts: bool = True
) -> {Noun}:
    """Give one {noun}, number {number}."""
    raise {Noun}NotFound("There is none.", details={Noun}Missing(id=id))
'''

CREATE: Final = '''\
from __future__ import annotations

from typing import Annotated, Literal

from actionary import action
from pydantic import BaseModel, Field

from actions.{noun}._models import {Noun}, {Noun}Part, {Noun}State


class ByPost(BaseModel):
    """Send it."""

    kind: Literal["post"]
    street: str
    country: Literal["AT", "DE", "FR"]


class ByHand(BaseModel):
    """Fetch it."""

    kind: Literal["hand"]
    place: str


class New{Noun}{number}(BaseModel):
    """What is to be made."""

    parts: Annotated[list[{Noun}Part], Field(min_length=1, max_length=50)]
    handover: Annotated[ByPost | ByHand, Field(discriminator="kind")]
    remarks: dict[str, str] = {{}}
    note: Annotated[str | None, Field(description="Whatever else.", max_length=500)] = None


@action(public=True, when_to_use="The user wants a new {noun}.", tags=["{noun}"], destructive=False)
async def create_{noun}_{number}(new: New{Noun}{number}) -> {Noun}:
    """Make a new {noun}, number {number}."""
    return {Noun}(id="{noun}-1", state={Noun}State.NEW, parts=new.parts)
'''

MOVE: Final = '''\
from __future__ import annotations

from actionary import action
from pydantic import BaseModel

from actions.{noun}._models import {Noun}Missing, {Noun}NotFound, {Noun}State


class Moved{Noun}{number}(BaseModel):
    """From where to where it was moved."""

    before: {Noun}State
    after: {Noun}State


@action(
    public=True,
    when_to_use="The user says how far a {noun} is.",
    when_not_to_use="The user asks how far it is.",
    tags=["{noun}"],
    errors=[{Noun}NotFound],
)
def move_{noun}_{number}(id: str, state: {Noun}State, notify: list[str] | None = None) -> Moved{Noun}{number}:
    """Change the state of a {noun}, number {number}."""
    if not id:
        raise {Noun}NotFound("There is none.", details={Noun}Missing(id=id))
    return Moved{Noun}{number}(before={Noun}State.NEW, after=state)
'''

ACTIONS: Final = (("search", "s", SEARCH), ("get", "", GET), ("create", "", CREATE), ("move", "", MOVE))


def write_project(root: Path, actions: int) -> None:
    """Write a project with so many public actions, half of them GET, in folders by subject."""
    (root / "pyproject.toml").write_text(PROJECT)
    for noun in NOUNS:
        folder = root / "actions" / noun
        folder.mkdir(parents=True)
        (folder / "_models.py").write_text(_filled(SHARED, noun, 0))
    for noun, number, (verb, plural, source) in islice(_places(), actions):
        path = root / "actions" / noun / f"{verb}_{noun}{plural}_{number}.py"
        path.write_text(_filled(source, noun, number))


def build_project(root: Path, actions: int) -> int:
    """Write a project and build its OpenAPI document; gives the size of that in bytes."""
    write_project(root, actions)
    command = [ACTIONARY, "build", "--target", "openapi"]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
    return (root / "generated" / "openapi.json").stat().st_size


def _places() -> Iterator[tuple[str, int, tuple[str, str, str]]]:
    """Give every subject, number and kind of action there can be, without end."""
    for number in count(1):
        for kind in ACTIONS:
            for noun in NOUNS:
                yield noun, number, kind


def _filled(source: str, noun: str, number: int) -> str:
    return source.format(noun=noun, Noun=noun.capitalize(), number=number)
