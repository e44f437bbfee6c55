"""What a build would do to the output folder: compared, judged, nothing touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from actionary import manifest as manifests
from actionary.manifest import Manifest, ManifestError, ManifestFile

from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.emit import OutputFile, json_file
from actionary_build.output.clash import clashes
from actionary_build.output.difference import difference
from actionary_build.output.disk import Kind, folders_above, scan, sha256, sha256_of
from actionary_build.output.place import Place, explained, output_place

_CONTENT_MEND: Final = "move what you want to keep out of the output folder, or build with --force"
_STRANGER_MEND: Final = (
    "move it out of the output folder, or leave it there and build with --force, "
    "which overwrites edited files too"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTree:
    """What a build made: each file with its emitter's name, and the catalog's digests.

    ``targets`` are the emitters that ran when not all did; the files of the
    others then stay as they are. ``None`` means that this is the whole tree.
    """

    files: tuple[tuple[str, OutputFile], ...]
    surface: str
    fingerprint: str
    targets: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a folder differs from what a build made. Paths are sorted.

    With ``conflicts`` it must not be carried out. ``found`` are the sha256 of
    what now lies where a file is to be written or removed, ``spare`` the folders
    on disk that the new tree does not need, the deepest first.
    """

    place: Place
    before: Manifest | None
    manifest: Manifest
    write: tuple[OutputFile, ...]
    remove: tuple[str, ...]
    unchanged: tuple[str, ...]
    found: Mapping[str, str]
    spare: tuple[str, ...]
    conflicts: tuple[Diagnostic, ...]
    manifest_differs: bool

    @property
    def differs(self) -> bool:
        """Whether the folder is anything but what the build made."""
        return bool(self.write or self.remove or self.conflicts or self.manifest_differs)


def plan_output(out: Path, tree: NewTree, *, force: bool = False, project: Path | None = None) -> Plan:
    """Compare an output folder with a new tree, and touch nothing.

    Conflicts are in the plan, not raised, so that ``--check`` can show them beside
    the rest. With ``force`` files are overwritten or removed although they were
    edited or are foreign; files that stand in no file's place stay, unreported.
    Messages name files relative to ``project``.

    Raises:
        BuildError: The new files cannot lie in one folder, the folder is none to
            write to, its manifest cannot be read, or the system refuses.
    """
    place = output_place(out, project)
    with explained(place):
        before = _read_before(place)
        kept = _kept(place, before, tree)
        problems = clashes([*tree.files, *_as_files(kept)])
        if problems:
            raise BuildError(problems)
        return _Comparison(place, before, kept, tree, force=force).plan()


def manifest_file(manifest: Manifest) -> OutputFile:
    """Give the file a manifest is written as."""
    return json_file(manifests.NAME, manifest.dump())


def _read_before(place: Place) -> Manifest | None:
    try:
        return manifests.read_manifest(place.folder)
    except ManifestError as error:
        problem = place.error("bad-manifest", manifests.NAME, str(error), error.mend)
        raise BuildError(problem) from error


def _kept(place: Place, before: Manifest | None, tree: NewTree) -> dict[str, ManifestFile]:
    """Give the files of emitters that did not run, which stay as they are."""
    if before is None or tree.targets is None:
        return {}
    made = {file.path for _, file in tree.files}
    kept = {
        path: file
        for path, file in before.files.items()
        if file.emitter not in tree.targets and path not in made
    }
    if before.unfinished is not None and any(
        sha256_of(place.folder / path) != file.sha256 for path, file in kept.items()
    ):
        problem = "the last build was cut off before the files of all its targets were written"
        raise BuildError(place.error("unfinished-build", manifests.NAME, problem, "build all targets once"))
    return kept


def _as_files(kept: Mapping[str, ManifestFile]) -> Iterator[tuple[str, OutputFile]]:
    return ((file.emitter, OutputFile(path, b"")) for path, file in kept.items())


@dataclass(slots=True)
class _Findings:
    write: list[OutputFile] = field(default_factory=list)
    remove: dict[str, None] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, Diagnostic] = field(default_factory=dict)

    def refuse(self, path: str, problem: Diagnostic) -> None:
        """Keep the first complaint about a path; what follows from it is noise."""
        self.conflicts.setdefault(path, problem)


