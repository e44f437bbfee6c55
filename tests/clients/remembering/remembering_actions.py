"""Actions of a server that remembers, for clients that repeat, page, follow and listen."""

from __future__ import annotations

from actionary import Context, Cursor, Http, Principal, Registry, action, define_actions
from actionary.auth import BasicAuth, BearerAuth
from pydantic import BaseModel

humans = BearerAuth({"token-of-eve": Principal(id="eve")}, name="humans")
registry = Registry(store="memory://", approver=humans, changes=True)
sent: list[str] = []
addresses: list[str] = []


class Page(BaseModel):
    letters: list[str]
    after: int | None


@action(public=True)
async def send_letter(text: str) -> int:
    """Send a letter, and say how many were sent."""
    sent.append(text)
    return len(sent)


@action(public=True, needs_approval=True)
async def send_parcel(to: str) -> str:
    """Send a parcel."""
    return f"sent to {to}"


@action(public=True, http=Http("PUT"), needs_approval=True)
async def change_address(street: str) -> str:
    """Say where to send what is sent."""
    addresses.append(street)
    return ", ".join(addresses)


@action(public=True, http=Http("GET"))
async def list_addresses() -> list[str]:
    """List where things were sent, in order."""
    return addresses


@action(public=True, http=Http("GET"), paginate=Cursor("after", "after", "letters"))
async def list_letters(after: int = 0) -> Page:
    """List the alphabet, two letters a page."""
    letters = "abcde"[after : after + 2]
    return Page(letters=list(letters), after=after + 2 if after + 2 < 5 else None)


@action(public=True)
async def count(to: int, *, ctx: Context) -> int:
    """Count."""
    for number in range(to):
        ctx.progress(number, to, f"at {number}")
    return to


async def known(username: str, password: str) -> Principal | None:
    return Principal(id=username) if password == "geheim-ü" else None


@action(public=True, http=Http("GET"), auth=BasicAuth(verify=known, name="staff"))
async def who_am_i(*, ctx: Context) -> str:
    """Say who calls."""
    assert ctx.principal is not None
    return ctx.principal.id


define_actions(
    [send_letter, send_parcel, change_address, list_addresses, list_letters, count, who_am_i],
    registry=registry,
)
