from __future__ import annotations

from actionary import Context, Example, Http, action

from actions._database import Resources
from actions.inbox._threads import ThreadId, ThreadNotFound, ThreadSummary, stored_summary


@action(
    public=True,
    http=Http("GET"),
    when_to_use="A list of threads is shown, and one that has no good summary must not spoil it.",
    when_not_to_use="The user asks about one thread: that is summarize_thread.",
    tags=["inbox"],
    open_world=False,
    parallel_safe=True,
    errors=[ThreadNotFound],
    on_invalid_output="fallback",
    output_fallback={"summary": "", "message_count": 0},
    examples=[
        Example(
            {"thread_id": "t-1"},
            {"summary": "Jane's tent leaks, and she gets a new one.", "message_count": 3},
        ),
        Example({"thread_id": "t-2"}, {"summary": "", "message_count": 0}),
    ],
)
async def summarize_thread_or_empty(thread_id: ThreadId, *, ctx: Context[Resources]) -> ThreadSummary:
    """Summarize a thread, or say nothing about it.

    A summary that is stored wrongly gives an empty one.
    """
    return await stored_summary(ctx.resources.database, thread_id)
