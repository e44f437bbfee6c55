"""Types that were generated before are found again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import actionary
import actionary_build
import pytest
from actionary.action_spec import HttpSpec
from actionary.catalog import Catalog, load
from actionary_build.emit.python import kept, package, pieces, processes, readme_file, rendering
from actionary_build.emit.python.common import common_texts
from actionary_build.emit.python.emitter import Options, emitter
from actionary_build.emit.python.generate import GENERATOR, KNOWN, GeneratorError, generate
from actionary_build.emit.python.kept import FOLDER, kept_types
from actionary_build.emit.python.pieces import sources_digest
from actionary_build.emit.python.processes import Processes

Style: TypeAlias = Literal["pydantic", "typeddict"]

SCHEMAS: list[Any] = [
    {"type": "integer", "minimum": 3},
    {"type": "array", "items": {"$ref": "#/$defs/ActionaryType0"}},
    {"anyOf": [{"$ref": "#/$defs/ActionaryType1"}, {"type": "string", "enum": ["a", "b"]}]},
    {"type": "object", "additionalProperties": {"type": "string", "maxLength": 5}},
    {"type": "string", "format": "date-time"},
    {},
]


def emitted(
    catalog: Catalog,
    root: Path,
    *,
    writing: bool = True,
    style: Style = "pydantic",
) -> dict[str, bytes]:
    with kept_types(root, writing=writing):
        return {file.path: file.content for file in emitter.emit(catalog, Options(style=style), {})}


def emitted_of_types(catalog: Catalog, root: Path) -> dict[str, bytes]:
    """Emit where only the types are still there, so that each is looked up."""
    pieces_in(root).unlink(missing_ok=True)
    return emitted(catalog, root)


def file_in(root: Path) -> Path:
    return root / FOLDER / "python-types.txt"


def pieces_in(root: Path) -> Path:
    return root / FOLDER / "python-pieces.txt"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many schemas a process was asked about, each time."""
    counts: list[int] = []
    ask = processes._ask

    def counting(process: Any, schemas: Any) -> list[str]:
        counts.append(len(schemas))
        return ask(process, schemas)

    monkeypatch.setattr(processes, "_ask", counting)
    return counts


def test_the_same_bytes_with_a_cold_and_a_warm_cache_and_without(sample: Catalog, tmp_path: Path) -> None:
    without = {file.path: file.content for file in emitter.emit(sample, Options(), {})}
    assert emitted(sample, tmp_path) == without
    assert emitted(sample, tmp_path) == without
    assert emitted_of_types(sample, tmp_path) == without


def test_what_is_there_is_not_generated_again(sample: Catalog, tmp_path: Path, asked: list[int]) -> None:
    emitted(sample, tmp_path)
    emitted(sample, tmp_path)
    emitted_of_types(sample, tmp_path)
    assert len(asked) == 1
    assert asked[0] > 0


