"""A request as an action's ``auth`` sees it, made without a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import SplitResult


class Headers(Mapping[str, str]):
    """Headers whose names are found in any case."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._values = {name.lower(): value for name, value in given.items()}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values


class Url(SplitResult):
    """An address: a text, and its parts such as ``path``."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.geturl()


class FakeRequest:
    """What `actionary.Request` promises, and an ASGI scope that says the same."""

    def __init__(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        self.method = method
        self.url: Any = Url("http", "test", path, "", "")
        self.headers: Mapping[str, str] = Headers(headers)
        self.scope: Any = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "server": ("test", 80),
            "client": ("127.0.0.1", 50000),
            "path": path,
            "root_path": "",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in self.headers.items()],
        }

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies, decoded."""
        jar = SimpleCookie(self.headers.get("cookie", ""))
        return {name: morsel.value for name, morsel in jar.items()}
