"""Commands whose extra is not installed say how to install it."""

from __future__ import annotations

from importlib.util import find_spec

from actionary_build.cli.say import WrongUse, error


def need(extra: str, *modules: str) -> None:
    """Make sure that an extra is installed, by the modules it brings.

    Raises:
        WrongUse: It is not.
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        problem = f"this command needs {' and '.join(missing)}, which is not installed"
        raise WrongUse(error("missing-extra", problem, f"pip install 'actionary[{extra}]'"))
