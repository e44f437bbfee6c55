"""The options of an emitter that has none."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class NoOptions(BaseModel):
    """Any key in the emitter's table is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
