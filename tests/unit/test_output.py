from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from actionary.catalog import load
from actionary.manifest import read_manifest
from actionary_build.diagnostics import BuildError
from actionary_build.emit import OutputFile
from actionary_build.output import NewTree, plan_output, private_catalog, write_output
from actionary_build.output import lock as locks
from actionary_build.output.lock import work_folder, working
from actionary_build.output.place import output_place


def _tree(files, *, emitter="docs", surface="s1", fingerprint="f1", **fields):
    made = tuple(
        (emitter, OutputFile(path, text if isinstance(text, bytes) else text.encode()))
        for path, text in files.items()
    )
    return NewTree(files=made, surface=surface, fingerprint=fingerprint, **fields)


def _joined(*trees, targets=None):
    files = tuple(file for tree in trees for file in tree.files)
    last = trees[-1]
    return NewTree(files=files, surface=last.surface, fingerprint=last.fingerprint, targets=targets)


def _read(folder):
    """Every file in a folder but the manifest, by path; and every folder, as None."""
    return {
        path.relative_to(folder).as_posix(): None if path.is_dir() else path.read_bytes().decode("latin-1")
        for path in sorted(folder.rglob("*"))
        if path.name != "manifest.json"
    }


def _names(folder):
    return [path.name for path in folder.iterdir()]


def _snapshot(folder):
    """All that a build could change, to the nanosecond."""
    return {
        path: (path.lstat().st_mtime_ns, path.lstat().st_ino, path.is_file() and path.read_bytes())
        for path in [folder, *sorted(folder.rglob("*"))]
    }


def _problems(caught):
    return {(problem.code, problem.file) for problem in caught.value.diagnostics}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "generated"


def _refused(out, tree, **options):
    """Build, expect a refusal that touched nothing, and give what it names."""
    before = _snapshot(out)
    with pytest.raises(BuildError) as caught:
        write_output(out, tree, **options)
    assert _snapshot(out) == before
    assert _names(out.parent) == [out.name]
    return caught


def test_a_first_build_writes_every_file_and_a_manifest_of_them(out):
    files = (
        ("openapi", OutputFile("openapi.json", b"{}\n", served=True)),
        ("docs", OutputFile("docs/a/index.html", b"<p>\n")),
    )
    done = write_output(out, NewTree(files=files, surface="s", fingerprint="f"))
    assert _read(out) == {
        "docs": None,
        "docs/a": None,
        "docs/a/index.html": "<p>\n",
        "openapi.json": "{}\n",
    }
    text = (out / "manifest.json").read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert json.loads(text) == {
        "format": 1,
        "surface": "s",
        "fingerprint": "f",
        "files": {
            path: {"sha256": hashlib.sha256(content).hexdigest(), "emitter": emitter, "served": served}
            for path, content, emitter, served in [
                ("openapi.json", b"{}\n", "openapi", True),
                ("docs/a/index.html", b"<p>\n", "docs", False),
            ]
        },
    }
    assert done.written == ("docs/a/index.html", "openapi.json")
    assert (done.removed, done.unchanged, done.manifest_written, done.repaired) == ((), (), True, False)


def test_the_same_build_again_writes_nothing(out):
    tree = _tree({"a.txt": "a", "b/c.txt": "c"})
    write_output(out, tree)
    before = _snapshot(out.parent)
    done = write_output(out, tree)
    assert _snapshot(out.parent) == before
    assert done.unchanged == ("a.txt", "b/c.txt")
    assert (done.written, done.removed, done.manifest_written) == ((), (), False)


def test_only_files_whose_bytes_changed_are_replaced(out):
    write_output(out, _tree({"a.txt": "a", "b.txt": "b"}))
    before = _snapshot(out)
    done = write_output(out, _tree({"a.txt": "a", "b.txt": "new"}, fingerprint="f2"))
    changed = {path.name for path, state in _snapshot(out).items() if before.get(path) != state}
    assert changed == {out.name, "b.txt", "manifest.json"}
    assert done.written == ("b.txt",)


