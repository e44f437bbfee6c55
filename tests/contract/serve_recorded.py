"""Serve a project as `actionary serve` does, let tests make its handlers fail, and write down every answer.

``python serve_recorded.py PROJECT LOG`` prints the address. LOG gets a line of JSON
for each answer: the method, the path and the status. The header ``X-Fault`` makes
the handler of the called action fail:

- ``raise``: it raises what nobody declared;
- ``unfit``: it returns what fits no output, or where that is no error raises one whose details do not fit;
- ``hang``: it never ends;
- ``exhaust``: no thread is left for it;
- ``error CODE DETAILS``: it raises the declared error, with details given as JSON.

Each call comes from an address of its own, those with the fault ``busy`` from one.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import socket
import sys
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import uvicorn
from actionary import Action, Context, Registry
from actionary.http import create_app
from actionary.loading import load_registry
from actionary.result import details_adapter
from actionary.settings import read_settings
from actionary.threads import ThreadsExhausted

HANGING = "-hanging"


def faulty(action: Action[..., Any]) -> Action[..., Any]:
    """Give an action whose handler does what ``X-Fault`` says, and else what it did."""
    call = action.binding.call
    errors = {error.code: error for error in action.definition.errors}

    async def fail_or_call(given: Any, ctx: Context[Any]) -> Any:
        fault, _, more = ctx.headers.get("x-fault", "").partition(" ")
        match fault:
            case "raise":
                raise RuntimeError("what no caller may read")
            case "unfit":
                with_details = [error for error in errors.values() if error.details_type is not None]
                if action.definition.on_invalid_output == "fallback" and with_details:
                    raise with_details[0]("Made by a test.", details=object())
                return object()
            case "hang":
                await asyncio.Event().wait()
            case "exhaust":
                raise ThreadsExhausted
            case "error":
                code, _, details = more.partition(" ")
                error = errors[code]
                if error.details_type is None:
                    raise error("Made by a test.")
                raise error("Made by a test.", details=details_adapter(error).validate_json(details))
        return await call(given, ctx)

    binding = replace(action.binding, call=fail_or_call)
    return type(action)(action.definition, action.handler, binding, action.output)


def recorded(app: Any, log: Path) -> Any:
    """Wrap an application: each answer becomes a line of ``log`` before it is sent."""
    lines = log.open("a", encoding="utf-8", buffering=1)
    calls = itertools.count()

    async def call(scope: Any, receive: Any, send: Any) -> None:
        async def record(message: Any) -> None:
            if message["type"] == "http.response.start":
                line = [scope["method"], scope["path"], message["status"]]
                lines.write(json.dumps(line) + "\n")
            await send(message)

        if scope["type"] == "http":
            is_busy = (b"x-fault", b"busy") in scope["headers"]
            address = "192.0.2.1" if is_busy else str(IPv4Address("10.0.0.0") + next(calls))
            scope = {**scope, "client": (address, 1)}
        await app(scope, receive, record)

    return call


def main(project: Path, log: Path) -> None:
    settings = read_settings(project)
    loaded = load_registry(settings)
    served = Registry(
        lifespan=loaded.lifespan,
        auth=loaded.auth,
        credentials=loaded.resolvers,
        store=loaded.store and loaded.store.ready(),
        changes=loaded.changes_place is not None,
    )
    served.register([faulty(action) for action in loaded])
    app = recorded(create_app(served, prefix=settings.prefix), log)
    logging.basicConfig(level=logging.CRITICAL)  # what handlers are told to raise need not be read
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
