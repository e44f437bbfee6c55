"""What a program gives wrongly is refused in words that say what to give, before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest


@pytest.fixture(params=["sync", "async"])
def searched(request: pytest.FixtureRequest, shop: Any) -> Callable[..., Any]:
    """Make a client and a call on a network that must not be reached."""

    def unreached(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError(f"{request.url} was asked")

    def sync(client: dict[str, Any], **given: Any) -> Any:
        with shop.Client("http://shop.test", transport=httpx2.MockTransport(unreached), **client) as made:
            return made.search_products(query="x", **given)

    async def awaited(client: dict[str, Any], given: dict[str, Any]) -> Any:
        transport = httpx2.MockTransport(unreached)
        async with shop.AsyncClient("http://shop.test", transport=transport, **client) as made:
            return await made.search_products(query="x", **given)

    if request.param == "sync":
        return sync
    return lambda client, **given: asyncio.run(awaited(client, given))


SECONDS = "give seconds above 0, such as 20, or None for no limit"


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_time_limit_that_is_none_is_refused(shop: Any, searched: Any, timeout: float) -> None:
    message = f"timeout is {timeout}; {SECONDS}"
    with pytest.raises(ValueError, match=message):
        searched({"timeout": timeout})
    with pytest.raises(ValueError, match=message):
        shop.CallOptions(timeout=timeout)


@pytest.mark.parametrize("timeout", ["3", True, {"read": 3}])
def test_a_time_limit_that_is_no_number_is_refused(shop: Any, searched: Any, timeout: Any) -> None:
    with pytest.raises(TypeError, match=SECONDS):
        searched({"timeout": timeout})
    with pytest.raises(TypeError, match=SECONDS):
        shop.CallOptions(timeout=timeout)


@pytest.mark.parametrize(
    ("retry", "mend"), [(5, r"Retry\(attempts=5\)"), (False, r"Retry\(attempts=3\), or None for a single")]
)
def test_a_number_of_attempts_is_told_how_to_say_it(shop: Any, searched: Any, retry: Any, mend: str) -> None:
    with pytest.raises(TypeError, match=f"retry is {retry}; give {mend}"):
        searched({"retry": retry})
    with pytest.raises(TypeError, match=mend):
        shop.CallOptions(retry=retry)


def test_options_in_a_dictionary_are_told_how_to_say_them_and_not_shown(searched: Any) -> None:
    message = r"options is of type dict; give CallOptions, such as CallOptions\(timeout=3\)"
    for options in ({"timeout": 3}, {}, {"auth": {"tokens": "secret"}}):
        with pytest.raises(TypeError, match=message) as raised:
            searched({}, options=options)
        assert "secret" not in str(raised.value)
