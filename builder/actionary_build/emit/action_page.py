"""What a page about an action says, whatever language the page is written in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from actionary.action_spec import ActionSpec, ExampleSpec
from actionary.catalog import Catalog
from actionary.rates import Rate

from actionary_build.emit.credentials import header_of, who_may_call
from actionary_build.emit.openapi_query import query_parameters
from actionary_build.emit.signature import Shape, Words, code, describe, named_types, shape, words
from actionary_build.texts import one_line, visible_json


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """An error a caller can get; ``details`` is empty when it carries none.

    ``again`` says whether the call may be made again.
    """

    code: str
    status: int
    again: str
    meaning: str
    details: Words


@dataclass(frozen=True, slots=True)
class Trait:
    """A property of an action: what it is called, its value, and what that means to a caller."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An example call in text: ``request`` as it goes over HTTP, or the input alone without HTTP.

    ``reply`` is the whole answer over HTTP, or the output alone; empty if the example has none.
    """

    request: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPage:
    """Everything a page shows of an action that is not plain text of the action itself.

    ``access`` says what it asks of who calls, and nothing where it does not ask.
    """

    action: ActionSpec
    heading: str
    address: str
    access: Words
    parameters: Shape
    output: Shape
    output_described: bool
    types: tuple[Shape, ...]
    errors: tuple[ErrorRow, ...]
    traits: tuple[Trait, ...]
    calls: tuple[Call, ...]
    input_schema: str
    output_schema: str


def action_page(catalog: Catalog, action: ActionSpec) -> ActionPage:
    """Gather what a page about an action says."""
    parameters, output = catalog.resolve(action.input), catalog.resolve(action.output)
    details = [error.details for error in action.errors if error.details is not None]
    return ActionPage(
        action=action,
        heading=one_line(action.title or "") or action.name,
        address=address(catalog, action.http.path) if action.http else "",
        access=who_may_call(action),
        parameters=shape(parameters),
        output=shape(output),
        output_described=bool(action.output),
        types=tuple(named_types(catalog, parameters, output, *details)),
        errors=tuple(_errors(action)),
        traits=tuple(_traits(action)),
        calls=tuple(_call(catalog, action, example) for example in action.examples),
        input_schema=json_block(catalog.standalone(action.input)),
        output_schema=json_block(catalog.standalone(action.output)),
    )


def groups(actions: Sequence[ActionSpec]) -> list[tuple[str, list[ActionSpec]]]:
    """Group actions by their first tag, sorted; those without a tag come last, under ``""``."""
    found: dict[str, list[ActionSpec]] = {}
    for action in actions:
        found.setdefault(one_line(action.tags[0]) if action.tags else "", []).append(action)
    return sorted(found.items(), key=lambda item: (item[0] == "", item[0]))


def address(catalog: Catalog, path: str) -> str:
    """Give the address of a path from the server's root; without a ``base_url`` it is the path."""
    return f"{catalog.base_url.rstrip('/')}{path}" if catalog.base_url else path


def json_block(data: Any) -> str:
    """Dump data as JSON over several lines in which every character can be seen."""
    return _dump(data, sort_keys=True)


def _dump(data: Any, *, sort_keys: bool) -> str:
    return visible_json(json.dumps(data, indent=2, sort_keys=sort_keys, ensure_ascii=False))


_COMMON_DETAILS: Final = {
    "invalid_input": (
        *words("list of objects with "),
        *code("path"),
        *words(", "),
        *code("type"),
        *words(" and "),
        *code("message"),
    ),
    "approval_required": (
        *words("object with "),
        *code("approval_key"),
        *words(", "),
        *code("expires_at"),
        *words(" and "),
        *code("summary"),
    ),
    "conflict": (*words("object with "), *code("reason")),
    "missing_credentials": (*words("object with "), *code("keys"), *words(", a list of texts")),
}


_HOW_ONCE: Final = (
    "A call may bring the header Idempotency-Key: KEY with a key of its own, such as a UUID. "
    "One that is repeated with the same key and input is not made twice, and gets the same answer."
)

_HOW_APPROVED: Final = (
    "A human may have to approve a call. It is then refused with approval_required, and its details have "
    "an approval_key: once a human has approved, repeat the same call with the header "
    "Actionary-Approval: KEY."
)


def _errors(action: ActionSpec) -> Iterator[ErrorRow]:
    for common in action.common_codes:
        yield ErrorRow(
            code=common.name,
            status=common.status,
            again=_again(action, common.name, retryable=common.retryable),
            meaning=common.meaning,
            details=_COMMON_DETAILS.get(common.name, ()),
        )
    for error in action.errors:
        yield ErrorRow(
            code=error.code,
            status=error.status,
            again=_again(action, error.code, retryable=error.retryable),
            meaning=error.description,
            details=() if error.details is None else describe(error.details),
        )


