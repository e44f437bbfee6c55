"""Every status and code that a document names can be got, and no other is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import httpx2
from jsonschema import Draft202012Validator

KNOWN = {"authorization": "Bearer right", "x-odd-key": "right"}


@dataclass(frozen=True)
class Operation:
    """One operation of a document, and a call of it that succeeds."""

    document: dict[str, Any]
    method: str
    path: str
    described: dict[str, Any]
    unshown: Any
    """What a call sends that has no example."""

    @property
    def needs_approval(self) -> bool:
        return "428" in self.described["responses"]

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self.document
            for key in node["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            node = found
        return node

    def failures(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Give each status with the envelope of each of its codes."""
        for status, response in self.described["responses"].items():
            if status not in {"200", "304"}:
                content = self.resolve(response)["content"]["application/json"]["schema"]
                content = self.resolve(content)
                for branch in content.get("oneOf", [content]):
                    yield int(status), self.resolve(branch)

    def request(self, **changes: Any) -> dict[str, Any]:
        """Give what a call needs that has the input of the first example."""
        headers = {**KNOWN, **changes.pop("headers", {})}
        given: dict[str, Any] = {"method": self.method, "url": self.path, "headers": headers}
        if "requestBody" in self.described:
            media = self.described["requestBody"]["content"]["application/json"]
            given["json"] = media.get("examples", {}).get("example1", {"value": self.unshown})["value"]
        elif "parameters" in self.described:
            given["params"] = [
                pair for each in self.described["parameters"] for pair in self.pairs(self.resolve(each))
            ]
        return given | changes

    def pairs(self, parameter: dict[str, Any]) -> Iterator[tuple[str, str]]:
        held = parameter.get("content", {}).get("application/json", parameter)
        if "examples" not in held:
            return
        value = held["examples"]["example1"]["value"]
        as_json = "content" in parameter
        for item in value if isinstance(value, list) and not as_json else [value]:
            yield parameter["name"], item if isinstance(item, str) and not as_json else json.dumps(item)

    def misfits(self, response: httpx2.Response) -> list[str]:
        """Say in what an answer is not as described."""
        described = self.resolve(self.described["responses"][str(response.status_code)])
        wrong = ["it has a body"] if response.content and "content" not in described else []
        if "content" in described:
            schema = described["content"]["application/json"]["schema"]
            validator = Draft202012Validator({**schema, "components": self.document["components"]})
            wrong = [error.message for error in validator.iter_errors(response.json())]
        for name, reference in described.get("headers", {}).items():
            header = self.resolve(reference)
            retried = name == "Retry-After" and response.status_code == 429
            if (retried or header.get("required")) and name not in response.headers:
                wrong.append(f"the header {name} is missing")
            elif name in response.headers and not fits(header["schema"], response.headers[name]):
                wrong.append(f"the header {name} is {response.headers[name]}")
        return wrong


def fits(schema: dict[str, Any], value: str) -> bool:
    """Say whether the text of a header is of its type."""
    read = int(value) if schema["type"] == "integer" and value.isdecimal() else value
    return Draft202012Validator(schema).is_valid(read)


def operations(document: dict[str, Any], client: httpx2.Client) -> list[Operation]:
    """Give all but the stream of changes, which never ends: tests/http/test_changes.py has that.

    Those that decide about a call get one that may be decided about.
    """
    found = [
        Operation(document, method.upper(), path, described, {})
        for path, methods in document["paths"].items()
        for method, described in methods.items()
        if "application/json" in described["responses"]["200"]["content"]
    ]
    asked = [operation for operation in found if operation.needs_approval]
    for operation in asked[:1]:
        key = client.request(**operation.request()).json()["details"]["approval_key"]
        found = [
            replace(each, unshown={"key": key}) if each.path.startswith("/api/approvals/") else each
            for each in found
        ]
    return found


BEFORE_APPROVAL = {"invalid_input", "payload_too_large", "unsupported_media_type", "approval_required"}


def decided(
    client: httpx2.Client, operation: Operation, code: str, request: dict[str, Any]
) -> dict[str, Any]:
    """Give a request with a human's decision about it, where it gets as far as that."""
    if not operation.needs_approval or code in BEFORE_APPROVAL:
        return request
    asked = client.request(**operation.request())
    key = asked.json()["details"]["approval_key"]
    decision = "deny" if code == "forbidden" else "approve"
    client.post(f"/api/approvals/{decision}", json={"key": key}, headers=KNOWN).raise_for_status()
    return {**request, "headers": {**request["headers"], "actionary-approval": key}}


