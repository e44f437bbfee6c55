"""The order quote as an action: plain, with each gate alone, and with everything on."""

from __future__ import annotations

import logging
import os
from typing import Any, Final

from actionary import Action, Invocation, Principal, Registry, Request, define_action, define_actions
from actionary.call_log import JsonFormatter, call_log
from actionary.http import create_app
from peers import ASGIApp
from workload import Work, works

RATE: Final = "999999999/day"
"""A rate that lets all in."""

ANN: Final = Principal(id="ann", scopes=frozenset({"quote"}))


async def who(_: Request) -> Principal:
    """Let everybody in as Ann."""
    return ANN


async def may(_: Any, ctx: Any) -> bool:
    """Let Ann do it."""
    return ctx.principal is ANN


async def may_all(_: Any, __: Any) -> bool:
    """Let everybody do it."""
    return True


def notice(_: Invocation) -> None:
    """Do nothing with what is told of a call."""


def action_of(each: Work, **gates: Any) -> Action[..., Any]:
    """Make the action that does a work."""
    return define_action(handler=each.handler, public=True, when_to_use="A price is asked for.", **gates)


def actionary(count: int) -> ASGIApp:
    """Serve so many actions."""
    return _served(count, Registry())


def logged(count: int) -> ASGIApp:
    """Serve so many actions with the call log on; its lines go nowhere."""
    log_to_nowhere()
    return actionary(count)


def with_auth(count: int) -> ASGIApp:
    """Ask each caller who it is."""
    return _served(count, Registry(auth=who))


def with_scopes(count: int) -> ASGIApp:
    """Ask each caller who it is, and for a scope."""
    return _served(count, Registry(auth=who), scopes=["quote"])


def with_authorize(count: int) -> ASGIApp:
    """Ask about the input of each call."""
    return _served(count, Registry(), authorize=may_all)


def with_rate_limit(count: int) -> ASGIApp:
    """Count the calls of each caller, where the environment says."""
    return _served(count, Registry(), rate_limit=RATE)


def with_hook(count: int) -> ASGIApp:
    """Tell a function of each call."""
    return _served(count, Registry(on_invoke=notice))


def guarded(count: int) -> ASGIApp:
    """Serve so many actions with every gate that a call can have."""
    return _served(
        count, Registry(auth=who, on_invoke=notice), scopes=["quote"], authorize=may, rate_limit=RATE
    )


def everything(count: int) -> ASGIApp:
    """Serve so many actions with every gate and the call log."""
    log_to_nowhere()
    return guarded(count)


def log_to_nowhere() -> None:
    """Write the call log until the process ends, to where nobody reads it."""
    handler = logging.StreamHandler(open(os.devnull, "w"))  # noqa: SIM115, PTH123 - open until the process ends
    handler.setFormatter(JsonFormatter())
    call_log(handler).__enter__()


def _served(count: int, registry: Registry, **gates: Any) -> ASGIApp:
    define_actions([action_of(each, **gates) for each in works(count)], registry)
    return create_app(registry)
