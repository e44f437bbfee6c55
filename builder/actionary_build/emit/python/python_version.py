"""The version of the package, as Python's installers read it (PEP 440)."""

from __future__ import annotations

import re
from typing import Final

from actionary.names import slug

_PRE: Final = r"[-_.]?(?:alpha|beta|preview|pre|rc|a|b|c)[-_.]?\d*"
_VERSION: Final = re.compile(
    rf"v?(\d+!)?\d+(\.\d+)*({_PRE})?"
    r"(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?([-_.]?dev[-_.]?\d*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?",
    re.ASCII | re.IGNORECASE,
)
"""A version as PEP 440 has it (match in full)."""

_RELEASE: Final = re.compile(
    rf"(?P<numbers>v?\d+(?:\.\d+)*)(?P<pre>{_PRE}(?![a-z0-9]))?", re.ASCII | re.IGNORECASE
)

_BEFORE_A_RELEASE: Final = re.compile(r"v?\d+\.\d+\.\d+-[0-9a-z]", re.ASCII | re.IGNORECASE)
_NUMBERED_BEFORE_A_RELEASE: Final = re.compile(r"v?\d+\.\d+\.\d+-\d+(\+.*)?", re.ASCII)
"""Which semver reads as before the release, and PEP 440 as behind it."""


def python_version(version: str) -> str:
    """Give a version as PEP 440 has it: the text, or the numbers it begins with and the rest as a label.

    What semver has before a release is before it here, too, as a development version where
    PEP 440 has no name for it.
    """
    text = version.strip()
    if _VERSION.fullmatch(text) and not _NUMBERED_BEFORE_A_RELEASE.fullmatch(text):
        return text
    release = _RELEASE.match(text)
    if release is None:
        return _labelled("0", text)
    if release["pre"] is None and _BEFORE_A_RELEASE.match(text):
        return _labelled(f"{release['numbers']}.dev0", text[release.end() :])
    return _labelled(release[0], text[release.end() :])


def _labelled(numbers: str, rest: str) -> str:
    label = slug(rest).replace("-", ".")
    return f"{numbers}+{label}" if label else numbers
