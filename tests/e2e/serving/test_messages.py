"""What `actionary serve` says on standard error beside the log of calls."""

from __future__ import annotations

import signal

import pytest

WORKERS = pytest.mark.parametrize("workers", ["1", "2"])


@WORKERS
def test_what_nobody_reads_keeps_no_call_waiting_and_no_server_from_its_end(start, call_on, workers):
    served = start("--workers", workers)
    if workers != "1":
        served.ready_workers(1)
    connection = served.connection()
    for _ in range(100):  # more than a pipe holds
        assert call_on(connection, "tell", length=1000)[0] == 200
    connection.close()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ([], True),
        (["--log-level", "debug"], True),
        (["--log-level", "warning"], True),
        (["--log-level", "error"], False),
    ],
)
def test_messages_are_written_from_a_level_on(start, options, written):
    served = start(*options)
    served.call("tell")
    assert served.end() == 0
    assert ("WARNING: told\n" in served.lines) is written


def test_the_most_talkative_level_tells_no_input_and_no_secret(start):
    served = start("--log-level", "debug")
    served.call("add", {"Authorization": "Bearer s3cret"}, first=987654, second=1)
    served.call("add", {"Authorization": "Bearer s3cret"}, first="987654")
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    connection = served.connection()
    connection.request("GET", "/api/actions/add?first=987654&key=s3cret", headers=upgrade)
    assert connection.getresponse().status == 405
    connection.close()
    assert served.end() == 0
    assert "987654" not in served.said
    assert "s3cret" not in served.said
    assert "add" not in served.said


@pytest.mark.parametrize(("options", "written"), [([], False), (["--log-level", "info"], True)])
def test_calls_that_are_tried_again_are_told_of_where_it_is_asked_for(start, project, options, written):
    (project / "actions" / "again.py").write_text(AGAIN)
    served = start("--allow-drift", *options)
    assert served.call("again")[1]["data"] == 2
    assert served.end() == 0
    assert ("INFO: action again" in served.said) is written


AGAIN = """
from actionary import ActionError, action

TRIED = []

class Busy(ActionError, code="busy", status=409, retryable=True):
    "It is busy."

@action(public=True, errors=[Busy], read_only=True, retries=1, backoff=0.01)
async def again() -> int:
    "Work at the second time."
    TRIED.append(1)
    if len(TRIED) < 2:
        raise Busy("Busy.")
    return len(TRIED)
"""


def test_what_a_project_has_a_handler_for_is_not_written_twice(start, project):
    path = project / "actions" / "tell.py"
    own = "_own = logging.StreamHandler()\n_own.setFormatter(logging.Formatter('mine: %(message)s'))\n"
    path.write_text(f"import logging\n{own}logging.getLogger('shop').addHandler(_own)\n{path.read_text()}")
    served = start()
    served.call("tell")
    assert served.end() == 0
    assert [line for line in served.lines if "told" in line] == ["mine: told\n"]


def test_a_handler_that_writes_nothing_hides_no_message(start, project):
    path = project / "actions" / "tell.py"
    null = "logging.getLogger('shop').addHandler(logging.NullHandler())"
    path.write_text(f"import logging\n{null}\n{path.read_text()}")
    served = start()
    served.call("tell")
    assert served.end() == 0
    assert "WARNING: told\n" in served.lines


def test_a_level_that_a_project_sets_holds(start, project):
    path = project / "actions" / "tell.py"
    path.write_text(f"import logging\nlogging.getLogger().setLevel(logging.ERROR)\n{path.read_text()}")
    served = start()
    served.call("tell")
    assert served.end() == 0
    assert "told" not in served.said


@WORKERS
def test_a_server_whose_messages_nobody_reads_ends_well_at_once_when_it_shall(start, call_on, workers):
    served = start("--shutdown-timeout", "0", "--call-log", "--workers", workers)
    if workers != "1":
        served.ready_workers(1)
    connection = served.connection()
    for _ in range(100):
        assert call_on(connection, "tell", length=1000)[0] == 200
    connection.close()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0


def test_a_process_that_hangs_is_ended_where_the_reader_of_its_messages_is_gone(start, tmp_path):
    served = start("--shutdown-timeout", "0")
    served.begin("hang", tmp_path, how="for all")
    served.process.stderr.close()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 1


def test_a_project_that_sets_up_its_own_log_gets_all_messages(start, project):
    path = project / "actions" / "tell.py"
    path.write_text(
        f"import logging\nlogging.basicConfig(format='mine: %(levelname)s %(message)s')\n{path.read_text()}"
    )
    served = start("--log-level", "debug")
    served.call("tell")
    assert served.end() == 0
    assert "mine: WARNING told\n" in served.lines
    assert "INFO" not in served.said, "levels are the project's, too"


def test_a_project_that_disables_what_logs_already_does_not_silence_the_server(start, project, tmp_path):
    path = project / "actions" / "add.py"
    path.write_text(f"import logging.config\nlogging.config.dictConfig({{'version': 1}})\n{path.read_text()}")
    served = start("--shutdown-timeout", "0")
    served.begin("hang", tmp_path, how="stubbornly")
    assert served.end() == 1
    assert "cuts off 1 calls that still run: hang" in served.said
