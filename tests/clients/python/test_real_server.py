"""The Python clients against a server that keeps answers, asks humans, and tells of progress and changes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from served import served

COMMAND = Path(sys.executable).with_name("actionary")

PROJECT = """
[project]
name = "post"
version = "1.0.0"
[tool.actionary]
title = "Post office"
version = "1.0.0"
"""

ACTIONS = {
    "_registry.py": """
from actionary import Principal, Registry
from actionary.auth import BearerAuth

humans = BearerAuth({"token-of-eve": Principal(id="eve")})
registry = Registry(store="memory://", approver=humans, changes=True)
""",
    "send_letter.py": """
from actionary import action

SENT: list[str] = []

@action(public=True, needs_approval=lambda letter, ctx: letter.to == "everybody")
async def send_letter(to: str) -> int:
    '''Send a letter, and count those to the same person.'''
    SENT.append(to)
    return SENT.count(to)
""",
    "raise_flag.py": """
from actionary import action

@action(public=True, idempotent=True, needs_approval=True)
async def raise_flag(colour: str) -> str:
    '''Raise a flag.'''
    return colour
""",
    "list_numbers.py": """
from pydantic import BaseModel
from actionary import Cursor, Http, action

class Page(BaseModel):
    numbers: list[int]
    following: str | None

@action(public=True, http=Http("GET"), paginate=Cursor(input="after", output="following", items="numbers"))
async def list_numbers(until: int, after: str | None = None) -> Page:
    '''List numbers, two on a page.'''
    first = int(after or 0)
    numbers = list(range(first, min(first + 2, until)))
    return Page(numbers=numbers, following=str(first + 2) if first + 2 < until else None)
""",
    "count_up.py": """
from typing import Any
from actionary import Context, action

@action(public=True, idempotent=True)
async def count_up(to: int, *, ctx: Context[Any]) -> str:
    '''Count, and say so.'''
    for number in range(1, to + 1):
        ctx.progress(number, to, f"at {number}")
    return "counted"
