"""What the reference actions promise beyond one call: approvals, orders made once, changes that are heard."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from served import served

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("actionary")
EMAIL = {"to": "jane@example.com", "subject": "Your order", "body": "It is on its way."}
ORDER = {
    "lines": [{"product_id": "p-302", "quantity": 2}],
    "delivery": {"method": "pickup", "shop": "harbour"},
}
MEAL = {"name": "Toast", "kind": "snack", "kcal": 210, "eaten_at": "2026-03-01T20:00:00Z"}


@dataclass(frozen=True)
class Shop:
    """The reference server, and where its data is."""

    client: httpx2.Client
    folder: Path
    environment: dict[str, str]

    def post(self, name: str, given: Any, **headers: str) -> httpx2.Response:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.client.post(f"/api/actions/{name}", json=given, headers=named)

    def approval_of(self, refused: httpx2.Response) -> str:
        assert (refused.status_code, refused.json()["code"]) == (428, "approval_required")
        return refused.json()["details"]["approval_key"]

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "shop.db")) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.db",
        "ACTIONARY_STORE": f"sqlite:///{tmp_path}/state.db",
        "SHOPKEEPER_TOKEN": "open-sesame",
    }
    with served(ROOT, environment) as address, httpx2.Client(base_url=address, timeout=20) as client:
        yield Shop(client, tmp_path, environment)


def decide(shop: Shop, decision: str, key: str, token: str = "open-sesame") -> httpx2.Response:
    return shop.client.post(
        f"/api/approvals/{decision}", json={"key": key}, headers={"authorization": f"Bearer {token}"}
    )


def test_an_email_goes_out_once_when_the_shopkeeper_said_yes_to_it(shop):
    key = shop.approval_of(shop.post("send_email", EMAIL))
    assert shop.post("send_email", EMAIL, actionary_approval=key).status_code == 428
    assert decide(shop, "approve", key, "guessed").status_code == 401
    shown = decide(shop, "show", key).json()["data"]
    assert (shown["action"], shown["input"], shown["state"]) == ("send_email", EMAIL, "pending")
    assert decide(shop, "approve", key).json()["data"]["decided_by"] == "shopkeeper"

    altered = shop.post("send_email", EMAIL | {"to": "all@example.com"}, actionary_approval=key)
    assert altered.status_code == 428
    assert shop.rows("SELECT count(*) FROM outbox") == [(0,)]
    assert shop.post("send_email", EMAIL, actionary_approval=key).json()["data"]["sent"] is True
    assert shop.post("send_email", EMAIL, actionary_approval=key).status_code == 428
    assert shop.rows("SELECT recipient FROM outbox") == [("jane@example.com",)]


def test_what_the_shopkeeper_denies_is_not_done(shop):
    def delete(customer: str, **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path, given = "/api/actions/delete_account", {"customer_id": customer}
        return shop.client.delete(path, params=given, headers=named)

    key = shop.approval_of(delete("cus_123"))
    assert decide(shop, "deny", key).json()["data"]["state"] == "denied"
    assert delete("cus_123", actionary_approval=key).json()["code"] == "forbidden"
    assert len(shop.rows("SELECT id FROM customers")) == 2

    def approved(customer: str) -> dict[str, Any]:
        key = shop.approval_of(delete(customer))
        decide(shop, "approve", key).raise_for_status()
        return delete(customer, actionary_approval=key).json()

    shop.post("create_invoice", {"customer_id": "cus_123", "line_items": []})
    assert approved("cus_123")["details"] == {"customer_id": "cus_123", "invoice_id": "inv_cus_123"}
    assert approved("cus_124")["data"] == {"customer_id": "cus_124"}
    assert approved("cus_124")["code"] == "customer_not_found"
    assert shop.rows("SELECT id FROM customers") == [("cus_123",)]


def test_the_shopkeeper_decides_on_the_machine_of_the_server_too(shop):
    key = shop.approval_of(shop.post("send_email", EMAIL))

    def run(*command: str) -> str:
        done = subprocess.run(
            [COMMAND, "approvals", *command],
            cwd=ROOT,
            env=shop.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert "send_email" in run("list")
    assert "It is on its way." in run("show", key)
    run("approve", key)
    assert shop.post("send_email", EMAIL, actionary_approval=key).json()["ok"] is True


def test_without_a_token_in_the_environment_nobody_is_the_shopkeeper(shop, tmp_path):
    program = """
import asyncio, sys
from actions._shopkeepers import shopkeepers

for token in sys.argv[1:]:
    print(asyncio.run(shopkeepers.who(token)))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("SHOPKEEPER_TOKEN", None)
    tokens = ["", "open-sesame", "None"]
    asked = [sys.executable, "-c", program, *tokens]
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None"] * 3


def test_an_order_that_is_repeated_under_its_key_is_made_once(shop):
    before = shop.rows("SELECT stock FROM products WHERE id = 'p-302'")[0][0]
    placed = [shop.post("create_order", ORDER, idempotency_key="order-of-jane") for _ in range(3)]
    assert [reply.headers.get("idempotency-replayed") for reply in placed] == [None, "true", "true"]
    assert len({reply.json()["data"]["id"] for reply in placed}) == 1
    assert shop.rows("SELECT stock FROM products WHERE id = 'p-302'") == [(before - 2,)]

    other = shop.post("create_order", ORDER | {"note": "Ring twice."}, idempotency_key="order-of-jane")
    assert (other.status_code, other.json()["details"]["reason"]) == (409, "idempotency_key_reused")


def test_who_listens_hears_of_a_meal_and_knows_its_own(shop):
    with shop.client.stream("GET", "/api/changes") as stream:
        lines = stream.iter_lines()
        while next(lines):  # the beginning ends with an empty line
            pass
        assert shop.client.get("/api/actions/list_meals", params={"day": "2026-03-01"}).status_code == 200
        assert shop.post("log_meal", MEAL, actionary_source="tab-1").status_code == 200
        told = next(line for line in lines if line.startswith("data: "))
    assert json.loads(told.removeprefix("data: ")) == {
        "type": "change",
        "source": "action",
        "action": "log_meal",
        "scope": None,
        "requestSource": "tab-1",
    }


SHOPKEEPER = """
import sys
from actionary_reference_client import Client, Ok

address, key = sys.argv[1:]
with Client(address, headers={"Authorization": "Bearer open-sesame"}) as client:
    [asked] = client.list_approvals().data.approvals
    assert asked.key == key
    result = client.approve_call(key=key)
    print(result.data.state)
"""


def test_the_shopkeeper_decides_with_the_python_client(shop):
    key = shop.approval_of(shop.post("send_email", EMAIL))
    client = ROOT / "generated" / "clients" / "python"
    done = subprocess.run(
        [sys.executable, "-c", SHOPKEEPER, str(shop.client.base_url).rstrip("/"), key],
        env={**os.environ, "PYTHONPATH": str(client)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "approved\n", done.stderr
    assert shop.post("send_email", EMAIL, actionary_approval=key).json()["ok"] is True
