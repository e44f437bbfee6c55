"""How far a running action has come: what it tells, and who listens."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

_log: Final = logging.getLogger("actionary")


@dataclass(frozen=True, slots=True)
class Progress:
    """So much is ``done`` of ``total``, which is ``None`` where nobody knows; ``message`` says what."""

    done: float
    total: float | None = None
    message: str | None = None


OnProgress: TypeAlias = Callable[[Progress], None]
"""Is told of progress, in the thread of the handler; what it raises is logged and changes nothing."""


def check_progress(done: Any, total: Any) -> None:
    """Refuse what is no number, or none that JSON can write.

    Raises:
        ValueError: It is not finite.
        TypeError: It is no number.
    """
    for name, value in (("done", done), ("total", total)):
        if value is None and name == "total":
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"`{name}` is a number, not {type(value).__name__}: ctx.progress(3, 10)")
        if not math.isfinite(value):
            raise ValueError(f"`{name}` is {value}, which no JSON says; leave an unknown total out")


def tell(listener: OnProgress, progress: Progress, action: str, request_id: str) -> None:
    """Tell a listener of progress."""
    try:
        listener(progress)
    except Exception:  # noqa: BLE001 - whatever the user's function raises
        _log.exception("on_progress failed for action %s (request %s)", action, request_id)
