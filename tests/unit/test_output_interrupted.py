from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from actionary.manifest import read_manifest
from actionary_build.diagnostics import BuildError
from actionary_build.emit import OutputFile
from actionary_build.output import NewTree, plan_output, write_output
from actionary_build.output.lock import work_folder

PROGRAM = Path(__file__).parent / "interrupt_writes.py"

OLD = {
    "same.txt": "same",
    "changed.txt": "old",
    "gone.txt": "gone",
    "folder/gone/deep.txt": "gone",
    "file-to-folder": "file",
    "folder-to-file/inner.txt": "inner",
}
NEW = {
    "same.txt": "same",
    "changed.txt": "new",
    "fresh.txt": "fresh",
    "folder/fresh/deep.txt": "fresh",
    "file-to-folder/inner.txt": "inner",
    "folder-to-file": "file",
}
NEXT = {
    "same.txt": "not the same",
    "changed.txt": "next",
    "gone.txt": "next",
    "folder/fresh": "a file where the killed build made a folder",
    "file-to-folder/other.txt": "other",
}
START = {"first build": None, "later build": OLD}


def _tree(files):
    made = tuple(("docs", OutputFile(path, text.encode())) for path, text in files.items())
    return NewTree(files=made, surface=json.dumps(files), fingerprint="f")


def _expected(files):
    folders = {parent.as_posix(): None for path in files for parent in Path(path).parents if parent != Path()}
    return {**folders, **files}


def _read(out):
    """Every file and folder below the output folder but the manifest; `None` when there is no folder."""
    if not out.exists():
        return None
    return {
        path.relative_to(out).as_posix(): None if path.is_dir() else path.read_text()
        for path in out.rglob("*")
        if path != out / "manifest.json"
    }


