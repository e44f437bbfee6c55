"""Calls of deprecated actions: marked by type checkers, and warned of where they stand."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from actionary.action_spec import CursorSpec, DeprecationSpec
from actionary.catalog import Catalog

TOLD = "Deprecated. Use search_products instead."
CALLS = """
import asyncio

import httpx2
from {package} import AsyncClient, Client, progress


def answer(request: httpx2.Request) -> httpx2.Response:
    action = "find" if request.url.path == "/find" else "search_products"
    data = '{{"items": [], "next": null}}'
    told = '{{"ok": true, "action": "%s", "data": %s, "latencyMs": 1}}'
    return httpx2.Response(200, text=told % (action, data))


def blocking() -> None:
    with Client("http://shop", transport=httpx2.MockTransport(answer)) as client:
        for _ in range(2):
            assert client.find(query="x").ok  # deprecated
            assert client.find(query="x").ok  # deprecated
            assert list(client.find_pages(query="x")) != []  # deprecated
            assert len(list(progress(client.find, query="x"))) == 1  # deprecated
            assert client.search_products(query="x").ok


async def awaiting() -> None:
    async with AsyncClient("http://shop", transport=httpx2.MockTransport(answer)) as client:
        for _ in range(2):
            assert (await client.find(query="x")).ok  # deprecated
            assert (await asyncio.create_task(client.find(query="x"))).ok  # deprecated
            assert [each async for each in client.find_pages(query="x")] != []  # deprecated
            assert len([each async for each in progress(client.find, query="x")]) == 1  # deprecated
            assert (await client.search_products(query="x")).ok


blocking()
asyncio.run(awaiting())
"""
OTHERS = """
import asyncio
import inspect

import httpx2
from {package} import AsyncClient, Client
from {package}.actions import shop


async def main() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        found = {{"items": [], "next": None}}
        told = {{"ok": True, "action": "search_products", "data": found, "latencyMs": 1}}
        return httpx2.Response(200, json=told)

    async with AsyncClient("http://shop", transport=httpx2.MockTransport(answer)) as client:
        assert (await client.search_products(query="x")).ok
        assert callable(client.find_pages)
    with Client("http://shop", transport=httpx2.MockTransport(answer)) as client:
        assert client.search_products(query="x").ok
        assert list(inspect.signature(client.find).parameters)[0] == "query"
        assert "Deprecated." in (inspect.getdoc(client.find) or "")


asyncio.run(main())
"""


@pytest.fixture(scope="module", params=["pydantic", "typeddict"])
def shop_with_old(
    request: pytest.FixtureRequest, sample: Catalog, emit: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    search = sample.get("search_products")
    assert search is not None
    text: Any = {"type": ["string", "null"]}
    given: Any = sample.resolve(search.input)
    old = replace(
        search,
        name="find",
        http=replace(search.http, path="/find"),
        input={**given, "properties": {**given["properties"], "cursor": text}},
        output={"type": "object", "properties": {"items": {"type": "array"}, "next": text}},
        paginate=CursorSpec(input="cursor", output="next", items="items"),
        deprecated=DeprecationSpec(use_instead="search_products"),
        examples=(),
    )
    package = f"old_{request.param}_client"
    catalog = replace(sample, actions=(search, old))
    project: Path = emit(catalog, tmp_path_factory.mktemp("old"), package=package, style=request.param)
    (project / "calls.py").write_text(CALLS.format(package=package))
    (project / "others.py").write_text(OTHERS.format(package=package))
    return project


@pytest.fixture(scope="module")
def marked() -> list[int]:
    """The lines of `CALLS` that call what is deprecated."""
    return [number for number, line in enumerate(CALLS.splitlines(), 1) if "# deprecated" in line]


def test_type_checkers_mark_each_call_of_a_deprecated_action(
    shop_with_old: Path, marked: list[int], checkers: Any
) -> None:
    options = {"mypy": ("--enable-error-code", "deprecated"), "pyright": ()}
    for name, checker in checkers.items():
        output = checker(shop_with_old, *options[name], "calls.py")
        found = re.findall(r"(\w+\.py):(\d+): error: ", output)
        assert [(file, int(line)) for file, line in found] == [("calls.py", line) for line in marked], output
        assert output.count(TOLD) == len(marked), output


def test_a_call_of_a_deprecated_action_warns_once_in_each_place(
    shop_with_old: Path, marked: list[int], run_in: Any
) -> None:
    done = run_in(sys.executable, "-W", "default", "calls.py", cwd=shop_with_old)
    assert done.returncode == 0, done.stderr
    warned = re.findall(r"^(.*?):(\d+): (\w*Warning: .*)$", done.stderr, flags=re.MULTILINE)
    place = str(shop_with_old / "calls.py")
    assert warned == [(place, str(line), f"DeprecationWarning: {TOLD}") for line in marked]


def test_nothing_else_of_the_client_warns(shop_with_old: Path, run_in: Any) -> None:
    done = run_in(sys.executable, "-W", "error", "others.py", cwd=shop_with_old)
    assert (done.returncode, done.stderr) == (0, "")
