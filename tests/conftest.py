from __future__ import annotations

import json
import math
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from actionary import running
from actionary.catalog import Catalog, load
from hypothesis import settings
from postgres_server import Postgres

ROOT = Path(__file__).parent.parent

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True, scope="session")
def a_busy_machine_is_no_blocked_loop() -> Iterator[None]:
    """Machines that run tests stand still now and then; who tests the warning of it says from when on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "BLOCKED", math.inf)
        yield


@pytest.fixture(scope="session")
def sample() -> Catalog:
    """A catalog written by hand, with one of most things; what the emitters are tried on."""
    return load(json.loads((ROOT / "tests" / "sample_catalog.json").read_text()))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that runs; who stops it takes one of its own, `own_postgres`."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that a test may stop."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(autouse=True, scope="session")
def interrupts_are_heard() -> Iterator[None]:
    """Tests that are started in the background may ignore signals, and so would their children."""
    heard = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: _unharmed}
    before = {number: signal.signal(number, heed) for number, heed in heard.items()}
    yield
    for number, heed in before.items():
        signal.signal(number, heed)


def _unharmed(*_: object) -> None:
    """Let a terminal that is closed not end the tests."""
