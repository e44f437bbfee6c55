"""Who decides about the calls that need a human's yes."""

from __future__ import annotations

import hmac
import os
from typing import Final

from actionary import Principal
from actionary.auth import BearerAuth

VARIABLE: Final = "SHOPKEEPER_TOKEN"
"""The environment variable with the token of the one who decides; without it nobody does over HTTP."""


def _known_by(token: str) -> Principal | None:
    expected = os.environ.get(VARIABLE, "")
    if expected and hmac.compare_digest(token.encode(), expected.encode()):
        return Principal(id="shopkeeper")
    return None


shopkeepers = BearerAuth(verify=_known_by, name="shopkeeper", description="The token of the shop's keeper.")
