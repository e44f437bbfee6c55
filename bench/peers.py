"""The applications that are compared: one order quote, in several ways. Each loads only what it needs."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any, Final

from actionary import Invocation, Principal, Registry, Request, define_action, define_actions
from actionary.call_log import JsonFormatter, call_log
from actionary.envelope import ok_envelope
from actionary.http import create_app
from workload import REPLY, Work, action_of, works

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]


def constant(count: int) -> ASGIApp:
    """Answer anything with the same bytes, as many as `actionary` sends."""
    reply = ok_envelope(REPLY, f"quote_{count}", 0.042)
    headers = _headers(reply)

    async def app(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": reply})

    return app


def pydantic(count: int) -> ASGIApp:
    """Read, work and write with pydantic, and nothing else."""
    *_, last = works(count)
    read = last.order.__pydantic_validator__.validate_json
    write = last.quote.__pydantic_serializer__.to_json

    async def app(_: Any, receive: Any, send: Any) -> None:
        message = await receive()
        reply = write(await last.handler(read(message["body"])))
        await send({"type": "http.response.start", "status": 200, "headers": _headers(reply)})
        await send({"type": "http.response.body", "body": reply})

    return app


def actionary(count: int) -> ASGIApp:
    """Serve so many actions."""
    registry = Registry()
    define_actions(map(action_of, works(count)), registry)
    return create_app(registry)


def logged(count: int) -> ASGIApp:
    """Serve so many actions with the call log on; its lines go nowhere."""
    handler = logging.StreamHandler(open(os.devnull, "w"))  # noqa: SIM115, PTH123 - open until the process ends
    handler.setFormatter(JsonFormatter())
    call_log(handler).__enter__()
    return actionary(count)


def guarded(count: int) -> ASGIApp:
    """Serve so many actions with every gate that a call can have."""

    async def who(_: Request) -> Principal:
        return Principal(id="ann", scopes=frozenset({"quote"}))

    async def may(_: Any, ctx: Any) -> bool:
        return ctx.principal is not None

    def notice(_: Invocation) -> None:
        pass

    def guarded_action(each: Work) -> Any:
        use = "A price is asked for."
        return define_action(
            handler=each.handler, public=True, when_to_use=use, scopes=["quote"], authorize=may
        )

    registry = Registry(auth=who, on_invoke=notice)
    define_actions(map(guarded_action, works(count)), registry)
    return create_app(registry)


def litestar(count: int) -> ASGIApp:
    """Serve so many routes with msgspec, which Litestar is quickest with."""
    from litestar_peer import litestar_app  # noqa: PLC0415 - each server loads only what it needs

    app: ASGIApp = litestar_app(count)
    return app


def fastapi(count: int) -> ASGIApp:
    """Serve so many routes in the ordinary way: a typed body and a response model."""
    from fastapi import FastAPI  # noqa: PLC0415 - each server loads only what it needs

    app = FastAPI()
    for each in works(count):
        app.post(f"/api/actions/{each.name}", response_model=each.quote)(each.handler)
    return app


PEERS: Final[dict[str, Callable[[int], ASGIApp]]] = {
    "constant": constant,
    "pydantic": pydantic,
    "actionary": actionary,
    "logged": logged,
    "guarded": guarded,
    "litestar": litestar,
    "fastapi": fastapi,
}


def _headers(reply: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(reply))]