def _times(out):
    return {path.relative_to(out): path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


def _run(*arguments):
    done = subprocess.run(
        [sys.executable, "-B", str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def _every_step(folder, start, how, *options):
    """Interrupt a build of NEW at every step; give each project with how its build ended."""
    (folder / "start").mkdir(exist_ok=True)
    if start is not None:
        write_output(folder / "start/generated", _tree(start))
    (folder / "new.json").write_text(json.dumps(NEW))
    ends = _run("every-step", folder, how, *options)
    assert ends[-1] == "done"
    assert len(ends) > 30
    return [(folder / str(step), end) for step, end in enumerate(ends)]


def _is_built(out, files):
    """Whether a folder is exactly a tree's, and a build of that tree finds nothing to do."""
    names = [path.name for path in out.parent.iterdir()]
    return (
        _read(out) == _expected(files) and not plan_output(out, _tree(files)).differs and names == [out.name]
    )


@pytest.mark.parametrize("start", START.values(), ids=START)
@pytest.mark.parametrize("following", [NEXT, NEW, OLD, {}], ids=["other", "same", "back", "nothing"])
def test_the_build_after_one_that_was_killed_at_any_step_makes_exactly_its_tree(tmp_path, start, following):
    cases = _every_step(tmp_path, start, "kill")
    assert {end for _, end in cases[:-1]} == {"killed"}
    half = 0
    for project, _ in cases:
        out = project / "generated"
        before = read_manifest(out)
        unfinished = before is not None and before.unfinished is not None
        if not unfinished:
            assert _read(out) in (start and _expected(start), _expected(NEW), {})
        done = write_output(out, _tree(following))
        assert _is_built(out, following)
        assert done.repaired == unfinished
        half += unfinished
    assert half >= 10


def test_a_half_written_folder_is_not_taken_for_current_by_check(tmp_path):
    for project, _ in _every_step(tmp_path, OLD, "kill"):
        out = project / "generated"
        before = _times(out)
        differing = [plan_output(out, _tree(tree)).differs for tree in (OLD, NEW)]
        conflicts = [plan_output(out, _tree(tree)).conflicts for tree in (OLD, NEW, NEXT)]
        manifest = read_manifest(out)
        assert manifest is not None
        assert all(differing) == (manifest.unfinished is not None)
        assert conflicts == [(), (), ()]
        assert _times(out) == before


def test_a_build_that_fails_at_any_step_leaves_the_old_tree_untouched(tmp_path):
    cases = _every_step(tmp_path, OLD, "once")
    old = _times(tmp_path / "start/generated")
    failed = 0
    for project, end in cases:
        out = project / "generated"
        if end == "refused":
            assert _read(out) == _expected(OLD)
            assert _times(out) == old
            left = {path.name for path in project.rglob("*") if not path.is_relative_to(out)}
            assert left in (set(), {work_folder(out).name, "lock"})
            failed += 1
        else:
            assert end == "done"
            assert _read(out) == _expected(NEW)
        write_output(out, _tree(NEXT))
        assert _is_built(out, NEXT)
    assert failed > 20


def test_a_path_that_stays_out_of_reach_does_not_keep_a_build_from_taking_back_the_rest(tmp_path):
    taken_back, half = 0, []
    for project, end in _every_step(tmp_path, OLD, "path"):
        out = project / "generated"
        manifest = read_manifest(out)
        assert manifest is not None
        if manifest.unfinished is not None:
            half.append(_read(out))
        elif end == "refused":
            assert _read(out) == _expected(OLD)
            taken_back += 1
        write_output(out, _tree(NEXT))
        assert _is_built(out, NEXT)
    assert taken_back > 20
    assert len(half) <= 3, "the manifest, and the two paths that are removed before they are written"


def test_a_first_build_that_fails_at_any_step_leaves_no_folder(tmp_path):
    for project, end in _every_step(tmp_path, None, "once"):
        assert _read(project / "generated") == (None if end == "refused" else _expected(NEW))
        write_output(project / "generated", _tree(NEXT))
        assert _is_built(project / "generated", NEXT)


@pytest.mark.parametrize("start", START.values(), ids=START)
def test_the_next_build_repairs_what_a_failing_one_could_not_take_back(tmp_path, start):
    cases = _every_step(tmp_path, start, "from-then")
    half = 0
    for project, end in cases:
        out = project / "generated"
        manifest = read_manifest(out)
        if manifest is not None and manifest.unfinished is not None:
            assert end == "refused"
            half += 1
        write_output(out, _tree(NEXT))
        assert _is_built(out, NEXT)
    assert half >= 10


def test_ctrl_c_at_any_step_leaves_the_old_tree_or_the_new_one(tmp_path):
    for project, end in _every_step(tmp_path, OLD, "ctrl-c"):
        assert end in {"interrupted", "done"}
        assert _read(project / "generated") in (_expected(OLD), _expected(NEW))
        manifest = read_manifest(project / "generated")
        assert manifest is not None
        assert manifest.unfinished is None
        write_output(project / "generated", _tree(NEXT))
        assert _is_built(project / "generated", NEXT)


def test_ctrl_c_right_after_the_last_step_undoes_nothing(tmp_path, monkeypatch):
    out = tmp_path / "generated"
    write_output(out, _tree(OLD))
    real = Path.replace

    def interrupted(self, target):
        real(self, target)
        if self.name == "finished":
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_output(out, _tree(NEW))
    assert _is_built(out, NEW)


def test_of_builds_at_once_each_ends_well_and_one_is_the_last(tmp_path):
    trees = [
        {f"{name}/{n}.txt": f"{name}{n}" for n in range(8)} | {"shared.txt": name} for name in ("a", "b", "c")
    ]
    (tmp_path / "trees.json").write_text(json.dumps(trees))
    assert _run("at-once", tmp_path) == ["done"] * 3
    out = tmp_path / "generated"
    (last,) = (tree for tree in trees if _read(out) == _expected(tree))
    assert not plan_output(out, _tree(last)).differs
    assert {path.name for path in tmp_path.iterdir()} == {out.name, "trees.json"}


def test_a_forced_build_that_was_killed_is_repaired_without_force_once_it_had_begun(tmp_path):
    start = tmp_path / "start/generated"
    write_output(start, _tree({**OLD, "changed.txt": "written"}))
    (start / "changed.txt").write_text(OLD["changed.txt"])
    (start / "fresh.txt").write_text("a stranger's")
    begun = 0
    for project, _ in _every_step(tmp_path, None, "kill", "force"):
        out = project / "generated"
        manifest = read_manifest(out)
        assert manifest is not None
        if manifest.surface == json.dumps(NEW):
            write_output(out, _tree(NEXT))
            assert _is_built(out, NEXT)
            begun += 1
        else:
            assert _read(out) == _expected({**OLD, "fresh.txt": "a stranger's"})
            with pytest.raises(BuildError, match=r"edited-file[^$]*foreign-file"):
                write_output(out, _tree(NEXT))
    assert begun > 10
