"""The HTTP door: `create_app` makes a Starlette application of a registry (DESIGN §5).

The only place that imports starlette; it needs the extra ``serve``.
"""

from __future__ import annotations

from actionary.cors import Cors
from actionary.http.application import app, create_app
from actionary.http.built import CannotServe
from actionary.limits import Limits
from actionary.option_error import OptionError

__all__ = ["CannotServe", "Cors", "Limits", "OptionError", "app", "create_app"]
