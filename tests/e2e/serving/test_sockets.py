"""Where a server listens, and whose word it takes for who calls."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from actionary_build.serving.listening import hold_off, listening_on_port


@pytest.fixture
def place():
    """A path for a Unix socket, which must be short."""
    with TemporaryDirectory(prefix="uds") as folder:
        yield Path(folder, "s")


@pytest.fixture
def refused(script, project):
    """Gives what a server that does not start says."""

    def run(*options: str | Path) -> str:
        shown = subprocess.run(
            [*script, "serve", *options], cwd=project, capture_output=True, text=True, check=False, timeout=60
        )
        assert shown.returncode == 2, shown.stderr
        assert "Traceback" not in shown.stderr
        return shown.stderr

    return run


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_unix_socket_is_served_and_gone_afterwards(start, place, workers):
    served = start("--workers", workers, at=("--uds", place))
    assert served.address == f"unix:{place}"
    assert served.call("add", first=1, second=2)[1]["data"] == 3
    assert stat.S_IMODE(place.stat().st_mode) == 0o660
    assert served.end() == 0
    assert not place.exists()


def test_its_mode_can_be_said(start, place):
    start("--uds-mode", "600", at=("--uds", place))
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_one_that_was_left_behind_is_replaced(start, place):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(place))
    served = start(at=("--uds", place))
    assert served.call("add", first=1, second=2)[0] == 200


def test_one_that_is_listened_on_is_refused_and_goes_on(start, refused, place):
    served = start(at=("--uds", place))
    assert f"error[cannot-listen]: a server listens on {place}" in refused("--uds", place)
    assert served.call("add", first=1, second=2)[0] == 200


def test_what_is_no_socket_is_left_alone(refused, place):
    place.write_text("precious")
    assert "is no socket" in refused("--uds", place)
    assert place.read_text() == "precious"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--uds", "/no/such/folder/s"], "cannot be listened on"),
        (["--uds", "x" * 200], "cannot be listened on"),
        (["--uds", "s", "--port", "1"], "cannot both be listened on"),
        (["--uds", "s", "--host", "::1"], "cannot both be listened on"),
        (["--uds-mode", "600"], "--uds-mode without --uds"),
        (["--uds", "s", "--uds-mode", "rw"], "is no mode of a file"),
        (["--uds", "s", "--uds-mode", "7777"], "is no mode of a file"),
        (["--forwarded-allow-ips", "proxy.example"], "is no address or network"),
        (["--forwarded-allow-ips", ""], "is no address or network"),
        (["--shutdown-timeout", "-1"], "--shutdown-timeout"),
    ],
)
def test_mistakes_are_said_with_what_would_be_right(refused, options, said):
    assert said in refused(*options)


FORWARDED = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}


def test_without_the_option_no_proxy_is_believed(start):
    told = start().call("tell", FORWARDED)[1]["data"]
    assert (told["client"], told["scheme"]) == ("127.0.0.1", "http")


@pytest.mark.parametrize("trusted", ["127.0.0.1", "10.0.0.1,127.0.0.0/8", "*"])
def test_proxies_that_are_named_are_believed(start, trusted):
    told = start("--forwarded-allow-ips", trusted).call("tell", FORWARDED)[1]["data"]
    assert (told["client"], told["scheme"]) == ("203.0.113.9", "https")


def test_others_are_not(start):
    told = start("--forwarded-allow-ips", "10.0.0.1").call("tell", FORWARDED)[1]["data"]
    assert (told["client"], told["scheme"]) == ("127.0.0.1", "http")


def test_on_a_unix_socket_a_star_believes_the_proxy(start, place):
    told = start("--forwarded-allow-ips", "*", at=("--uds", place)).call("tell", FORWARDED)[1]["data"]
    assert (told["client"], told["scheme"]) == ("203.0.113.9", "https")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can do it")
def test_a_port_that_is_held_off_lets_those_in_who_have_asked_and_nobody_else():
    with (
        listening_on_port("127.0.0.1", 0) as (listener, _),
        socket.socket() as before,
        socket.socket() as after,
    ):
        before.connect(listener.getsockname())
        hold_off(listener)
        after.settimeout(0.2)
        with pytest.raises(TimeoutError):
            after.connect(listener.getsockname())
        listener.settimeout(0)
        accepted, _ = listener.accept()
        with accepted:
            accepted.sendall(b"in")
            assert before.recv(2) == b"in"
        with pytest.raises(BlockingIOError):
            listener.accept()