class _Comparison:
    """One comparison of a folder with a new tree; `plan` gives its result."""

    def __init__(
        self,
        place: Place,
        before: Manifest | None,
        kept: Mapping[str, ManifestFile],
        tree: NewTree,
        *,
        force: bool,
    ) -> None:
        self.place, self.before, self.kept, self.force = place, before, kept, force
        self.new = {file.path: file for _, file in sorted(tree.files, key=lambda item: item[1].path)}
        self.manifest = self._new_manifest(tree)
        self.known = _known(before)
        self.needed = {folder for path in self.manifest.files for folder in folders_above(path)}
        ours = self.known.keys() | self.manifest.files.keys()
        looked_into = ours | {folder for path in ours for folder in folders_above(path)}
        self.disk: dict[str, Kind] = scan(place.folder, looked_into)
        self.findings = _Findings()

    def plan(self) -> Plan:
        """Judge every path: first what goes, since what comes may take its place."""
        for path in sorted(self.known.keys() - self.new.keys() - self.kept.keys()):
            self._judge_old(path)
        for path in self.new:
            self._judge_new(path)
        self._judge_strangers()
        findings = self.findings
        return Plan(
            place=self.place,
            before=self.before,
            manifest=self.manifest,
            write=tuple(findings.write),
            remove=tuple(findings.remove),
            unchanged=tuple(findings.unchanged),
            found=findings.found,
            spare=self._spare_folders(),
            conflicts=tuple(problem for _, problem in sorted(findings.conflicts.items())),
            manifest_differs=self._manifest_differs(),
        )

    def _new_manifest(self, tree: NewTree) -> Manifest:
        files = dict(self.kept)
        for emitter, file in tree.files:
            files[file.path] = ManifestFile(sha256(file.content), emitter, file.served)
        # The digests are what the *whole* folder was built from, so a build of some targets
        # leaves them: the server then notices that the rest is older.
        origin = self.before if self.kept and self.before is not None else tree
        return Manifest(surface=origin.surface, fingerprint=origin.fingerprint, files=files)

    def _judge_old(self, path: str) -> None:
        """A path that the new tree does not have: remove what we wrote there."""
        kind = self.disk.get(path)
        if kind == "link":
            self._refuse_link(path)
        if kind != "file" or (found := sha256_of(self.place.folder / path)) is None:
            return
        if found in self.known[path] or self.force:
            self._note(path, found)
            self.findings.remove[path] = None
        else:
            self._refuse_content(path, None)

    def _judge_new(self, path: str) -> None:
        """A path of the new tree: leave it, write it, or say what is against it."""
        kind = self.disk.get(path)
        if kind == "link":
            self._refuse_link(path)
        elif kind in {"other", "tool"}:
            self._refuse_obstacle(path)
        elif kind == "file":
            self._judge_file(self.new[path])
        elif self._is_free(path):
            self.findings.write.append(self.new[path])

    def _judge_file(self, file: OutputFile) -> None:
        found = sha256_of(self.place.folder / file.path)
        if found == self.manifest.files[file.path].sha256:
            self.findings.unchanged.append(file.path)
        elif found is None or found in self.known.get(file.path, ()) or self.force:
            self._note(file.path, found)
            self.findings.write.append(file)
        else:
            self._refuse_content(file.path, file.content)

    def _note(self, path: str, found: str | None) -> None:
        if found is not None:
            self.findings.found[path] = found

    def _is_free(self, path: str) -> bool:
        """Whether only folders lie above a path, and nothing that stays lies below it."""
        going = self.findings.remove
        for above in folders_above(path):
            kind = self.disk.get(above)
            if kind == "link":
                self._refuse_link(above)
                return False
            if kind not in {None, "folder"} and above not in going:
                self._refuse_obstacle(above)
                return False
        if self.disk.get(path) == "folder" and any(
            kind != "folder" and below.startswith(f"{path}/") and below not in going
            for below, kind in self.disk.items()
        ):
            self._refuse_obstacle(path)
            return False
        return True

    def _judge_strangers(self) -> None:
        kind = self.disk.get(manifests.NAME)
        if kind == "link":
            self._refuse_link(manifests.NAME)
        elif kind not in {None, "file"}:
            self._refuse_obstacle(manifests.NAME)
        if self.force:
            return
        ours = self.known.keys() | self.manifest.files.keys() | {manifests.NAME}
        for path, kind in self.disk.items():
            if path not in ours and kind not in {"folder", "tool"}:
                problem = "no build wrote this, and the output folder is kept exactly as built"
                self.findings.refuse(path, self._error("foreign-file", path, problem, _STRANGER_MEND))

    def _spare_folders(self) -> tuple[str, ...]:
        folders = [path for path, kind in self.disk.items() if kind == "folder"]
        return tuple(path for path in reversed(folders) if path not in self.needed)

    def _manifest_differs(self) -> bool:
        if self.before is None or self.disk.get(manifests.NAME) != "file":
            return True
        return sha256_of(self.place.folder / manifests.NAME) != sha256(manifest_file(self.manifest).content)

    def _refuse_content(self, path: str, new: bytes | None) -> None:
        known = path in self.known
        code = "edited-file" if known else "foreign-file"
        message = "this file was changed since it was written" if known else "no build wrote this file"
        if new is None:
            detail = ""
            message += ", and this build no longer makes it"
        else:
            detail = difference(self.place.folder / path, new)
        self.findings.refuse(path, self._error(code, path, message, _CONTENT_MEND, detail=detail))

    def _refuse_link(self, path: str) -> None:
        message = "this is a link; builds neither write nor remove through links"
        self.findings.refuse(
            path, self._error("linked-path", path, message, "remove the link, and build again")
        )

    def _refuse_obstacle(self, path: str) -> None:
        message = "this stands where a generated file has to go, and no build wrote it"
        mend = "move it out of the output folder, and build again (--force does not remove it)"
        self.findings.refuse(path, self._error("in-the-way", path, message, mend))

    def _error(self, code: str, path: str, message: str, mend: str, *, detail: str = "") -> Diagnostic:
        return self.place.error(code, path, message, mend, detail=detail)


def _known(before: Manifest | None) -> dict[str, set[str]]:
    """Give for each path what a build may have left there, by sha256."""
    known: dict[str, set[str]] = {}
    if before is not None:
        for path, file in before.files.items():
            known.setdefault(path, set()).add(file.sha256)
        for path, found in (before.unfinished or {}).items():
            known.setdefault(path, set()).add(found)
    return known
