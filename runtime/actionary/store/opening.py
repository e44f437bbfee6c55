"""Which store a registry has: an object, or one that a URL names."""

from __future__ import annotations

import os
from threading import Lock
from typing import Any, Final

from actionary.definition_error import ActionDefinitionError, place_of_caller
from actionary.store.memory import MemoryStore
from actionary.store.protocol import Store

VARIABLE: Final = "ACTIONARY_STORE"
"""The environment variable that says where the store is, for registries that name theirs by a URL."""

IN_MEMORY: Final = "memory://"

_SQLITE: Final = ("sqlite", "sqlite+aiosqlite")
_POSTGRESQL: Final = ("postgresql", "postgresql+psycopg")

_METHODS: Final = ("now", "add", "get", "replace", "delete", "list", "append", "read", "last", "close")


class StoreError(Exception):
    """A store cannot be had as it was asked for: ``what`` says why, ``mend`` what would be right."""

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}; {mend}")


class StorePlace:
    """Where a registry's store is: ``given`` as a store, or as a URL that the environment may replace.

    So what a contract says does not depend on the environment, only where things are kept.

    Raises:
        ActionDefinitionError: ``given`` is neither.
    """

    def __init__(self, given: str | Store) -> None:
        self._given: Final = given
        self._store: Store | None = None
        self._url = ""
        self._lock = Lock()
        if isinstance(given, str):
            wrong = _why_no_url(given)
            self._url = given
        else:
            wrong = _why_no_store(given)
            self._store = given
        if wrong is not None:
            raise ActionDefinitionError(wrong.what, mend=wrong.mend, where=place_of_caller(), field="store")

    @property
    def is_written_in_memory(self) -> bool:
        """Whether what the code gives is in the memory of one process, whatever the environment names."""
        return self._given == IN_MEMORY if isinstance(self._given, str) else not self._given.is_shared

    @property
    def is_named_by_environment(self) -> bool:
        """Whether the environment names the store; an object that the code gives it does not replace."""
        return isinstance(self._given, str) and bool(os.environ.get(VARIABLE))

    def ready(self) -> Store:
        """Give the store; nothing is connected yet.

        Raises:
            StoreError: The environment names none, or a package is missing.
        """
        with self._lock:
            if self._store is None:
                self._store = self._made()
            return self._store

    def _made(self) -> Store:
        named = os.environ.get(VARIABLE)
        wrong = None if not named else _why_no_url(named)
        if wrong is not None:
            raise StoreError(f"{VARIABLE}: {wrong.what}", wrong.mend)
        return open_store(named or self._url)


def open_store(url: str) -> Store:
    """Make the store that a URL names; it connects when it is needed.

    Raises:
        StoreError: There is no such store, its URL cannot be read, or a package is missing.
    """
    wrong = _why_no_url(url)
    if wrong is not None:
        raise wrong
    if url == IN_MEMORY:
        return MemoryStore()
    try:
        from actionary.store.sql import SqlStore  # noqa: PLC0415 - an extra

        return SqlStore(url)
    except ImportError as missing:
        raise StoreError(
            f"a store on SQL needs {missing.name or 'libpq'}, which is not installed",
            "pip install 'actionary[store]'",
        ) from None


def _why_no_url(url: str) -> StoreError | None:
    """Say why a URL names no store; it is not quoted, since it may hold a password."""
    scheme, _, rest = url.partition("://")
    if url == IN_MEMORY or (scheme in _POSTGRESQL and rest):
        return None
    if scheme == "postgres" and rest:
        return StoreError(
            "the URL of the store begins with postgres://, which is no name that drivers agree on",
            "write postgresql:// in its place",
        )
    if scheme not in _SQLITE:
        return StoreError(
            "the URL of the store names none that there is",
            f'give "{IN_MEMORY}", "sqlite:///state.db" or "postgresql://user:password@host/database"',
        )
    if rest.startswith("/") and rest not in {"/", "/:memory:"} and "?" not in rest:
        return None
    return StoreError(
        "the URL of the store on SQLite names no file",
        'write "sqlite:///state.db" for a file in the folder of the process, '
        f'"sqlite:////var/lib/state.db" for one from the root, and "{IN_MEMORY}" for a store in memory',
    )


def _why_no_store(given: Any) -> StoreError | None:
    missing = [name for name in _METHODS if not callable(getattr(given, name, None))]
    if not missing:
        return None
    return StoreError(
        f"{type(given).__name__} is no store: it has no {', '.join(missing)}",
        f'give a URL such as "{IN_MEMORY}" or "sqlite:///state.db", '
        "or an object with the methods of actionary.store.Store",
    )
