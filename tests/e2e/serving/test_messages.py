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
    assert served.end() == 0
    assert "INFO: " in served.said
    assert "987654" not in served.said
    assert "s3cret" not in served.said


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