def test_after_no_change_neither_the_generator_nor_anything_else_that_is_slow_is_imported(
    sample: Catalog, tmp_path: Path
) -> None:
    emitted(sample, tmp_path)
    (tmp_path / "catalog.json").write_text(json.dumps(sample.dump()))
    program = """
import json, sys
from pathlib import Path
from actionary.catalog import load
from actionary_build.emit.python.kept import kept_types
from actionary_build.emit.python.names import default_package
from actionary_build.emit.python.package import package_files

catalog = load(json.loads(Path("catalog.json").read_text()))
with kept_types(Path(), writing=True):
    files = list(package_files(catalog, default_package(catalog)))
print(len(files) > 10, *{"datamodel_code_generator", "jinja2", "pydantic"} & sys.modules.keys())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_git_ignores_the_folder(sample: Catalog, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    emitted(sample, tmp_path)
    said = subprocess.run(
        ["git", "status", "--short"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stdout == ""


def test_a_check_keeps_nothing(sample: Catalog, tmp_path: Path) -> None:
    emitted(sample, tmp_path, writing=False)
    assert list(tmp_path.iterdir()) == []


DAMAGES: list[tuple[str, str]] = [
    (r'"', r'"__import__'),  # the text
    (r"(?m)^(.{64}) .", r"\1 -"),  # its digest
    (r"(?m)^.", "-"),  # the key
    (r"(?m)^(.{64}) (.{64}) ", r"\1\2"),
    (r"\n", ""),
    (r"(?m)(.{70}).*$", r"\1"),
    (r"(?s).*", ""),
    (r"(?s).*", "{}"),
    (r"(?s).*", "\n\n \n\udcff"),
]
"""What stands in a file of the cache, and what comes in its place."""


@pytest.mark.parametrize(("there", "instead"), DAMAGES)
def test_a_damaged_file_is_made_anew(
    *, sample: Catalog, tmp_path: Path, there: str, instead: str, asked: list[int]
) -> None:
    whole = emitted(sample, tmp_path)
    for file, emitting in ((file_in(tmp_path), emitted_of_types), (pieces_in(tmp_path), emitted)):
        before = file.read_bytes()
        damaged = re.sub(there, instead, before.decode()).encode(errors="surrogateescape")
        assert damaged != before
        file.write_bytes(damaged)
        assert emitting(sample, tmp_path) == whole
        assert file.read_bytes() == before
    assert asked[0] == asked[1]


def test_one_damaged_entry_costs_no_other(sample: Catalog, tmp_path: Path, asked: list[int]) -> None:
    emitted(sample, tmp_path)
    file_in(tmp_path).write_text(file_in(tmp_path).read_text().replace('"', "?", 1))
    emitted_of_types(sample, tmp_path)
    assert asked[1] == 1


@pytest.fixture
def fresh_sources() -> Iterator[None]:
    """The digest of the programs, as a process that starts has it."""
    sources_digest.cache_clear()
    yield
    sources_digest.cache_clear()


@pytest.mark.usefixtures("fresh_sources")
def test_another_version_of_the_generator_is_asked_again(
    sample: Catalog, tmp_path: Path, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    emitted(sample, tmp_path)
    sources_digest.cache_clear()
    monkeypatch.setattr(pieces, "version", lambda _: "99")
    emitted(sample, tmp_path)
    assert asked[0] == asked[1]


@pytest.mark.usefixtures("fresh_sources")
def test_what_comes_of_an_unknown_version_is_never_found_again(
    sample: Catalog, tmp_path: Path, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "version", lambda _: None)
    emitted(sample, tmp_path)
    first = sources_digest()
    sources_digest.cache_clear()
    emitted(sample, tmp_path)
    assert asked[0] == asked[1]
    assert sources_digest() != first


def test_the_version_of_a_library_is_the_one_that_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed(folder: str, *names: str) -> None:
        (tmp_path / folder / "some_library").mkdir(parents=True)
        (tmp_path / folder / "some_library" / "__init__.py").touch()
        for name in names:
            (tmp_path / folder / name).mkdir()
            (tmp_path / folder / name / "METADATA").write_text("Name: some_library\nVersion: 3\n")

    installed("one", "some_library-1.dist-info")
    installed("two", "some_library-2.dist-info")
    installed("egg", "some_library-3.egg-info")
    installed("bare")
    found: list[str | None] = []
    for folder in ("one", "two", "egg", "bare"):
        with monkeypatch.context() as patched:
            patched.syspath_prepend(tmp_path / folder)
            found.append(pieces.version("some_library"))
    assert found[:2] == ["some_library-1.dist-info", "some_library-2.dist-info"]
    assert found[3] is None
    assert pieces.version("there_is_no_such_library") is None


@pytest.mark.parametrize("at", range(len(kept.SHAPING)))
def test_a_program_that_reads_what_was_generated_in_another_way_asks_again(
    *, sample: Catalog, tmp_path: Path, asked: list[int], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    emitted(sample, tmp_path)
    other = tmp_path / "other.py"
    other.write_bytes(kept.SHAPING[at].read_bytes() + b"# in another way\n")
    monkeypatch.setattr(kept, "SHAPING", (*kept.SHAPING[:at], other, *kept.SHAPING[at + 1 :]))
    emitted_of_types(sample, tmp_path)
    assert asked[0] == asked[1]


@pytest.mark.usefixtures("fresh_sources")
@pytest.mark.parametrize("change", ["python", "jinja2", "datamodel_code_generator"])
def test_another_python_or_template_engine_or_generator_makes_every_piece_again(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sources_digest()
    sources_digest.cache_clear()
    assert sources_digest() == before
    sources_digest.cache_clear()
    if change == "python":
        monkeypatch.setattr(sys, "version_info", (4, 0, 0))
    else:
        known = pieces.version
        monkeypatch.setattr(pieces, "version", lambda name: "99" if name == change else known(name))
    assert sources_digest() != before


def test_every_program_of_ours_that_the_generator_needs_is_in_the_key() -> None:
    program = """