FORMATTED = {
    True: "a@shop.example",
    "date": "2026-01-02",
    "time": "03:04:05",
    "date-time": "2026-01-02T03:04:05Z",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
"""A value of each format that details have, and of the pattern of an email address."""


def smallest(operation: Operation, schema: dict[str, Any]) -> Any:
    """Give the plainest value that fits a schema of a declared error's details."""
    schema = operation.resolve(schema)
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if branches:
        return None if {"type": "null"} in branches else smallest(operation, branches[0])
    if "const" in schema or "enum" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    if schema["type"] == "object":
        properties = schema.get("properties", {})
        return {name: smallest(operation, properties[name]) for name in schema.get("required", ())}
    if schema["type"] == "array":
        return [smallest(operation, schema["items"]) for _ in range(schema.get("minItems", 0))]
    if schema["type"] == "string":
        known = {"format": schema.get("format"), "pattern": "@" in schema.get("pattern", "")}
        return FORMATTED.get(known["format"] or known["pattern"], "x" * schema.get("minLength", 0))
    plain = {"integer": schema.get("minimum", 0), "boolean": False, "null": None}
    return plain[schema["type"]]


def fault(name: str) -> Callable[[Operation, dict[str, Any]], dict[str, Any]]:
    return lambda operation, _: operation.request(headers={"x-fault": name})


def too_large(operation: Operation, _: dict[str, Any]) -> dict[str, Any]:
    return operation.request(json={"x": "a" * 1024 * 1024})


def wrong_media_type(operation: Operation, _: dict[str, Any]) -> dict[str, Any]:
    request = operation.request(headers={"content-type": "text/plain"})
    return {**request, "content": json.dumps(request.pop("json"))}


def wrong_input(operation: Operation, _: dict[str, Any]) -> dict[str, Any]:
    if operation.method in {"POST", "PUT"}:
        return operation.request(json=[])
    request = operation.request()
    request.pop("params", None)
    return {**request, "url": f"{operation.path}?%ff"}


def stranger(operation: Operation, _: dict[str, Any]) -> dict[str, Any]:
    return operation.request(headers={"authorization": "Bearer wrong", "x-odd-key": "wrong"})


def without_scopes(operation: Operation, _: dict[str, Any]) -> dict[str, Any]:
    return operation.request(headers={"authorization": "Bearer poor", "x-odd-key": "poor"})


def declared(operation: Operation, envelope: dict[str, Any]) -> dict[str, Any]:
    properties = envelope["properties"]
    details = json.dumps(smallest(operation, properties["details"]))
    return operation.request(headers={"x-fault": f"error {properties['code']['const']} {details}"})


def keyed(operation: Operation, _: dict[str, Any]) -> dict[str, Any]:
    """Repeat a call that nobody knows the effect of: the first one runs into its deadline."""
    key = {"idempotency-key": f"of-{operation.path}", "x-fault": "hang", "actionary-timeout-ms": "1000"}
    return operation.request(headers=key)


def late(operation: Operation, _: dict[str, Any]) -> dict[str, Any]:
    return operation.request(headers={"x-fault": "hang", "actionary-timeout-ms": "100"})


WAYS: dict[str, Callable[[Operation, dict[str, Any]], dict[str, Any]]] = {
    "invalid_input": wrong_input,
    "payload_too_large": too_large,
    "unsupported_media_type": wrong_media_type,
    "unauthorized": stranger,
    "forbidden": without_scopes,
    "handler_error": fault("raise"),
    "invalid_output": fault("unfit"),
    "timeout": late,
    "unavailable": fault("exhaust"),
    "rate_limited": fault("busy"),
    "missing_credentials": without_scopes,
    "approval_required": lambda operation, _: operation.request(),
    "conflict": keyed,
}
"""How a common code is got; all others are declared errors, which the handler is told to raise."""


def test_every_documented_status_and_code_is_reached_and_answers_as_described(serve):
    wrong: list[str] = []
    reached = 0

    def check(client: httpx2.Client, operation: Operation, status: int, code: str, request: Any) -> None:
        nonlocal reached
        answer = client.request(**decided(client, operation, code, request))
        if code == "conflict" and answer.status_code == 504:
            answer = client.request(**decided(client, operation, code, request))
        while code == "rate_limited" and answer.status_code == 200:
            answer = client.request(**request)
        said = answer.json().get("code", "") if answer.content else ""
        found = [f"{answer.status_code} {said}"] if (answer.status_code, said) != (status, code) else []
        found = found or operation.misfits(answer)
        wrong.extend(f"{operation.method} {operation.path} for {status} {code}: {each}" for each in found)
        reached += 1

    with (
        httpx2.Client(base_url=serve.address, timeout=20) as client,
        ThreadPoolExecutor(8) as threads,
    ):
        calls: list[Any] = []
        for operation in operations(serve.document, client):
            calls.append((client, operation, 200, "", operation.request()))
            if "304" in operation.described["responses"]:
                known = {"if-none-match": client.request(**operation.request()).headers["etag"]}
                calls.append((client, operation, 304, "", operation.request(headers=known)))
            for status, envelope in operation.failures():
                code = envelope["properties"]["code"]["const"]
                request = WAYS.get(code, declared)(operation, envelope)
                calls.append((client, operation, status, code, request))
        list(threads.map(lambda call: check(*call), calls))
    print(f"statuses, {serve.project.name}: {reached} of {len(calls)} reached")
    assert not wrong, "\n".join(wrong)
    assert reached == len(calls) > 30
    assert serve.undocumented() == []


def test_what_is_not_described_is_refused_as_unknown(serve):
    """A method that the document does not have is 405 and says which it has, and a path 404.

    OPTIONS is what asks for the methods.
    """
    with httpx2.Client(base_url=serve.address, timeout=20) as client:
        for path, methods in serve.document["paths"].items():
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"):
                if method.lower() in methods:
                    continue
                answer = client.request(method, path)
                assert answer.status_code == (204 if method == "OPTIONS" else 405), (method, path)
                allowed = {each.strip().lower() for each in answer.headers["allow"].split(",")}
                assert allowed - {"head"} == {*methods, "options"}, (method, path)
            assert client.get(f"{path}_").status_code == 404
        assert client.post("/api/actions/nobody", json={}).json()["code"] == "not_found"
    assert serve.undocumented() == []
