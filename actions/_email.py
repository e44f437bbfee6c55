"""Addresses of people, as several actions take them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

EmailAddress = Annotated[
    str,
    Field(
        description="One address, such as jane@example.com.",
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
]
"""Of ASCII characters, so that the pattern says the same in every language that reads the schema."""
