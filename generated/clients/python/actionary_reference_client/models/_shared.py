"""Types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

import typing as _typing

from .._runtime.model import Maybe as _Maybe
from .._runtime.model import Model as _Model
from .._runtime.unset import UNSET as _UNSET


class ParcelInput(_Model):
    """Send it to the customer."""

    country: _typing.Literal['DE', 'AT', 'FR']
    method: _typing.Literal['parcel']
    express: _Maybe[bool] = _UNSET
    """Default: false."""


class Pickup(_Model):
    """The customer comes to a shop for it."""

    method: _typing.Literal['pickup']
    shop: _typing.Literal['harbour', 'station']
