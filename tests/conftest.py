from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from actionary.catalog import Catalog, load

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def sample() -> Catalog:
    """A catalog written by hand, with one of most things; what the emitters are tried on."""
    return load(json.loads((ROOT / "tests" / "sample_catalog.json").read_text()))


@pytest.fixture(autouse=True, scope="session")
def interrupts_are_heard() -> Iterator[None]:
    """Tests that are started in the background may ignore interrupts, which children inherit."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
