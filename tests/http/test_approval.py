"""What callers and approvers see of calls that a human has to approve first."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Annotated, Any

import httpx2
import pytest
from actionary import (
    ActionDefinitionError,
    Context,
    Principal,
    Registry,
    action,
    approvals,
    define_actions,
    invoke_action,
)
from actionary.approvals import SECONDS, Asked, ask
from actionary.auth import BearerAuth
from actionary.credentials import Credential
from actionary.describe import DefinitionErrors, describe
from actionary.http import CannotServe, create_app
from actionary.settings import Settings
from actionary.store import MemoryStore, Store, StoreUnavailableError
from actionary.testing import TestClient
from pydantic import BaseModel, Field, SecretStr


def who(request: Any) -> Principal:
    """Let in whoever says who it is."""
    return Principal(
        id=request.headers.get("who", "ann"), organisation=request.headers.get("organisation", "acme")
    )


APPROVER = BearerAuth({"approver-token": Principal(id="eve")})


class AwayStore(MemoryStore):
    away = False

    async def get(self, key: str) -> Any:
        if self.away:
            raise StoreUnavailableError("it is away")
        return await super().get(key)


class Post:
    """Actions that send, and a store for what is asked."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.asks: list[str] = []
        self.store = AwayStore()
        self.registry = Registry(store=self.store, approver=APPROVER)
        sent = self.sent

        async def send(to: str, body: str = "", token: SecretStr | None = None) -> str:
            """Send a message."""
            sent[to] += 1
            return to

        async def outside(given: Any, ctx: Context) -> bool:
            self.asks.append(given.to)
            match given.to:
                case "raises":
                    raise RuntimeError("no answer")
                case "odd":
                    return "no"  # type: ignore[return-value]  # that is the point
                case to:
                    return not to.endswith("@home")

        define_actions(
            [
                action(public=True, auth=who, needs_approval=True)(send),
                action(public=True, needs_approval=outside, name="write")(send),
            ],
            self.registry,
        )


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def api(post, serve) -> httpx2.Client:
    return serve(create_app(post.registry))


def send(
    api: httpx2.Client, given: Any, key: str | None = None, name: str = "send", **headers: str
) -> httpx2.Response:
    if key is not None:
        headers["Actionary-Approval"] = key
    return api.post(f"/api/actions/{name}", json=given, headers=headers)


def asked(api: httpx2.Client, given: Any, **headers: str) -> str:
    refused = send(api, given, **headers)
    assert (refused.status_code, refused.json()["code"]) == (428, "approval_required")
    return refused.json()["details"]["approval_key"]


def decide(api: httpx2.Client, how: str, key: str, token: str = "approver-token") -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return api.post(f"/api/approvals/{how}", json={"key": key}, headers=headers)


def test_a_call_runs_once_after_a_human_approved_it(post, api):
    key = asked(api, {"to": "bob", "body": "hi"})
    assert post.sent == {}
    assert decide(api, "approve", key).json()["data"]["state"] == "approved"
    done = send(api, {"body": "hi", "to": "bob"}, key)
    assert (done.status_code, done.json()["data"], post.sent) == (200, "bob", {"bob": 1})
    again = send(api, {"to": "bob", "body": "hi"}, key)
    assert (again.status_code, post.sent["bob"]) == (428, 1)
    assert again.json()["details"]["approval_key"] != key


def test_the_refusal_says_what_would_be_done_until_when_and_no_secret(post, api):
    details = send(api, {"to": "bob", "token": "s3cret"}).json()["details"]
    assert set(details) == {"approval_key", "expires_at", "summary"}
    assert details["summary"].startswith('send {"to":"bob"')
    assert "s3cret" not in json.dumps(details)
    assert details["expires_at"].endswith("+00:00")
    assert b"s3cret" not in b"".join(entry.value for entry in asyncio.run(post.store.list("")))


def test_a_key_that_still_waits_is_asked_for_again(api):
    key = asked(api, {"to": "bob"})
    assert send(api, {"to": "bob"}, key).json()["details"]["approval_key"] == key


@pytest.mark.parametrize(
    ("given", "headers"),
    [
        ({"to": "eve"}, {}),
        ({"to": "bob", "body": "more"}, {}),
        ({"to": "bob", "token": "x"}, {}),
        ({"to": "bob"}, {"who": "mallory"}),
        ({"to": "bob"}, {"organisation": "other"}),
        ({"to": "bob"}, {"name": "write"}),
    ],
    ids=["other-receiver", "more-body", "secret", "principal", "organisation", "action"],
)
def test_a_grant_is_for_no_other_call(post, api, given, headers):
    key = asked(api, {"to": "bob"})
    decide(api, "approve", key)
    assert send(api, given, key, **headers).status_code == 428
    assert post.sent == {}
    assert send(api, {"to": "bob"}, key).status_code == 200