def test_files_no_longer_made_are_removed_with_the_folders_they_leave_empty(out):
    write_output(out, _tree({"a.txt": "a", "deep/er/b.txt": "b", "deep/c.txt": "c", "x/y/z.txt": "z"}))
    done = write_output(out, _tree({"a.txt": "a", "deep/c.txt": "c"}))
    assert _read(out) == {"a.txt": "a", "deep": None, "deep/c.txt": "c"}
    assert done.removed == ("deep/er/b.txt", "x/y/z.txt")


def test_a_file_may_become_a_folder_and_a_folder_a_file(out):
    write_output(out, _tree({"a": "file", "b/c/d.txt": "d"}))
    write_output(out, _tree({"a/x.txt": "x", "b": "file"}))
    assert _read(out) == {"a": None, "a/x.txt": "x", "b": "file"}
    write_output(out, _tree({"a": "file", "b/c/d.txt": "d"}))
    assert _read(out) == {"a": "file", "b": None, "b/c": None, "b/c/d.txt": "d"}


def test_a_file_deleted_by_hand_comes_back(out):
    tree = _tree({"a.txt": "a", "b/c.txt": "c"})
    write_output(out, tree)
    (out / "b/c.txt").unlink()
    assert write_output(out, tree).written == ("b/c.txt",)
    assert (out / "b/c.txt").read_text() == "c"


def test_a_change_of_the_digests_alone_changes_the_manifest_alone(out):
    write_output(out, _tree({"a.txt": "a"}))
    done = write_output(out, _tree({"a.txt": "a"}, surface="s2", fingerprint="f2"))
    assert (done.written, done.unchanged, done.manifest_written) == ((), ("a.txt",), True)
    manifest = read_manifest(out)
    assert manifest is not None
    assert (manifest.surface, manifest.fingerprint, manifest.unfinished) == ("s2", "f2", None)


def test_files_are_readable_for_all_and_not_executable(out):
    write_output(out, _tree({"a.txt": "a"}))
    umask = os.umask(0)
    os.umask(umask)
    for name in ("a.txt", "manifest.json"):
        assert stat.S_IMODE((out / name).stat().st_mode) == 0o644 & ~umask


def test_missing_folders_around_the_output_folder_are_made(tmp_path):
    write_output(tmp_path / "build/site", _tree({"a.txt": "a"}), project=tmp_path)
    assert _read(tmp_path / "build/site") == {"a.txt": "a"}
    assert _names(tmp_path / "build") == ["site"]


def test_a_build_of_nothing_into_no_folder_leaves_only_a_manifest(out):
    write_output(out, _tree({}))
    assert _names(out) == ["manifest.json"]


# A build of some targets


def test_a_build_of_one_target_leaves_the_files_of_the_others(out):
    docs, mcp = _tree({"docs/a": "a", "docs/b": "b"}), _tree({"mcp.json": "m"}, emitter="mcp")
    write_output(out, _joined(docs, mcp))
    newer = _tree({"docs/a": "A"}, surface="s2", targets=frozenset({"docs"}))
    done = write_output(out, newer)
    assert _read(out) == {"docs": None, "docs/a": "A", "mcp.json": "m"}
    assert (done.written, done.removed) == (("docs/a",), ("docs/b",))
    manifest = read_manifest(out)
    assert manifest is not None
    assert set(manifest.files) == {"docs/a", "mcp.json"}
    assert manifest.surface == "s1", "the folder holds older files, so it may not claim the newer digest"


@pytest.mark.parametrize("others_whole", [True, False])
def test_a_build_of_one_target_repairs_a_cut_off_one_only_if_the_others_are_whole(out, others_whole):
    both = _joined(_tree({"docs/a": "a"}), _tree({"mcp.json": "m"}, emitter="mcp"))
    write_output(out, both)
    whole = read_manifest(out)
    assert whole is not None
    (out / "manifest.json").write_text(json.dumps(replace(whole, unfinished={"docs/a": "0" * 64}).dump()))
    docs = _tree({"docs/a": "A"}, targets=frozenset({"docs"}))
    if others_whole:
        assert write_output(out, docs).repaired
        assert not plan_output(out, docs).differs
    else:
        (out / "mcp.json").unlink()
        assert _problems(_refused(out, docs)) == {("unfinished-build", "generated/manifest.json")}
        assert write_output(out, both).repaired


