"""Tell of exceptions whose text may quote what a caller sent, for the log."""

from __future__ import annotations

import traceback


class Unquoted(Exception):  # noqa: N818 - it stands for an error, and says no more than it may
    """Stands for an exception of the user's; says of what class it was and where it was raised."""


def unquoted(who: str, error: BaseException) -> str:
    """Tell the classes of an exception and its causes, and where they were raised; none of their texts."""
    if isinstance(error, Unquoted):
        return str(error)
    told = f"{who} raised {type(error).__name__}; its text is left out, for it may hold a secret\n"
    told += "".join(traceback.format_tb(error.__traceback__))
    seen, cause = {id(error)}, _cause_of(error)
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        told += f"  after {type(cause).__name__}\n" + "".join(traceback.format_tb(cause.__traceback__))
        cause = _cause_of(cause)
    return told


def _cause_of(error: BaseException) -> BaseException | None:
    return error.__cause__ if error.__suppress_context__ else error.__context__
