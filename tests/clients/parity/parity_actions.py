"""Actions that end in every way a call can end."""

from __future__ import annotations

import asyncio
import logging
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from actionary import ActionError, Context, Credential, Http, Request, action, define_actions
from pydantic import BaseModel, Field, SecretStr

logging.getLogger("actionary").addHandler(logging.NullHandler())


class Colour(Enum):
    RED = "red"
    DARK_BLUE = "dark blue"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    name: Annotated[str, Field(max_length=5)]


class Node(BaseModel):
    name: str
    children: list[Node] = []


class Everything(BaseModel):
    text: str
    count: Annotated[int, Field(ge=0, le=2**53)] = 0
    ratio: float | None = None
    day: date | None = None
    moment: datetime | None = None
    id: UUID | None = None
    price: Decimal | None = None
    colours: list[Colour] = []
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    tree: Node | None = None
    more: dict[str, list[int | str]] = {}


class Box(BaseModel):
    width: int
    height: int = 1


class Found(BaseModel):
    query: str
    limit: int
    tags: list[str] | None
    day: date | None
    box: Box | None
    exact: bool


class Amount(BaseModel):
    left: int
    of: Colour


class Short(ActionError[Amount], code="short", status=409):
    """Too few are left."""


class Busy(ActionError, code="busy", status=503, retryable=True):  # noqa: N818 - a result, by its name
    """Come back later."""


@action(public=True, http=Http("GET"), tags=["looking"])
async def search(
    query: str,
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    tags: list[str] | None = None,
    day: date | None = None,
    box: Box | None = None,
    *,
    exact: bool = False,
) -> Found:
    """Search."""
    return Found(query=query, limit=limit, tags=tags, day=day, box=box, exact=exact)


@action(public=True)
async def echo(everything: Everything) -> Everything:
    """Give back."""
    return everything


@action(public=True)
def in_thread(text: str) -> str:
    """Give back from a thread."""
    return text


@action(public=True)
async def nothing() -> None:
    """Give nothing."""


@action(public=True)
async def free(value: Any) -> Any:
    """Give back anything."""
    return value


@action(public=True, errors=[Short, Busy], timeout=0.2)
async def fail(how: Literal["short", "busy", "raise", "output", "slow"]) -> int:
    """Fail."""
    match how:
        case "short":
            raise Short("Only 2 left.", details=Amount(left=2, of=Colour.RED))
        case "busy":
            raise Busy("Busy.")
        case "raise":
            raise RuntimeError("hunter2")
        case "output":
            return "no number"  # type: ignore[return-value]  # the point of it
        case "slow":
            await asyncio.get_running_loop().create_future()
    return 1


def allowed(request: Request) -> bool:
    return request.headers.get("x-key") == "right"


@action(public=True, auth=allowed)
async def guarded() -> str:
    """Be guarded."""
    return "in"


class Login(BaseModel):
    name: SecretStr
    password: SecretStr


@action(public=True, credentials=[Credential("bank", fields=Login), Credential("mail", fields=Login)])
async def charge(amount: int, ctx: Context) -> int:
    """Need what is not there."""
    return amount + len(ctx.credentials)


define_actions([search, echo, in_thread, nothing, free, fail, guarded, charge])
