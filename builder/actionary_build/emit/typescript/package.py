"""The files around the sources: `package.json`, `.npmrc`, `.gitignore`."""

from __future__ import annotations

import json
import re
from typing import Final

from actionary.catalog import Catalog

from actionary_build.texts import visible_json

PACKAGE_NAME: Final = re.compile(r"(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")
"""What npm takes for the name of a package (match in full)."""

GITIGNORE: Final = "dist/\nnode_modules/\n*.tgz\n"

NPMRC: Final = "package-lock=false\n"
"""Installing in the folder leaves no lock file, which the next build would find as a stranger's."""


_REACT_PEERS: Final = {"@tanstack/react-query": ">=5", "react": ">=18"}
_REACT_TOOLS: Final = {"@tanstack/react-query": "^5", "@types/react": ">=18 <20", "react": ">=18 <20"}


def package_json(name: str, catalog: Catalog, *, react: bool = False) -> str:
    """Write the manifest; it is not sorted, as the conditions of ``exports`` count in their order."""
    peers = {
        "peerDependencies": _REACT_PEERS,
        "peerDependenciesMeta": {peer: {"optional": True} for peer in _REACT_PEERS},
    }
    manifest = {
        "name": name,
        "version": semantic_version(catalog.version),
        "description": catalog.description or f"Client for {catalog.title}.",
        "type": "module",
        "sideEffects": False,
        "exports": {
            ".": _entry("dist/index"),
            **({"./react": _entry("dist/react")} if react else {}),
            "./testing": _entry("dist/testing"),
            "./schemas": _entry("schemas/index"),
            "./schemas/*": _entry("schemas/*"),
            "./package.json": "./package.json",
        },
        "files": ["dist", "schemas", "src", "AGENTS.md"],
        "engines": {"node": ">=18"},
        "scripts": {"build": "tsc", "check": "tsc -p tsconfig.check.json", "prepack": "tsc"},
        **(peers if react else {}),
        "devDependencies": {**(_REACT_TOOLS if react else {}), "typescript": ">=5.8 <8"},
    }
    return visible_json(json.dumps(manifest, indent=2, ensure_ascii=False))


def packed_name(name: str, catalog: Catalog) -> str:
    """Give the name of the file that ``npm pack`` makes."""
    return f"{name.removeprefix('@').replace('/', '-')}-{semantic_version(catalog.version)}.tgz"


def _entry(module: str) -> dict[str, str]:
    return {"types": f"./{module}.d.ts", "default": f"./{module}.js"}


def semantic_version(version: str) -> str:
    """Give the nearest version that npm takes: ``1.2`` becomes ``1.2.0``, ``1.2rc1`` ``1.2.0-rc1``."""
    match = re.fullmatch(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(.*)", version.strip())
    if match is None:
        return f"0.0.0-{_identifiers(version)}".rstrip("-")
    numbers = ".".join(str(int(number or 0)) for number in match.groups()[:3])
    label, _, build = match[4].partition("+")
    prerelease = f"-{_identifiers(label)}" if _identifiers(label) else ""
    return numbers + prerelease + (f"+{_identifiers(build)}" if _identifiers(build) else "")


def _identifiers(text: str) -> str:
    parts = (part for part in re.split(r"[^0-9A-Za-z-]+", text.lstrip("-.")) if part)
    return ".".join(str(int(part)) if part.isdecimal() else part for part in parts)
