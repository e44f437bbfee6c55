"""Bare ASGI: what the others are compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from peers import ASGIApp
from workload import REPLY, works


def constant(count: int) -> ASGIApp:
    """Answer anything with the same bytes, as many as `actionary` sends."""
    from actionary.envelope import ok_envelope  # noqa: PLC0415 - the peer beside it does without

    return _same(ok_envelope(REPLY, f"quote_{count}", 0.042))


def document(root: Path) -> ASGIApp:
    """Answer anything with the bytes of a project's OpenAPI document."""
    return _same((root / "generated" / "openapi.json").read_bytes())


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


def _same(reply: bytes) -> ASGIApp:
    headers = _headers(reply)

    async def app(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": reply})

    return app


def _headers(reply: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(reply))]
