"""What is logged is written by a thread: nobody waits for whoever reads it, and nothing else ends it."""

from __future__ import annotations

import io
import logging
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from actionary import log_thread
from actionary.log_thread import to_standard_error, written_by_thread

PLAIN = logging.Formatter("%(levelname)s %(message)s")


@pytest.fixture
def log() -> logging.Logger:
    """A log that nothing else has a handler for."""
    return logging.Logger("tests", logging.INFO)  # noqa: LOG001 - pytest adds its own handlers to the others


@contextmanager
def stderr_of(file: int) -> Iterator[None]:
    """Let standard error be a file for a while."""
    with pytest.MonkeyPatch.context() as patch, open(file, "w", closefd=False) as stream:
        patch.setattr(sys, "stderr", stream)
        yield


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:  # the test did
            continue


def everything(pipe: tuple[int, int]) -> str:
    """Close the pipe for writing and read what was written."""
    os.close(pipe[1])
    with open(pipe[0], closefd=False) as file:
        return file.read()


def test_lines_come_whole_and_in_order_with_their_tracebacks(log, pipe):
    with stderr_of(pipe[1]), written_by_thread(log, to_standard_error(PLAIN), 100, "messages"):
        log.info("first %s", 1)
        log.error("second", exc_info=RuntimeError("broken"))
    lines = everything(pipe).splitlines()
    assert lines[:2] == ["INFO first 1", "ERROR second"]
    assert lines[-1] == "RuntimeError: broken"


def test_a_message_that_does_not_fit_its_arguments_is_told_of_without_them(log, pipe):
    with stderr_of(pipe[1]), written_by_thread(log, to_standard_error(PLAIN), 100, "messages"):
        log.info("%d", "s3cret")
        log.info("next")
    said = everything(pipe)
    assert "test_log_thread.py:" in said
    assert "the message '%d' does not fit its arguments" in said
    assert said.endswith("INFO next\n")
    assert "s3cret" not in said


def test_where_nobody_reads_neither_who_logs_nor_the_end_waits_and_the_rest_is_counted(
    log, pipe, monkeypatch
):
    monkeypatch.setattr(log_thread, "END", 0.05)
    with stderr_of(pipe[1]):
        with written_by_thread(log, to_standard_error(PLAIN), 50, "messages") as handler:
            for _ in range(200):  # more than a pipe holds
                log.info("%s", "x" * 2000)
                log.info("%d", "wrong")
        assert log.handlers == [handler], "what is said yet would make its thread wait"
        log.info("late")
        rest = threading.Thread(target=os.read, args=(pipe[0], 1_000_000))
        rest.start()
        rest.join()
        while not handler.is_drained():
            os.read(pipe[0], 1_000_000)
        handler.end()
    assert "messages are left out: the log was not read in time" in everything(pipe)


def test_when_the_reader_is_gone_nothing_is_raised(log, pipe):
    os.close(pipe[0])
    with stderr_of(pipe[1]), written_by_thread(log, to_standard_error(PLAIN), 100, "messages"):
        log.info("unheard")
    assert log.handlers == []


def test_a_reader_that_does_not_block_gets_all(log, pipe):
    os.set_blocking(pipe[1], False)
    with stderr_of(pipe[1]):
        with written_by_thread(log, to_standard_error(PLAIN), 1000, "messages"):
            reader = threading.Thread(target=read_all, args=(pipe[0], found := []))
            for number in range(300):
                log.info("%s %s", number, "x" * 1000)
            reader.start()
        os.close(pipe[1])
        reader.join()
    assert [line.split()[1] for line in b"".join(found).decode().splitlines()] == [*map(str, range(300))]


def read_all(end: int, found: list[bytes]) -> None:
    while part := os.read(end, 65536):
        found.append(part)


def test_a_stream_that_is_no_file_gets_the_lines(log, monkeypatch):
    class Tee:
        def __init__(self) -> None:
            self.written = ""

        def write(self, text: str) -> None:
            self.written += text

    for stream in (Tee(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        with written_by_thread(log, to_standard_error(PLAIN), 100, "messages"):
            log.info("seen")
        assert (stream.written if isinstance(stream, Tee) else stream.getvalue()) == "INFO seen\n"


def test_what_writes_may_fail_and_goes_on(log, capsys):
    written: list[str] = []

    def write(record: logging.LogRecord) -> None:
        if record.getMessage() == "wrong":
            raise RuntimeError("full")
        written.append(record.getMessage())

    with written_by_thread(log, write, 100, "messages"):
        for message in ("one", "wrong", "two"):
            log.info(message)
    assert written == ["one", "two"]
    assert "RuntimeError: full" in capsys.readouterr().err


def test_a_forked_process_writes_its_own(log, pipe):
    with stderr_of(pipe[1]), written_by_thread(log, to_standard_error(PLAIN), 100, "messages"):
        child: Any = multiprocessing.get_context("fork").Process(target=log.info, args=("from the child",))
        child.start()
        child.join()
        log.info("from the parent")
    assert everything(pipe) == "INFO from the child\nINFO from the parent\n"
