"""Clients: how fast they are generated, type-checked and imported, and how small they are, beside others'.

Generators start from a saved file, each in a process of its own that ends when all files are
written: ours from ``catalog.json``, the others from ``openapi.json`` of the same actions.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Final

from client_tools import ESBUILD, HEY_API, OPENAPI_PYTHON_CLIENT, OPENAPI_TYPESCRIPT, TSC, install
from generating import write_project
from importing import ACTIONARY
from measure import ENVIRONMENT, cpu_of, median_ratio
from report import Row, Table, at_least, at_most

EMIT: Final = str(Path(__file__).with_name("emitting.py"))
FEW: Final = 10
"""How many actions are few."""

STRICT: Final = (
    "--strict",
    "--noEmit",
    "--target",
    "es2022",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
)
"""The options under which the other's output is type-checked; our package has stricter ones of its own."""

SKIP: Final = ("--skipLibCheck",)

USE: Final = """\
import httpx2
from generated_actions_client import Client
reply = {"ok": True, "action": "search_tickets_1", "latencyMs": 1, "data": {"items": [], "total": 0}}
transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json=reply))
with Client("http://127.0.0.1:8000", transport=transport) as client:
    assert client.search_tickets_1(query="late").ok
"""
"""Import the client, and use one action."""

CALL: Final = """\
import { connect, searchTickets1 } from "./%s";
export const run = (input) => searchTickets1(connect({ baseUrl: "https://x.test" }), input);
"""
CALL_HEY_API: Final = """\
import { searchTickets1 } from "./hey-api/sdk.gen";
export const run = (query) => searchTickets1({ baseUrl: "https://x.test", query });
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process took, in seconds."""

    cpu: float
    wall: float


def client_tables(*, rounds: int, many: int) -> Iterator[Table]:
    """Generate, check, bundle and import clients of many actions, and of few.

    Raises:
        SystemExit: What they are compared with cannot be installed.
    """
    install()
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        _write_sources(root / "few", FEW)
        _write_sources(root / "half", many // 2)
        _write_sources(root / "many", many)
        for target in ("typescript", "python"):
            _emitted(root, "few", target)  # which writes the bytecode
        yield _typescript(root, many)
        yield _python(root, many)
        yield _checked(root, rounds, many)
        yield _bundled(root, many)
        yield _imported(root, rounds, many)


def _write_sources(root: Path, actions: int) -> None:
    """Build the documents that all generators start from, then put them where nothing else is."""
    root.mkdir()
    write_project(root, actions)
    command = [ACTIONARY, "build", "--target", "openapi", "--target", "catalog"]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)


def _typescript(root: Path, many: int) -> Table:
    ours = _emitted(root, "many", "typescript")
    half = _emitted(root, "half", "typescript")
    source = str(root / "many" / "generated" / "openapi.json")
    peers = {
        "openapi-typescript, types only": [OPENAPI_TYPESCRIPT, source, "-o", "openapi-typescript.ts"],
        "hey-api": [HEY_API, "--input", source, "--output", "hey-api", "--logs", "hey-api-logs", "--silent"],
    }
    rows = [
        Row(f"{label}, ours = 1", (theirs / ours.cpu, ours.cpu, theirs), at_least(10))
        for label, theirs in ((label, _spent(command, root).cpu) for label, command in peers.items())
    ]
    linear = Row(
        f"ours of {many:,}, of {many // 2:,} = 1", (ours.cpu / half.cpu, ours.cpu, half.cpu), at_most(2.2)
    )
    return Table(
        f"Clients: TypeScript of {many:,} actions, CPU time of the generator",
        ("ratio", "ours, s", "the other, s"),
        (*rows, linear),
        "One run each. The quicker of the two others counts. Twice the actions in twice the time is linear.",
    )


def _python(root: Path, many: int) -> Table:
    cold = _emitted(root, "many", "python")
    again, imported = _emitted_again(root)
    argument, field, new_type = (
        _spent([sys.executable, EMIT, changed, "python"], root / "python-many") for changed in _changed(root)
    )
    document = str(root / "many" / "generated" / "openapi.json")
    options = ["--path", document, "--output-path", "openapi-python-client", "--meta", "none"]
    theirs = _spent([OPENAPI_PYTHON_CLIENT, "generate", *options], root)
    return Table(
        f"Clients: Python of {many:,} actions, openapi-python-client / ours",
        ("ratio", "ours, s", "the other, s"),
        (
            Row("nothing kept, wall", (theirs.wall / cold.wall, cold.wall, theirs.wall), at_least(2.5)),
            Row("nothing kept, CPU", (theirs.cpu / cold.cpu, cold.cpu, theirs.cpu), at_least(1.5)),
            Row(
                "one schema changed, of an argument, wall",
                (theirs.wall / argument.wall, argument.wall, theirs.wall),
                at_least(40),
            ),
            Row(
                "one schema changed, of a field, wall",
                (theirs.wall / field.wall, field.wall, theirs.wall),
                at_least(40),
            ),
            Row(
                "one schema changed, to a type that was nowhere, wall",
                (theirs.wall / new_type.wall, new_type.wall, theirs.wall),
                at_least(40),
            ),
            Row("nothing changed, wall", (theirs.wall / again.wall, again.wall, theirs.wall)),
            Row("nothing changed: imports of the generator of types", (imported, "", ""), at_most(0)),
        ),
        "One run each; what is kept is in `.actionary_cache` of the folder. An argument and a field get "
        "another limit, for which the generator of types is not needed; then a field gets values to choose "
        "from, for which it is.",
    )


