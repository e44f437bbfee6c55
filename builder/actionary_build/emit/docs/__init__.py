"""``docs/``: a static site for people, one page for each public action; works from disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from actionary.catalog import Catalog
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from actionary_build.emit import Emitter, OutputFile, Sources, text_file
from actionary_build.emit.action_page import action_page, groups
from actionary_build.emit.no_options import NoOptions
from actionary_build.texts import one_line, unix_lines, visible


def _emit(catalog: Catalog, _options: NoOptions, _sources: Sources) -> Iterator[OutputFile]:
    actions = [action for action in catalog if action.public]
    for action in actions:
        page = action_page(catalog, action)
        yield _page(f"docs/actions/{action.slug}.html", "action.html", catalog=catalog, page=page)
    yield _page("docs/index.html", "index.html", catalog=catalog, groups=groups(actions))
    style = files(__name__).joinpath("style.css").read_text(encoding="utf-8")
    yield text_file("docs/style.css", style, served=True)


emitter: Final = Emitter("docs", NoOptions, _emit)


def _page(path: str, template: str, **values: Any) -> OutputFile:
    return text_file(path, _templates().get_template(template).render(values), served=True)


@cache
def _templates() -> Environment:
    """Set the templates up: whatever they print is escaped, and what cannot be seen shows."""
    environment = Environment(
        loader=PackageLoader(__name__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_show,
    )
    for name, function in _FILTERS.items():
        environment.filters[name] = function
    return environment


def _show(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value, keep="\n\t")
    return value


def _anchor(text: str, kind: str) -> str:
    """Give the id of what a text names; two texts never share one, and it needs no quoting in a link."""
    return f"{kind}-{quote(text, safe='', errors='replace').replace('%', ':')}"


def _paragraphs(text: str) -> list[str]:
    """Split a text at its blank lines."""
    return [part.strip("\n") for part in re.split(r"\n{2,}", "\n".join(unix_lines(text))) if part.strip()]


def _laid_out(paragraph: str) -> bool:
    """Say whether the lines of a paragraph mean something: it holds a list, or lines set in."""
    return re.search(r"^(\s|[-*+•]\s|\d+[.)]\s)", paragraph, flags=re.MULTILINE) is not None


_FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "anchor": _anchor,
    "laid_out": _laid_out,
    "one_line": one_line,
    "paragraphs": _paragraphs,
}
