"""From an input as a test gives it to the JSON that a door makes of it (DESIGN §4 and §5)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import from_json

from actionary.coerce import Parameter, coerce_pairs, coerce_values, read_query
from actionary.context import MODELS, Caller
from actionary.defining import AnyAction
from actionary.inputs import as_json
from actionary.routes import route_of


def travelled(given: Any, action: AnyAction, caller: Caller) -> bytes:
    """Give an input as the JSON that is read when it comes through the door of ``caller``.

    Bytes are the body as it is sent, or for GET and DELETE the query.

    Raises:
        CommonError: ``invalid_input``: there is no such JSON, or the query says one thing twice.
    """
    by_query = caller == "http" and reads_query(action)
    if given is None:
        return b""
    if isinstance(given, bytes):
        return as_json(read_query(given, action.prepared.parameters)) if by_query else given
    sent = as_json(given)
    if not by_query and caller not in MODELS:
        return sent
    values = from_json(sent)
    if not isinstance(values, dict):
        return sent
    parameters = action.prepared.parameters
    if by_query:
        pairs = [pair for name, value in values.items() for pair in _pairs(name, value, parameters.get(name))]
        return as_json(coerce_pairs(pairs, parameters))
    return as_json(coerce_values(values, parameters))


def reads_query(action: AnyAction) -> bool:
    """Say whether an action's input is a query over HTTP."""
    route = route_of(action.definition, "")
    return route is not None and route.reads_query


def _pairs(name: str, value: Any, parameter: Parameter | None) -> Iterator[tuple[str, str]]:
    """Write a value as the generated clients do; a query has no null, so that is left out."""
    if value is None:
        return
    if not isinstance(value, list) or parameter is None or parameter.items is None:
        yield name, _text(value)
    elif not value:
        yield name, "[]"
    elif value == ["[]"]:
        yield f"{name}[]", "[]"
    else:
        for item in value:
            yield name, _text(item)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def headers_of(*given: Mapping[str, str] | None) -> dict[str, str]:
    """Put headers together; of one name the last counts."""
    return {name.lower(): value for headers in given if headers for name, value in headers.items()}
