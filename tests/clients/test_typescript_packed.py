"""The TypeScript client of the reference actions, packed, and installed by somebody who has nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from actionary.catalog import load

ROOT = Path(__file__).parents[2]
TYPESCRIPT = Path(__file__).parent / "typescript"

PROGRAM = """
import { connect, createClient, searchProducts } from "actionary-reference-client";
import * as schemas from "actionary-reference-client/schemas";
import { fail, testClient } from "actionary-reference-client/testing";

const baseUrl = process.argv[2] ?? "";
const client = createClient({ baseUrl });
const found = await client.throwing.searchProducts({ query: "shoe" });
const same = await searchProducts(connect({ baseUrl }), { query: "shoe" });
const missing = await client.getOrder({ order_id: "o-0" });
const kind: "object" = schemas.searchProducts.input.type;
const scripted = await testClient({ search_products: fail("timeout") }).client.searchProducts({ query: "a" });
console.log(
  JSON.stringify({
    found: found.items.length > 0 && JSON.stringify(found),
    same: same.ok && JSON.stringify(same.data),
    missing: !missing.ok && missing.code === "order_not_found" && missing.details.order_id,
    scripted: !scripted.ok && scripted.code,
    kind,
  }),
);
"""

Run = Callable[..., str]


@pytest.fixture(scope="module")
def tarball(ts_build, ts_tools: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as `npm pack` makes it, which builds it too."""
    folder = tmp_path_factory.mktemp("packed")
    package = ts_build(load(json.loads((ROOT / "generated" / "catalog.json").read_text())), folder)
    path = f"{ts_tools}{os.pathsep}{os.environ['PATH']}"
    run("npm", "pack", "--pack-destination", folder, cwd=package, PATH=path)
    [made] = folder.glob("*.tgz")
    return made


def test_a_packed_client_works_in_an_empty_project(
    tarball: Path, tsc: Path, run: Run, tmp_path: Path, address: str
) -> None:
    (tmp_path / "package.json").write_text('{"type": "module"}')
    run("npm", "install", "--offline", "--no-audit", "--no-fund", tarball, cwd=tmp_path)
    installed = tmp_path / "node_modules"
    assert [path.name for path in installed.iterdir() if path.name[0] != "."] == [
        "actionary-reference-client"
    ]
    for name in ("@types", "undici-types"):  # for `process`; the package itself needs no types of others
        (installed / name).symlink_to(TYPESCRIPT / "node_modules" / name)
    (tmp_path / "program.ts").write_text(PROGRAM)
    options = "--strict --module nodenext --target es2022 --types node --skipLibCheck false".split()
    run(tsc, *options, "program.ts", cwd=tmp_path)
    told = json.loads(run("node", "program.js", address, cwd=tmp_path))
    assert told["found"] == told["same"] != "false"
    assert (told["missing"], told["scripted"], told["kind"]) == ("o-0", "timeout", "object")


def test_publint_and_are_the_types_wrong_find_nothing(tarball: Path, run: Run) -> None:
    told = json.loads(run("node", TYPESCRIPT / "lint-package.mjs", tarball, cwd=TYPESCRIPT))
    assert told == {"publint": [], "types": []}
