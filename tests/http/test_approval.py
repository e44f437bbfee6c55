"""What callers and approvers see of calls that a human has to approve first."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import httpx2
import pytest
from actionary import (
    ActionDefinitionError,
    Context,
    Principal,
    Registry,
    action,
    define_actions,
    invoke_action,
)
from actionary.approvals import SECONDS
from actionary.auth import BearerAuth
from actionary.http import CannotServe, create_app
from actionary.store import MemoryStore, StoreUnavailableError
from pydantic import SecretStr


def who(request: Any) -> Principal:
    """Let in whoever says who it is."""
    return Principal(id=request.headers.get("who", "ann"))


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
        ({"to": "bob"}, {"name": "write"}),
    ],
    ids=["other-receiver", "more-body", "secret", "principal", "action"],
)
def test_a_grant_is_for_no_other_call(post, api, given, headers):
    key = asked(api, {"to": "bob"})
    decide(api, "approve", key)
    assert send(api, given, key, **headers).status_code == 428
    assert post.sent == {}
    assert send(api, {"to": "bob"}, key).status_code == 200


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


def test_a_grant_is_not_for_an_action_that_is_another_one_now(post, api, serve):
    key = asked(api, {"to": "bob"})
    decide(api, "approve", key)
    sent: list[str] = []

    async def send_(to: str, body: str = "", token: SecretStr | None = None) -> str:
        """Send a message, and a bill."""
        sent.append(to)
        return to

    changed = Registry(store=post.store)
    define_actions([action(public=True, auth=who, needs_approval=True, name="send")(send_)], changed)
    assert send(serve(create_app(changed)), {"to": "bob"}, key).status_code == 428
    assert sent == []


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


@pytest.mark.parametrize("path", ["show", "approve", "deny"])
def test_nobody_but_an_approver_decides(api, path):
    key = asked(api, {"to": "bob"})
    assert decide(api, path, key, "another-token").status_code == 401
    assert api.get("/api/approvals").status_code == 401
    assert decide(api, path, "x" * 32).json()["code"] == "no_such_approval"
    assert decide(api, path, "../../x").json()["code"] == "no_such_approval"


def test_without_an_approver_there_is_no_way_to_decide(post, serve):
    registry = Registry(store=post.store)
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


def test_an_action_that_needs_approval_is_not_served_without_a_store():
    async def send_all() -> None:
        """Send all."""

    registry = Registry()
    define_actions([action(public=True, needs_approval=True)(send_all)], registry)
    with pytest.raises(CannotServe, match="send_all needs approval, and there is no store"):
        create_app(registry)


def test_an_approver_needs_a_store_and_to_be_a_gate():
    with pytest.raises(ActionDefinitionError, match="no store to keep approvals in") as caught:
        Registry(approver=APPROVER)
    assert caught.value.field == "approver"
    with pytest.raises(ActionDefinitionError, match="cannot be called") as caught:
        Registry(approver=True, store="memory://")  # type: ignore[arg-type]  # that is the point
    assert caught.value.field == "approver"
