"""What a client and a single call can be told beside the input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .retry import Retry
from .unset import UNSET, Unset


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """Options of one call; what is not given is as the client has it.

    ``timeout`` is in seconds, for the whole call with all its attempts; ``None`` waits
    without end. ``headers`` are sent beside the client's and win over them, and over
    ``auth``. ``auth`` says who makes this call, by the names of the schemes; for those
    that are not in there counts what the client has. ``retry`` says how often the call
    is made, ``None`` makes it once. ``idempotency_key`` takes the place of the one that
    the client makes by itself where an action takes such a key. ``approval`` is the key
    of a grant, which is used up by the call. Of several pages both go with the first.

    Raises:
        ValueError: A key is not 1 to 255 visible ASCII characters.
    """

    timeout: float | Unset | None = UNSET
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    auth: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)
    retry: Retry | Unset | None = UNSET
    idempotency_key: str | None = None
    approval: str | None = None

    def __post_init__(self) -> None:
        for name, key in (("idempotency_key", self.idempotency_key), ("approval", self.approval)):
            if key is not None and not (0 < len(key) <= 255 and all("!" <= letter <= "~" for letter in key)):
                raise ValueError(f"{name} is {key!r}, but must be 1 to 255 visible ASCII characters")
