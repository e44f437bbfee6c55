"""The applications that are compared: one order quote, in four ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from actionary import Registry, define_actions
from actionary.envelope import ok_envelope
from actionary.http import create_app
from fastapi import FastAPI
from workload import REPLY, action_of, works

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


def fastapi(count: int) -> ASGIApp:
    """Serve so many routes in the ordinary way: a typed body and a response model."""
    app = FastAPI()
    for each in works(count):
        app.post(f"/api/actions/{each.name}", response_model=each.quote)(each.handler)
    return app


PEERS: Final[dict[str, Callable[[int], ASGIApp]]] = {
    "constant": constant,
    "pydantic": pydantic,
    "actionary": actionary,
    "fastapi": fastapi,
}


def _headers(reply: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(reply))]
