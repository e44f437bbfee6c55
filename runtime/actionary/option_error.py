"""What is wrong with an option of the server, as code or pyproject.toml give it."""

from __future__ import annotations


class OptionError(ValueError):
    """What `Cors` or `Limits` cannot be: ``field`` names which part, ``mend`` says what would be right."""

    def __init__(self, field: str, what: str, mend: str) -> None:
        self.field = field
        self.what = what
        self.mend = mend
        super().__init__(f"{field}: {what}; {mend}")
