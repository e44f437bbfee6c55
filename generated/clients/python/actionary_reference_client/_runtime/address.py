"""The address of a server, as a client is given it."""

from __future__ import annotations

import httpx2

_LIKE = "an address such as 'https://api.example.com'"


def checked_address(base_url: str) -> str:
    """Give an address without a slash at its end, to which the paths of actions are added.

    Raises:
        ValueError: It is no address of HTTP, or has what no path can be added to. What may
            be a secret in it is not told.
    """
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL as error:
        raise ValueError(f"base_url must be {_LIKE}: {error}") from error
    if url.scheme not in {"http", "https"}:
        begun = f" begins with {url.scheme!r}, but" if url.scheme else ""
        raise ValueError(f"base_url{begun} must be {_LIKE}")
    authority = base_url.partition("://")[2].partition("/")[0]
    if "@" in authority:
        raise ValueError("base_url holds a user or a password; give them as auth or in a header")
    for mark, name in (("?", "query"), ("#", "fragment")):
        if mark in base_url:
            raise ValueError(
                f"base_url holds a {name}, but the paths of actions are added to it; it must be {_LIKE}"
            )
    is_port = url.port is None or 0 < url.port < 65_536
    if not url.host or "%" in url.host or " " in base_url or not is_port:
        shown = "" if "@" in base_url else f" is {base_url!r}, but"
        raise ValueError(f"base_url{shown} must be {_LIKE}")
    return base_url.rstrip("/")
