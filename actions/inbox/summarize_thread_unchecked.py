from __future__ import annotations

from actionary import Context, Example, Http, action

from actions._database import Resources
from actions.inbox._threads import ThreadId, ThreadNotFound, ThreadSummary, stored_summary


@action(
    public=True,
    http=Http("GET"),
    when_to_use="A summary seems to be stored wrongly, and the user wants to see what is there.",
    when_not_to_use="The user asks what a thread is about: that is summarize_thread.",
    tags=["inbox"],
    open_world=False,
    parallel_safe=True,
    errors=[ThreadNotFound],
    on_invalid_output="warn",
    examples=[
        Example(
            {"thread_id": "t-1"},
            {"summary": "Jane's tent leaks, and she gets a new one.", "message_count": 3},
        ),
    ],
)
async def summarize_thread_unchecked(thread_id: ThreadId, *, ctx: Context[Resources]) -> ThreadSummary:
    """Give the summary of a thread as it is stored.

    One that is stored wrongly comes as it is, and the log of the server says so.
    """
    return await stored_summary(ctx.resources.database, thread_id)
