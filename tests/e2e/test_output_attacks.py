"""Output folders that cannot be written to, or that hold traps, built by the real command."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("actionary")
ACTION = '''
from actionary import action

@action(public=True, when_to_use="The user adds.")
def {0}(a: int, b: int = 2) -> int:
    """{1} two numbers."""
    return a + b
'''
QUIET = {"PYTHONDONTWRITEBYTECODE": "1"}
SAID = "the build before was cut off; the folder is whole again\n"


def _cases(attacks, always):
    """Give attacks as parameters by name; those that are not always tried are long."""
    assert always <= attacks.keys()
    return [
        pytest.param(
            *(attack if isinstance(attack, tuple) else (attack,)),
            id=name,
            marks=() if name in always else pytest.mark.long,
        )
        for name, attack in attacks.items()
    ]


def _project(root, title, names):
    (root / "actions").mkdir(parents=True, exist_ok=True)
    settings = (
        f'[tool.actionary]\ntitle = "{title}"\nversion = "1.0.0"\ntargets = ["catalog", "docs", "llms"]\n'
    )
    (root / "pyproject.toml").write_text(settings)
    for path in (root / "actions").glob("*.py"):
        path.unlink()
    for name in names:
        (root / "actions" / f"{name}.py").write_text(ACTION.format(name, title))


def _tree(folder):
    """All below a folder, links not followed: what each path is, its bytes, and when it changed."""
    found = {}
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(above, name)
            now = path.lstat()
            content = path.read_bytes() if stat.S_ISREG(now.st_mode) and now.st_size < 1 << 20 else None
            found[path.relative_to(folder).as_posix()] = (stat.S_IFMT(now.st_mode), content)
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A built project whose actions have changed since, and the trees before and after the next build."""
    root = tmp_path_factory.mktemp("built") / "site"
    trees = []
    for title, names in (("Mart", ("add", "get", "put")), ("Shop", ("add", "find", "get"))):
        if trees:
            shutil.copytree(root / "generated", root.parent / "old")
        _project(root, title, names)
        subprocess.run([COMMAND, "build"], cwd=root, env=os.environ | QUIET, check=True, capture_output=True)
        trees.append(_tree(root / "generated"))
    shutil.rmtree(root / "generated")
    (root.parent / "old").rename(root / "generated")
    return root, *trees


