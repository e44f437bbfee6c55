"""What a call's promises cost when they are written out in one function for one action: the limit in Python.

It finds, times, counts, reads, checks and wraps as the pipeline does where all is well, and
does nothing for what may go wrong: no gate, no hook, no context, no refusal that names a field.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from actionary.context import new_request_id
from actionary.exact import exact_check
from actionary.keys import key_counter
from actionary.leaf import INSIDE
from actionary.limits import Limits
from actionary.running import Call, running_here
from actionary.schema import core_schema_of
from peers import ASGIApp
from workload import path_of, work


def written_out() -> ASGIApp:
    """Answer one action, in the event loop that runs."""
    each = work(1)
    quote, handler, name = each.quote, each.handler, each.name.encode()
    validate = each.order.__pydantic_validator__.validate_json
    to_json = quote.__pydantic_serializer__.to_json
    count_keys, is_exact = key_counter(core_schema_of(each.order)), exact_check(core_schema_of(quote))
    assert count_keys is not None, "the order is plain"
    assert is_exact is not None, "the quote is plain"
    handlers = {path_of(1): {"POST": handler}}
    most, running = Limits().body, running_here()
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"actionary-catalog", b"0" * 64),
        (b"x-content-type-options", b"nosniff"),
    ]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        started = monotonic()
        found = handlers[scope["path"]][scope["method"]]
        said = dict(scope["headers"])
        request_id = said.get(b"x-request-id") or new_request_id()
        assert int(said[b"content-length"]) <= most
        assert said[b"content-type"] == b"application/json"
        call = Call(running, each.name, started, 30)
        call_task = asyncio.current_task()
        running.calls.add(call)
        try:
            body = (await receive())["body"]
            order = validate(body, strict=True, by_alias=True, by_name=False)
            assert body.count(b":") == count_keys(order)
            token = INSIDE.set(call)
            try:
                given = await found(order)
            finally:
                INSIDE.reset(token)
            assert call_task is not None
            assert type(given) is quote
            assert is_exact(given)
            data = to_json(given, by_alias=True)
        finally:
            running.calls.discard(call)
        latency = (monotonic() - started) * 1000
        reply = b'{"ok":true,"data":%b,"action":"%b","latencyMs":%.3f}' % (data, name, latency)
        own = [(b"content-length", b"%d" % len(reply)), (b"x-request-id", request_id)]
        await send({"type": "http.response.start", "status": 200, "headers": headers + own})
        await send({"type": "http.response.body", "body": reply})

    return app
