"""The generators that ours are compared with, in `bench/clients/`, and programs of the TypeScript tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent / "clients"
NODE: Final = HERE / "node_modules" / ".bin"
PYTHON: Final = HERE / ".venv" / "bin"
TESTS: Final = Path(__file__).parents[1] / "tests" / "clients" / "typescript" / "node_modules"
TSC: Final = TESTS / "typescript" / "bin" / "tsc"
ESBUILD: Final = TESTS / ".bin" / "esbuild"

OPENAPI_TYPESCRIPT: Final = NODE / "openapi-typescript"
HEY_API: Final = NODE / "openapi-ts"
OPENAPI_PYTHON_CLIENT: Final = PYTHON / "openapi-python-client"


def install() -> None:
    """Install them where they are missing, which needs npm and the registries.

    Raises:
        SystemExit: One of them cannot be installed, or ``make setup`` has not run.
    """
    if not TSC.exists():
        raise SystemExit(f"{TSC} is missing: run `make setup`")
    commands: list[list[str]] = []
    if not HEY_API.exists():
        commands.append(["npm", "ci", "--prefix", str(HERE), "--no-audit", "--no-fund"])
    if not OPENAPI_PYTHON_CLIENT.exists():
        commands.append([sys.executable, "-m", "venv", str(PYTHON.parent)])
        commands.append([str(PYTHON / "pip"), "install", "--quiet", "openapi-python-client>=0.20"])
    for command in commands:
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
            raise SystemExit(f"what ours is compared with cannot be installed: {' '.join(command)} failed")
