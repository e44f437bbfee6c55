"""``actionary approvals``: the calls that wait for a human, and what to say to them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from actionary_build.cli.project import find_project, project_option, registry_of, settings_of
from actionary_build.cli.say import Failed, error, say_json

if TYPE_CHECKING:
    from actionary.approvals import Approval, Decision
    from actionary.store import Store

T = TypeVar("T")

_SHORTEST_KEY: Final = 20
"""Characters; what begins with a dash and has fewer is an option that there is not."""

_STATES: Final = ("pending", "approved", "denied", "used")


@click.group("approvals", context_settings={"max_content_width": 100})
def command() -> None:
    """Decide about calls of actions that need a human's approval.

    They are kept in the store of the project's registry, or in the one that the
    variable ACTIONARY_STORE names. Exit code: 0 done, 1 it cannot be, 2 wrong use.
    """


_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _key(_context: click.Context, _argument: click.Parameter, value: str) -> str:
    """Let a key begin with a dash, and tell it from an option that there is not."""
    if value.startswith("-") and len(value) < _SHORTEST_KEY:
        raise click.NoSuchOption(value)
    return value


_key_argument = click.argument("key", callback=_key)
_of_key: Final = {"ignore_unknown_options": True}
"""What a key that begins with a dash needs, not to be taken for an option."""


def _user(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Give who decides: who is told, or the user that the process runs as, where it has a name."""
    import getpass

    if value is not None:
        return value
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


_by_option = click.option(
    "--by",
    callback=_user,
    metavar="NAME",
    help="Who decides, for those who ask later. Default: the user here.",
)


@command.command("list")
@click.option("--state", type=click.Choice([*_STATES, "all"]), default="pending", help="Default: pending.")
@_json_option
@project_option
def list_command(*, state: str, as_json: bool, project: str | None) -> int:
    """List the calls that wait, oldest first: key, state, seconds left, who, and what it would do."""
    found = _with_store(project, _all)
    shown = sorted((each for each in found if state in (each.state, "all")), key=lambda each: each.asked_at)
    if as_json:
        say_json({"approvals": [_view(approval) for approval in shown]})
        return 0
    if not shown:
        click.echo("nothing is asked for" if state == "all" else f"nothing is {state}", err=True)
    for approval in shown:
        click.echo("  ".join(_row(approval)))
    return 0


@command.command("show", context_settings=_of_key)
@_key_argument
@_json_option
@project_option
def show_command(key: str, *, as_json: bool, project: str | None) -> int:
    """Show a call with its whole input."""
    from actionary.approvals import find

    approval = _with_store(project, lambda store: find(store, key))
    if approval is None:
        raise Failed(_unknown())
    _say(approval, as_json=as_json)
    return 0


@command.command("approve", context_settings=_of_key)
@_key_argument
@_by_option
@_json_option
@project_option
def approve_command(key: str, *, by: str | None, as_json: bool, project: str | None) -> int:
    """Let a call be made, once, by who asked for it."""
    return _decide(key, "approved", by, project, as_json=as_json)


@command.command("deny", context_settings=_of_key)
@_key_argument
@_by_option
@_json_option
@project_option
def deny_command(key: str, *, by: str | None, as_json: bool, project: str | None) -> int:
    """Let a call not be made; what was approved can be denied until it is made."""
    return _decide(key, "denied", by, project, as_json=as_json)


def _decide(key: str, decision: Decision, by: str | None, project: str | None, *, as_json: bool) -> int:
    from actionary.approvals import DecisionError, decide

    try:
        approval = _with_store(project, lambda store: decide(store, key, decision, by=by))
    except DecisionError as refused:
        if refused.reason == "unknown":
            raise Failed(_unknown()) from refused
        was = "was denied" if refused.reason == "decided" else "has been made"
        raise Failed(
            error("cannot-decide", f"the call {was} already", "let whoever wants it made ask again")
        ) from refused
    _say(approval, as_json=as_json)
    return 0


def _with_store(project: str | None, do: Callable[[Store], Awaitable[T]]) -> T:
    """Do something with the store of a project.

    Raises:
        Failed: There is none that this process could share with a server, or it is away.
    """
    from actionary.store import StoreError, StoreUnavailableError

    registry = registry_of(settings_of(find_project(project)))
    if registry.store is None:
        mend = 'give the registry one: `Registry(store="sqlite:///state.db")`'
        raise Failed(error("no-store", "the project's registry has no store, so nothing is asked for", mend))
    try:
        store = registry.store.ready()
        if not store.is_shared:
            raise Failed(
                error(
                    "no-store",
                    "the store is in the memory of the server, which no other process can look into",
                    "name a database in `Registry(store=...)` or ACTIONARY_STORE",
                )
            )
        return asyncio.run(_done(store, do))
    except StoreError as wrong:
        raise Failed(error("no-store", wrong.what, wrong.mend)) from wrong
    except StoreUnavailableError as away:
        raise Failed(error("store-away", f"the store is away: {away}", "try again when it is back")) from away


async def _done(store: Store, do: Callable[[Store], Awaitable[T]]) -> T:
    look: Callable[[], Awaitable[None]] | None = getattr(store, "look", None)
    try:
        if look is not None:
            await look()
        return await do(store)
    finally:
        await store.close()


async def _all(store: Store) -> list[Approval]:
    from actionary.approvals import page

    found: list[Approval] = []
    after: str | None = ""
    while after is not None:
        some, after = await page(store, after)
        found += some
    return found


def _unknown() -> Any:
    what = "there is nothing under this key, or it has expired"
    return error("cannot-decide", what, "see `actionary approvals list --state all`")


def _view(approval: Approval) -> dict[str, Any]:
    from actionary.approval_actions import view

    shown: dict[str, Any] = view(approval).model_dump(mode="json")
    return shown


def _row(approval: Approval) -> tuple[str, ...]:
    from actionary_build.texts import one_line

    left = max(0, round(approval.expires_at - datetime.now(UTC).timestamp()))
    who = approval.asked.principal or "-"
    return (approval.key, approval.state, f"{left} s", one_line(who), one_line(approval.summary))


def _say(approval: Approval, *, as_json: bool) -> None:
    from actionary_build.texts import json_text, one_line

    shown = _view(approval)
    if as_json:
        say_json(shown)
        return
    for name, value in shown.items():
        click.echo(f"{name}: {one_line(value) if isinstance(value, str) else json_text(value)}")
