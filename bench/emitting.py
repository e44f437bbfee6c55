"""Write one client from a saved catalog: ``python bench/emitting.py CATALOG TARGET``, into this folder.

Prints whether the generator of Python types was imported, here or by a process that was started.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from actionary.catalog import load
from actionary.collector import collector_paused


def main(source: Path, target: str) -> None:
    """Load, emit and write; each start imports what its target needs, as a build does."""
    with collector_paused():
        catalog = load(json.loads(source.read_bytes()))
        if target == "typescript":
            from actionary_build.emit.typescript.conversions import Wanted  # noqa: PLC0415 - see above
            from actionary_build.emit.typescript.package_files import package_files  # noqa: PLC0415 - see above
            from actionary_build.texts import package_name  # noqa: PLC0415 - see above

            package, wanted = package_name(catalog.title, "-"), Wanted("number", "string")
            files = package_files(catalog, package, wanted, react=False)
        else:
            from actionary_build.emit.python import package as python  # noqa: PLC0415 - see above
            from actionary_build.emit.python.kept import kept_types  # noqa: PLC0415 - see above
            from actionary_build.emit.python.names import default_package  # noqa: PLC0415 - see above

            with kept_types(Path(), writing=True):
                files = list(python.package_files(catalog, default_package(catalog)))
    for file in files:
        path = Path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    print("datamodel_code_generator" in sys.modules or getrusage(RUSAGE_CHILDREN).ru_maxrss > 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
