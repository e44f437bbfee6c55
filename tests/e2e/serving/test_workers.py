"""Several processes that answer on one socket, and what becomes of one that dies."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from time import monotonic

import pytest


def all_workers(served, count):
    """Wait until all workers are ready; gives their processes by number."""
    first = re.search(r"^worker 1 \(process (\d+)\) is ready$", served.said, re.MULTILINE)
    assert first is not None
    return {1: int(first[1]), **served.ready_workers(count - 1)}


def test_each_is_told_of_and_answers_on_one_address(start):
    served = start("--workers", "4")
    workers = all_workers(served, 4)
    assert sorted(workers) == [1, 2, 3, 4]
    assert served.process.pid not in workers.values()
    assert served.call("tell")[1]["data"]["pid"] in workers.values()


def test_one_that_is_killed_is_replaced_and_the_others_answer(start):
    served = start("--workers", "4")
    workers = served.ready_workers(3)
    os.kill(workers[3], signal.SIGKILL)
    served.until(rf"^worker 3 \(process {workers[3]}\) was ended by SIGKILL; another takes its place$")
    for number in range(20):
        assert served.call("add", first=number, second=1)[1]["data"] == number + 1
    [(number, process)] = served.ready_workers(1).items()
    assert number == 3
    assert process not in workers.values()
    assert served.end() == 0


def test_one_that_is_told_to_end_finishes_its_calls_and_is_replaced(start, tmp_path):
    served = start("--workers", "2")
    served.ready_workers(1)
    call = served.begin("wait", tmp_path)
    for process in re.findall(r"process (\d+)", served.said):
        os.kill(int(process), signal.SIGTERM)
    assert set(served.ready_workers(1)) < {1, 2}
    assert call.is_alive()
    (tmp_path / "end").touch()
    assert call.reply()[1]["data"] == "ended"
    assert served.call("add", first=1, second=2)[1]["data"] == 3


@pytest.mark.parametrize("kept", [True, False], ids=["kept connections", "a connection for each call"])
def test_when_one_is_told_to_end_no_call_is_lost_and_new_ones_are_answered(start, load, installed, kept):
    served = start("--workers", "2", path=installed)
    process = served.ready_workers(1)[2]
    callers = load(served, kept=kept)
    callers.goes_on()
    os.kill(process, signal.SIGTERM)
    served.until(rf"^worker 2 \(process {process}\) ended with 0; ")
    callers.goes_on()
    assert [*served.ready_workers(1)] == [2]
    callers.goes_on()
    callers.end()
    assert callers.lost == []
    assert served.end() == 0


def test_one_that_is_told_to_end_and_then_all_are(start, load):
    """Some send their signal to all processes of a group, and the supervisor does so then too."""
    served = start("--workers", "2")
    served.ready_workers(1)
    callers = load(served, kept=False)
    callers.goes_on()
    for process in re.findall(r"process (\d+)", served.said):
        os.kill(int(process), signal.SIGTERM)
    code = served.end()
    callers.ended()
    assert (callers.lost, code) == ([], 0)


def test_one_that_cannot_start_again_is_told_of_and_the_others_answer(start, project):
    served = start("--workers", "2")
    workers = served.ready_workers(1)
    (project / "actions" / "add.py").write_text("import no_such_module_at_all\n")
    os.kill(workers[2], signal.SIGKILL)
    served.until(r"no_such_module_at_all")
    served.until(r"^worker 2 \(process \d+\) ended with 1; it is started again in 1 s$")
    assert served.call("tell")[0] == 200
    assert served.end() == 0


@pytest.mark.parametrize("number", [1, 2])
def test_one_that_dies_whenever_it_was_started_is_started_again_more_and_more_slowly(start, number):
    served = start("--workers", "2")
    workers = all_workers(served, 2)
    for then in ("another takes its place", "it is started again in 1 s", "it is started again in 2 s"):
        os.kill(workers[number], signal.SIGKILL)
        served.until(rf"^worker {number} \(process {workers[number]}\) was ended by SIGKILL; {then}$")
        if not then.endswith("2 s"):
            workers = served.ready_workers(1)
    assert served.call("tell")[0] == 200
    assert served.end() == 0


def test_their_log_says_which_of_them_speaks(start):
    served = start("--workers", "2")
    served.call("tell")
    served.until(r"^worker [12]: WARNING: told$")


def pid_of(served):
    """Give the process that answers a call, ``None`` where it was killed meanwhile."""
    try:
        return served.call("tell")[1]["data"]["pid"]
    except OSError:
        return None


def test_one_that_dies_while_nobody_reads_the_log_is_replaced(start, call_on):
    served = start("--workers", "2")
    workers = all_workers(served, 2)
    connection = served.connection()
    for _ in range(100):  # more than a pipe holds
        assert call_on(connection, "tell", length=1000)[0] == 200
    connection.close()
    os.kill(workers[2], signal.SIGKILL)
    until = monotonic() + 60
    while pid_of(served) in {None, *workers.values()}:
        assert monotonic() < until, "no other took its place"
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0


def test_when_the_supervisor_is_killed_they_end_by_themselves(start, tmp_path):
    served = start("--workers", "2")
    call = served.begin("wait", tmp_path)
    served.process.kill()
    served.refuses()
    (tmp_path / "end").touch()
    assert call.reply()[1]["data"] == "ended"


@pytest.mark.parametrize("workers", ["0", "-1", "many", "100000"])
def test_a_number_that_is_none_is_refused(script, project, workers):
    shown = subprocess.run(
        [*script, "serve", "--workers", workers], cwd=project, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 2
    assert "--workers" in shown.stderr


def test_what_stands_against_serving_is_said_once(start, project):
    (project / "actions" / "add.py").unlink()
    served = start("--workers", "4", waits=False)
    assert served.ended() == 1
    assert served.said.count("error[cannot-serve]") == 1
    assert "serving on" not in served.said


def test_resources_that_cannot_be_opened_end_the_server(start, project):
    (project / "actions" / "_registry.py").write_text(
        "from contextlib import asynccontextmanager\nfrom actionary import Registry\n"
        "@asynccontextmanager\nasync def resources():\n    raise OSError('no database')\n    yield 1\n"
        "registry = Registry(lifespan=resources)\n"
    )
    served = start("--workers", "4", waits=False)
    assert served.process.stderr is not None
    said = served.process.stderr.read()
    assert served.process.wait(60) == 1
    assert said.count("OSError: no database") == 1