def message(answer: httpx2.Response) -> str:
    told = answer.json()
    assert (answer.status_code, told["code"]) == (428, "approval_required")
    assert set(told["details"]) == {"approval_key", "expires_at", "summary"}
    return told["message"].removeprefix("A human has to approve this call first.").strip()


def test_a_caller_who_lost_track_is_told_what_became_of_its_key(post, api, monkeypatch):
    now = 1_000_000.0
    monkeypatch.setattr(post.store, "_clock", lambda: now)
    anew = "The details have the key to send from now on."
    another = "The approval that was sent is for another call, or for the action as it was before."
    assert message(send(api, {"to": "bob"})) == ""
    key = asked(api, {"to": "bob"})
    assert message(send(api, {"to": "bob"}, key)) == "Nobody has decided about it yet."
    assert message(send(api, {"to": "eve"}, key)) == f"{another} {anew}"
    decide(api, "approve", key)
    assert send(api, {"to": "bob"}, key).status_code == 200
    used = f"The approval that was sent has been used. {anew}"
    assert message(send(api, {"to": "bob"}, key)) == used
    unknown = f"The approval that was sent is unknown or has expired. {anew}"
    for nonsense in ("x" * 32, "../../x"):
        assert message(send(api, {"to": "bob"}, nonsense)) == unknown
    now += SECONDS
    assert message(send(api, {"to": "bob"}, key)) == unknown


@pytest.mark.parametrize("state", ["pending", "approved", "denied", "used"])
@pytest.mark.parametrize("headers", [{"who": "mallory"}, {"organisation": "other"}])
def test_nobody_is_told_what_became_of_the_key_of_somebody_else(api, state, headers):
    key = asked(api, {"to": "bob"})
    if state != "pending":
        decide(api, "deny" if state == "denied" else "approve", key)
    if state == "used":
        assert send(api, {"to": "bob"}, key).status_code == 200
    told = message(send(api, {"to": "bob"}, key, **headers))
    assert told == message(send(api, {"to": "bob"}, "x" * 32, **headers))
    assert "unknown or has expired" in told


def test_what_was_denied_stays_denied(post, api):
    key = asked(api, {"to": "bob"})
    assert decide(api, "deny", key).json()["data"]["state"] == "denied"
    refused = send(api, {"to": "bob"}, key)
    assert (refused.status_code, refused.json()["message"]) == (403, "A human has denied this call.")
    approved = decide(api, "approve", key)
    assert (approved.status_code, approved.json()["code"]) == (409, "already_decided")
    assert post.sent == {}


def test_what_was_approved_can_be_denied_until_it_is_made(post, api):
    key = asked(api, {"to": "bob"})
    decide(api, "approve", key)
    assert decide(api, "deny", key).json()["data"]["state"] == "denied"
    assert send(api, {"to": "bob"}, key).status_code == 403
    other = asked(api, {"to": "bob"})
    decide(api, "approve", other)
    assert send(api, {"to": "bob"}, other).status_code == 200
    assert decide(api, "deny", other).json()["code"] == "already_decided"


def test_a_grant_expires_to_the_millisecond(post, api, monkeypatch):
    now = 1_000_000.0
    monkeypatch.setattr(post.store, "_clock", lambda: now)
    key = asked(api, {"to": "bob"})
    decide(api, "approve", key)
    now += SECONDS - 0.001
    assert decide(api, "approve", key).status_code == 200
    now += 0.001
    assert decide(api, "approve", key).json()["code"] == "no_such_approval"
    assert send(api, {"to": "bob"}, key).status_code == 428


def test_a_grant_is_used_up_to_the_millisecond_before_it_expires(post, api, monkeypatch):
    now = 1_000_000.0
    monkeypatch.setattr(post.store, "_clock", lambda: now)
    in_time, late = asked(api, {"to": "bob"}), asked(api, {"to": "bob"})
    for key in (in_time, late):
        decide(api, "approve", key)
    now += SECONDS - 0.001
    assert send(api, {"to": "bob"}, in_time).status_code == 200
    now += 0.001
    assert send(api, {"to": "bob"}, late).status_code == 428
    assert post.sent == {"bob": 1}


