"""How often somebody may call: an action's ``rate_limit``, asked before the input is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import IPv6Address
from typing import Any

from actionary.context import OUTSIDE, Context
from actionary.gates.counters import Counters
from actionary.rates import Rate
from actionary.result import CommonError


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How often an action may be called by one caller, and where that is counted."""

    rates: tuple[Rate, ...]
    counters: Counters


async def check_rate(limit: RateLimit, ctx: Context[Any]) -> None:
    """Count a call from outside, and refuse it if its caller makes too many.

    A call that a rate for a shorter time refuses does not count for longer ones.

    Raises:
        CommonError: ``rate_limited``, or ``unavailable`` where calls cannot be counted.
        CountersError: The server was not told rightly where to count.
    """
    if ctx.caller not in OUTSIDE:
        return
    counts = limit.counters.ready()
    key = f"{ctx.action}/{_digest(_who(ctx))}"
    for rate in limit.rates:
        wait = await counts.count(rate, key)
        if wait is not None:
            raise CommonError(
                "rate_limited", f"At most {rate} may be made.", retry_after=max(1, math.ceil(wait))
            )


def _who(ctx: Context[Any]) -> str:
    """Name who calls: a principal, or else an address. Callers of whom neither is known are one."""
    if ctx.principal is not None:
        return f"principal {ctx.principal.id}"
    client = None if ctx.request is None else ctx.request.scope.get("client")
    return "" if client is None else f"address {_network(client[0])}"


def _network(host: str) -> str:
    """Give the part of an address that stands for one caller; of IPv6 each has a /64 at least."""
    if ":" not in host:
        return host
    try:
        address = IPv6Address(host)
    except ValueError:  # what a proxy says need be no address
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return address.packed[:8].hex()


def _digest(who: str) -> str:
    """Give a key of fixed length: neither ids nor addresses of people stand in a Redis."""
    return blake2b(who.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
