"""The collector of cyclic garbage, out of the way of work that makes much and throws little away."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Generator[None]:
    """Collect no cyclic garbage within, then count what was made as old, as if it had been looked through.

    The threshold says so, and not `gc.disable`, which is left to those who import.
    """
    threshold, *others = gc.get_threshold()
    gc.set_threshold(0, *others)
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # else what the application froze would thaw
            gc.freeze()
            gc.unfreeze()
        if gc.get_threshold() == (0, *others):
            gc.set_threshold(threshold, *others)