@pytest.mark.parametrize(
    ("description", "most", "fields"),
    [
        ("Send a message, and a bill.", 100, {}),
        ("Send a message.", 200, {}),
        ("Send a message.", 100, {"destructive": False}),
        ("Send a message.", 100, {"title": "Write"}),
    ],
    ids=["description", "input", "hint", "title"],
)
def test_a_grant_is_not_for_an_action_that_is_another_one_now(post, serve, description, most, fields):
    sent: list[str] = []

    def served(description: str, most: int, fields: Any) -> httpx2.Client:
        async def send_(to: Annotated[str, Field(max_length=most)]) -> str:
            sent.append(to)
            return to

        registry = Registry(store=post.store, approver=APPROVER)
        options = {"public": True, "needs_approval": True, "name": "send", "auth": who, **fields}
        define_actions([action(description=description, **options)(send_)], registry)
        return serve(create_app(registry))

    before = served("Send a message.", 100, {})
    key = asked(before, {"to": "bob"})
    decide(before, "approve", key)
    assert send(served(description, most, fields), {"to": "bob"}, key).status_code == 428
    assert sent == []
    assert send(served("Send a message.", 100, {}), {"to": "bob"}, key).status_code == 200


def test_the_action_itself_may_say_which_calls_are_asked_about(post, api):
    assert send(api, {"to": "ann@home"}, name="write").status_code == 200
    assert send(api, {"to": "bob@away"}, name="write").status_code == 428
    assert post.sent == {"ann@home": 1}


@pytest.mark.parametrize("to", ["raises", "odd"])
def test_a_predicate_without_a_clear_no_means_yes(post, api, to, caplog):
    assert send(api, {"to": to}, name="write").status_code == 428
    assert post.sent == {}
    assert "needs_approval of write" in caplog.text


def test_approvers_list_and_look_at_what_waits(api):
    first, second = asked(api, {"to": "bob"}), asked(api, {"to": "carl"}, who="dora")
    decide(api, "approve", second)
    headers = {"Authorization": "Bearer approver-token"}
    listed = api.get("/api/approvals", headers=headers).json()["data"]
    assert [each["key"] for each in listed["approvals"]] == [first]
    approved = api.get("/api/approvals?state=approved", headers=headers).json()["data"]["approvals"]
    assert [(each["key"], each["principal"], each["decided_by"]) for each in approved] == [
        (second, "dora", "eve")
    ]
    shown = api.post("/api/approvals/show", json={"key": first}, headers=headers).json()["data"]
    assert shown["input"] == {"to": "bob", "body": "", "token": None}
    assert (shown["action"], shown["state"], shown["principal"]) == ("send", "pending", "ann")


async def test_what_waits_is_not_hidden_by_pages_of_what_does_not(post):
    asked = Asked(action="send", definition="d", principal=None, organisation=None, input="i")
    keys = [(await ask(post.store, asked, summary="s", given={})).key for _ in range(250)]
    for key in keys[:-1]:
        await approvals.decide(post.store, key, "denied", by=None)
    client = TestClient(post.registry, headers={"authorization": "Bearer approver-token"})
    listed = (await client.call("list_approvals")).data
    assert [each.key for each in listed.approvals] == keys[-1:]


@pytest.mark.parametrize("path", ["show", "approve", "deny"])
def test_nobody_but_an_approver_decides(api, path):
    key = asked(api, {"to": "bob"})
    assert decide(api, path, key, "another-token").status_code == 401
    assert api.get("/api/approvals").status_code == 401
    assert decide(api, path, "x" * 32).json()["code"] == "no_such_approval"
    assert decide(api, path, "../../x").json()["code"] == "no_such_approval"


def test_without_an_approver_there_is_no_way_to_decide_over_http(post, serve, tmp_path):
    registry = Registry(store=f"sqlite:///{tmp_path / 'state.db'}")
    define_actions([action(public=True, needs_approval=True)(post.registry.get("send").handler)], registry)
    api = serve(create_app(registry))
    assert api.get("/api/approvals").status_code == 404
    assert decide(api, "approve", "x" * 32).status_code == 404


def test_models_do_not_see_how_calls_are_approved(post):
    ours = [each for each in post.registry if each.definition.tags == ("approvals",)]
    assert len(ours) == 4
    assert not any(each.definition.agent_tool or each.definition.tool_callable for each in ours)


