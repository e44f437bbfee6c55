"""Import a project's actions with an `@action` that builds the pydantic input model and nothing else.

``python bench/models_only.py ROOT``; all that their files import is loaded as it is, the module of
`actionary.action` too, in which only the function is another one.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

from actionary import defining
from pydantic import BaseModel, create_model


def action(**_: Any) -> Callable[[Any], Any]:
    """Stand for `actionary.action`."""
    return with_model


def with_model(handler: Any) -> Any:
    """Build the input model of a function, unless it takes one as it is."""
    hints = get_type_hints(handler, include_extras=True)
    parameters = inspect.signature(handler).parameters.values()
    kinds = [hints[each.name] for each in parameters]
    if len(kinds) == 1 and inspect.isclass(kinds[0]) and issubclass(kinds[0], BaseModel):
        handler.model = kinds[0]
    else:
        fields: dict[str, Any] = {
            each.name: (kind, ... if each.default is each.empty else each.default)
            for each, kind in zip(parameters, kinds, strict=True)
        }
        handler.model = create_model(handler.__name__, **fields)
    return handler


def main(root: Path) -> None:
    """Import every file of actions."""
    setattr(defining, "action", action)  # noqa: B010 - as it is, for the type checkers too
    sys.path.insert(0, str(root))
    for path in sorted((root / "actions").rglob("*.py")):
        if not path.name.startswith("_"):
            import_module(".".join(path.relative_to(root).with_suffix("").parts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    os._exit(0)  # as the programs that it is compared with
