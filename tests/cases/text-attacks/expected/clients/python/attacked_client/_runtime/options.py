"""What a client and a single call can be told beside the input."""

from __future__ import annotations

import math
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
        TypeError: ``timeout`` is no number, or ``retry`` no `Retry`.
        ValueError: ``timeout`` is not above 0, or a key is not 1 to 255 visible ASCII characters.
    """

    timeout: float | Unset | None = UNSET
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    auth: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)
    retry: Retry | Unset | None = UNSET
    idempotency_key: str | None = None
    approval: str | None = None

    def __post_init__(self) -> None:
        if self.timeout is not UNSET:
            check_timeout(self.timeout)
        if self.retry is not UNSET:
            check_retry(self.retry)
        for name, key in (("idempotency_key", self.idempotency_key), ("approval", self.approval)):
            if key is not None and not (0 < len(key) <= 255 and all("!" <= letter <= "~" for letter in key)):
                raise ValueError(f"{name} is {key!r}, but must be 1 to 255 visible ASCII characters")


def check_timeout(timeout: object) -> None:
    """Refuse what is no time limit.

    Raises:
        TypeError: It is no number.
        ValueError: It is not above 0, or not finite.
    """
    mend = "give seconds above 0, such as 20, or None for no limit"
    if timeout is None:
        return
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise TypeError(f"timeout is {timeout!r}; {mend}")
    if not 0 < timeout < math.inf:
        raise ValueError(f"timeout is {timeout}; {mend}")


def check_retry(retry: object) -> None:
    """Refuse what does not say how often to call.

    Raises:
        TypeError: It is neither a `Retry` nor ``None``.
    """
    if retry is None or isinstance(retry, Retry):
        return
    is_number = isinstance(retry, int) and not isinstance(retry, bool)
    mend = f"Retry(attempts={retry if is_number else 3})"
    raise TypeError(f"retry is {retry!r}; give {mend}, or None for a single attempt")


def check_options(options: object) -> None:
    """Refuse what are no options of a call; what they hold is not told, it may be a secret.

    Raises:
        TypeError: They are neither `CallOptions` nor ``None``.
    """
    if options is not None and not isinstance(options, CallOptions):
        raise TypeError(
            f"options is of type {type(options).__name__}; give CallOptions, such as CallOptions(timeout=3)"
        )
