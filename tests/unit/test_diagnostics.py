from __future__ import annotations

import json

import pytest
from actionary_build.diagnostics import CODES, BuildError, Diagnostic


def _diagnostic(**fields):
    plain = {"code": "definition", "severity": "error", "message": "No description.", "mend": "Write one."}
    return Diagnostic(**{**plain, **fields})


def test_a_diagnostic_reads_as_place_severity_code_message_and_mend():
    shown = str(_diagnostic(file="actions/a.py", line=3))
    assert shown == "actions/a.py:3: error[definition]: No description.\n  mend: Write one."


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({}, "error[definition]: "),
        ({"file": "pyproject.toml"}, "pyproject.toml: error[definition]: "),
        ({"severity": "warning"}, "warning[definition]: "),
    ],
)
def test_without_file_or_line_there_is_no_empty_place(fields, start):
    assert str(_diagnostic(**fields)).startswith(start)


def test_detail_stands_indented_between_message_and_mend():
    shown = str(_diagnostic(detail="--- old\n\n+++ new")).splitlines()
    assert shown[1:] == ["    --- old", "", "    +++ new", "  mend: Write one."]


def test_what_cannot_be_seen_in_a_users_text_is_shown_escaped():
    shown = str(_diagnostic(message="red \x1b[31m\nsecond", detail="a\u202eb", file="x\u200by.py"))
    assert "\x1b" not in shown
    assert "red \\u001b[31m second" in shown
    assert "a\\u202eb" in shown
    assert shown.startswith("x\\u200by.py: ")


def test_json_has_every_key_and_the_texts_as_they_are():
    data = json.loads(json.dumps(_diagnostic(message="a\nb", file="a.py", line=1).as_json()))
    assert data == {
        "code": "definition",
        "severity": "error",
        "message": "a\nb",
        "mend": "Write one.",
        "file": "a.py",
        "line": 1,
        "detail": "",
    }


def test_a_code_outside_the_table_is_refused():
    with pytest.raises(ValueError, match="made-up"):
        _diagnostic(code="made-up")


def test_every_code_is_kebab_case_and_has_one_line_of_meaning():
    for code, meaning in CODES.items():
        assert code == code.lower().replace("_", "-")
        assert meaning.endswith(".")
        assert "\n" not in meaning


def test_a_build_error_carries_and_shows_all_its_diagnostics():
    error = BuildError(_diagnostic(message=text) for text in ("first", "second"))
    assert [diagnostic.message for diagnostic in error.diagnostics] == ["first", "second"]
    assert "first" in str(error)
    assert "second" in str(error)


def test_a_build_error_takes_a_single_diagnostic():
    assert BuildError(_diagnostic()).diagnostics == (_diagnostic(),)
