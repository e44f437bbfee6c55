from __future__ import annotations

from typing import Annotated, Literal

from actionary import Context, Example, action
from pydantic import Field
from sqlalchemy.dialects.sqlite import insert

from actions._database import Resources
from actions._tables import screen_state


@action(
    public=True,
    http=False,
    when_to_use="The user wants to see another part of the application.",
    when_not_to_use="The user asks a question that an answer in the conversation settles.",
    tags=["screen"],
    destructive=False,
    idempotent=True,
    open_world=False,
    examples=[Example({"view": "meals"}, "Navigated")],
)
async def navigate(
    view: Annotated[
        Literal["calendar", "customers", "inbox", "meals", "shop"], Field(description="Which part to show.")
    ],
    *,
    ctx: Context[Resources],
) -> str:
    """Show a part of the application.

    It leaves a command that the application follows. People click, so agents alone
    have this, and there is no HTTP door.
    """
    command = {"command": "go", "view": view}
    show = insert(screen_state).values(key="navigate", value=command)
    show = show.on_conflict_do_update(index_elements=["key"], set_={"value": show.excluded.value})
    async with ctx.resources.database.begin() as connection:
        await connection.execute(show)
    return "Navigated"
