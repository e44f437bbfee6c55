"""Find numbers that JSON cannot write: NaN and the infinities (RFC 8259 §6)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel


def is_finite(data: Any) -> bool:
    """Say whether all numbers in Python data are finite, also inside models and containers."""
    seen: set[int] = set()
    waiting = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, float):
            if not math.isfinite(node):
                return False
        elif isinstance(node, Decimal):
            if not node.is_finite():
                return False
        elif isinstance(node, Mapping | list | tuple | set | frozenset | BaseModel) and id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, BaseModel):
                waiting.extend((*vars(node).values(), node.model_extra))
            elif isinstance(node, Mapping):
                waiting.extend((*node.keys(), *node.values()))
            else:
                waiting.extend(node)
    return True
