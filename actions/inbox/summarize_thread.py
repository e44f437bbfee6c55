from __future__ import annotations

from actionary import Context, Example, Http, action

from actions._database import Resources
from actions.inbox._threads import ThreadId, ThreadNotFound, ThreadSummary, stored_summary


@action(
    public=True,
    http=Http("GET"),
    when_to_use="The user asks what a thread is about.",
    when_not_to_use="The user asks how soon a message should be read: that is triage.",
    tags=["inbox"],
    open_world=False,
    parallel_safe=True,
    errors=[ThreadNotFound],
    on_invalid_output="strict",
    examples=[
        Example(
            {"thread_id": "t-1"},
            {"summary": "Jane's tent leaks, and she gets a new one.", "message_count": 3},
        ),
    ],
)
async def summarize_thread(thread_id: ThreadId, *, ctx: Context[Resources]) -> ThreadSummary:
    """Summarize a thread.

    A summary that is stored wrongly is an error, so that whoever stores them hears of it.
    """
    return await stored_summary(ctx.resources.database, thread_id)
