from __future__ import annotations

from pathlib import Path

from type_shapes.page import page

PAGE = Path(__file__).parents[2] / "docs" / "types.md"


def test_the_page_of_types_is_what_running_gives(catalog, registry):
    written = page(catalog, registry)
    assert PAGE.read_text() == written, "run `.venv/bin/python tests/shapes/write_page.py`"
