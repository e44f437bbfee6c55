"""What a call says by itself that it changed (`Context.changed`), until it is told."""

from __future__ import annotations

from typing import Any, Final

MOST: Final = 100
"""So many changes one call may tell of by itself; of more, those who listen hear that they missed some."""

LONGEST: Final = 512
"""Characters that say of what a change is."""


class Marks:
    """The ``scopes`` that a call told of, and whether there ``are_more`` than are kept."""

    __slots__ = ("are_more", "scopes")

    def __init__(self) -> None:
        self.scopes: Final[list[str | None]] = []
        self.are_more = False

    def add(self, scope: str | None) -> None:
        """Keep one, if there is room."""
        if len(self.scopes) < MOST:
            self.scopes.append(scope)
        else:
            self.are_more = True


def check_scope(scope: Any) -> None:
    """Refuse what does not say of what a change is.

    Raises:
        TypeError: It is no text.
        ValueError: It is too long.
    """
    if scope is None:
        return
    if not isinstance(scope, str):
        raise TypeError(
            f"`scope` is a text or None, not {type(scope).__name__}: "
            'ctx.changed("meals:42"), or ctx.changed(str(...)) for what is no text yet'
        )
    if len(scope) > LONGEST:
        raise ValueError(
            f"`scope` has {len(scope)} characters, and may have {LONGEST}: name what changed, as "
            "`meals:42` does, and leave its data to who asks for it"
        )