def _changed(root: Path) -> Iterator[Path]:
    """Save catalogs with another limit: of an argument, and of a field; and with another type of a field."""
    for number, (which, wire, change) in enumerate(
        (
            ("input", "query", {"maxLength": 777}),
            ("output", "total", {"maximum": 777}),
            ("output", "total", {"enum": [0, 777]}),
        )
    ):
        catalog: dict[str, Any] = json.loads((root / "many" / "generated" / "catalog.json").read_text())
        action = next(each for each in catalog["actions"] if each["name"] == "search_tickets_1")
        schema = action[which]
        while "$ref" in schema:
            schema = catalog["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        schema["properties"][wire].update(change)
        changed = root / f"changed-{number}.json"
        changed.write_text(json.dumps(catalog))
        yield changed


def _checked(root: Path, rounds: int, many: int) -> Table:
    package = root / "typescript-many" / "clients" / "typescript"
    ours = [str(TSC), "-p", "tsconfig.check.json"]
    others = {
        "openapi-typescript = 1": (root / "openapi-typescript.ts", (), at_most(0.6)),
        "openapi-typescript, its TypeScript libraries unchecked too": (
            root / "openapi-typescript.ts",
            SKIP,
            None,
        ),
        "hey-api = 1": (root / "hey-api" / "index.ts", (), None),
        "hey-api, its TypeScript libraries unchecked too": (root / "hey-api" / "index.ts", SKIP, None),
    }
    rows: list[Row] = []
    for label, (file, more, asked) in others.items():
        theirs = [str(TSC), *STRICT, *more, str(file)]
        found = [(_spent(ours, package).cpu, _spent(theirs, root).cpu) for _ in range(min(rounds, 5))]
        own, other = zip(*found, strict=True)
        rows.append(Row(label, (median_ratio(own, other), min(own), min(other)), asked))
    return Table(
        f"Clients: `tsc --strict` on our package of {many:,} actions, CPU time",
        ("ratio", "ours, s", "the other, s"),
        tuple(rows),
        f"Median of {min(rounds, 5)} interleaved rounds, and the best rounds. What openapi-typescript makes "
        "is types only, what hey-api makes is a whole client. Ours is checked as `npm run check` does: "
        "the libraries of TypeScript unchecked (`skipLibCheck`), of which it asks for that of workers, a "
        "third of that of pages.",
    )


def _bundled(root: Path, many: int) -> Table:
    few = _packed(root, CALL % _index("few"))
    ours = _packed(root, CALL % _index("many"))
    theirs = _packed(root, CALL_HEY_API)
    return Table(
        "Clients: one imported action, bundled and minified by esbuild",
        ("gzip, bytes",),
        (
            Row(f"ours, of {many:,}", (ours,), at_most(2000)),
            Row(f"ours, of {FEW}", (few,), at_most(2000)),
            Row(f"hey-api, of {many:,}", (theirs,)),
        ),
        "Ours is with transport, time limit, retries and typed errors; the other as its generator makes it.",
    )


def _index(which: str) -> str:
    return f"typescript-{which}/clients/typescript/src/index"


def _packed(root: Path, source: str) -> int:
    entry = root / "entry.js"
    entry.write_text(source)
    options = ["--bundle", "--minify", "--format=esm", "--platform=browser", "--log-level=warning"]
    made = subprocess.run([ESBUILD, entry, *options], cwd=root, check=True, capture_output=True)
    return len(gzip.compress(made.stdout, compresslevel=9, mtime=0))


def _imported(root: Path, rounds: int, many: int) -> Table:
    programs = [root / f"python-{which}" / "clients" / "python" for which in ("many", "few")]
    for folder in programs:
        _use(folder)  # which writes the bytecode
    found = [(_use(programs[0]), _use(programs[1])) for _ in range(rounds)]
    large, small = zip(*found, strict=True)
    return Table(
        f"Clients: Python, import and one call, {many:,} actions, {FEW} = 1",
        ("ratio", f"{many:,}, s", f"{FEW}, s"),
        (Row("CPU time of the process", (median_ratio(large, small), min(large), min(small)), at_most(1.3)),),
        f"Median of {rounds} interleaved rounds, and the best rounds.",
    )


def _use(folder: Path) -> float:
    return cpu_of([sys.executable, "-c", USE], cwd=folder, env=ENVIRONMENT)


def _emitted(root: Path, which: str, target: str) -> Spent:
    """Write one of our clients into a new folder, ``<target>-<which>``."""
    folder = root / f"{target}-{which}"
    folder.mkdir()
    return _spent([sys.executable, EMIT, root / which / "generated" / "catalog.json", target], folder)


def _emitted_again(root: Path) -> tuple[Spent, int]:
    """Write the Python client once more, and say whether that imported the generator of types."""
    command = [sys.executable, EMIT, str(root / "many" / "generated" / "catalog.json"), "python"]
    spent = _spent(command, root / "python-many")
    done = subprocess.run(command, cwd=root / "python-many", check=True, capture_output=True, text=True)
    return spent, int(done.stdout.strip() == "True")


def _spent(command: Sequence[object], folder: Path) -> Spent:
    began = monotonic()
    cpu = cpu_of(
        list(map(str, command)),
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return Spent(cpu, monotonic() - began)
