"""What callers get while a store is away that their call relies on."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from actionary.result import CommonError, unavailable
from actionary.store import StoreUnavailableError

_log: Final = logging.getLogger("actionary")


class OwnStoreAwayError(Exception):
    """The registry's store is ``away``, and an action of our own relies on it: callers get ``unavailable``.

    A store that a handler of a user opens is that handler's affair, as is what it raises.
    """

    def __init__(self, away: StoreUnavailableError) -> None:
        super().__init__(str(away))
        self.away = away


@contextmanager
def own_store() -> Generator[None]:
    """Use the registry's store in an action of our own.

    Raises:
        OwnStoreAwayError: It is away.
    """
    try:
        yield
    except StoreUnavailableError as error:
        raise OwnStoreAwayError(error) from error


def store_away(error: StoreUnavailableError) -> CommonError:
    """Log that the store cannot be asked, and give what refuses the call."""
    _log.error("the store cannot be used: %s", error)
    return unavailable()
