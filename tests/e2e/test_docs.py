"""Documentation that cannot rot: its code is run, its links lead somewhere, its tables are complete.

A block whose first line is a comment with a path is a file of the page's project. Other
``sh``, ``python``, ``ts`` and ``tsx`` blocks are run in it; a ``text`` or ``json`` block that
follows is what they print.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest
from actionary import codes
from actionary.fields import ActionFields
from actionary_build import project as project_settings
from actionary_build.cli.main import COMMANDS
from actionary_build.cli.main import actionary as group
from actionary_build.diagnostics import CODES
from markdown_it import MarkdownIt
from markdown_it.token import Token
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
NODE = ROOT / "tests" / "clients" / "typescript"
WEB = ROOT / "tests" / "e2e" / "web"
PAGES = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("[A-Z]*.md"), *ROOT.glob("docs/*.md")]
)
RUN = [page for page in PAGES if page != "CHANGELOG.md"]
ADDRESS = "http://127.0.0.1:8000"
SAID_ANEW = {"latencyMs", "requestId"}

Block = tuple[str, str]


def tokens(page: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse((ROOT / page).read_text())


def blocks(page: str) -> list[Block]:
    return [(token.info, token.content) for token in tokens(page) if token.type == "fence"]


class Walk:
    """Goes through the blocks of a page, in a project of the page's own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.address = ADDRESS
        self.printed: str | None = None
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
        }

    def take(self, kind: str, text: str, *, fails: bool) -> None:
        """Do what a block says; ``fails`` where what is printed next is an error."""
        text = text.replace(ADDRESS, self.address)
        path = re.match(r"(?:#|//) (\S+\.\w+)\n", text)
        if kind in {"json", "text"}:
            self.compare(kind, text)
        elif path is not None:
            target = self.folder / path[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        elif kind == "sh":
            self.shell(text, fails=fails)
        elif kind == "python":
            self.run(sys.executable, "-", stdin=text)
        elif kind in {"ts", "tsx"}:
            self.run("node", self.compiled(text, kind))
        else:
            raise AssertionError(f"what is to be done with a block of {kind!r}?\n{text}")

    def compare(self, kind: str, text: str) -> None:
        assert self.printed is not None, f"nothing was run that could print\n{text}"
        if kind == "text":
            assert self.printed.strip() == text.strip()
        else:
            assert settled(json.loads(self.printed)) == settled(json.loads(text))
        self.printed = None

    def shell(self, text: str, *, fails: bool) -> None:
        script: list[str] = []
        folder = self.folder
        for line in text.splitlines():
            if line.startswith("make "):
                assert re.search(rf"^{line.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
            elif line.startswith("pip install "):
                self.install(line.split()[-1].strip("'"), folder)
            elif line == "actionary serve &":
                self.serve(script)
                script = []
            else:
                folder = folder / line[3:] if line.startswith("cd ") else folder
                script.append(line)
        if script:
            self.run("bash", "-euo", "pipefail", "-c", "\n".join(script), fails=fails)

    def install(self, what: str, folder: Path) -> None:
        """Do as if a package was installed: ours is, with all extras; a client is put on the path.

        What ``init`` makes needs nothing more; tests/e2e/test_cli_init.py installs it.
        """
        if what == ".[dev]":
            made = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
            assert any(Requirement(each).name == "pytest" for each in made["optional-dependencies"]["dev"])
        elif what.startswith("./"):
            assert (self.folder / what / "pyproject.toml").is_file()
            self.environment["PYTHONPATH"] = os.pathsep.join(
                [str(self.folder / what), *filter(None, [os.environ.get("PYTHONPATH")])]
            )
        else:
            wanted = Requirement(what.removeprefix("path/to/"))
            project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
            assert wanted.name == project["name"]
            assert wanted.extras <= project["optional-dependencies"].keys()

    def serve(self, before: list[str]) -> None:
        self.run("bash", "-euc", "\n".join(before))
        command = ["actionary", "serve", "--port", "0"]
        server = self.stack.enter_context(
            subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stderr=subprocess.PIPE, text=True
            )
        )
        self.stack.callback(server.terminate)
        assert server.stderr is not None
        first = server.stderr.readline()
        assert first.startswith("serving on "), first + server.stderr.read()
        self.address = first.split()[-1]

    def compiled(self, text: str, kind: str) -> Path:
        """Compile a module that uses the project's TypeScript client, with what is below `src/`."""
        away = self.folder.parent / f"{self.folder.name}-ts"
        [manifest] = self.folder.glob("generated/clients/typescript/package.json")
        package = away / "node_modules" / json.loads(manifest.read_text())["name"]
        shutil.copytree(manifest.parent, package)
        tools = WEB if kind == "tsx" else NODE
        for installed in (tools / "node_modules").iterdir():
            (away / "node_modules" / installed.name).symlink_to(installed)
        (away / "package.json").write_text('{"type": "module"}')
        shutil.copy(tools / "tsconfig.json", away)
        (away / "src").mkdir()
        for source in (self.folder / "src").glob("*"):
            shutil.copy(source, away / "src")
        (away / "src" / f"page.{kind}").write_text(text)
        for project in (package, away):
            self.run(NODE / "node_modules" / "typescript" / "bin" / "tsc", "-p", project)
        return away / "dist" / "page.js"

    def run(self, *command: str | Path, stdin: str = "", fails: bool = False) -> None:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode != 0) is fails, f"{command} ended with {done.returncode}\n{done.stdout}"
        self.printed = done.stdout


