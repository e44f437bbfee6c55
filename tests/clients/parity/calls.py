"""Calls actions with the generated Python client, as a table on standard input says.

``python calls.py ADDRESS sync|async``; it prints one result a line, as JSON.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from typing import Any

from parity_client import AsyncClient, CallOptions, Client
from pydantic import TypeAdapter

ANYTHING = TypeAdapter(Any)


def plain(result: Any) -> Any:
    fields = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    return ANYTHING.dump_python(fields, mode="json", by_alias=True)


def arguments(call: Any) -> dict[str, Any]:
    return {**call["input"], "options": CallOptions(headers=call.get("headers", {}))}


def blocking(address: str, calls: Any) -> list[Any]:
    with Client(address) as client:
        return [plain(getattr(client, call["action"])(**arguments(call))) for call in calls]


async def awaited(address: str, calls: Any) -> list[Any]:
    async with AsyncClient(address) as client:
        return [plain(await getattr(client, call["action"])(**arguments(call))) for call in calls]


calls = json.load(sys.stdin)
address, kind = sys.argv[1:]
results = blocking(address, calls) if kind == "sync" else asyncio.run(awaited(address, calls))
for result in results:
    print(json.dumps(result))