""",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("post")
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "actions").mkdir()
    for name, source in ACTIONS.items():
        (root / "actions" / name).write_text(source)
    subprocess.run([COMMAND, "build"], cwd=root, check=True, capture_output=True)
    return root


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    with served(root) as address:
        yield address


@pytest.fixture(scope="module")
def post(root: Path, importable: Any) -> Iterator[Any]:
    with importable(root / "generated" / "clients" / "python", "post_office_client") as package:
        yield package


class AnswerLost(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """A network on which the first answer is lost after the server gave it."""

    def __init__(self) -> None:
        self._sync = httpx2.HTTPTransport()
        self._async = httpx2.AsyncHTTPTransport()
        self.lost = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._sync.handle_request(request)
        if self.lost == 0:
            response.read()
            response.close()
            self._lose()
        return response

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._async.handle_async_request(request)
        if self.lost == 0:
            await response.aread()
            await response.aclose()
            self._lose()
        return response

    def close(self) -> None:
        self._sync.close()

    async def aclose(self) -> None:
        await self._async.aclose()

    def _lose(self) -> None:
        self.lost += 1
        raise httpx2.ReadError("the answer is lost")


Both = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def both(request: pytest.FixtureRequest, post: Any, address: str) -> Both:
    """Run steps with a client; each step is given the client, and gives what is waited for or iterated."""

    async def awaited(options: dict[str, Any], steps: tuple[Callable[[Any], Any], ...]) -> list[Any]:
        async with post.AsyncClient(address, **options) as client:
            results: list[Any] = []
            for step in steps:
                begun = step(client)
                results.append([each async for each in begun] if hasattr(begun, "__aiter__") else await begun)
            return results

    def run(*steps: Callable[[Any], Any], **options: Any) -> list[Any]:
        if request.param == "async":
            return asyncio.run(awaited(options, steps))
        with post.Client(address, **options) as client:
            results = [step(client) for step in steps]
            return [list(each) if hasattr(each, "__next__") else each for each in results]

    run.kind = request.param  # type: ignore[attr-defined] - what a test may tell apart
    return run


def test_a_letter_whose_answer_is_lost_is_sent_once(both: Both, address: str) -> None:
    network = AnswerLost()
    name = f"ann-{both.kind}"  # type: ignore[attr-defined] - set by the fixture
    [result] = both(lambda client: client.send_letter(to=name), transport=network)
    assert (result.ok, result.data) == (True, 1)
    assert network.lost == 1
    [second] = both(lambda client: client.send_letter(to=name))
    assert second.data == 2


def test_a_call_of_which_nobody_knows_is_made_again_under_its_key(both: Both, post: Any) -> None:
    name = f"cid-{both.kind}"  # type: ignore[attr-defined] - set by the fixture
    [lost] = both(lambda client: client.send_letter(to=name), transport=AnswerLost(), retry=None)
    assert type(lost) is post.NetworkError
    options = post.CallOptions(idempotency_key=lost.idempotency_key)
    [again] = both(lambda client: client.send_letter(to=name, options=options))
    assert again.data == 1


def test_a_key_of_ones_own_gives_the_same_answer_again(both: Both, post: Any) -> None:
    name = f"bob-{both.kind}"  # type: ignore[attr-defined] - set by the fixture
    options = post.CallOptions(idempotency_key=f"key-{name}")

    def send(client: Any) -> Any:
        return client.send_letter(to=name, options=options)

    first, second = both(send, send)
    assert (first.data, second.data) == (1, 1)
    [other] = both(lambda client: client.send_letter(to=f"{name}-2", options=options))
    assert (type(other), other.details.reason) == (post.Conflict, "idempotency_key_reused")


def test_what_a_human_approved_is_done(both: Both, post: Any) -> None:
    scheme = next(iter(post.Client._schemes))
    [asked] = both(lambda client: client.send_letter(to="everybody"))
    assert type(asked) is post.ApprovalRequired
    key = asked.details.approval_key
    auth = {scheme: lambda: "token-of-eve"}
    [decided] = both(lambda client: client.approve_call(key=key), auth=auth)
    assert decided.ok is True
    options = post.CallOptions(approval=key)
    [done] = both(lambda client: client.send_letter(to="everybody", options=options))
    assert done.ok is True


def test_an_approved_call_whose_answer_is_lost_is_not_made_again_without_a_grant(
    both: Both, post: Any
) -> None:
    colour = f"red-{both.kind}"  # type: ignore[attr-defined] - set by the fixture
    [asked] = both(lambda client: client.raise_flag(colour=colour))
    key = asked.details.approval_key
    auth = {next(iter(post.Client._schemes)): lambda: "token-of-eve"}
    [decided] = both(lambda client: client.approve_call(key=key), auth=auth)
    assert decided.ok is True
    options = post.CallOptions(approval=key)
    network = AnswerLost()
    [lost] = both(lambda client: client.raise_flag(colour=colour, options=options), transport=network)
    assert type(lost) is post.NetworkError
    [unasked] = both(lambda client: client.raise_flag(colour=colour, options=options))
    assert type(unasked) is post.ApprovalRequired


def test_who_says_nothing_of_itself_decides_nothing(both: Both, post: Any) -> None:
    [refused] = both(lambda client: client.approve_call(key="x"))
    assert type(refused) is post.Unauthorized


def test_items_of_all_pages(both: Both) -> None:
    [numbers] = both(lambda client: client.list_numbers_pages(until=5).items())
    assert numbers == [0, 1, 2, 3, 4]


def test_progress_and_then_the_result(both: Both, post: Any) -> None:
    [told] = both(lambda client: post.progress(client.count_up, to=3))
    *on_the_way, result = told
    assert (result.ok, result.data) == (True, "counted")
    assert on_the_way[-1] == post.Progress(done=3, total=3, message="at 3")


def test_the_time_of_the_client_reaches_the_server(both: Both) -> None:
    [told] = both(lambda client: client.count_up(to=1), timeout=5)
    assert told.ok is True


def test_a_change_is_heard_of(post: Any, address: str) -> None:
    with post.Client(address, headers={"Actionary-Source": "me"}) as client:
        opened: list[Any] = []
        with post.Client(address, on_response=opened.append) as listening:
            heard = post.subscribe_changes(listening, after=_last_id(address))
            assert client.send_letter(to="carl").ok is True
            change = next(heard)
            heard.close()
    assert (change.action, change.source, change.request_source) == ("send_letter", "action", "me")
    assert [info.status for info in opened] == [200]


async def test_a_change_is_heard_of_when_awaited(post: Any, address: str) -> None:
    async with post.AsyncClient(address) as client:
        heard = post.subscribe_changes(client, after=_last_id(address))
        assert (await client.send_letter(to="dora")).ok is True
        change = await anext(heard)
        await heard.aclose()
    assert change.action == "send_letter"


def _last_id(address: str) -> str:
    """Give where the stream of changes is now, which a stream says first."""
    with httpx2.stream("GET", f"{address}/api/changes", headers={"Accept": "text/event-stream"}) as response:
        for line in response.iter_lines():
            if line.startswith("id: "):
                return line.removeprefix("id: ")
    raise AssertionError("the stream ended")
