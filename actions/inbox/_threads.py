"""Threads of the inbox, and their summaries, which another program writes."""

from __future__ import annotations

from typing import Annotated, cast

from actionary import ActionError
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from actions._tables import threads

ThreadId = Annotated[str, Field(description="The thread's id, such as t-1.", min_length=1, max_length=64)]


class ThreadSummary(BaseModel):
    """What a thread is about."""

    summary: str
    message_count: int = Field(ge=0)


class WhichThread(BaseModel):
    """The thread that a call was about."""

    thread_id: ThreadId


class ThreadNotFound(ActionError[WhichThread], code="thread_not_found", status=404):
    """There is no thread of that id."""


async def stored_summary(database: AsyncEngine, thread_id: str) -> ThreadSummary:
    """Give the summary of a thread as it is stored, which is JSON that nothing has checked yet.

    The actions give it back as it is: whether it fits `ThreadSummary` the pipeline finds
    out, and ``on_invalid_output`` says what happens if it does not.

    Raises:
        ThreadNotFound: There is no such thread.
    """
    of_the_thread = select(threads.c.summary).where(threads.c.id == thread_id)
    async with database.connect() as connection:
        row = (await connection.execute(of_the_thread)).one_or_none()
    if row is None:
        raise ThreadNotFound("There is no such thread.", details=WhichThread(thread_id=thread_id))
    return cast("ThreadSummary", row.summary)