@pytest.fixture
def root(tmp_path, built):
    root = tmp_path / "site"
    shutil.copytree(built[0], root, symlinks=True)
    yield root
    for path in (tmp_path, root, root / "generated", root / "generated" / "docs"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


@pytest.fixture
def out(root):
    return root / "generated"


@pytest.fixture
def build(actionary, root):
    def build(*arguments, env=(), **more):
        return actionary("build", *arguments, cwd=root, env={**QUIET, **dict(env)}, **more)

    return build


@pytest.fixture
def refused(build, root):
    """Builds, expects an error of this code about this path, and all of the project untouched."""

    def refused(code, named, *said, **more):
        path = f"{named}: " if named else ""
        before = _tree(root)
        shown = build(**more)
        assert shown.returncode == 1, shown.stdout
        assert f"{path}error[{code}]: " in shown.stderr
        assert "\n  mend: " in shown.stderr
        assert code == "emitter-failed" or "Traceback" not in shown.stderr
        for each in said:
            assert each in shown.stderr
        if "preexec_fn" not in more:
            assert _tree(root) == before
        return shown

    return refused


# Nothing can be written


def _without_capabilities():
    """Let file modes count for root too, by giving up every capability; others never had one."""
    if os.geteuid() == 0 and sys.platform == "linux":
        libc = ctypes.CDLL(None)
        for capability in range(64):
            libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.parametrize(
    ("closed", "mode", "named"),
    [
        ("generated", 0o555, "generated/manifest.json"),
        ("generated", 0o000, "generated/manifest.json"),
        ("generated/docs", 0o555, "generated/docs/index.html"),
        ("generated/docs", 0o000, "generated/docs"),
        ("generated/llms.txt", 0o000, "generated/llms.txt"),
        ("generated/manifest.json", 0o000, "generated/manifest.json"),
        (".", 0o555, ".generated.actionary"),
    ],
    ids=str,
)
def test_a_folder_without_permission_is_named_and_stays_as_it_was(root, refused, closed, mode, named):
    before = _tree(root)
    was = (root / closed).stat().st_mode
    (root / closed).chmod(mode)
    code = "bad-manifest" if mode == 0 and named.endswith("manifest.json") else "output-failed"
    refused(code, named, "ermission denied", preexec_fn=_without_capabilities)
    (root / closed).chmod(was)
    assert _tree(root) == before


def test_an_unreadable_folder_of_actions_is_an_error_and_does_not_lose_its_actions(root, refused):
    (root / "actions" / "more").mkdir()
    (root / "actions" / "add.py").rename(root / "actions" / "more" / "add.py")
    (root / "actions" / "more").chmod(0)
    before = _tree(root)
    try:
        refused("import-failed", "", "Permission denied: 'actions/more'", preexec_fn=_without_capabilities)
        assert _tree(root) == before
    finally:
        (root / "actions" / "more").chmod(0o755)


def _in_namespace(script, *arguments):
    return ["unshare", "-rm", "sh", "-ec", script, "sh", *map(str, arguments)]


def _may_mount():
    """Whether this machine lets a process mount something that only it sees."""
    with_unshare = shutil.which("unshare") and subprocess.run(
        _in_namespace("mount -t tmpfs -o size=64k tmpfs /mnt"), capture_output=True, check=False
    )
    return bool(with_unshare) and with_unshare.returncode == 0


def test_a_read_only_file_system_is_named_and_stays_as_it_was(root, out, built):
    """By a mount; where none is allowed, by a folder that may not be written to."""
    script, why, more = f"exec {COMMAND} build", "ermission denied", {"preexec_fn": _without_capabilities}
    if _may_mount():
        script, why, more = (
            f'mount --bind . .; mount -o remount,ro,bind .; cd "$PWD"; {script}',
            "Read-only",
            {},
        )
        command = _in_namespace(script)
    else:
        root.chmod(0o555)
        command = ["sh", "-ec", script]
    shown = subprocess.run(
        command, cwd=root, env=os.environ | QUIET, capture_output=True, text=True, check=False, **more
    )
    assert shown.returncode == 1
    assert "error[output-failed]: " in shown.stderr
    assert why in shown.stderr
    assert "no file was changed\n  mend: " in shown.stderr
    assert _tree(out) == built[1]


SMALL_DISK = """
root="$1"; result="$2"; options="$3"; free="$4"; command="$5"
disk="$root/disk"
mkdir "$disk"
mount -t tmpfs -o "$options" tmpfs "$disk"
cp -a "$root/project/." "$disk"
if [ "$free" != all ]; then
    available=$(df -k --output=avail "$disk" | tail -1)
    head -c "$(( (available - free) * 1024 ))" /dev/zero > "$disk/ballast"
fi
cd "$disk"
end=0
"$command" build || end=$?
cp -a "$disk/generated" "$result"
ls -A "$disk" > "$result.names"
exit "$end"
"""


def _on_small_disk(tmp_path, name, options, free):
    """Build on a disk with so many KiB or files free, and give how it ended and what it left."""
    work = tmp_path / f"disk {name}"
    work.mkdir()
    shutil.copytree(tmp_path / "site", work / "project")
    shown = subprocess.run(
        _in_namespace(SMALL_DISK, work, work / "result", options, free, COMMAND),
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (work / "result.names").exists(), shown.stderr
    names = set((work / "result.names").read_text().split())
    return shown, _tree(work / "result"), names - {"ballast"}


def _with_small_files(tmp_path, limit):
    """Build where no file may get larger than so many bytes, and give how it ended and what it left."""
    root = tmp_path / f"limit {limit}"
    shutil.copytree(tmp_path / "site", root)
    shown = subprocess.run(
        [COMMAND, "build"],
        cwd=root,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    return shown, _tree(root / "generated"), {path.name for path in root.iterdir()}


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(
    "disks", [False, pytest.param(True, marks=pytest.mark.long)], ids=["limits", "disks"]
)
def test_a_disk_that_gets_full_leaves_the_old_tree_or_the_new_one(tmp_path, built, capsys, disks):
    """On disks of every size and number of files; where no mount is allowed, with limits on files alone."""
    tries = [_with_small_files(tmp_path, limit) for limit in (0, 1, 1000, 6000, 10**6)]
    if disks and _may_mount():
        tries += [
            _on_small_disk(tmp_path, f"of {free}", "size=4m", free) for free in (0, 4, 16, 48, 80, 120, 500)
        ]
        tries += [
            _on_small_disk(tmp_path, f"for {files}", f"size=4m,nr_inodes={files}", "all")
            for files in (27, 32, 40, 48, 60, 200)
        ]
    ends = {"old": 0, "new": 0}
    for shown, tree, names in tries:
        assert names == {"actions", "generated", "pyproject.toml"}
        assert "Traceback" not in shown.stderr
        if shown.returncode == 0:
            assert tree == built[2]
            ends["new"] += 1
            continue
        assert "error[output-failed]: " in shown.stderr
        assert "No space left on device" in shown.stderr or "File too large" in shown.stderr
        assert "no file was changed\n  mend: make room: " in shown.stderr
        assert tree == built[1]
        ends["old"] += 1
    with capsys.disabled():
        print(
            f"\n{len(tries)} full disks: {ends['old']} left the old tree, {ends['new']} had room for the new"
        )
    assert ends["old"] >= 3
    assert ends["new"] >= 1


# Traps in the folder


def _link(path, to):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    path.symlink_to(to)


LINKS = {
    "a folder outside": ("docs", "../outside"),
    "a file outside": ("llms.txt", "../outside/mine.txt"),
    "a file that goes": ("actions/put.md", "../../outside/mine.txt"),
    "nowhere": ("catalog.json", "nowhere"),
    "itself": ("catalog.json", "catalog.json"),
    "the folder around it": ("actions", "."),
    "another manifest": ("manifest.json", "../outside/manifest.json"),
}


@pytest.mark.parametrize(("path", "to"), _cases(LINKS, {"a folder outside", "another manifest"}))
def test_a_link_is_never_written_or_removed_through(root, out, build, path, to):
    outside = root / "outside"
    outside.mkdir()
    for name in ("mine.txt", "index.html", "add.html", "put.html"):
        (outside / name).write_text("mine")
    shutil.copy(out / "manifest.json", outside)
    _link(out / path, to)
    before = _tree(root)
    for force in ((), ("--force",)):
        shown = build(*force)
        assert shown.returncode == 1
        assert f"generated/{path}: error[linked-path]: this is a link" in shown.stderr
        assert "Traceback" not in shown.stderr
        assert _tree(root) == before


def test_a_strangers_link_out_of_the_folder_stays_and_is_named(root, out, refused):
    (out / "way").symlink_to("/")
    refused("foreign-file", "generated/way", "no build wrote this")


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_manifest_that_is_no_file_is_refused_and_not_waited_for(out, refused, kind):
    manifest = out / "manifest.json"
    manifest.unlink()
    if kind == "pipe":
        os.mkfifo(manifest)
    elif kind == "device":
        manifest.symlink_to("/dev/zero")
    else:
        manifest.mkdir()
    refused("bad-manifest", "generated/manifest.json", "it is no plain file")


def test_a_pipe_in_a_files_place_is_refused_and_not_waited_for(out, refused):
    (out / "llms.txt").unlink()
    os.mkfifo(out / "llms.txt")
    refused("in-the-way", "generated/llms.txt")


def test_a_file_too_large_to_read_is_an_edited_one(out, refused):
    os.truncate(out / "llms.txt", 1 << 33)
    assert "8589934592 bytes on disk" in refused("edited-file", "generated/llms.txt").stderr


@pytest.fixture
def deep(out):
    """Folders in folders, with a file in the last; pytest could not remove them."""
    here = os.open(out, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("mine", os.O_CREAT, dir_fd=here))
    os.close(here)
    yield
    subprocess.run(["rm", "-r", out / "d"], check=True)


@pytest.mark.usefixtures("deep")
def test_folders_nested_deeper_than_python_calls_are_a_strangers(build):
    shown = build()
    assert shown.returncode == 1
    assert "error[foreign-file]: no build wrote this" in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.long
@pytest.mark.parametrize("name", [b"\xff", b"a\nb", b"-rf", "\u202etxt".encode()])
def test_names_that_are_hard_to_print_are_refused_in_one_line(out, refused, name):
    Path(os.fsdecode(os.fsencode(out) + b"/" + name)).write_text("mine")
    shown = refused("foreign-file", "", "no build wrote this")
    refused_line = [line for line in shown.stderr.splitlines() if "error[foreign-file]" in line]
    assert len(refused_line) == 1
    assert refused_line[0].startswith("generated/")


def test_a_name_that_differs_in_case_only_is_a_strangers(out, refused):
    (out / "LLMS.txt").write_text("mine")
    refused("foreign-file", "generated/LLMS.txt")


EMITTER = """
from actionary_build.emit import Emitter, OutputFile
from actionary_build.emit.no_options import NoOptions

def emit(catalog, options, sources):
    return [OutputFile(path, b"") for path in {0!r}]

emitter = Emitter("odd", NoOptions, emit)
"""


CLASHES = {
    "case of files": (["Case.txt", "case.txt"], "path-clash", "many systems take them for one"),
    "case of folders": (["Stra\u00dfe/a", "STRASSE/b"], "path-clash", "one folder to many systems"),
    "case of another's": (["LLMS.txt"], "path-clash", "many systems take them for one"),
    "upwards": (["../out.txt"], "emitter-failed", "is not a path below the output folder"),
    "absolute": (["/elsewhere/out.txt"], "emitter-failed", "is not a path below the output folder"),
    "drive": (["C:/out.txt"], "bad-output-path", "not the same on every system"),
    "another's folder": (["docs"], "path-clash", "and odd makes the file docs"),
}


@pytest.mark.parametrize(("paths", "code", "said"), _cases(CLASHES, {"case of files", "upwards"}))
def test_an_installed_emitters_files_cannot_leave_the_folder_or_exclude_each_other(
    root, refused, paths, code, said
):
    tmp_path = root.parent
    info = tmp_path / "installed" / "odd-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[actionary.emitters]\nodd = odd_emitter:emitter\n")
    (info.parent / "odd_emitter.py").write_text(EMITTER.format(paths))
    text = (root / "pyproject.toml").read_text()
    (root / "pyproject.toml").write_text(text.replace('"docs"', '"docs", "odd"'))
    shown = refused(code, "", said, env={"PYTHONPATH": str(info.parent)})
    assert "odd" in shown.stderr


# The manifest


def _entry(path, **changes):
    def edit(manifest):
        manifest["files"][path] = {"sha256": "0" * 64, "emitter": "docs", "served": True, **changes}

    return edit


DAMAGED = {
    "empty": b"",
    "cut": b'{"format": 1,',
    "merged": b"<<<<<<< HEAD\n{}",
    "null": b"null",
    "list": b"[]",
    "deep": b"[" * 100_000,
    "UTF-16": '{"format": 1}'.encode("utf-16"),
    "not UTF-8": b'{"format": "\xff"}',
    "newer": b'{"format": 2}',
    "no number": lambda manifest: manifest.update(format=True),
    "no files": lambda manifest: manifest.pop("files"),
    "files as a list": lambda manifest: manifest.update(files=[]),
    "upwards": _entry("../outside.txt"),
    "upwards below": _entry("docs/../../outside.txt"),
    "absolute": _entry("/etc/passwd"),
    "drive": _entry("C:/x"),
    "backslash": _entry("..\\outside.txt"),
    "itself": _entry("manifest.json"),
    "no name": _entry(""),
    "half a character": _entry("\ud800"),
    "null byte": _entry("a\0b"),
    "no digest": _entry("a.txt", sha256="x"),
    "served by a text": _entry("a.txt", served="yes"),
    "unfinished upwards": lambda manifest: manifest.update(unfinished={"../outside.txt": "0" * 64}),
    "unfinished as a text": lambda manifest: manifest.update(unfinished="yes"),
}

MENDED = {
    "a file that is not there": _entry("gone.txt"),
    "a folder": _entry("docs"),
    "a name that is too long": _entry("x" * 300),
    "a file left out": lambda manifest: manifest["files"].pop("openapi.json", None),
    "served or not": lambda manifest: manifest["files"]["catalog.json"].update(served=True),
    "another emitter": lambda manifest: manifest["files"]["catalog.json"].update(emitter="nobody"),
    "other digests": lambda manifest: manifest.update(surface="", fingerprint="x" * 100_000),
    "a key of its own": lambda manifest: manifest.update(note="mine"),
    "unfinished": lambda manifest: manifest.update(unfinished={}),
}


def _edit(manifest, edit):
    if isinstance(edit, bytes):
        manifest.write_bytes(edit)
    else:
        data = json.loads(manifest.read_bytes())
        edit(data)
        manifest.write_text(json.dumps(data))


@pytest.mark.parametrize("edit", _cases(DAMAGED, {"merged", "newer", "upwards", "unfinished upwards"}))
def test_a_manifest_that_was_damaged_by_hand_is_refused_and_nothing_is_removed(root, out, refused, edit):
    (root / "outside.txt").write_text("mine")
    _edit(out / "manifest.json", edit)
    refused("bad-manifest", "generated/manifest.json")


@pytest.mark.parametrize("edit", _cases(MENDED, {"a folder", "unfinished"}))
def test_a_manifest_that_was_edited_by_hand_is_set_right(out, build, built, edit):
    _edit(out / "manifest.json", edit)
    shown = build()
    assert shown.returncode == 0, shown.stderr
    assert _tree(out) == built[2]


def test_a_digest_that_was_edited_keeps_its_file_from_being_overwritten(out, refused):
    def edit(manifest):
        manifest["files"]["llms.txt"]["sha256"] = "0" * 64

    _edit(out / "manifest.json", edit)
    refused("edited-file", "generated/llms.txt")


def test_a_folder_that_is_repaired_says_so_to_people_machines_and_checks(out, build):
    _edit(out / "manifest.json", MENDED["unfinished"])
    checked = build("--check")
    assert checked.returncode == 1
    assert "generated/manifest.json: error[stale-output]: the last build was cut off" in checked.stderr
    other = json.loads((out / "manifest.json").read_text())
    assert json.loads(build("--json").stdout)["repaired"] is True
    assert json.loads(build("--json").stdout)["repaired"] is False
    (out / "manifest.json").write_text(json.dumps(other))
    assert SAID in build().stdout
    assert SAID not in build().stdout


# Two builds at once


def _hold(root):
    """Be another build that writes."""
    (root / ".generated.actionary").mkdir()
    lock = os.open(root / ".generated.actionary" / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


@pytest.mark.long
def test_a_build_that_finds_another_one_writing_is_refused_after_a_while(root, out, refused):
    lock = _hold(root)
    refused("build-running", "generated", "wait until it has ended")
    os.close(lock)


def test_a_build_waits_for_another_one_that_ends(root, out, built, script):
    lock = _hold(root)
    with subprocess.Popen(
        [*script, "build"], cwd=root, env=os.environ | QUIET, stderr=subprocess.PIPE, text=True
    ) as waiting:
        os.close(lock)
        assert waiting.stderr.read() == ""
    assert waiting.returncode == 0
    assert _tree(out) == built[2]
    assert not (root / ".generated.actionary").exists()


def test_builds_at_once_all_end_well_in_one_whole_tree(root, out, built, script):
    builds = [
        subprocess.Popen([*script, "build"], cwd=root, env=os.environ | QUIET, stdout=subprocess.DEVNULL)
        for _ in range(4)
    ]
    assert [each.wait() for each in builds] == [0] * 4
    assert _tree(out) == built[2]
    assert {path.name for path in root.iterdir()} == {"actions", "generated", "pyproject.toml"}