import sys
import actionary_build.emit.python
before = set(sys.modules)
import actionary_build.emit.python.generate
print(*sorted(name for name in set(sys.modules) - before if name.startswith("actionary")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {name.rpartition(".")[2] for name in done.stdout.split()} == {path.stem for path in kept.SHAPING}


def test_every_program_that_makes_a_piece_is_in_its_key(sample: Catalog, tmp_path: Path) -> None:
    (tmp_path / "catalog.json").write_text(json.dumps(sample.dump()))
    program = """
import json, sys
from pathlib import Path
from actionary.catalog import load
from actionary_build.emit.python.names import default_package
from actionary_build.emit.python.package import package_files

catalog = load(json.loads(Path("catalog.json").read_text()))
files = list(package_files(catalog, default_package(catalog)))
loaded = [module for name, module in sys.modules.items() if name.partition(".")[0].startswith("actionary")]
print(*(module.__file__ for module in loaded), sep=chr(10))
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = {Path(line) for line in done.stdout.splitlines()}
    assert len(loaded) > 20
    assert loaded - set(pieces.sources()) == {Path(actionary_build.__file__)}  # its docstring


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that were rendered."""
    templates: list[str] = []
    render = rendering.piece

    def noting(template: str) -> Any:
        templates.append(template)
        return render(template)

    for module in (package, rendering, readme_file):
        monkeypatch.setattr(module, "piece", noting)
    return templates


def test_only_pieces_of_which_something_changed_are_rendered_again(
    sample: Catalog, tmp_path: Path, rendered: list[str]
) -> None:
    emitted(sample, tmp_path)
    assert {"actions.py.j2", "action.md.j2", "type.md.j2"} <= set(rendered)
    rendered.clear()
    emitted(sample, tmp_path)
    assert not {"actions.py.j2", "action.md.j2", "type.md.j2"} & set(rendered)
    changed = replace(sample.http_actions[0], description="It does something else.")
    others = (action for action in sample.actions if action.name != changed.name)
    emitted(replace(sample, actions=(changed, *others)), tmp_path)
    again = ("actions.py.j2", "action_call.py.j2", "action.md.j2", "type.md.j2")
    assert [rendered.count(name) for name in again] == [1, 1, 1, 0]


def _mutations(catalog: Catalog) -> Iterator[Catalog]:
    """Change the catalog at one place after the other: each action, each field of one, each type."""
    for action in catalog.http_actions:
        others = tuple(each for each in catalog.actions if each.name != action.name)
        yield replace(catalog, actions=others)
        for name, value in (
            *(("description", "Else."), ("more", "More."), ("when_to_use", "Never."), ("tags", ("other",))),
            *(("read_only", not action.read_only), ("idempotency_key", not action.idempotency_key)),
            *(("errors", ()), ("deprecated", None), ("paginate", None), ("examples", ())),
            ("http", HttpSpec(method="POST", path="/elsewhere")),
        ):
            yield replace(catalog, actions=(*others, replace(action, **{name: value})))
    for name, schema in catalog.types.items():
        told = {**schema, "description": "Something else."}
        yield replace(catalog, types={**catalog.types, name: told})
        if "properties" in schema:
            more = {**schema, "properties": {**schema["properties"], "b-c": {"type": "integer"}, "str": {}}}
            yield replace(catalog, types={**catalog.types, name: more})
            yield replace(catalog, types={**catalog.types, name: {**schema, "required": []}})
        yield load(
            json.loads(
                json.dumps(catalog.dump())
                .replace(f'$defs/{name}"', '$defs/Aaa"')
                .replace(f'"{name}": {{', '"Aaa": {')
            )
        )
    yield replace(catalog, base_url="https://elsewhere.example", title="Another title")


@pytest.mark.parametrize("style", ["pydantic", "typeddict"])
def test_whatever_changes_the_bytes_are_those_of_a_cold_build(
    sample: Catalog, tmp_path: Path, style: Style
) -> None:
    warm, cold = tmp_path / "warm", tmp_path / "cold"
    for root in (warm, cold):
        root.mkdir()
        emitted(sample, root, style=style)
    pieces_in(cold).unlink()
    mutations = list(_mutations(sample))
    assert len(mutations) > 50
    for changed in mutations:
        one, other = (emitted(changed, root, writing=False, style=style) for root in (warm, cold))
        assert one == other


def test_types_that_need_each_other_are_kept_apart(sample: Catalog, tmp_path: Path) -> None:
    def model(other: str, text: str) -> dict[str, Any]:
        reference = {"anyOf": [{"$ref": f"#/$defs/{other}"}, {"type": "null"}]}
        return {"type": "object", "description": text, "properties": {"other": reference}, "required": []}

    action = replace(sample.http_actions[0], output={"$ref": "#/$defs/One"})
    types = {**sample.types, "One": model("Two", "The first."), "Two": model("One", "The second.")}
    catalog = replace(sample, actions=(action,), types=types)
    without = {file.path: file.content for file in emitter.emit(catalog, Options(), {})}
    readme = without["clients/python/README.md"]
    assert (readme.count(b"The first."), readme.count(b"The second.")) == (1, 1)
    assert emitted(catalog, tmp_path) == without
    assert emitted(catalog, tmp_path) == without


def test_other_programs_make_every_piece_again(
    sample: Catalog, tmp_path: Path, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    emitted(sample, tmp_path)
    rendered.clear()
    monkeypatch.setattr(pieces, "sources_digest", lambda: "another version")
    emitted(sample, tmp_path)
    assert {"actions.py.j2", "action.md.j2", "type.md.j2"} <= set(rendered)


def test_what_is_used_no_more_is_not_kept_once_something_is_new(sample: Catalog, tmp_path: Path) -> None:
    emitted(sample, tmp_path)
    many = {file: file.read_text().splitlines() for file in (file_in(tmp_path), pieces_in(tmp_path))}
    one = replace(sample, actions=sample.actions[:1], types=_with_choice(sample, "Node", "value"))
    emitted(one, tmp_path)
    common = len(set(common_texts()))
    for file, before in many.items():
        kept_before = len(before) - (common if file == file_in(tmp_path) else 0)
        kept_now = len(file.read_text().splitlines()) - (common if file == file_in(tmp_path) else 0)
        assert 0 < kept_now < kept_before / 2


def _with_limit(catalog: Catalog, name: str, wire: str) -> dict[str, Any]:
    """The types of a catalog, a property of one of them with another limit."""
    return _with_property(
        catalog, name, wire, {**catalog.types[name]["properties"][wire], "maximum": 7_000_000}
    )


def _with_choice(catalog: Catalog, name: str, wire: str) -> dict[str, Any]:
    """The types of a catalog, a property of one of them with a type that is nowhere else."""
    return _with_property(catalog, name, wire, {"enum": [7, "seven"]})


def _with_property(catalog: Catalog, name: str, wire: str, schema: dict[str, Any]) -> dict[str, Any]:
    owner = catalog.types[name]
    return {**catalog.types, name: {**owner, "properties": {**owner["properties"], wire: schema}}}


def test_another_limit_is_in_the_client_without_asking_the_generator(
    sample: Catalog, tmp_path: Path, asked: list[int]
) -> None:
    emitted(sample, tmp_path)
    argument = replace(sample, types=_with_limit(sample, "SearchProductsInput", "limit"))
    found = emitted(argument, tmp_path)
    assert len(asked) == 1
    assert b"At most 7000000" in found["clients/python/README.md"]
    field = replace(sample, types=_with_limit(sample, "Product", "price_cents"))
    found = emitted(field, tmp_path)
    assert len(asked) == 1
    assert b"le=7000000" in found["clients/python/my_shop_client/models/shop.py"]
    found = emitted(replace(sample, types=_with_choice(sample, "Product", "price_cents")), tmp_path)
    assert asked[1:] == [1]
    assert b"Literal[7, 'seven']" in found["clients/python/my_shop_client/models/shop.py"]


def test_a_folder_that_cannot_be_written_is_told_of(sample: Catalog, tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    with pytest.warns(UserWarning, match="cannot be kept in .*actionary_cache.*writable"):
        assert emitted(sample, tmp_path)
    assert GENERATOR.get() is generate


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("early", [False, True])
def test_any_number_of_processes_gives_the_same(
    monkeypatch: pytest.MonkeyPatch, most: int, *, early: bool
) -> None:
    monkeypatch.setattr(processes, "_WORTH_A_PROCESS", 1)
    alone = [generate([schema])[0] for schema in SCHEMAS]
    assert alone[:2] == ["_typing.Annotated[int, _pydantic.Field(ge=3)]", "list[ActionaryType0]"]
    assert generate(SCHEMAS) == alone
    workers = Processes(most)
    if early:
        workers.start()
    for _ in range(2):
        assert workers.generate(SCHEMAS) == alone
        assert workers.generate([]) == []


@pytest.mark.parametrize("early", [False, True])
def test_what_a_process_complains_of_is_said(monkeypatch: pytest.MonkeyPatch, *, early: bool) -> None:
    monkeypatch.setattr(processes, "_WORTH_A_PROCESS", 1)
    broken = {"type": "string", "pattern": 3}
    workers = Processes(1 if early else 2)
    if early:
        workers.start()
    with pytest.raises(
        GeneratorError,
        match=r"(?s)a process that makes types ended with 1: .*Error: .*pattern.* valid string",
    ):
        workers.generate([broken, broken])


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    found: list[subprocess.Popen[bytes]] = []
    start = processes._started

    def noting() -> subprocess.Popen[bytes]:
        found.append(start())
        return found[-1]

    monkeypatch.setattr(processes, "_started", noting)
    return found


def test_a_process_loads_the_generator_only_where_a_type_is_not_known(
    sample: Catalog, tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    whole = emitted(sample, tmp_path)
    assert len(started) == 1
    assert emitted(sample, tmp_path) == whole
    emitted(replace(sample, title="Another"), tmp_path)
    emitted(replace(sample, types=_with_limit(sample, "SearchProductsInput", "limit")), tmp_path)
    emitted(replace(sample, types=_with_limit(sample, "Product", "price_cents")), tmp_path)
    assert len(started) == 1
    emitted(replace(sample, types=_with_choice(sample, "Product", "price_cents")), tmp_path)
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


def test_a_process_finds_what_this_one_finds(sample: Catalog, tmp_path: Path) -> None:
    without_packages = Path(sys.base_prefix, "bin", "python3")
    (tmp_path / "catalog.json").write_text(json.dumps(sample.dump()))
    program = f"""
import json, sys
sys.path[:] = {sys.path!r} + {[str(Path(each.__path__[0]).parent) for each in (actionary, actionary_build)]!r}
from pathlib import Path
from actionary.catalog import load
from actionary_build.emit.python.kept import kept_types
from actionary_build.emit.python.package import package_files
with kept_types(Path(), writing=True):
    print(len(list(package_files(load(json.loads(Path("catalog.json").read_text())), "shop"))) > 10)
"""
    done = subprocess.run(
        [without_packages, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_what_stands_inside_of_what_is_found_is_kept_for_the_next_change(
    sample: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = sample.get("search_products")
    assert base is not None
    rendered: list[str] = []
    view = package.action_view
    monkeypatch.setattr(
        package, "action_view", lambda *given: (rendered.append(given[2].name), view(*given))[1]
    )

    def written(changed: dict[str, str]) -> list[str]:
        rendered.clear()
        actions = [
            replace(base, name=name, tags=(name[:1],), description=changed.get(name, "As it was."))
            for name in ("a_1", "a_2", "a_3", "b_1", "b_2", "b_3")
        ]
        emitted(replace(sample, actions=tuple(actions)), tmp_path)
        return rendered

    assert len(written({})) == 6
    assert written({"a_1": "New."}) == ["a_1"]
    assert written({"a_1": "New.", "b_2": "New."}) == ["b_2"]
    assert written({"a_1": "New.", "b_2": "New.", "a_3": "New."}) == ["a_3"]


def test_a_process_that_dies_says_so_and_nothing_of_that_build_is_kept(
    sample: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = {file.path: file.content for file in emitter.emit(sample, Options(), {})}
    with monkeypatch.context() as patched:
        patched.setattr(processes, "_PROGRAM", "import os; os.abort()")
        with pytest.raises(GeneratorError, match="ended with -6"):
            emitted(sample, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert emitted(sample, tmp_path) == without


def _stopped() -> None:
    KNOWN.get()("{}")
    raise KeyboardInterrupt


def test_whoever_stops_a_build_stops_its_processes(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    with pytest.raises(KeyboardInterrupt), kept_types(tmp_path, writing=True):
        _stopped()
    assert [process.returncode for process in started] == [-9]
