"""What a build, and the command line, can complain of: stable code, severity, place, message, mend.

Diagnostics are data. A step gathers all it finds and gives them back, or raises
one `BuildError` that carries them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from actionary_build.texts import one_line, visible

Severity: TypeAlias = Literal["error", "warning"]

CODES: Final[dict[str, str]] = {
    "bad-config": "The table [tool.actionary] of pyproject.toml does not say what can be built.",
    "bad-emitter": "An installed emitter cannot be used.",
    "bad-manifest": "The manifest of the output folder is damaged, or of a newer format.",
    "bad-output-folder": "The output folder is none that a build may own.",
    "bad-output-path": "An emitter names a path that no file in the output folder may have.",
    "build-running": "Another build is writing to the same output folder.",
    "cannot-decide": "There is nothing under the key of an approval, or it is decided already.",
    "cannot-init": "A project cannot be started in a folder.",
    "cannot-listen": "The server cannot listen at its address.",
    "cannot-serve": "The output folder is not what the server would say, or a store cannot be used.",
    "definition": "An action is defined wrongly.",
    "edited-file": "A generated file was changed since it was written.",
    "emitter-failed": "An emitter raised an exception.",
    "example-invalid": "An example does not fit its action's schema.",
    "foreign-file": "No build wrote this file, which a build would overwrite or has in its folder.",
    "import-failed": "A file of actions cannot be imported.",
    "import-hung": "Importing the actions did not end in time.",
    "in-the-way": "Something that a build never removes stands where a file has to go.",
    "linked-path": "A link stands where a file has to go; builds never write through links.",
    "missing-extra": "A command needs an extra that is not installed.",
    "no-actions": "The project has no action, so there is nothing to call.",
    "no-output-schema": "An action has no return annotation, so its output is unchecked.",
    "no-store": "The registry has no store, or none that a command can look into.",
    "no-when-to-use": "An action does not tell agents when to use it.",
    "output-failed": "The output folder cannot be read or written.",
    "path-clash": "Two emitted files cannot lie in one folder.",
    "private-catalog-place": "The private catalog would lie inside the output folder.",
    "stale-output": "A generated file is not as a build would write it.",
    "unfinished-build": "The last build was cut off, and only a build of all targets repairs it.",
    "store-away": "The store cannot be reached.",
    "system-error": "The operating system refused something, such as to print.",
    "unknown-target": "A build is asked for a target that the project does not have.",
    "unreachable": "A public action can be reached neither over HTTP nor by agents.",
    "unsafe-get": "An action is called by GET and is not read-only.",
}
"""Every code with one line of meaning: what the documentation lists and the tests go through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One complaint: what is wrong (``message``), where, and how to mend it (``mend``).

    ``file`` is relative to the project, ``detail`` is text of several lines that
    shows the matter, such as a difference or a traceback. Texts may come from
    users; what cannot be seen in them is escaped when they are shown.

    Raises:
        ValueError: The code is not in `CODES`.
    """

    code: str
    severity: Severity
    message: str
    mend: str
    file: str | None = None
    line: int | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"{self.code!r} is not in the table of codes; add it to CODES")

    @property
    def place(self) -> str:
        """The file and line as ``path:line``, empty when there is none."""
        if self.file is None:
            return ""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    @property
    def complaint(self) -> str:
        """The text without its mend: place, severity, code, message and detail."""
        place = f"{one_line(self.place)}: " if self.place else ""
        detail = [
            f"    {line}".rstrip() for line in visible(self.detail, keep="\n\t").split("\n") if self.detail
        ]
        head = f"{place}{self.severity}[{self.code}]: {one_line(self.message)}"
        return "\n".join([head, *detail])

    @property
    def remedy(self) -> str:
        """The mend as a line of its own."""
        return f"  mend: {one_line(self.mend)}"

    def __str__(self) -> str:
        return f"{self.complaint}\n{self.remedy}"

    def as_json(self) -> dict[str, Any]:
        """Give the diagnostic as JSON data, every key always there."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "mend": self.mend,
            "file": self.file,
            "line": self.line,
            "detail": self.detail,
        }


class BuildError(Exception):
    """A build cannot go on; ``diagnostics`` says everything that stands against it."""

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        self.diagnostics: tuple[Diagnostic, ...] = found
        super().__init__("\n".join(str(diagnostic) for diagnostic in found))
