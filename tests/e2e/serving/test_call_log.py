"""`actionary serve --call-log`: a line of JSON on standard error for each call, to the last one."""

from __future__ import annotations

import json
import signal
import subprocess

import pytest

WORKERS = pytest.mark.parametrize("workers", ["1", "2"])


def lines_of(served):
    """The lines of the call log in what a server said; those that are none of it are left out."""
    return [json.loads(line) for line in served.lines if line.startswith("{")]


def set_serve(project, said):
    path = project / "pyproject.toml"
    path.write_text(f"{path.read_text()}\n[tool.actionary.serve]\n{said}\n")


@WORKERS
def test_each_call_is_a_line_with_the_name_of_its_worker_and_without_its_input(start, workers):
    served = start("--call-log", "--workers", workers)
    if workers != "1":
        served.ready_workers(1)
    for number in range(40):
        served.call("add", {"X-Request-Id": f"call-{number}"}, first=number, second=987654)
    served.call("add", {"X-Request-Id": "wrong", "Authorization": "Bearer s3cret"}, first="987654")
    assert served.end() == 0
    lines = lines_of(served)
    assert [line["request_id"] for line in lines if line["code"] == "invalid_input"] == ["wrong"]
    fine = [line for line in lines if line["code"] == "ok"]
    assert sorted(line["request_id"] for line in fine) == sorted(f"call-{number}" for number in range(40))
    assert all((line["action"], line["caller"], line["status"]) == ("add", "http", 200) for line in fine)
    assert {line.get("process") for line in lines} <= ({None} if workers == "1" else {"worker 1", "worker 2"})
    assert "987654" not in served.said
    assert "s3cret" not in served.said


@WORKERS
def test_a_call_that_is_finished_while_the_server_ends_is_the_last_line(start, tmp_path, workers):
    served = start("--call-log", "--workers", workers)
    call = served.begin("wait", tmp_path)
    served.process.send_signal(signal.SIGTERM)
    served.refuses()
    (tmp_path / "end").touch()
    assert call.reply()[0] == 200
    assert served.ended() == 0
    last = json.loads(served.lines[-1])
    assert (last["action"], last["code"]) == ("wait", "ok")


def test_a_call_that_is_cut_off_has_its_line_too(start, tmp_path):
    served = start("--call-log", "--shutdown-timeout", "0")
    call = served.begin("hang", tmp_path, how="politely")
    assert served.end() == 1
    assert call.reply()[0] == 504
    [line] = lines_of(served)
    assert (line["action"], line["code"], line["status"]) == ("hang", "timeout", 504)


@WORKERS
def test_calls_are_answered_and_the_server_ends_well_when_nobody_reads_the_log_any_more(start, workers):
    served = start("--call-log", "--workers", workers)
    if workers != "1":
        served.ready_workers(1)
    served.process.stderr.close()
    for number in range(40):
        assert served.call("add", first=number, second=1)[1]["data"] == number + 1
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0


def test_a_reader_that_stops_for_a_while_keeps_no_call_waiting_and_misses_no_line(start, call_on):
    served = start("--call-log")
    connection = served.connection()
    for number in range(1000):  # whose lines are more than a pipe holds
        assert call_on(connection, "add", first=number, second=1)[1]["data"] == number + 1
    connection.close()
    assert served.end() == 0
    assert len(lines_of(served)) == 1000


@pytest.mark.parametrize(
    ("said", "options", "written"),
    [
        ("", [], 0),
        ("", ["--no-call-log"], 0),
        ("call_log = true", [], 1),
        ("call_log = true", ["--no-call-log"], 0),
        ("call_log = false", ["--call-log"], 1),
    ],
)
def test_it_is_off_unless_the_settings_say_so_over_which_the_option_wins(
    start, project, said, options, written
):
    set_serve(project, said)
    served = start(*options)
    served.call("add", first=1, second=2)
    assert served.end() == 0
    assert len(lines_of(served)) == written


def test_a_project_that_sets_up_its_own_log_does_not_silence_it(start, project):
    path = project / "actions" / "add.py"
    path.write_text(f"import logging.config\nlogging.config.dictConfig({{'version': 1}})\n{path.read_text()}")
    served = start("--call-log")
    served.call("add", first=1, second=2)
    assert served.end() == 0
    assert [line["action"] for line in lines_of(served)] == ["add"]


def test_a_setting_that_is_neither_true_nor_false_is_refused(script, project):
    set_serve(project, 'call_log = "yes"')
    shown = subprocess.run([*script, "serve"], cwd=project, capture_output=True, text=True, check=False)
    assert shown.returncode == 1
    assert "serve.call_log: 'yes' is neither true nor false" in shown.stderr
    assert "write `call_log = true`" in shown.stderr