def test_a_target_must_not_make_a_file_that_clashes_with_one_that_stays(out):
    write_output(out, _tree({"a/b": "x"}, emitter="mcp"))
    caught = _refused(out, _tree({"A/b": "y"}, targets=frozenset({"docs"})))
    assert "path-clash" in {code for code, _ in _problems(caught)}


# What cannot lie in one folder


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("same.txt", "same.txt"),
        ("Case.txt", "case.txt"),
        ("docs/x.md", "Docs/y.md"),
        ("a", "a/b"),
        ("A", "a/b/c"),
        ("\u00e9.txt", "e\u0301.txt"),
    ],
)
def test_two_emitters_whose_files_exclude_each_other_are_both_named(out, one, other):
    with pytest.raises(BuildError) as caught:
        write_output(out, _joined(_tree({one: "1"}, emitter="first"), _tree({other: "2"}, emitter="second")))
    (problem,) = caught.value.diagnostics
    assert problem.code == "path-clash"
    assert "first" in problem.message
    assert "second" in problem.message
    assert one in f"{problem.file} {problem.message}"
    assert other in f"{problem.file} {problem.message}"
    assert not out.exists()


@pytest.mark.parametrize("path", ["manifest.json", "Manifest.JSON", "a\nb.txt", "c:/x"])
def test_a_path_no_file_may_have_is_refused_with_its_emitter(out, path):
    with pytest.raises(BuildError) as caught:
        write_output(out, _tree({path: "x"}, emitter="odd"))
    (problem,) = caught.value.diagnostics
    assert problem.code == "bad-output-path"
    assert "odd" in problem.message
    assert not out.exists()


@pytest.mark.parametrize("part", ["t" * 256, "ü" * 128])
def test_a_name_that_file_systems_do_not_take_is_refused_before_anything_is_written(out, part):
    for path in (f"{part}/a.txt", f"a/{part}"):
        with pytest.raises(BuildError) as caught:
            write_output(out, _tree({path: "x"}, emitter="odd"))
        (problem,) = caught.value.diagnostics
        assert (problem.code, "odd" in problem.message) == ("bad-output-path", True)
        assert "shorten the tag" in problem.mend
        assert not out.exists()


def test_the_longest_name_that_file_systems_take_is_written(out):
    path = f"{'ü' * 127}x/{'t' * 255}"
    assert write_output(out, _tree({path: "x"})).written == (path,)


# Strangers and edits


def test_a_strangers_file_and_an_edited_one_are_both_refused_by_name(out):
    write_output(out, _tree({"a.txt": "one\ntwo\nthree\n", "gone.txt": "g", "b/c.txt": "c"}))
    (out / "b/notes.md").write_text("mine")
    (out / "a.txt").write_text("one\nTWO\nthree\n")
    (out / "gone.txt").write_text("edited")
    caught = _refused(out, _tree({"a.txt": "one\ntwo\nthree\nfour\n", "b/c.txt": "c"}))
    assert _problems(caught) == {
        ("edited-file", "generated/a.txt"),
        ("foreign-file", "generated/b/notes.md"),
        ("edited-file", "generated/gone.txt"),
    }
    shown = str(caught.value)
    assert "    -TWO\n    +two\n" in shown
    assert "    +four\n" in shown
    assert shown.count("--force") == 3
    assert "no longer makes it" in shown


def test_a_file_on_disk_where_a_first_build_wants_to_write_is_refused(out):
    out.mkdir()
    (out / "a.txt").write_text("mine")
    caught = _refused(out, _tree({"a.txt": "ours", "b.txt": "b"}))
    assert _problems(caught) == {("foreign-file", "generated/a.txt")}
    assert "-mine" in str(caught.value)


