from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
from actionary.action_spec import HttpSpec
from actionary.catalog import load
from actionary.definition_error import Place
from actionary_build.build import build, check, emit_all, make
from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.emit import Emitter, OutputFile, text_file
from actionary_build.emit.no_options import NoOptions
from actionary_build.project import Target, read_project
from actionary_build.warn import warnings_of

ADD = """
from actionary import action

@action(public=True, when_to_use="The user adds.", tags=["math"])
def add(a: int, b: int = 2) -> int:
    '''Add two numbers.'''
    return a + b
"""
SUBTRACT = ADD.replace("add", "subtract").replace("Add", "Subtract").replace('tags=["math"]', 'tags=["more"]')
HIDDEN = """
from actionary import action

@action
def hidden() -> None: ...
"""


@pytest.fixture
def root(tmp_path):
    """The folder of a project with two public actions and a private one, and few targets."""
    (tmp_path / "pyproject.toml").write_text(
        '[tool.actionary]\ntitle = "Case"\nversion = "1.0"\ntargets = ["catalog", "llms", "typescript"]\n'
    )
    (tmp_path / "actions").mkdir()
    for name, source in (("add", ADD), ("subtract", SUBTRACT), ("hidden", HIDDEN)):
        (tmp_path / "actions" / f"{name}.py").write_text(source)
    return tmp_path


@pytest.fixture
def out(root):
    return root / "generated"


