"""For whom an action is there: the exposure of a definition, asked by every door (DESIGN §3 and §4)."""

from __future__ import annotations

from actionary.context import OUTSIDE, Caller
from actionary.defining import AnyAction
from actionary.result import CommonError


def is_exposed(action: AnyAction, caller: Caller) -> bool:
    """Say whether an action is there for callers of a kind (DESIGN §3 and §4)."""
    definition = action.definition
    if caller not in OUTSIDE:
        return True
    if caller == "http":
        return definition.public and definition.http is not None
    if caller in {"mcp", "tool"}:
        return definition.public and definition.agent_tool
    return definition.public and definition.tool_callable


def check_exposure(action: AnyAction, caller: Caller) -> None:
    """Refuse a caller for whom the action is not there.

    Raises:
        CommonError: ``not_public``.
    """
    if not is_exposed(action, caller):
        raise CommonError("not_public", "The action is not offered to this kind of caller.")


def is_for_approvals(action: AnyAction) -> bool:
    """Say whether an action is one of `actionary.approval_actions`, by which humans decide about calls."""
    return action.definition.module == "actionary.approval_actions"
