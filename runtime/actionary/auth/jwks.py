"""The keys of a JWK Set at an address: fetched when they are needed, and kept.

A set is fetched again when it is old, and when a token names a key that is not in it,
though not at every such token: strangers cannot make us hammer the host. While the
host is away the keys that are there go on being used.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import ssl
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from actionary.auth.key_set import KeySet, KeySetError, read_key_set
from actionary.auth_scheme import AuthUnavailable

if TYPE_CHECKING:
    from jwt import PyJWK

FETCH_SECONDS: Final = 5.0
"""How long a fetch may take, whatever the host does; less than a gate has."""

PATIENCE: Final = 1.0
"""How long a call waits for newer keys where there are older ones."""

PAUSE: Final = 30.0
"""Seconds after a fetch before a key that is not there can lead to another one."""

RETRY: Final = 5.0
"""The same after a fetch that failed."""

MOST_AGE: Final = 24 * 3600.0
"""How old keys may become while newer ones cannot be fetched; then they are forgotten."""

MOST_BYTES: Final = 512 * 1024
"""The largest set that is read."""

_log: Final = logging.getLogger("actionary")


class FetchedKeys:
    """The keys at an address. It may be asked in several event loops; each fetches for itself."""

    def __init__(self, url: str, algorithms: tuple[str, ...], lifetime: float) -> None:
        self._url: Final = url
        self._algorithms: Final = algorithms
        self._lifetime: Final = lifetime
        self._keys: KeySet | None = None
        self._fetched_at = -math.inf
        self._not_before = -math.inf
        self._failed = False
        self._fetches: Final[dict[asyncio.AbstractEventLoop, asyncio.Task[None]]] = {}
        self._tls: ssl.SSLContext | None = None

    async def find(self, kid: str | None, algorithm: str) -> PyJWK | None:
        """Give the key that a token says it was signed by, ``None`` if there is none.

        Raises:
            AuthUnavailable: Whether there is one cannot be known, for the keys cannot be fetched.
        """
        age = monotonic() - self._fetched_at
        if age >= MOST_AGE:
            self._keys = None
        if self._keys is None:
            await self._fetched(None)
        elif age >= self._lifetime:
            await self._fetched(0 if self._failed else PATIENCE)
        key = self._here(kid, algorithm)
        if key is None and self._keys is not None:
            await self._fetched(None)
            key = self._here(kid, algorithm)
        if key is None and (self._failed or self._keys is None):
            raise AuthUnavailable(f"the keys at {self._place} cannot be fetched", retry_after=int(RETRY))
        return key

    def _here(self, kid: str | None, algorithm: str) -> PyJWK | None:
        return None if self._keys is None else self._keys.find(kid, algorithm)

    @property
    def _place(self) -> str:
        """The address without its query, which may hold what is not for a log."""
        parts = urlsplit(self._url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    async def _fetched(self, seconds: float | None) -> None:
        """Wait for a fetch that runs, or a new one if it is time for one, but only so long."""
        loop = asyncio.get_running_loop()
        task = self._fetches.get(loop)
        if task is None and monotonic() >= self._not_before:
            # A task of its own: it outlives the call that began it, and others wait for it too.
            task = self._fetches[loop] = loop.create_task(self._fetch(loop))
        if task is not None:
            await asyncio.wait({task}, timeout=seconds)

    async def _fetch(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                data = await self._download()
            self._keys = read_key_set(data, self._algorithms, self._unfit)
        except Exception as error:  # noqa: BLE001 - whatever the network, the host and its data do
            self._failed = True
            self._not_before = monotonic() + RETRY
            why = str(error) if isinstance(error, KeySetError) else type(error).__name__
            _log.warning("the keys at %s cannot be fetched: %s", self._place, why)
        else:
            self._failed = False
            self._fetched_at = monotonic()
            self._not_before = self._fetched_at + PAUSE
        finally:
            del self._fetches[loop]

    async def _download(self) -> Any:
        import httpx2  # noqa: PLC0415 - an extra

        if self._tls is None:  # it reads all the authorities' certificates, which takes a while
            self._tls = await asyncio.to_thread(httpx2.create_ssl_context)
        # Neither redirects nor encodings: what is read is what this host sent, and no more than so much.
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        body = bytearray()
        async with (
            httpx2.AsyncClient(verify=self._tls, timeout=FETCH_SECONDS) as client,
            client.stream("GET", self._url, headers=headers) as reply,
        ):
            if reply.status_code != 200:
                raise KeySetError(f"the host answers with status {reply.status_code}")
            async for part in reply.aiter_raw():
                body += part
                if len(body) > MOST_BYTES:
                    raise KeySetError(f"the host answers with more than {MOST_BYTES} bytes")
        return json.loads(body)

    def _unfit(self, what: str) -> None:
        _log.warning("of the keys at %s, %s; it is left out", self._place, what)
