"""Who calls: what an action's ``auth`` found out about a caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller who is known: a person, a service, an agent.

    ``id`` tells it from every other one, ``organisation`` names whose it is, ``scopes``
    are what it may do, ``claims`` whatever else was said of it, such as the payload of
    its token. ``id`` and ``organisation`` go to the log; claims never do.
    """

    id: str
    organisation: str | None = None
    scopes: frozenset[str] = frozenset()
    claims: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)


def organisation_of(principal: Principal | None) -> str | None:
    """Say whose a caller is, where that is known."""
    return None if principal is None else principal.organisation
