"""Write one client from a saved catalog: ``python bench/emitting.py CATALOG TARGET``, into this folder.

Prints whether the generator of Python types was imported.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from actionary.catalog import load


def main(source: Path, target: str) -> None:
    """Load, emit and write."""
    catalog = load(json.loads(source.read_text()))
    if target == "typescript":
        from actionary_build.emit.typescript import emitter as typescript  # noqa: PLC0415 - each start pays for its own

        files = typescript.emit(catalog, typescript.options(), {})
    else:
        from actionary_build.emit.python import emitter as python  # noqa: PLC0415 - each start pays for its own
        from actionary_build.emit.python.kept import kept_types  # noqa: PLC0415 - as above

        with kept_types(Path(), writing=True):
            files = list(python.emit(catalog, python.options(), {}))
    for file in files:
        path = Path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    print("datamodel_code_generator" in sys.modules)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
