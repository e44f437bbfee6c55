from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final

from actionary import Example, action
from pydantic import BaseModel, Field

URGENT: Final = re.compile("urgent|asap|immediately", re.IGNORECASE)
"""Found anywhere, inside of words too."""


class Priority(StrEnum):
    """How soon somebody should read a message."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Triaged(BaseModel):
    """What was found out about a message."""

    priority: Priority


@action(
    public=True,
    read_only=True,
    when_to_use="A message has come in, and the user asks how soon it should be read.",
    when_not_to_use="The user wants to know what a message says.",
    tags=["inbox"],
    open_world=False,
    parallel_safe=True,
    examples=[
        Example(
            {"message": "The tent leaks, please answer ASAP.", "sender": "jane@example.com"},
            {"priority": "urgent"},
        ),
        Example({"message": "Thank you for the tent!", "sender": "Jane Doe"}, {"priority": "normal"}),
    ],
)
def triage(
    message: Annotated[str, Field(description="The whole text.", min_length=1, max_length=20_000)],
    sender: Annotated[str, Field(description="A name or an address.", min_length=1, max_length=254)],  # noqa: ARG001 - callers say it, and the rule does not ask for it yet
) -> Triaged:
    """Say how soon an inbound message should be read.

    It is urgent if it says so: "urgent", "asap" or "immediately", in any case.
    """
    return Triaged(priority=Priority.URGENT if URGENT.search(message) else Priority.NORMAL)
