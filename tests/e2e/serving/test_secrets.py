"""A credential's value stands nowhere that a server writes to, whatever its handler does with it."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx2
import pytest

VALUE = "sk-live-0123456789-never-told"

PROJECT = """\
[tool.actionary]
title = "Bank"
version = "1"
"""

REGISTRY = """
from actionary import Registry

registry = Registry(store="sqlite:///state.db", changes=True)
"""

BANK = """
from actionary import ActionError, Credential
from pydantic import BaseModel, SecretStr


class Bank(BaseModel):
    token: SecretStr


class Told(BaseModel):
    text: str


class Refused(ActionError[Told], code="refused", status=409):
    pass


BANK = Credential("bank", fields=Bank)
"""

LEAK = '''
import logging
import sys
from typing import Any

from actionary import Context, action

from actions._bank import BANK, Refused, Told


async def undo(given: Any, ctx: Context, error: Any) -> None:
    raise RuntimeError(f"the bank does not undo it for {ctx.credentials[BANK].token.get_secret_value()}")


@action(
    public=True,
    credentials=[BANK],
    compensate=undo,
    errors=[Refused],
    when_to_use="Leak.",
    when_not_to_use="Never.",
)
async def leak(how: str, ctx: Context) -> Any:
    """Do something unwise with a credential."""
    found = ctx.credentials[BANK]
    text = found.token.get_secret_value()
    match how:
        case "printed":
            for stream in (sys.stdout, sys.stderr):
                print(found, ctx.credentials, repr(found), [found.token], file=stream, flush=True)
        case "logged":
            logging.getLogger("shop").warning("%r %s %r %r", found, found, ctx.credentials, ctx)
        case "raised":
            raise ValueError(f"the bank refused {text}")
        case "raised in a group":
            raise BaseExceptionGroup("several", [ValueError(text), OSError(5, text)])
        case "raised on the way":
            try:
                raise ValueError(text)
            except ValueError as error:
                raise RuntimeError("the bank is cross") from error
        case "in the message of a declared error":
            raise Refused(f"It refused {text}.", details=Told(text=""))
        case "in the details of a declared error":
            raise Refused("It refused.", details=Told(text=f"with {text}"))
        case "in the details of an error that is not declared":
            class Other(Refused, code="other"):
                pass

            raise Other("It refused.", details=Told(text=text))
        case "returned":
            return found
        case "returned inside":
            return {"all": [ctx.credentials[BANK].token]}
        case "returned as text":
            return f"Bearer {text}"
        case "told as a change":
            ctx.changed(f"accounts of {text}")
        case "told as progress":
            ctx.progress(1, 2, f"with {text}")
    return "done"
'''

ANSWERS = {
    "printed": "ok",
    "logged": "ok",
    "raised": "handler_error",
    "raised in a group": "handler_error",
    "raised on the way": "handler_error",
    "in the message of a declared error": "invalid_output",
    "in the details of a declared error": "invalid_output",
    "in the details of an error that is not declared": "handler_error",
    "returned": "invalid_output",
    "returned inside": "invalid_output",
    "returned as text": "invalid_output",
    "told as a change": "ok",
    "told as progress": "ok",
}


@pytest.fixture
def bank(tmp_path: Path, script: list[str]) -> Path:
    root = tmp_path / "bank"
    (root / "actions").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PROJECT)
    for name, text in {"_registry": REGISTRY, "_bank": BANK, "leak": LEAK}.items():
        (root / "actions" / f"{name}.py").write_text(text)
    subprocess.run([*script, "build"], cwd=root, check=True, capture_output=True)
    return root


class Hearing(threading.Thread):
    """Takes down what those hear who listen to changes, until the server ends."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.heard = b""
        self.begun = threading.Event()
        self.start()

    def run(self) -> None:
        with httpx2.stream("GET", f"{self.address}/api/changes", timeout=60) as response:
            for part in response.iter_bytes():
                self.heard += part
                self.begun.set()


def leak(address: str, how: str) -> httpx2.Response:
    """Ask for it with a key, so that the answer is kept, and for events, so that progress is told."""
    headers = {"idempotency-key": how.replace(" ", "-"), "accept": "text/event-stream"}
    return httpx2.post(f"{address}/api/actions/leak", json={"how": how}, headers=headers, timeout=30)


def test_a_secret_is_in_no_output_reply_store_or_event(start, bank, tmp_path, monkeypatch):
    monkeypatch.setenv("ACTIONARY_CREDENTIAL_BANK_TOKEN", VALUE)
    with (tmp_path / "stdout").open("wb") as stdout:
        served: Any = start("--project", str(bank), "--call-log", path=bank, stdout=stdout)
        hearing = Hearing(served.address)
        assert hearing.begun.wait(30)
        replies = []
        for how, code in ANSWERS.items():
            for _ in ("made", "repeated"):
                reply = leak(served.address, how)
                wanted = '"ok":true' if code == "ok" else f'"code":"{code}"'
                assert wanted in reply.text, (how, reply.text)
                replies.append(repr(reply.headers) + reply.text)
        stored = b"".join(path.read_bytes() for path in bank.glob("state.db*"))
        served.process.terminate()
        said = served.said + served.process.stderr.read()
        assert served.process.wait(60) == 0
        hearing.join(30)
    stored += b"".join(path.read_bytes() for path in bank.glob("state.db*"))
    built = b"".join(path.read_bytes() for path in bank.rglob("generated/*") if path.is_file())
    places = {
        "standard output": (tmp_path / "stdout").read_text(),
        "standard error": said,
        "replies": "".join(replies),
        "events": hearing.heard.decode(),
        "the store": stored.decode("latin-1"),
        "what was built": built.decode(),
    }
    assert {place for place, text in places.items() if "0123456789" in text} == set()
    for place in ("standard output", "standard error", "replies", "events"):
        assert "**********" in places[place], f"nothing was tried on {place}"
    assert "compensating failed" in said
    assert b"leak" in stored
