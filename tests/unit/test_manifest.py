from __future__ import annotations

import json

import pytest
from actionary.manifest import Manifest, ManifestError, ManifestFile, is_safe_path, parse, read_manifest

SHA = "0" * 64
FILES = {"docs/index.html": ManifestFile(SHA, "docs", served=True)}


def _data(**changes):
    return {**Manifest(surface="s", fingerprint="f", files=FILES).dump(), **changes}


def _written(tmp_path, data):
    (tmp_path / "manifest.json").write_text(data if isinstance(data, str) else json.dumps(data))
    return tmp_path


@pytest.mark.parametrize("unfinished", [None, {}, {"gone.txt": "f" * 64}])
def test_a_manifest_reads_back_as_it_was_dumped(tmp_path, unfinished):
    manifest = Manifest(surface="s", fingerprint="f", files=FILES, unfinished=unfinished)
    assert read_manifest(_written(tmp_path, manifest.dump())) == manifest


def test_a_whole_folders_manifest_has_nothing_but_format_digests_and_files():
    assert _data() == {
        "format": 1,
        "surface": "s",
        "fingerprint": "f",
        "files": {"docs/index.html": {"sha256": SHA, "emitter": "docs", "served": True}},
    }


def test_a_folder_without_manifest_gives_none(tmp_path):
    assert read_manifest(tmp_path) is None
    assert read_manifest(tmp_path / "missing") is None


def test_a_newer_format_is_refused_with_the_version_to_use(tmp_path):
    with pytest.raises(ManifestError, match="format 2, this version of actionary reads 1") as caught:
        read_manifest(_written(tmp_path, _data(format=2)))
    assert "newer" in caught.value.mend


def _entry(**changes):
    return {"docs/a": {"sha256": SHA, "emitter": "docs", "served": False, **changes}}


@pytest.mark.parametrize(
    "data",
    [
        "",
        "<<<<<<< HEAD",
        "[" * 100_000,
        "[]",
        "null",
        "{}",
        _data(format="1"),
        _data(format=True),
        _data(surface=None),
        _data(fingerprint=3),
        _data(files=[]),
        _data(files={"a": "b"}),
        _data(files=_entry(sha256="abc")),
        _data(files=_entry(sha256=None)),
        _data(files=_entry(emitter=None)),
        _data(files=_entry(served=1)),
        _data(unfinished=None),
        _data(unfinished={"a": 1}),
        *(_data(files={path: _entry()["docs/a"]}) for path in ("../a", "/a", "a//b", "", "manifest.json")),
        *(_data(unfinished={path: SHA}) for path in ("../a", "C:/a", "a\\b")),
    ],
)
def test_a_damaged_manifest_is_an_error_that_names_the_mend(tmp_path, data):
    with pytest.raises(ManifestError, match="damaged") as caught:
        read_manifest(_written(tmp_path, data))
    assert "version control" in caught.value.mend


def test_a_manifest_that_is_no_file_is_an_error(tmp_path):
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path)


def test_bytes_that_are_no_utf8_are_damaged():
    with pytest.raises(ManifestError, match="damaged"):
        parse(b"\xff\xfe{")


@pytest.mark.parametrize("path", ["a", "a/b.txt", ".well-known/x", "a b/ü.md", "..."])
def test_ordinary_paths_are_safe(path):
    assert is_safe_path(path)


@pytest.mark.parametrize(
    "path",
    ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\\b", "c:/a", "a\nb", "a\0", "\u202ea"],
)
def test_paths_that_leave_the_folder_or_differ_between_systems_are_not_safe(path):
    assert not is_safe_path(path)