async def test_callers_in_process_are_asked_as_their_kind_says(post):
    given = {"to": "bob"}
    assert (await invoke_action("send", given, registry=post.registry)).ok
    for_robot = Context(caller="automation", principal=Principal(id="robot"))
    refused = await invoke_action("send", given, for_robot, registry=post.registry)
    assert refused.code == "approval_required"
    key = refused.details["approval_key"]
    granted = Context(caller="code", principal=Principal(id="eve"))
    assert (await invoke_action("approve_call", {"key": key}, granted, registry=post.registry)).ok
    with_grant = Context(caller="automation", principal=Principal(id="robot"), approval=key)
    assert (await invoke_action("send", given, with_grant, registry=post.registry)).ok
    assert post.sent == {"bob": 2}


async def test_of_many_who_come_with_one_grant_one_gets_through(post):
    robot = Principal(id="robot")
    first = await invoke_action(
        "send", {"to": "bob"}, Context(caller="app", principal=robot), registry=post.registry
    )
    assert first.code == "unauthorized"  # the app's callers come without a request
    refused = await invoke_action(
        "send", {"to": "bob"}, Context(caller="automation", principal=robot), registry=post.registry
    )
    key = refused.details["approval_key"]
    await invoke_action("approve_call", {"key": key}, registry=post.registry)
    grant = Context(caller="automation", principal=robot, approval=key)
    outcomes = await asyncio.gather(
        *(invoke_action("send", {"to": "bob"}, grant, registry=post.registry) for _ in range(50))
    )
    assert Counter(each.ok for each in outcomes) == {True: 1, False: 49}


def test_a_grant_is_not_used_up_by_what_refuses_the_call_after_it(serve):
    class Exa(BaseModel):
        key: SecretStr

    class Blinks:
        asked = 0

        async def resolve(self, *_: Any) -> Any:
            self.asked += 1
            if self.asked == 1:
                raise ConnectionError("the vault blinks")
            return {"key": "sesame"}

    async def pay(*, ctx: Context) -> str:
        """Pay."""
        return "paid"

    registry = Registry(store="memory://", approver=APPROVER, credentials=Blinks())
    fields = {"needs_approval": True, "credentials": [Credential("exa", fields=Exa)]}
    define_actions([action(public=True, **fields)(pay)], registry)
    api = serve(create_app(registry))
    key = send(api, {}, name="pay").json()["details"]["approval_key"]
    decide(api, "approve", key)
    assert [send(api, {}, key, name="pay").status_code for _ in "abc"] == [503, 200, 428]


def test_who_asks_again_for_what_waits_gets_the_same_key(api):
    key = asked(api, {"to": "bob"})
    assert asked(api, {"to": "bob"}) == key
    assert asked(api, {"to": "carl"}) != key
    assert asked(api, {"to": "bob"}, who="dora") != key
    decide(api, "approve", key)
    assert asked(api, {"to": "bob"}) != key


def test_callers_whom_nobody_knows_have_keys_of_their_own(api):
    keys = [send(api, {"to": "bob"}, name="write").json()["details"]["approval_key"] for _ in "ab"]
    assert len(set(keys)) == 2


async def test_an_approver_of_an_organisation_sees_and_decides_about_its_calls_only(post):
    eve = Principal(id="eve", organisation="acme")

    async def asked_by(organisation: str) -> str:
        robot = Principal(id="robot", organisation=organisation)
        ctx = Context(caller="automation", principal=robot)
        refused = await invoke_action("send", {"to": "bob"}, ctx, registry=post.registry)
        return refused.details["approval_key"]

    theirs, ours = await asked_by("globex"), await asked_by("acme")

    async def by_eve(name: str, **given: Any) -> Any:
        return await invoke_action(name, given, Context(caller="code", principal=eve), registry=post.registry)

    assert [each.key for each in (await by_eve("list_approvals")).data.approvals] == [ours]
    for name in ("show_approval", "approve_call", "deny_call"):
        assert (await by_eve(name, key=theirs)).code == "no_such_approval"
    assert (await by_eve("approve_call", key=ours)).ok


async def test_no_key_stands_in_what_leads_to_the_next_page(post):
    asked = Asked(action="send", definition="d", principal=None, organisation=None, input="i")
    for _ in range(150):
        await ask(post.store, asked, summary="s", given={})
    client = TestClient(post.registry, headers={"authorization": "Bearer approver-token"})
    first = (await client.call("list_approvals")).data
    rest = (await client.call("list_approvals", {"cursor": first.next_cursor})).data
    keys = {each.key for page in (first, rest) for each in page.approvals}
    assert (len(keys), rest.next_cursor) == (150, None)
    assert not any(key in first.next_cursor for key in keys)