def test_a_file_that_already_has_the_bytes_of_the_build_is_no_conflict(out):
    write_output(out, _tree({"a.txt": "a", "b.txt": "b"}))
    (out / "manifest.json").unlink()
    (out / "b.txt").write_text("B")
    done = write_output(out, _tree({"a.txt": "a", "b.txt": "B"}))
    assert (done.written, done.unchanged) == ((), ("a.txt", "b.txt"))


def test_force_overwrites_and_removes_edited_files_but_leaves_a_strangers(out):
    write_output(out, _tree({"a.txt": "a", "gone.txt": "g"}))
    (out / "a.txt").write_text("edited")
    (out / "gone.txt").write_text("edited")
    (out / "mine").mkdir()
    (out / "mine/notes.md").write_text("mine")
    done = write_output(out, _tree({"a.txt": "a"}), force=True)
    assert _read(out) == {"a.txt": "a", "mine": None, "mine/notes.md": "mine"}
    assert (done.written, done.removed) == (("a.txt",), ("gone.txt",))


def test_a_shown_difference_is_short_and_of_text_only(out):
    before = {
        "long.txt": "".join(f"{n}\n" for n in range(1000)),
        "binary": b"\x00\x01",
        "wide.txt": "w" * 999,
    }
    write_output(out, _tree(before))
    (out / "long.txt").write_text("".join(f"{n}!\n" for n in range(1000)))
    (out / "binary").write_bytes(b"\xff\xfe\x00")
    (out / "wide.txt").write_text("w" * 1000)
    details = {
        str(problem.file): problem.detail.splitlines()
        for problem in _refused(out, _tree(before)).value.diagnostics
    }
    assert len(details["generated/long.txt"]) == 24
    assert details["generated/long.txt"][-1] == "… and more"
    assert details["generated/binary"] == ["binary: 3 bytes on disk, 2 bytes in this build"]
    assert max(len(line) for line in details["generated/wide.txt"]) == 201


