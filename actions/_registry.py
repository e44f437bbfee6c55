"""The registry of the reference actions: every call shares one database, and what outlives it one store."""

from __future__ import annotations

from actionary import Registry

from actions._database import STATE_FILE, open_resources
from actions._shopkeepers import shopkeepers

registry = Registry(
    lifespan=open_resources,
    store=f"sqlite:///{STATE_FILE}",
    approver=shopkeepers,
    changes=True,
)
