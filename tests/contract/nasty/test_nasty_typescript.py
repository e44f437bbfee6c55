"""Nasty texts in the TypeScript client: it compiles, and TypeScript finds each text where it was put."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from actionary_build.texts import unix_lines

FOLDER = "clients/typescript/"
PROGRAMS = Path(__file__).parents[2] / "clients" / "typescript" / "node_modules"


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, f"{done.stdout[:4000]}\n{done.stderr[:4000]}"
    return done.stdout


def read(built, folder: Path) -> dict:
    """Write the client package, compile it and give what TypeScript finds in its sources."""
    for path, text in built.under(FOLDER, "").items():
        file = folder / path.removeprefix(FOLDER)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    run(PROGRAMS / "typescript" / "bin" / "tsc", "-p", folder, cwd=folder)
    script = Path(__file__).with_name("read_comments.mjs")
    return json.loads(run("node", script, PROGRAMS / "typescript", folder, cwd=folder))


@pytest.fixture(scope="module")
def package(nasty, tmp_path_factory):
    return read(nasty, tmp_path_factory.mktemp("nasty"))


@pytest.fixture(scope="module")
def plain_package(plain, tmp_path_factory):
    return read(plain, tmp_path_factory.mktemp("plain"))


def shown(text: str) -> str:
    """Give a text as a comment has it: nothing in it ends the comment, or is a tag."""
    text = "\n".join(unix_lines(text.strip())).strip()
    return re.sub(r"(?<![^\s{])@", r"\\@", text.replace("*/", "*\\/"))


def test_modules_hold_the_statements_of_harmless_texts(package, plain_package):
    assert {path: Counter(kinds) for path, kinds in package["statements"].items()} == {
        path: Counter(kinds) for path, kinds in plain_package["statements"].items()
    }
    assert Counter(map(bool, package["keys"])).total() == Counter(map(bool, plain_package["keys"])).total()


def test_comments_are_text_without_tags_and_links(package, plain_package):
    ours, theirs = (
        Counter(tag for comment in found["comments"] for tag in comment["tags"])
        for found in (package, plain_package)
    )
    assert ours == theirs
    for comment in package["comments"]:
        assert set(comment["parts"]) <= {"JSDocText"}, comment


def test_functions_say_the_texts_of_their_actions(nasty, package):
    comments: dict[str, list[str]] = {}
    for comment in package["comments"]:
        comments.setdefault(comment["name"], []).append(comment["text"])
    for name in nasty.texts:
        action = nasty.catalog.get(name)
        uses = [f"Use when: {action.when_to_use}", f"Do not use when: {action.when_not_to_use}"]
        expected = shown("\n\n".join([action.description, *uses]))
        assert [*map(flat, comments[action.camel])] == [flat(expected)] * 2


def flat(text: str) -> str:
    """Give the words of a text: TypeScript takes blanks at the beginning of lines for layout."""
    return " ".join(text.split())


def test_types_say_the_texts_of_their_fields(nasty, package):
    told = {flat(comment["text"]) for comment in package["comments"]}
    for name, given in nasty.texts.items():
        if name.startswith("tell"):
            assert not given["model docstring"].strip() or flat(shown(given["model docstring"])) in told
            description = flat(shown(given["field description"]))
            assert any(comment.startswith(description) for comment in told), description


def test_keys_and_literals_are_as_they_were_written(nasty, package):
    keys, strings = set(package["keys"]), set(package["strings"])
    for name, given in nasty.texts.items():
        if name.startswith("ask"):
            assert read_back(given["parameter alias"]) in keys
        else:
            assert read_back(given["field alias"]) in keys
            values = {given["literal value"], given["enum value"], given["union tag"]}
            assert set(map(read_back, values)) <= strings


def read_back(text: str) -> str:
    """Give a text as TypeScript hands it to programs: without a byte order mark before it."""
    return text.removeprefix("\ufeff")
