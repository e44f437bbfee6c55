"""`RawSchemaError`, which says why a schema cannot be an input."""

from __future__ import annotations

from actionary.json_schema import Place


class RawSchemaError(ValueError):
    """A schema cannot be an input: ``mend`` says the way out."""

    def __init__(self, what: str, mend: str, place: Place | None = None) -> None:
        self.mend = mend
        super().__init__(what if place is None else f"at {spelled(place)}: {what}")


def spelled(place: Place) -> str:
    """Spell a place in a schema, ``properties/name/type``."""
    return "/".join(map(str, place)) or "its root"
