from __future__ import annotations

import json
from pathlib import Path

import pytest
from actionary.catalog import Catalog, load

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def sample() -> Catalog:
    """A catalog written by hand, with one of most things; what the emitters are tried on."""
    return load(json.loads((ROOT / "tests" / "sample_catalog.json").read_text()))
