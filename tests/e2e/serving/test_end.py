"""How a server ends: calls that run are finished, none is lost, and nothing keeps it beyond its limit."""

from __future__ import annotations

import signal

import pytest

WORKERS = pytest.mark.parametrize("workers", ["1", "2"])


@WORKERS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_calls_that_run_are_answered_and_new_connections_refused(start, tmp_path, workers, number):
    served = start("--workers", workers)
    call = served.begin("wait", tmp_path)
    served.process.send_signal(number)
    served.refuses()
    assert call.is_alive()
    (tmp_path / "end").touch()
    status, envelope = call.reply()
    assert (status, envelope["data"]) == (200, "ended")
    assert served.ended() == 0


@pytest.mark.parametrize("workers", ["1", "4"])
@pytest.mark.parametrize("kept", [True, False], ids=["kept connections", "a connection for each call"])
def test_under_load_no_call_is_lost(start, load, installed, workers, kept):
    served = start("--workers", workers, path=installed)
    callers = load(served, kept=kept)
    callers.goes_on()
    code = served.end()
    callers.ended()
    assert (callers.lost, code) == ([], 0)


@WORKERS
@pytest.mark.parametrize("name", ["hang", "hang_in_thread"])
def test_what_hangs_is_answered_with_timeout_at_the_limit(start, tmp_path, workers, name):
    served = start("--workers", workers, "--shutdown-timeout", "0.5")
    call = served.begin(name, tmp_path, **({"how": "politely"} if name == "hang" else {}))
    code = served.end()
    status, envelope = call.reply()
    assert (status, envelope["code"]) == (504, "timeout")
    assert code == 1
    assert f"cuts off 1 calls that still run: {name}" in served.said


@pytest.mark.parametrize(("how", "workers"), [("stubbornly", "1"), ("for all", "1"), ("for all", "2")])
def test_what_heeds_nothing_does_not_keep_the_server(start, tmp_path, workers, how):
    served = start("--workers", workers, "--shutdown-timeout", "0")
    call = served.begin("hang", tmp_path, how=how)
    assert served.end() == 1
    assert isinstance(call.reply(), Exception) or call.reply()[0] == 504


@WORKERS
def test_a_second_signal_ends_what_runs(start, tmp_path, workers):
    served = start("--workers", workers)
    call = served.begin("hang", tmp_path, how="politely")
    served.process.send_signal(signal.SIGINT)
    served.refuses()
    assert served.end(signal.SIGINT) == 1
    status, envelope = call.reply()
    assert (status, envelope["code"]) == (504, "timeout")


@WORKERS
def test_resources_are_closed_after_the_last_call(start, project, tmp_path, workers):
    (project / "actions" / "_registry.py").write_text(
        "import sys\nfrom contextlib import asynccontextmanager\nfrom actionary import Registry\n"
        "@asynccontextmanager\nasync def resources():\n    yield 1\n    print('closed', file=sys.stderr)\n"
        "registry = Registry(lifespan=resources)\n"
    )
    served = start("--workers", workers)
    if workers != "1":
        served.ready_workers(1)
    call = served.begin("wait", tmp_path)
    served.process.send_signal(signal.SIGTERM)
    served.refuses()
    (tmp_path / "end").touch()
    assert call.reply()[0] == 200
    assert served.ended() == 0
    assert served.said.count("closed\n") == int(workers)


@WORKERS
def test_resources_that_cannot_be_opened_end_it_before_it_says_that_it_serves(start, project, workers):
    (project / "actions" / "_registry.py").write_text(
        "from contextlib import asynccontextmanager\nfrom actionary import Registry\n"
        "@asynccontextmanager\nasync def resources():\n    raise RuntimeError('no database')\n    yield\n"
        "registry = Registry(lifespan=resources)\n"
    )
    served = start("--workers", workers, waits=False)
    assert served.process.stderr is not None
    served.lines += served.process.stderr.readlines()
    assert served.process.wait(60) == 1
    assert "no database" in served.said
    assert "serving on" not in served.said


def test_a_connection_without_a_call_does_not_keep_the_server(start):
    served = start()
    connection = served.connection()
    connection.connect()
    assert served.end() == 0
    connection.close()
