"""What the README and AGENTS.md of every client tell alike: how much, and an action in a line."""

from __future__ import annotations

from typing import Final

from actionary.action_spec import ActionSpec

from actionary_build.texts import MarkdownText

MOST_IN_FULL: Final = 400
"""With more actions than these a README tells of each in a line: GitHub shows half a megabyte of it."""

MOST_LISTED: Final = 100
"""So many actions AGENTS.md lists; a longer list would cost whoever reads it more than it tells."""

_LONGEST: Final = 120


def told_after_call(action: ActionSpec) -> str:
    """Give what a line of Markdown tells of an action after its call: marks, and what it does."""
    marks = [
        word
        for word, holds in (
            ("reads only", action.read_only),
            ("pages", action.paginate is not None),
            ("may need approval", action.needs_approval),
            ("deprecated", action.deprecated is not None),
        )
        if holds
    ]
    marked = f" ({', '.join(marks)})" if marks else ""
    return f"{marked}: {MarkdownText(_shortened(' '.join(action.description.split())))}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]} …"