def _tree(folder):
    """Everything about a folder that a build could change, times of change too."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        for path in folder.rglob("*")
        if path.is_file()
    }


def _codes(error):
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def _edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _target(name, emit):
    return Target(Emitter(name, NoOptions, emit), NoOptions())


def test_the_first_build_writes_everything_and_the_manifest_lists_it(root, out):
    built = build(read_project(root))
    manifest = json.loads((out / "manifest.json").read_text())
    assert sorted(built.output.written) == sorted(manifest["files"])
    assert {file["emitter"] for file in manifest["files"].values()} == {"catalog", "llms", "typescript"}
    catalog = load(json.loads((out / "catalog.json").read_text()))
    assert (manifest["surface"], manifest["fingerprint"]) == (catalog.surface, catalog.fingerprint)
    assert built.warnings == ()


def test_a_second_build_writes_nothing(root, out):
    build(read_project(root))
    before = _tree(out)
    output = build(read_project(root)).output
    assert (output.written, output.removed, output.manifest_written) == ((), (), False)
    assert _tree(out) == before


def test_a_changed_description_changes_only_the_files_that_say_it(root, out):
    build(read_project(root))
    before = _tree(out)
    _edit(root / "actions" / "add.py", "Add two numbers.", "Give the sum.")
    output = build(read_project(root)).output
    after = _tree(out)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {*output.written, "manifest.json"}
    says_it = {path for path, (content, *_) in after.items() if b"Give the sum." in content}
    assert says_it <= changed
    # The digests of the catalog stand in a few files more.
    digest = json.loads(after["manifest.json"][0])["surface"][:16].encode()
    assert changed - says_it == {p for p in changed - says_it if digest in after[p][0]}
    assert "clients/typescript/src/actions/more.ts" not in changed


def test_the_files_of_a_deleted_action_go(root, out):
    build(read_project(root))
    assert (out / "actions" / "subtract.md").exists()
    (root / "actions" / "subtract.py").unlink()
    removed = build(read_project(root)).output.removed
    assert removed == (
        "actions/subtract.md",
        "clients/typescript/schemas/more.d.ts",
        "clients/typescript/schemas/more.js",
        "clients/typescript/src/actions/more.ts",
    )
    assert not any(b"ubtract" in content for content, *_ in _tree(out).values())


def test_a_broken_action_file_leaves_the_output_untouched(root, out):
    build(read_project(root))
    before = _tree(out)
    (root / "actions" / "add.py").write_text("def add(:")
    with pytest.raises(BuildError) as caught:
        build(read_project(root))
    assert [each.place for each in caught.value.diagnostics] == ["actions/add.py:1"]
    assert _tree(out) == before


def test_foreign_and_edited_files_are_refused_by_name_unless_forced(root, out):
    build(read_project(root))
    (out / "notes.txt").write_text("mine")
    _edit(out / "llms.txt", "# Case", "# My case")
    before = _tree(out)
    with pytest.raises(BuildError) as caught:
        build(read_project(root))
    found = {diagnostic.file: diagnostic for diagnostic in caught.value.diagnostics}
    assert {file: each.code for file, each in found.items()} == {
        "generated/llms.txt": "edited-file",
        "generated/notes.txt": "foreign-file",
    }
    assert "-# My case" in found["generated/llms.txt"].detail
    assert _tree(out) == before
    assert build(read_project(root), force=True).output.written == ("llms.txt",)
    assert (out / "notes.txt").read_text() == "mine"


def test_a_build_of_one_target_leaves_the_others(root, out):
    build(read_project(root))
    before = _tree(out)
    _edit(root / "actions" / "add.py", "Add two numbers.", "Give the sum.")
    output = build(read_project(root), targets=["llms"]).output
    assert set(output.written) == {"llms.txt", "llms-full.txt", "actions/add.md"}
    assert _tree(out)["catalog.json"] == before["catalog.json"]
    with pytest.raises(BuildError, match="--target openapi"):
        build(read_project(root), targets=["openapi"])


def test_a_check_of_what_was_built_finds_nothing(root, out):
    build(read_project(root))
    before = _tree(out)
    assert check(read_project(root)).stale == ()
    assert check(read_project(root), targets=["llms"]).stale == ()
    assert _tree(out) == before


def test_a_check_names_each_file_that_is_not_as_built_and_touches_nothing(root, out):
    build(read_project(root))
    (root / "actions" / "subtract.py").unlink()
    (root / "actions" / "multiply.py").write_text(ADD.replace("add", "multiply"))
    (out / "notes.txt").write_text("mine")
    before = _tree(out)
    stale = {each.file.removeprefix("generated/"): each for each in check(read_project(root)).stale}
    assert stale["actions/subtract.md"].message == "this build no longer makes it"
    assert stale["actions/multiply.md"].message == "it is missing"
    assert stale["llms.txt"].message == "this build would change it"
    assert stale["notes.txt"].code == "foreign-file"
    assert {each.code for each in stale.values()} == {"stale-output", "foreign-file"}
    assert _tree(out) == before


def test_a_check_does_not_advise_what_would_fail_the_next_one(root, out):
    build(read_project(root))
    (out / "notes.txt").write_text("mine")
    (out / "actions" / "multiply.md").write_text("mine")
    (root / "actions" / "multiply.py").write_text(ADD.replace("add", "multiply"))
    mends = {each.file: each.mend for each in check(read_project(root)).stale}
    assert mends["generated/notes.txt"].startswith("move it out of the output folder; --force leaves it")
    assert (
        "`actionary build --force` overwrites it, and every edited" in mends["generated/actions/multiply.md"]
    )
    with pytest.raises(BuildError, match="--force, which overwrites edited files too"):
        build(read_project(root))


def test_a_check_of_a_folder_whose_manifest_alone_is_old_names_the_manifest(root, out):
    build(read_project(root))
    text = (out / "manifest.json").read_text()
    (out / "manifest.json").write_text(text.replace('"served": true', '"served": false', 1))
    assert [each.file for each in check(read_project(root)).stale] == ["generated/manifest.json"]


def test_a_check_before_the_first_build_says_that_all_is_missing(root, out):
    stale = check(read_project(root)).stale
    assert {each.message for each in stale} == {"it is missing"}
    assert not out.exists()


def test_the_private_catalog_goes_where_it_is_asked_for(root, out, tmp_path):
    build(read_project(root), private_catalog=tmp_path / "private.json")
    catalog = load(json.loads((tmp_path / "private.json").read_text()))
    assert [action.name for action in catalog] == ["add", "hidden", "subtract"]
    assert "hidden" not in (out / "catalog.json").read_text()


@pytest.mark.parametrize("place", ["generated/private.json", "pyproject.toml/private.json"])
def test_a_private_catalog_that_cannot_be_written_stops_the_build(root, out, place):
    with pytest.raises(BuildError):
        build(read_project(root), private_catalog=root / place)
    assert not out.exists()


def test_output_that_cannot_be_written_keeps_the_private_catalog_as_it_was(root, out, tmp_path):
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(BuildError, match="foreign-file"):
        build(read_project(root), private_catalog=tmp_path / "private.json")
    assert not (tmp_path / "private.json").exists()


def test_the_private_catalog_overwrites_no_other_file_and_then_nothing_is_written(root, out):
    settings = (root / "pyproject.toml").read_bytes()
    with pytest.raises(BuildError, match="foreign-file"):
        build(read_project(root), private_catalog=root / "pyproject.toml")
    assert (root / "pyproject.toml").read_bytes() == settings
    assert not out.exists()


def test_an_old_private_catalog_stays_when_the_output_cannot_be_written(root, out, tmp_path):
    private = tmp_path / "private.json"
    build(read_project(root), private_catalog=private)
    before = _tree(root)
    _edit(root / "actions" / "add.py", "Add two", "Sum two")
    (out / "llms.txt").write_text("mine")
    with pytest.raises(BuildError, match="edited-file"):
        build(read_project(root), private_catalog=private)
    after = _tree(root)
    assert {path for path in before if before[path] != after[path]} == {
        "actions/add.py",
        "generated/llms.txt",
    }
    assert before.keys() == after.keys()


def test_stations_come_in_the_order_of_the_build(root):
    passed = []

    @contextmanager
    def station(name):
        passed.append(name)
        yield

    build(read_project(root), station=station)
    assert passed == ["load", "emit catalog", "emit llms", "emit typescript", "write"]


def test_what_is_made_is_not_written(root, out):
    made = make(read_project(root), targets=["llms"])
    assert {emitter for emitter, _ in made.tree.files} == {"llms"}
    assert not out.exists()


def test_every_emitter_that_fails_is_named_with_its_cause(sample):
    def fails(catalog, options, sources):
        yield text_file("a.txt", "a")
        raise LookupError("no template")

    def complains(catalog, options, sources):
        raise BuildError(
            Diagnostic(code="path-clash", severity="error", message="Own words.", mend="Own mend.")
        )

    targets = [_target("one", fails), _target("two", complains), _target("three", fails)]
    with pytest.raises(BuildError) as caught:
        emit_all(sample, targets, {})
    assert _codes(caught) == ["emitter-failed", "path-clash", "emitter-failed"]
    first = caught.value.diagnostics[0]
    assert first.message == "the emitter 'one' failed: LookupError: no template"
    assert "in fails" in first.detail
    assert isinstance(caught.value.__cause__, LookupError)


def test_what_an_emitter_makes_must_be_files(sample):
    with pytest.raises(BuildError) as caught:
        emit_all(sample, [_target("odd", lambda *_: ["a.txt"])], {})
    assert _codes(caught) == ["emitter-failed"]


def test_an_emitter_that_fails_leaves_the_output_untouched(root, out, monkeypatch):
    build(read_project(root))
    before = _tree(out)
    project = read_project(root)
    broken = _target("llms", lambda *_: 1 / 0)
    monkeypatch.setattr(type(project), "chosen", lambda *_: (project.targets[0], broken))
    (root / "actions" / "subtract.py").unlink()
    with pytest.raises(BuildError, match="ZeroDivisionError"):
        build(project)
    assert _tree(out) == before


def test_two_emitters_that_make_one_file_are_refused(root, out, monkeypatch):
    project = read_project(root)
    twins = tuple(_target(name, lambda *_: [OutputFile("a.txt", b"")]) for name in ("one", "two"))
    monkeypatch.setattr(type(project), "chosen", lambda *_: twins)
    with pytest.raises(BuildError, match="made twice, by one and by two") as caught:
        build(project)
    assert _codes(caught) == ["path-clash"]
    assert not out.exists()


def test_emitters_get_the_catalog_their_options_and_the_sources(sample):
    seen = []
    emit_all(sample, [_target("one", lambda *given: seen.append(given) or [])], {"a.md": "text"})
    assert seen == [(sample, NoOptions(), {"a.md": "text"})]


def test_a_build_warns_of_a_project_without_actions_but_not_of_one_whose_are_private(root):
    for name in ("add", "subtract"):
        (root / "actions" / f"{name}.py").unlink()
    assert make(read_project(root)).warnings == ()
    (root / "actions" / "hidden.py").unlink()
    assert [each.code for each in make(read_project(root)).warnings] == ["no-actions"]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"output": {}}, ["no-output-schema"]),
        ({"when_to_use": None}, ["no-when-to-use"]),
        ({"when_to_use": None, "agent_tool": False}, []),
        ({"http": HttpSpec(method="GET", path="/x"), "read_only": False}, ["unsafe-get"]),
        ({"http": HttpSpec(method="GET", path="/x"), "read_only": True}, []),
        ({"http": None}, []),
        ({"http": None, "agent_tool": False}, ["unreachable"]),
        ({"public": False, "output": {}, "when_to_use": None, "http": None}, []),
    ],
)
def test_a_build_warns_of_actions_that_do_not_say_what_was_meant(sample, changes, codes):
    action = replace(
        sample.actions[0], public=True, when_to_use="Now.", agent_tool=True, output={"type": "null"}
    )
    catalog = replace(sample, actions=(replace(action, **changes),))
    warnings = warnings_of(catalog, {action.name: Place("actions/a.py", 3)})
    assert [warning.code for warning in warnings] == codes
    for warning in warnings:
        assert (warning.severity, warning.place) == ("warning", "actions/a.py:3")
        assert action.name in warning.message
