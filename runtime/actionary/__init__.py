"""Typed functions as actions: define, describe, run and serve them.

Its names are loaded when the first of them is used, and with them pydantic and the standard library
only; `actionary.catalog` alone needs no more than the latter. The HTTP door is in `actionary.http`,
which needs the extra ``serve``; everything that writes files, and the command line, is in
`actionary_build`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actionary._public import *  # noqa: F403 - all that it says is public is ours
else:  # type checkers would take any name for one of this module

    def __getattr__(name: str) -> object:
        """Load what is offered, all at once: modules that need each other are begun from one side (PEP 562).

        Submodules are there, too, as they are once it is loaded.

        Raises:
            AttributeError: There is no such name.
        """
        if name != "__all__":
            if name.startswith("_"):
                raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
            try:
                return import_module(f"{__name__}.{name}")
            except ModuleNotFoundError as error:
                if error.name != f"{__name__}.{name}":
                    raise
        import actionary._public as public  # noqa: PLC0415 - that is the point

        globals().update({each: getattr(public, each) for each in public.__all__}, __all__=public.__all__)
        if name not in globals():
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        return globals()[name]

    def __dir__() -> list[str]:
        own = [name for name in globals() if name.startswith("__")]
        return sorted({*own, *__getattr__("__all__")})
