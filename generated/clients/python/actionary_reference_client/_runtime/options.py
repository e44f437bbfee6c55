"""What a single call can be told beside its input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .unset import UNSET, Unset


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """Options of one call; what is not given is as the client has it.

    ``timeout`` is in seconds, for the whole call; ``None`` waits without end.
    ``headers`` are sent beside the client's and win over them.
    """

    timeout: float | Unset | None = UNSET
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
