"""Tell a caller that what it has is still so: ETag, If-None-Match and 304 (RFC 9110 §8.8.3, §13.1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from actionary.definition import Definition
from actionary.gates import Gates

_TAG: Final = re.compile(rb'(?:W/)?("[^"]*")')


def is_revalidated(definition: Definition, gates: Gates | None) -> bool:
    """Say whether an action's results may be kept by callers, who ask each time if they are still so.

    Those are results of a GET that changes nothing and asks nobody who calls; that calls
    are counted does not change what they give. `ActionSpec.is_revalidated` says it of the
    description.
    """
    http = definition.http
    asks_who = gates is not None and gates.ask_who
    return not asks_who and definition.read_only and http is not None and http.method == "GET"


def tag_of(data: bytes) -> bytes:
    """Give the weak ETag of a result, given as JSON; the envelope around it differs each time."""
    return b'W/"%b"' % blake2b(data, digest_size=12).hexdigest().encode()


def is_known(headers: Iterable[tuple[bytes, bytes]], tag: bytes) -> bool:
    """Say whether a request's ``If-None-Match`` names this tag; weak and strong are alike there."""
    known = b",".join(value for name, value in headers if name == b"if-none-match")
    return known.strip() == b"*" or tag.removeprefix(b"W/") in _TAG.findall(known)
