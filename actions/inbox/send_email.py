from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated

from actionary import Context, Example, action
from pydantic import BaseModel, Field
from sqlalchemy import insert

from actions._database import Resources
from actions._email import EmailAddress
from actions._tables import outbox


class SentEmail(BaseModel):
    """What became of a message."""

    sent: bool = Field(description="Whether it is in the outbox, from which it goes out.")
    message_id: Annotated[str, Field(description="The message's id, such as m-5f2c9a1b7d3e.")]


@action(
    public=True,
    needs_approval=True,
    when_to_use="The user wants to write to somebody and has agreed to the text.",
    when_not_to_use="The user has not seen the text yet.",
    tags=["inbox"],
    destructive=False,
    examples=[
        Example(
            {"to": "jane@example.com", "subject": "Your order", "body": "It is on its way."},
            {"sent": True, "message_id": "m-5f2c9a1b7d3e"},
        )
    ],
)
async def send_email(
    to: EmailAddress,
    subject: Annotated[
        str, Field(description="One line.", min_length=1, max_length=200, pattern=r"^[^\r\n]+$")
    ],
    body: Annotated[str, Field(description="Plain text.", min_length=1, max_length=100_000)],
    *,
    ctx: Context[Resources],
) -> SentEmail:
    """Send an email.

    It is laid into the outbox, and what is there goes out. Nobody from outside, and no
    model, may write to people in the shop's name unasked: somebody of the shop reads each
    message and says yes to it.
    """
    message_id = f"m-{secrets.token_hex(6)}"
    message = {"id": message_id, "recipient": to, "subject": subject, "body": body}
    async with ctx.resources.database.begin() as connection:
        await connection.execute(insert(outbox).values(message | {"queued_at": datetime.now(UTC)}))
    return SentEmail(sent=True, message_id=message_id)
