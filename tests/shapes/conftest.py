from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from actionary.catalog import Catalog
from actionary.http import create_app
from actionary.json_types import json_type_of, json_types
from actionary.names import camel_case
from actionary.registry import Registry
from actionary_build.emit import Emitter
from type_shapes.registry import SHAPES
from type_shapes.registry import catalog as describe
from type_shapes.registry import registry as define

TYPESCRIPT = Path(__file__).parents[1] / "clients" / "typescript"


@pytest.fixture(scope="session")
def registry() -> Registry:
    return define()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return describe()


@pytest.fixture(scope="session")
def mistyped(catalog: Catalog) -> dict[str, list[Any]]:
    """Values whose JSON type is none that a shape's schema allows."""
    found: dict[str, list[Any]] = {}
    for name, (shape, _) in SHAPES.items():
        spec = catalog.get(name)
        assert spec is not None
        types = json_types(catalog.resolve(spec.input)["properties"]["value"], catalog.types)
        values = (*shape.wrong, 7, True, None, "text")
        found[name] = [value for value in values if json_type_of(value) not in types]
    return found


@pytest.fixture(scope="session")
def address(registry: Registry) -> Iterator[str]:
    """The address of a server of the whole table."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(registry), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"  # which takes connections already
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def emitted(emitter: Emitter[Any], catalog: Catalog, folder: Path, **options: str) -> None:
    for file in emitter.emit(catalog, emitter.options(**options), {}):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)


@contextmanager
def on_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def python_project(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the one Python client of all shapes."""
    from actionary_build.emit.python.emitter import emitter

    folder = tmp_path_factory.mktemp("python")
    emitted(emitter, catalog, folder, package="all_shapes_client")
    return folder / "clients" / "python"


@pytest.fixture(scope="session")
def python_client(python_project: Path, address: str) -> Iterator[Any]:
    with on_path(python_project):
        package = import_module("all_shapes_client")
        with package.Client(address) as client:
            yield client


@pytest.fixture(scope="session")
def plain_project(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the Python client of all shapes whose types are plain data."""
    from actionary_build.emit.python.emitter import emitter

    folder = tmp_path_factory.mktemp("plain")
    emitted(emitter, catalog, folder, package="plain_shapes_client", style="typeddict")
    return folder / "clients" / "python"


@pytest.fixture(scope="session")
def plain_client(plain_project: Path, address: str) -> Iterator[Any]:
    with on_path(plain_project):
        package = import_module("plain_shapes_client")
        with package.Client(address) as client:
            yield client


def run_program(*command: str | Path, cwd: Path, stdin: str = "") -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def run() -> Callable[..., str]:
    """Run a program that is to succeed, and give what it prints."""
    return run_program


@pytest.fixture(scope="session")
def typescript_compile(
    catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[dict[str, str]], Path]:
    """Compile programs beside the one TypeScript client of all shapes; gives the folder."""
    return typescript_client(catalog, tmp_path_factory.mktemp("typescript"))


def typescript_client(catalog: Catalog, folder: Path, **options: str) -> Callable[[dict[str, str]], Path]:
    """Write a client into a folder, and give what compiles programs beside it."""
    from actionary_build.emit.typescript.emitter import emitter
    from actionary_build.emit.typescript.package_files import FOLDER

    installed = TYPESCRIPT / "node_modules" / ".package-lock.json"
    if (
        not installed.exists()
        or installed.stat().st_mtime < (TYPESCRIPT / "package-lock.json").stat().st_mtime
    ):
        run_program("npm", "ci", cwd=TYPESCRIPT)
    (folder / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(TYPESCRIPT / "tsconfig.json", folder)
    emitted(emitter, catalog, folder, package="shapes-client", **options)
    shutil.copytree(folder / FOLDER / "src", folder / "src" / "client")

    def compiled(programs: dict[str, str]) -> Path:
        for name, program in programs.items():
            (folder / "src" / name).write_text(program)
        run_program(TYPESCRIPT / "node_modules" / "typescript" / "bin" / "tsc", "-p", folder, cwd=folder)
        return folder

    return compiled


EXACT = """
import { createClient } from "./client/index.js";
let sent = "";
let answer: string | undefined;
const fetch = async (url: string, init: RequestInit) => {
  sent = String(init.body);
  return answer === undefined ? globalThis.fetch(url, init) : new Response(answer);
};
const client = createClient({ baseUrl: process.argv[2]!, fetch });
type Call = (input: { value: unknown }) => Promise<{ ok: boolean; data?: unknown }>;
const samples: [string, string, string][] = JSON.parse(process.argv[3]!);
const told: Record<string, string[]> = {};
for (const [name, action, given] of samples) {
  const call = (client as unknown as Record<string, Call>)[name]!;
  answer = `{"ok":true,"data":${given},"action":"${action}","latencyMs":1}`;
  const { data: read } = await call({ value: null });
  answer = undefined;
  const result = await call({ value: read });
  const first = sent;
  answer = "";
  await call({ value: result.data });
  (told[action] ??= []).push(first, result.ok ? sent : JSON.stringify(result));
}
console.log(JSON.stringify(told));
"""


@pytest.fixture(scope="session")
def exact_answers(
    catalog: Catalog, tmp_path_factory: pytest.TempPathFactory, address: str
) -> dict[str, list[str]]:
    """What is sent of each sample that was read before, and of its answer, by a client with conversions."""
    folder = tmp_path_factory.mktemp("exact")
    typescript_client(catalog, folder, integers="bigint", dates="Date")({"exact.ts": EXACT})
    samples = [
        (camel_case(name), name, json.dumps(sample.given))
        for name, (shape, _) in SHAPES.items()
        for sample in shape.samples
    ]
    printed = run_program("node", folder / "dist" / "exact.js", address, json.dumps(samples), cwd=folder)
    return json.loads(printed)


PROGRAM = """
import { createClient } from "./client/index.js";
type Data<F extends (...given: never[]) => Promise<unknown>> =
  Extract<Awaited<ReturnType<F>>, { ok: true }>["data"];
const client = createClient({ baseUrl: process.argv[2]! });
const answers: Record<string, unknown[]> = {};
%s
console.log(JSON.stringify(answers));
"""


@pytest.fixture(scope="session")
def typescript_answers(
    typescript_compile: Callable[..., Path], address: str, mistyped: dict[str, list[Any]]
) -> dict[str, list[Any]]:
    """What each sample is answered in TypeScript, where both are of their types, and no other value is."""
    lines: list[str] = []
    for name, values in mistyped.items():
        value_type = f'NonNullable<Parameters<typeof client.{camel_case(name)}>[0]>["value"]'
        for value in values:
            lines += ["// @ts-expect-error", f"void ({literal(value)} satisfies {value_type});"]
    for name, (shape, _) in SHAPES.items():
        function = camel_case(name)
        calls = [
            f"await client.{function}({{ value: {literal(sample.given)}{' as never' * sample.untyped} }})"
            for sample in shape.samples
        ]
        lines.append(f"answers[{json.dumps(name)}] = [{', '.join(calls)}];")
        lines += [
            f"void ({literal(sample.answered)} satisfies Data<typeof client.{function}>);"
            for sample in shape.samples
        ]
    folder = typescript_compile({"samples.ts": PROGRAM % "\n".join(lines)})
    return json.loads(run_program("node", folder / "dist" / "samples.js", address, cwd=folder))


def literal(value: Any) -> str:
    """Write JSON as TypeScript, where a bare ``__proto__`` would set the prototype."""
    return json.dumps(value).replace('"__proto__":', '["__proto__"]:')