def _again(action: ActionSpec, code: str, *, retryable: bool) -> str:
    """Say whether a call that failed so may be made again; one that was too late may have had its effect."""
    if not retryable:
        return "not to be tried again"
    if code != "timeout" or action.read_only or action.idempotent:
        return "may be tried again"
    if action.idempotency_key:
        return "may be tried again only with the same Idempotency-Key"
    return "its effect is not known, so look before it is tried again"


def _traits(action: ActionSpec) -> Iterator[Trait]:
    if action.paging:
        yield Trait("Pages", "yes", action.paging)

    def trait(name: str, *, holds: bool, yes: str, no: str) -> Trait:
        return Trait(name, "yes" if holds else "no", yes if holds else no)

    yield trait(
        "Read-only", holds=action.read_only, yes="A call changes nothing.", no="A call may change something."
    )
    yield trait(
        "Destructive",
        holds=action.destructive,
        yes="A call may overwrite or remove what is there.",
        no="A call overwrites and removes nothing.",
    )
    yield trait(
        "Idempotent",
        holds=action.idempotent,
        yes="Making the same call again changes nothing more.",
        no="Making the same call again may have its effect again.",
    )
    yield trait(
        "Open world",
        holds=action.open_world,
        yes="A call may reach systems outside this server.",
        no="A call stays within this server.",
    )
    yield trait(
        "Parallel-safe",
        holds=action.parallel_safe,
        yes="Calls may be made at the same time.",
        no="Make one call after the other.",
    )
    yield trait(
        "Authentication",
        holds=action.auth,
        yes="The server asks who is calling.",
        no="The server does not ask who is calling.",
    )
    if action.idempotency_key:
        yield Trait("Idempotency key", "yes", _HOW_ONCE)
    if action.needs_approval:
        yield Trait("Approval", "yes", _HOW_APPROVED)
    if action.rate_limit:
        rates = " and ".join(str(Rate(rate.calls, rate.seconds)) for rate in action.rate_limit)
        yield Trait("Rate limit", rates, "A caller who makes more has to wait.")
    if action.credentials:
        keys = ", ".join(action.credentials)
        yield Trait("Credentials", keys, "The server has to have these, whoever calls.")
    yield _time_limit(action.timeout_ms)


def _time_limit(timeout_ms: int | None) -> Trait:
    if timeout_ms is None:
        return Trait("Time limit", "none", "A call may take as long as it needs.")
    return Trait("Time limit", f"{timeout_ms / 1000:g} s", "A call that takes longer is ended.")


def _call(catalog: Catalog, action: ActionSpec, example: ExampleSpec) -> Call:
    if action.http is None:
        return Call(
            request=json_block(example.input),
            reply=json_block(example.output) if example.has_output else "",
        )
    place = address(catalog, action.http.path)
    headers = [] if action.scheme is None else [": ".join(header_of(action.scheme))]
    if action.http.reads_query:
        query = _query_string(catalog, action, example.input)
        request = "\n".join([f"GET {place}?{query}" if query else f"GET {place}", *headers])
    else:
        head = "\n".join([f"{action.http.method} {place}", *headers, "Content-Type: application/json"])
        request = f"{head}\n\n{json_block(example.input)}"
    return Call(request=request, reply=_envelope(action, example) if example.has_output else "")


def _envelope(action: ActionSpec, example: ExampleSpec) -> str:
    """Give the reply with its own keys in the order of the wire, those of the data sorted."""
    data = json.loads(json.dumps(example.output, sort_keys=True))
    return _dump({"ok": True, "data": data, "action": action.name, "latencyMs": 1.0}, sort_keys=False)


def _query_string(catalog: Catalog, action: ActionSpec, data: dict[str, Any]) -> str:
    """Write an input as query parameters (DESIGN §5); a query cannot say null, so that is left out."""
    as_json = {parameter.name for parameter in query_parameters(catalog, action.input) if parameter.as_json}
    pairs: list[tuple[str, str]] = []
    for key, value in sorted(data.items()):
        if isinstance(value, list) and key not in as_json:
            pairs += _repeated(key, value)
        elif value is not None:
            pairs.append((key, _text(value)))
    return urlencode(pairs, quote_via=quote, errors="replace")


def _repeated(key: str, values: list[Any]) -> list[tuple[str, str]]:
    """Repeat the key; an empty list is the text ``[]``, so a list of that very text needs brackets."""
    if not values:
        return [(key, "[]")]
    return [(f"{key}[]" if values == ["[]"] else key, _text(value)) for value in values]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