def test_a_difference_in_line_ends_can_be_seen(out):
    write_output(out, _tree({"a.txt": "one\ntwo\n"}))
    (out / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    assert "-one\\u000d" in str(_refused(out, _tree({"a.txt": "one\ntwo\n"})).value)


def test_what_tools_leave_in_a_client_folder_is_no_strangers_file(out):
    tree = _tree({"clients/ts/package.json": "{}"})
    write_output(out, tree)
    for path in (
        "clients/ts/node_modules/x/index.js",
        "clients/ts/dist/a.js",
        ".git/HEAD",
        "__pycache__/a.pyc",
    ):
        (out / path).parent.mkdir(parents=True)
        (out / path).write_text("tool")
    (out / ".DS_Store").write_text("tool")
    assert write_output(out, tree).written == ()
    write_output(out, _tree({"other.txt": "o"}))
    assert (out / "clients/ts/node_modules/x/index.js").exists()
    assert not (out / "clients/ts/package.json").exists()


def test_what_npm_pack_leaves_beside_its_package_is_no_strangers_file(out):
    tree = _tree({"clients/typescript/package.json": "{}", "clients/python/a.py": "a"})
    write_output(out, tree)
    packed = out / "clients/typescript/shop-client-0.1.0.tgz"
    packed.write_bytes(b"packed")
    assert not plan_output(out, tree).differs
    assert write_output(out, tree).written == ()
    write_output(out, _tree({"other.txt": "o"}))
    assert packed.read_bytes() == b"packed"


def test_an_archive_anywhere_else_is_a_strangers_file(out):
    tree = _tree({"clients/typescript/package.json": "{}", "clients/python/a.py": "a"})
    write_output(out, tree)
    (out / "clients/typescript/src").mkdir()
    strangers = ["clients/python/a.tgz", "clients/typescript/src/a.tgz", "a.tgz"]
    for path in strangers:
        (out / path).write_bytes(b"packed")
    (out / "clients/typescript/link.tgz").symlink_to(out / "a.tgz")
    assert _problems(_refused(out, tree)) == {
        ("foreign-file", f"generated/{path}") for path in [*strangers, "clients/typescript/link.tgz"]
    }


def test_files_of_the_build_count_even_in_a_folder_named_like_a_tools(out):
    write_output(out, _tree({"dist/a.js": "a", ".DS_Store": "odd"}))
    (out / "dist/a.js").write_text("edited")
    (out / "dist/b.js").write_text("b")
    (out / ".DS_Store").write_text("edited")
    assert _problems(_refused(out, _tree({"dist/a.js": "a", ".DS_Store": "odd"}))) == {
        ("edited-file", "generated/dist/a.js"),
        ("foreign-file", "generated/dist/b.js"),
        ("edited-file", "generated/.DS_Store"),
    }


@pytest.mark.parametrize("force", [False, True])
def test_what_stands_in_the_way_and_is_not_ours_is_never_removed(out, force):
    write_output(out, _tree({"a.txt": "a"}))
    (out / "x").write_text("a stranger's file where a folder has to go")
    (out / "y.txt").mkdir()
    (out / "y.txt/mine.md").write_text("mine")
    os.mkfifo(out / "z.txt")
    caught = _refused(out, _tree({"x/a.txt": "a", "y.txt": "y", "z.txt": "z"}), force=force)
    assert {(code, file) for code, file in _problems(caught) if code == "in-the-way"} == {
        ("in-the-way", "generated/x"),
        ("in-the-way", "generated/y.txt"),
        ("in-the-way", "generated/z.txt"),
    }


# Links


@pytest.mark.parametrize("force", [False, True])
def test_a_build_never_writes_or_removes_through_a_link(out, tmp_path_factory, force):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "a.txt").write_text("a")
    (elsewhere / "old.txt").write_text("o")
    write_output(out, _tree({"dir/a.txt": "a", "dir/old.txt": "o", "b.txt": "b", "gone.txt": "a"}))
    for path in ("dir/a.txt", "dir/old.txt", "b.txt", "gone.txt"):
        (out / path).unlink()
    (out / "dir").rmdir()
    (out / "dir").symlink_to(elsewhere)
    (out / "b.txt").symlink_to(elsewhere / "a.txt")
    (out / "gone.txt").symlink_to(elsewhere / "a.txt")
    caught = _refused(out, _tree({"dir/a.txt": "new", "b.txt": "b"}), force=force)
    assert _problems(caught) == {
        ("linked-path", "generated/dir"),
        ("linked-path", "generated/b.txt"),
        ("linked-path", "generated/gone.txt"),
    }
    assert _read(elsewhere) == {"a.txt": "a", "old.txt": "o"}


def test_a_linked_manifest_is_refused(out, tmp_path_factory):
    write_output(out, _tree({"a.txt": "a"}))
    moved = tmp_path_factory.mktemp("elsewhere") / "manifest.json"
    (out / "manifest.json").rename(moved)
    (out / "manifest.json").symlink_to(moved)
    assert _problems(_refused(out, _tree({"a.txt": "b"}))) == {("linked-path", "generated/manifest.json")}


def test_a_strangers_link_is_a_strangers_file(out):
    write_output(out, _tree({"a.txt": "a"}))
    (out / "link").symlink_to("/nowhere")
    assert _problems(_refused(out, _tree({"a.txt": "a"}))) == {("foreign-file", "generated/link")}


def test_an_output_folder_that_is_a_link_is_the_folder_it_leads_to(tmp_path):
    real = tmp_path / "else/where"
    real.mkdir(parents=True)
    (tmp_path / "generated").symlink_to(real)
    write_output(tmp_path / "generated", _tree({"a.txt": "a"}))
    assert _read(real) == {"a.txt": "a"}
    assert (tmp_path / "generated").is_symlink()


# Folders and manifests that cannot be used


@pytest.mark.parametrize("manifest", ['{"format": 2}', '{"format": 1, "files": {}}', "<<<<<<< HEAD"])
def test_a_newer_or_damaged_manifest_is_refused_with_the_mend(out, manifest):
    write_output(out, _tree({"a.txt": "a"}))
    (out / "manifest.json").write_text(manifest)
    caught = _refused(out, _tree({"a.txt": "b"}), force=True)
    assert _problems(caught) == {("bad-manifest", "generated/manifest.json")}


