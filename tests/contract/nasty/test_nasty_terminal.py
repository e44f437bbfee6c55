"""Nasty texts of definitions on a terminal: every character can be seen, and a line stays a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from actionary_build.texts import one_line

COMMAND = Path(sys.executable).with_name("actionary")

PROJECT = """
[tool.actionary]
actions = "nasty_actions"
title = "Nasty"
version = "1.0.0"
targets = ["catalog"]
"""

ACTIONS = '''
import json
from pathlib import Path
from typing import Annotated, Literal

from actionary import ActionError, Example, define_action, define_actions
from pydantic import ConfigDict, Field, create_model

texts = json.loads(Path("texts.json").read_text())
encodable = [text for text in texts if "\\ud800" not in text]
everything = " ".join(texts)

class Failed(ActionError[dict[str, str]], code="failed"):
    pass

Failed.__doc__ = everything

def inner(number, text):
    config = ConfigDict(title=text)
    return create_model(f"Inner{number}", __doc__=text, __config__=config, value=(Literal[text, "o"], text))

def field(number, text):
    extra = {"description": text, "title": text, "alias": text if number % 2 else f"n{number}"}
    return (inner(number, text) if number % 3 else str, Field(default=text, **extra))

def lists(text):
    return (list[list[int]], Field(default=[], alias=f"{text}s"))

Whole = create_model(
    "Whole",
    **{f"f{number}": field(number, text) for number, text in enumerate(encodable)},
    **{f"l{number}": lists(text) for number, text in enumerate(encodable)},
)

def fail(data: Whole) -> None:
    """Fail."""
    raise Failed(" ".join(encodable), details={text: text for text in encodable})

def make(number, text):
    return define_action(
        name=f"nasty_{number}", handler=lambda: None, output=None, description=text if text.strip() else "x"
    )

define_actions([
    define_action(handler=fail, description=everything, when_to_use=everything, errors=[Failed]),
    *(make(number, text) for number, text in enumerate(texts)),
])
'''


@pytest.fixture
def project(tmp_path, names, strings) -> Path:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "nasty_actions.py").write_text(ACTIONS)
    (tmp_path / "texts.json").write_text(json.dumps([strings[name] for name in names]))
    return tmp_path


@pytest.fixture
def said(project, invisible):
    """Runs the command line, and gives what it said: standard output, standard error and the exit code."""

    def run(*arguments: str) -> tuple[str, str, int]:
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=project,
            env={**os.environ, "PYTHONUTF8": "1"},
            capture_output=True,
            timeout=120,
            check=False,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert invisible(out + err) <= {"\n", "\t"}
        assert "Traceback" not in err
        return out, err, done.returncode

    return run


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_each_action_of_the_list_has_one_line(said, names, strings):
    out, _, code = said("list")
    lines = out.splitlines()
    assert code == 0
    assert len(lines) == len(names) + 1
    shown = {line.split()[0]: line for line in lines}
    for number, name in enumerate(names):
        assert shown[f"nasty_{number}"].endswith(one_line(strings[name].strip() or "x"))


def test_the_list_as_json_holds_the_texts(said, names, strings):
    out, _, _ = said("list", "--json")
    listed = {action["name"]: action["description"] for action in json.loads(out)["actions"]}
    for number, name in enumerate(names):
        assert " ".join(listed[f"nasty_{number}"].split()) == " ".join((strings[name].strip() or "x").split())


def test_help_shows_every_text_of_an_action(said, names, strings):
    out, _, code = said("call", "fail", "--help")
    assert code == 0
    shown = squeezed(out)
    for name in names:
        assert squeezed(one_line(strings[name])) in shown


def test_the_message_and_details_of_an_error_are_two_lines(said, names, strings):
    _, err, code = said("call", "fail", "{}")
    assert code == 1
    first, second = err.splitlines()
    encodable = [strings[name] for name in names if name != "lone surrogates"]  # which no reply can carry
    assert first == f"error[failed]: {one_line(' '.join(encodable))}"
    assert second.startswith("  details: {")


def test_a_wrong_flag_is_told_no_near_one_that_hides_something(said, names):
    if "zero width" in names:
        _, err, code = said("call", "fail", "--abcdes")
        assert code == 2
        assert "No such option" in err


def test_a_list_that_was_written_wrongly_is_told_how(said, names, strings):
    for name in {"bidi override", "LF"} & set(names):
        _, err, code = said("call", "fail", f"--{strings[name]}s=x")
        assert code == 2
        assert f"give one JSON list, such as --{one_line(strings[name])}s '" in err


DEFINED_WRONGLY = {
    "raise ValueError(everything)": "import-failed",
    "raise SystemExit(everything)": "import-failed",
    "define_actions([define_action(handler=fail, tags=texts)])": "definition",
    "define_actions([define_action(handler=fail, title=everything, name=everything)])": "definition",
    "define_actions([define_action(handler=lambda: 1, examples=[everything], name='x')])": "example-invalid",
    "class E(ActionError, code=everything): pass": "definition",
}


@pytest.mark.parametrize(
    ("command", "source"),
    [*(("list", source) for source in DEFINED_WRONGLY), ("build", next(iter(DEFINED_WRONGLY)))],
)
def test_diagnostics_show_texts_on_their_lines(said, project, command, source):
    module = project / "nasty_actions.py"
    module.write_text(f"{module.read_text()}\n{source}\n")
    _, err, exit_code = said(command)
    assert exit_code == 1
    assert f"error[{DEFINED_WRONGLY[source]}]: " in err
    assert err.splitlines()[-1].startswith("  mend: ")