def settled(reply: Any) -> Any:
    """Give a reply without what each call says anew; that it says it at all stays."""
    if not isinstance(reply, dict):
        return reply
    return {
        key: type(value) in {int, float, str} if key in SAID_ANEW else value for key, value in reply.items()
    }


@pytest.mark.parametrize("page", RUN)
def test_the_code_of_a_page_does_what_the_page_says(page: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    found = blocks(page)
    with ExitStack() as stack:
        walk = Walk(folder, stack)
        for (kind, text), (_, printed) in pairwise([*found, ("", "")]):
            walk.take(kind, text, fails=printed.startswith("error["))


def anchors(page: Path) -> set[str]:
    """Give the anchors that GitHub makes of a page's headings."""
    found = MarkdownIt("commonmark").parse(page.read_text())
    titles = [after.content for token, after in pairwise(found) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(page: str) -> Iterator[str]:
    for token in tokens(page):
        for child in token.children or ():
            if child.type in {"link_open", "image"}:
                yield str(child.attrs.get("href", child.attrs.get("src")))


@pytest.mark.parametrize("page", PAGES)
def test_the_links_of_a_page_lead_somewhere(page: str) -> None:
    for link in links(page):
        if not link.startswith("https://"):
            path, _, anchor = link.partition("#")
            target = (ROOT / page).parent / path if path else ROOT / page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def rows(page: str, heading: str) -> list[list[str]]:
    """Give the rows of the tables below a heading, up to the next one, as they are written."""
    [section] = re.findall(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE
    )
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines if "---" not in line
    ]


def names(page: str, heading: str) -> list[str]:
    """Give the names in the first column of the tables below a heading."""
    return [name for row in rows(page, heading)[1:] for name in re.findall(r"`(\S+?)(?: \S+)?`", row[0])]


def options(command: click.Command) -> set[str]:
    """Name the options of a command; of a group its commands, and the options of each."""
    found = (each for each in command.params if isinstance(each, click.Option))
    own = {name for option in found for name in (*option.opts, *option.secondary_opts)}
    commands = command.commands if isinstance(command, click.Group) else {}
    return own.union(commands, *map(options, commands.values()))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_documented(name: str) -> None:
    command: click.Command = import_module(f"actionary_build.cli.{name}").command
    assert set(names("docs/command-line.md", f"actionary {name}")) == options(command) - {"--project"}


def test_the_options_that_all_commands_have_are_documented() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text()
    for option in options(group) | {"--help", "--project", "--version"}:
        assert f"| `{option}" in page


def test_every_error_code_is_documented_as_it_is() -> None:
    for heading, table in {
        "Codes that every action shares": [
            [f"`{code.name}`", str(code.status), "yes" if code.retryable else "no", code.meaning]
            for code in codes.COMMON.values()
        ],
        "Codes that only a client sees": [
            [f"`{code.name}`", "yes" if code.retryable else "no", code.meaning]
            for code in codes.CLIENT.values()
        ],
        "What commands complain of": [[f"`{code}`", meaning] for code, meaning in CODES.items()],
    }.items():
        assert rows("docs/errors.md", heading)[1:] == table


def test_every_field_of_a_definition_is_documented() -> None:
    assert sorted(names("docs/defining.md", "Fields")) == sorted(ActionFields.__annotations__)


def test_every_setting_is_documented() -> None:
    assert sorted(names("docs/command-line.md", "Settings")) == sorted(project_settings.KEYS)


def test_the_readme_lists_what_comes_out_and_what_is_served() -> None:
    manifest = json.loads((ROOT / "generated" / "manifest.json").read_text())["files"]
    served = {path for path, file in manifest.items() if file["served"]}
    table = [re.findall(r"`(\S+?)`", row[0]) for row in rows("README.md", "What comes out")[1:]]
    assert files_of(table[:3]) == served
    assert files_of(table) == {*manifest, "manifest.json"}


def files_of(table: list[list[str]]) -> set[str]:
    """Give the generated files that patterns stand for; every pattern stands for one at least."""
    found: set[str] = set()
    for pattern in (pattern for row in table for pattern in row):
        below = pattern + "**/*" if pattern.endswith("/") else pattern
        files = {path for path in (ROOT / "generated").glob(below) if path.is_file()}
        assert files, pattern
        found |= {path.relative_to(ROOT / "generated").as_posix() for path in files}
    return found


def test_what_the_page_of_source_systems_names_is_there() -> None:
    text = (ROOT / "docs" / "source-systems.md").read_text()
    named = re.findall(r"`((?:runtime|builder|tests)/[\w./]+)(?:::(\w+))?`", text)
    assert named
    for path, test in named:
        assert (ROOT / path).exists(), path
        if test:
            assert re.search(rf"def {test}\(", (ROOT / path).read_text()), f"{path}::{test}"
