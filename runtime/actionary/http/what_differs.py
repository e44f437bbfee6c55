"""What became other since a build, in words; it is looked for only where something did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog, load
from actionary.manifest import Manifest

_CATALOG: Final = "catalog.json"
_MOST: Final = 5
"""So many names are told of each kind; then how many more there are."""

_API_FIELDS: Final = ("title", "version", "description", "prefix", "base_url", "servers", "changes")


def what_differs(now: Catalog, out: Path, manifest: Manifest) -> str:
    """Say which actions are new, gone or changed, ``""`` where that cannot be found out.

    The catalog that was built into ``out`` says what they were; a project may not build it, and
    one that is not as it was built says nothing.
    """
    listed = manifest.files.get(_CATALOG)
    try:
        content = (out / _CATALOG).read_bytes()
        if listed is None or hashlib.sha256(content).hexdigest() != listed.sha256:
            return ""
        built = load(json.loads(content))
    except (OSError, ValueError):
        return ""
    return "; ".join(_differences(built, now))


def _differences(built: Catalog, now: Catalog) -> Iterator[str]:
    before = {action.name: _with_types(built, action) for action in built}
    after = {action.name: _with_types(now, action) for action in now}
    for told, names in (
        ("new", after.keys() - before.keys()),
        ("gone", before.keys() - after.keys()),
    ):
        if names:
            yield f"{told}: {_listed(names)}"
    changed = {
        name: ", ".join(_changed_fields(before[name], after[name]))
        for name in before.keys() & after.keys()
        if before[name] != after[name]
    }
    if changed:
        yield f"changed: {_listed(f'{name} ({what})' for name, what in changed.items())}"
    whole = [name for name in _API_FIELDS if getattr(built, name) != getattr(now, name)]
    if whole:
        yield f"of the whole API: {', '.join(whole)}"


def _with_types(catalog: Catalog, action: ActionSpec) -> ActionSpec:
    """Give an action whose schemas need no catalog."""
    return replace(
        action,
        input=catalog.standalone(action.input),
        output=catalog.standalone(action.output),
        errors=tuple(
            replace(error, details=None if error.details is None else catalog.standalone(error.details))
            for error in action.errors
        ),
    )


def _changed_fields(before: ActionSpec, after: ActionSpec) -> Iterator[str]:
    names = (field.name for field in fields(after))
    return (name for name in names if getattr(before, name) != getattr(after, name))


def _listed(texts: Iterable[str]) -> str:
    first, more = sorted(texts)[:_MOST], sorted(texts)[_MOST:]
    return ", ".join(first) + (f" and {len(more)} more" if more else "")