def test_a_manifest_edited_to_name_a_file_outside_removes_nothing(out):
    write_output(out, _tree({"a.txt": "a"}))
    outside = out.parent / "outside.txt"
    outside.write_text("mine")
    text = (out / "manifest.json").read_text().replace('"a.txt"', '"../outside.txt"')
    (out / "manifest.json").write_text(text)
    with pytest.raises(BuildError, match="bad-manifest"):
        write_output(out, _tree({"a.txt": "a"}), force=True)
    assert outside.read_text() == "mine"


def test_the_project_itself_is_no_output_folder(tmp_path):
    for out in (tmp_path, tmp_path.parent):
        with pytest.raises(BuildError, match="bad-output-folder"):
            write_output(out, _tree({"a.txt": "a"}), project=tmp_path)
    assert _names(tmp_path) == []


def test_a_file_is_no_output_folder(out):
    out.write_text("mine")
    with pytest.raises(BuildError, match="bad-output-folder"):
        write_output(out, _tree({"a.txt": "a"}))
    assert out.read_text() == "mine"


def test_what_the_system_refuses_is_a_diagnostic(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BuildError) as caught:
        write_output(tmp_path / "file/generated", _tree({"a.txt": "a"}), project=tmp_path)
    assert [problem.code for problem in caught.value.diagnostics] == ["output-failed"]
    assert _names(tmp_path) == ["file"]


def test_an_output_folder_that_is_a_mount_of_its_own_is_told_how_to_be_used(out, monkeypatch):
    write_output(out, _tree({"a.txt": "a"}))
    real = Path.replace

    def across_mounts(self, target):
        if target.parent == out:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(self), None, str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", across_mounts)
    caught = _refused(out, _tree({"a.txt": "b"}))
    assert _problems(caught) == {("output-failed", "generated/manifest.json")}
    (problem,) = caught.value.diagnostics
    assert "mount of its own" in problem.message
    assert "to a folder in the mounted one" in problem.mend


# Check


def test_check_tells_all_that_differs_and_writes_nothing(out):
    write_output(out, _tree({"same.txt": "s", "changed.txt": "c", "gone.txt": "g", "edited.txt": "e"}))
    (out / "edited.txt").write_text("E")
    before = _snapshot(out.parent)
    plan = plan_output(
        out,
        _tree({"same.txt": "s", "changed.txt": "C", "new.txt": "n", "edited.txt": "e"}, surface="s2"),
        project=out.parent,
    )
    assert _snapshot(out.parent) == before
    assert plan.differs
    assert [file.path for file in plan.write] == ["changed.txt", "new.txt"]
    assert plan.remove == ("gone.txt",)
    assert plan.unchanged == ("same.txt",)
    assert [problem.file for problem in plan.conflicts] == ["generated/edited.txt"]
    assert plan.manifest_differs
    assert plan.before is not None
    assert (plan.before.surface, plan.manifest.surface) == ("s1", "s2")


def test_check_of_a_current_folder_finds_nothing(out):
    tree = _tree({"a.txt": "a"})
    write_output(out, tree)
    assert not plan_output(out, tree).differs


def test_check_of_a_missing_folder_would_write_all_and_makes_nothing(out):
    plan = plan_output(out, _tree({"a.txt": "a"}))
    assert [file.path for file in plan.write] == ["a.txt"]
    assert not out.exists()


# One build at a time


def test_a_build_refuses_while_another_one_writes(out):
    write_output(out, _tree({"a.txt": "a"}))
    with working(output_place(out, None), wait=0):
        before = _snapshot(out)
        with pytest.raises(BuildError, match="build-running"):
            write_output(out, _tree({"a.txt": "b"}), wait=0)
        assert _snapshot(out) == before
    write_output(out, _tree({"a.txt": "b"}), wait=0)
    assert _names(out.parent) == [out.name]