async def test_what_another_version_wrote_hides_nothing_else(post, caplog):
    asked = Asked(action="send", definition="d", principal=None, organisation=None, input="i")
    approval = await ask(post.store, asked, summary="s", given={})
    await post.store.add("approval/" + "0" * 64, b'{"key": "x"}', seconds=60)
    assert await approvals.page(post.store, "") == ([approval], None)
    assert "an approval in the store cannot be read" in caplog.text


def test_an_included_registry_with_a_store_of_its_own_is_not_served_where_nobody_could_decide(post):
    outer = Registry()
    outer.include(post.registry, prefix="shop_")
    with pytest.raises(CannotServe, match="nobody could decide about it here"):
        create_app(outer)


def test_a_refusal_gives_the_idempotency_key_back(post, api):
    headers = {"Idempotency-Key": "k1"}
    key = asked(api, {"to": "bob"}, **headers)
    decide(api, "approve", key)
    done = send(api, {"to": "bob"}, key, **headers)
    again = send(api, {"to": "bob"}, key, **headers)
    assert (done.status_code, again.status_code, post.sent) == (200, 200, {"bob": 1})
    assert again.headers["idempotency-replayed"] == "true"


def test_while_the_store_is_away_nothing_that_needs_approval_runs(post, api):
    key = asked(api, {"to": "bob"})
    post.store.away = True
    assert send(api, {"to": "bob"}, key).status_code == 503
    assert decide(api, "approve", key).status_code == 503
    post.store.away = False
    assert decide(api, "approve", key).status_code == 200
    assert send(api, {"to": "bob"}, key).status_code == 200


async def send_all() -> None:
    """Send all."""


def test_an_action_that_needs_approval_is_not_served_without_a_store():
    registry = Registry()
    define_actions([action(public=True, needs_approval=True)(send_all)], registry)
    with pytest.raises(CannotServe, match="send_all needs approval, and there is no store"):
        create_app(registry)


def needing_approval(store: str | Store, **fields: Any) -> Registry:
    registry = Registry(store=store, **fields)
    define_actions([action(public=True, needs_approval=True)(send_all)], registry)
    return registry


@pytest.mark.parametrize("kind", ["URL", "object"])
def test_what_nobody_could_ever_approve_is_neither_described_nor_served(kind, tmp_path):
    registry = needing_approval("memory://" if kind == "URL" else MemoryStore())
    with pytest.raises(DefinitionErrors, match="that nobody can give") as caught:
        describe(registry, Settings(root=tmp_path, out=tmp_path, title="Post", version="1"))
    assert [error.field for error in caught.value.errors] == ["needs_approval"]
    assert "give the registry an `approver`" in str(caught.value)
    with pytest.raises(CannotServe, match="send_all needs approval that nobody can give"):
        create_app(registry, alone=True)


@pytest.mark.parametrize("store", ["memory://", "sqlite:///state.db"])
def test_what_somebody_can_approve_is_described_and_served(store, tmp_path):
    registry = needing_approval(store, **({"approver": APPROVER} if store == "memory://" else {}))
    describe(registry, Settings(root=tmp_path, out=tmp_path, title="Post", version="1"))
    create_app(registry, alone=True)


def test_a_server_goes_by_the_store_that_it_uses_when_nobody_could_approve(monkeypatch, tmp_path):
    settings = Settings(root=tmp_path, out=tmp_path, title="Post", version="1")
    monkeypatch.setenv("ACTIONARY_STORE", "memory://")
    described = needing_approval("sqlite:///state.db")
    describe(described, settings)  # what a contract says does not depend on the environment
    with pytest.raises(CannotServe, match="that nobody can give") as caught:
        create_app(described, alone=True)
    assert caught.value.mend.endswith("or in ACTIONARY_STORE")
    monkeypatch.setenv("ACTIONARY_STORE", "sqlite:///state.db")
    create_app(needing_approval("memory://"), alone=True)


def test_an_approver_needs_a_store_and_to_be_a_gate():
    with pytest.raises(ActionDefinitionError, match="no store to keep approvals in") as caught:
        Registry(approver=APPROVER)
    assert caught.value.field == "approver"
    with pytest.raises(ActionDefinitionError, match="cannot be called") as caught:
        Registry(approver=True, store="memory://")  # type: ignore[arg-type]  # that is the point
    assert caught.value.field == "approver"
