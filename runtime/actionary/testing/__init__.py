"""What users import in their own tests: calls in memory, fakes, and the check of every contract.

Importing it loads what `actionary` loads. `TestClient` checks outputs with ``jsonschema``,
`assert_contract` tries inputs with ``hypothesis``; both come with the extra ``testing``.
"""

from __future__ import annotations

from actionary.testing.client import TestClient, refused
from actionary.testing.clock import FakeClock
from actionary.testing.contract import assert_contract
from actionary.testing.failures import ContractBroken, Failure
from actionary.testing.pipeline import Sent
from actionary.testing.project import load_project

__all__ = [
    "ContractBroken",
    "Failure",
    "FakeClock",
    "Sent",
    "TestClient",
    "assert_contract",
    "load_project",
    "refused",
]
