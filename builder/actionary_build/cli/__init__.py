"""The command line. `run` is the script ``actionary``; without click it says what to install."""

from __future__ import annotations

import sys


def run() -> int:
    """Run the command line with the process's arguments, and give the exit code."""
    try:
        from actionary_build.cli.main import main
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.stderr.write(
            "error[missing-extra]: the command line needs click, which is not installed\n"
            "  mend: pip install 'actionary[build,serve]', or 'actionary[cli]' to call actions only\n"
        )
        return 2
    return main()
