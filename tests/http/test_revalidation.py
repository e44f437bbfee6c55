"""Results that callers may keep: which, and what they are told when they ask again (RFC 9110 §13.1.2)."""

from __future__ import annotations

from datetime import date

import httpx2
import pytest
from actionary import ActionError, Deprecated, Http, Principal, Registry, Request, action, define_actions
from actionary.describe import describe
from actionary.http import create_app
from actionary.settings import Settings


class GoneError(ActionError, code="gone", status=410):
    """It is no more."""


@action(public=True, http=Http("GET"), errors=[GoneError], deprecated=Deprecated(since=date(2026, 1, 31)))
async def look(word: str = "a") -> str:
    """Look."""
    if word == "gone":
        raise GoneError("It is no more.")
    return word


@action(public=True, http=Http("GET"), read_only=False)
async def count() -> int:
    """Count a visit."""
    return 1


@action(public=True, read_only=True)
async def read() -> int:
    """Read."""
    return 1


async def anybody(_: Request) -> Principal:
    return Principal(id="ann")


@action(public=True, http=Http("GET"), auth=anybody)
async def own() -> int:
    """Read what is one's own."""
    return 1


@action(public=True, http=Http("GET"), authorize=lambda _, __: True)
async def allowed() -> int:
    """Read what one may."""
    return 1


@action(public=True, http=Http("GET"), rate_limit="1000/minute")
async def counted() -> int:
    """Read what may be read so often."""
    return 1


ACTIONS = [look, count, read, own, allowed, counted]
LOOK = "/api/actions/look"


@pytest.fixture
def client(serve) -> httpx2.Client:
    registry = Registry()
    define_actions(ACTIONS, registry)
    return serve(create_app(registry))


def test_the_same_data_has_the_same_weak_tag_and_other_data_another(client):
    first, again, other = client.get(LOOK), client.get(LOOK), client.get(LOOK, params={"word": "b"})
    assert first.headers["etag"].startswith('W/"')
    assert first.headers["etag"] == again.headers["etag"] != other.headers["etag"]
    assert first.headers["cache-control"] == "no-cache"
    assert first.json()["data"] == "a"


def test_a_caller_that_has_it_is_told_so_without_a_body(client):
    first = client.get(LOOK)
    reply = client.get(LOOK, headers={"if-none-match": first.headers["etag"], "x-request-id": "abc"})
    assert (reply.status_code, reply.content) == (304, b"")
    for name in ("etag", "cache-control", "actionary-catalog", "deprecation"):
        assert reply.headers[name] == first.headers[name]
    assert reply.headers["x-request-id"] == "abc"
    assert not {"content-type", "content-length", "transfer-encoding"} & set(reply.headers)


@pytest.mark.parametrize("wrap", ["{}", '"x", {}', '"x,y",{} , "z"', "*"])
def test_it_is_found_among_others_and_strong_is_as_good_as_weak(client, wrap):
    tag = client.get(LOOK).headers["etag"]
    for known in (tag, tag.removeprefix("W/")):
        assert client.get(LOOK, headers={"if-none-match": wrap.format(known)}).status_code == 304


def test_it_is_found_in_a_header_that_comes_twice(client):
    tag = client.get(LOOK).headers["etag"]
    headers = [("if-none-match", tag), ("if-none-match", '"x"')]
    assert client.get(LOOK, headers=headers).status_code == 304


@pytest.mark.parametrize("known", ['"x"', "", "W/", '"', "x", 'W/"*"', '"*"', "**"])
def test_another_tag_and_what_is_none_gets_the_result(client, known):
    reply = client.get(LOOK, headers={"if-none-match": known})
    assert (reply.status_code, reply.json()["data"]) == (200, "a")


def test_head_is_answered_alike(client):
    got, head = client.get(LOOK), client.head(LOOK)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", got.headers["etag"])
    assert client.head(LOOK, headers={"if-none-match": got.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("word", ["gone", None])
def test_a_refusal_is_never_kept(client, word):
    params = {"other": "x"} if word is None else {"word": word}
    reply = client.get(LOOK, params=params, headers={"if-none-match": "*"})
    assert reply.status_code == (400 if word is None else 410)
    assert reply.headers["cache-control"] == "no-store"
    assert "etag" not in reply.headers


@pytest.mark.parametrize(
    ("method", "name"), [("GET", "count"), ("POST", "read"), ("GET", "own"), ("GET", "allowed")]
)
def test_what_changes_something_or_asks_who_calls_is_not_kept(client, method, name):
    reply = client.request(method, f"/api/actions/{name}", headers={"if-none-match": "*"})
    assert (reply.status_code, reply.json()["data"]) == (200, 1)
    assert reply.headers["cache-control"] == "no-store"
    assert "etag" not in reply.headers


def test_what_is_kept_is_what_the_description_says(client, tmp_path):
    registry = Registry()
    define_actions(ACTIONS, registry)
    catalog = describe(registry, Settings(root=tmp_path, out=tmp_path, title="T", version="1"))
    replies = {each.name: client.request(each.http.method, each.http.path) for each in catalog}
    kept = {name for name, reply in replies.items() if "etag" in reply.headers}
    assert kept == {each.name for each in catalog if each.is_revalidated} == {"look", "counted"}


def test_the_auth_of_a_registry_counts(serve):
    registry = Registry(auth=anybody)
    define_actions(
        [look, action(public=True, http=Http("GET"), auth=False, name="open_one")(look.handler)], registry
    )
    client = serve(create_app(registry))
    assert client.get(LOOK).headers["cache-control"] == "no-store"
    assert client.get("/api/actions/open_one").headers["cache-control"] == "no-cache"


def test_every_reply_says_that_its_type_is_not_to_be_guessed(client):
    for reply in (client.get(LOOK), client.post("/api/actions/read"), client.get("/api/actions/no_such")):
        assert reply.headers["x-content-type-options"] == "nosniff"
