"""The registry of the reference actions: every call shares one database."""

from __future__ import annotations

from actionary import Registry

from actions._database import open_resources

registry = Registry(lifespan=open_resources)
