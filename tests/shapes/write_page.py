"""Write `docs/types.md` anew: `.venv/bin/python tests/shapes/write_page.py`."""

from pathlib import Path

from type_shapes.page import page
from type_shapes.registry import catalog, registry

if __name__ == "__main__":
    (Path(__file__).parents[2] / "docs" / "types.md").write_text(page(catalog(), registry()))