def test_what_a_killed_build_left_in_its_work_folder_is_cleared(out):
    tree = _tree({"a.txt": "a"})
    write_output(out, tree)
    work = work_folder(out)
    (work / "new").mkdir(parents=True)
    (work / "new/0").write_text("half")
    (work / "lock").touch()
    write_output(out, tree)
    assert _names(out.parent) == [out.name]


def test_a_work_folder_that_is_a_link_is_refused(out, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "mine.txt").write_text("mine")
    work_folder(out).symlink_to(elsewhere)
    with pytest.raises(BuildError, match="in-the-way"):
        write_output(out, _tree({"a.txt": "a"}))
    assert _read(elsewhere) == {"mine.txt": "mine"}


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_not_held(tmp_path):
    place = output_place(tmp_path / "generated", None)
    work = work_folder(place.folder)
    lock = locks._open_lock(place, work)
    assert lock is not None
    (work / "lock").rename(work / "gone")
    other = locks._open_lock(place, work)
    assert other is not None
    assert not locks._is_ours(lock, work)
    assert locks._is_ours(other, work)
    os.close(other)


# The private catalog


def test_the_private_catalog_holds_everything_and_reads_back(tmp_path, sample):
    path = tmp_path / "private.json"
    with private_catalog(path, sample, tmp_path / "generated"):
        assert not path.exists()
    assert load(json.loads(path.read_text())) == sample
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    changed = replace(sample, title="Changed")
    with private_catalog(path, changed, tmp_path / "generated"):
        assert load(json.loads(path.read_text())) == sample
    assert load(json.loads(path.read_text())) == changed
    assert _names(tmp_path) == ["private.json"]


@pytest.mark.parametrize(
    "path", ["generated/p.json", "generated/deep/p.json", "way/p.json", "link.json", "generated"]
)
def test_the_private_catalog_is_refused_inside_the_output_folder(tmp_path, sample, path):
    out = tmp_path / "generated"
    (out / "deep").mkdir(parents=True)
    (tmp_path / "way").symlink_to(out)
    (tmp_path / "link.json").symlink_to(out / "p.json")
    with (
        pytest.raises(BuildError, match="private-catalog-place"),
        private_catalog(tmp_path / path, sample, out, force=True),
    ):
        pytest.fail("the work began")
    assert _read(out) == {"deep": None}


def test_a_private_catalog_that_cannot_be_written_is_a_diagnostic_and_leaves_nothing(tmp_path, sample):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for path in ("folder", "pipe", "missing/p.json"):
        with (
            pytest.raises(BuildError, match="output-failed"),
            private_catalog(tmp_path / path, sample, tmp_path / "generated", force=True),
        ):
            pytest.fail("the work began")
    assert sorted(_names(tmp_path)) == ["folder", "pipe"]


@pytest.mark.parametrize("content", [b"", b"[project]\n", b"{}", b'{"format": 1}', b"\xff", b"[" * 100_000])
def test_the_private_catalog_replaces_only_a_catalog_unless_forced(tmp_path, sample, content):
    path = tmp_path / "mine"
    path.write_bytes(content)
    with (
        pytest.raises(BuildError, match=r"mine: error\[foreign-file\].*\n.*--force"),
        private_catalog(path, sample, tmp_path / "generated"),
    ):
        pytest.fail("the work began")
    assert (path.read_bytes(), _names(tmp_path)) == (content, ["mine"])
    with private_catalog(path, sample, tmp_path / "generated", force=True):
        pass
    assert load(json.loads(path.read_text())) == sample


def test_the_private_catalog_stays_as_it_was_when_the_work_fails(tmp_path, sample):
    with (
        pytest.raises(ZeroDivisionError),
        private_catalog(tmp_path / "p.json", sample, tmp_path / "generated"),
    ):
        raise ZeroDivisionError
    assert _names(tmp_path) == []


def test_a_private_catalog_that_fails_last_of_all_says_that_the_rest_is_written(tmp_path, sample):
    path = tmp_path / "p.json"
    with (
        pytest.raises(BuildError, match=r"output-failed.*the output folder has been written"),
        private_catalog(path, sample, tmp_path / "generated"),
    ):
        path.mkdir()
    assert _names(tmp_path) == ["p.json"]
