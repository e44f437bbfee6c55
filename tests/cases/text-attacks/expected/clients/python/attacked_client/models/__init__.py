"""The types of the API's inputs and outputs.

Each module of them is imported when it is used.
"""

from __future__ import annotations

import typing as _typing

from .._runtime.lazy import lazily as _lazily


if _typing.TYPE_CHECKING:
    from .x_script_7_s_a_b import Details as Details
    from .x_script_7_s_a_b import Found as Found
else:
    __getattr__, __dir__ = _lazily(__name__, {'x_script_7_s_a_b': ('Details', 'Found')})
