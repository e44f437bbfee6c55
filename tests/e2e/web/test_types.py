"""What the compiler says of the hooks: with the newest and the oldest versions of all that they stand on."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("tsc", "oldest"), [("typescript", False), ("typescript-5.9", True)], ids=["newest", "oldest"]
)
def test_the_hooks_accept_what_is_right_and_refuse_what_is_wrong(compiled, tsc: str, *, oldest: bool) -> None:
    compiled("types.check.ts", tsc=tsc, oldest=oldest)
