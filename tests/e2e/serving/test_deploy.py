"""The files in ``deploy/``: what they start starts, and they agree with the server and each other."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import crossplane
import pytest
from actionary.http import Limits
from actionary_build.serving.server import GRACE

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"


def joined(name: str) -> list[str]:
    """Give a file's lines without comments, those that go on joined."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / name).read_text(), flags=re.MULTILINE)
    return [line for line in re.sub(r"\\\n\s*", "", text).splitlines() if line]


def unit() -> dict[str, str]:
    return dict(line.split("=", 1) for line in joined("actionary.service") if "=" in line)


def options(command: list[str]) -> dict[str, str]:
    """Give the options of a command that have values."""
    return {name: value for name, value in pairwise(command) if name.startswith("--")}


def in_context(blocks: list[dict[str, Any]], *path: str) -> list[list[str]]:
    """Give the arguments of each directive that lies at a path of nginx's blocks."""
    found = [block for block in blocks if block["directive"] == path[0]]
    if len(path) == 1:
        return [block["args"] for block in found]
    return [args for block in found for args in in_context(block["block"], *path[1:])]


@pytest.fixture
def nginx(tmp_path) -> list[dict[str, Any]]:
    """What nginx reads, in its place in a whole configuration."""
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"events {{}} http {{ {(DEPLOY / 'nginx.conf').read_text()} }}")
    parsed = crossplane.parse(str(whole), strict=True)
    assert (parsed["status"], parsed["errors"]) == ("ok", [])
    return next(block["block"] for block in parsed["config"][0]["parsed"] if block["directive"] == "http")


def test_what_the_unit_starts_starts_and_ends(start):
    program, command, *rest = shlex.split(unit()["ExecStart"])
    assert program == f"{unit()['WorkingDirectory']}/.venv/bin/actionary"
    assert command == "serve"
    with TemporaryDirectory(prefix="uds") as folder:
        rest[rest.index("--uds") + 1] = f"{folder}/s"
        served = start(*rest, at=())
        assert served.call("add", first=1, second=2)[1]["data"] == 3
        assert served.end() == 0


def test_systemd_waits_longer_than_the_server_takes_to_end():
    command = options(shlex.split(unit()["ExecStart"]))
    assert float(unit()["TimeoutStopSec"]) > float(command["--shutdown-timeout"]) + 2 * GRACE
    assert unit()["KillMode"] == "mixed"


def test_the_socket_lies_where_systemd_makes_a_folder_and_nginx_looks(nginx):
    path = Path(options(shlex.split(unit()["ExecStart"]))["--uds"])
    assert path.parent == Path("/run", unit()["RuntimeDirectory"])
    assert in_context(nginx, "upstream", "server")[0][0] == f"unix:{path}"


def test_nginx_passes_all_calls_on_as_the_server_needs_them(nginx):
    upstream = [[f"http://{name}"] for [name] in in_context(nginx, "upstream")]
    locations = in_context(nginx, "server", "location")
    assert ["/"] in locations
    assert in_context(nginx, "server", "location", "proxy_pass") == upstream * len(locations)
    # A location with such a header of its own would have none of the server's.
    assert in_context(nginx, "server", "location", "proxy_set_header") == []
    headers = {name: value for name, value in in_context(nginx, "server", "proxy_set_header")}  # noqa: C416 - pairs are lists
    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert headers["X-Forwarded-Proto"] == "$scheme"
    assert headers["Connection"] == ""
    assert in_context(nginx, "server", "proxy_http_version") == [["1.1"]]
    [[size]] = in_context(nginx, "server", "client_max_body_size")
    assert int(size.removesuffix("m")) * 1024 * 1024 == Limits().body
    [[seconds]] = in_context(nginx, "server", "proxy_read_timeout")
    assert float(seconds.removesuffix("s")) > 30


def test_what_the_container_starts_starts_and_is_healthy(start):
    lines = joined("Containerfile")
    [command] = [json.loads(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD ")]
    assert command[:2] == ["actionary", "serve"]
    given = options(command)
    assert f"EXPOSE {given['--port']}" in lines
    command[command.index("--host") + 1] = "127.0.0.1"  # tests listen nowhere else
    command[command.index("--port") + 1] = "0"
    served = start(*command[2:], at=())
    [check] = [line for line in lines if line.startswith("HEALTHCHECK ")]
    program, *arguments = json.loads(check[check.index("[") :])
    assert program == "python"
    here = [each.replace(f"http://127.0.0.1:{given['--port']}", served.address) for each in arguments]
    assert here != arguments
    subprocess.run([sys.executable, *here], check=True, timeout=60)
    assert served.end() == 0
    assert subprocess.run([sys.executable, *here], check=False, timeout=60, stderr=subprocess.PIPE).returncode


def test_the_container_holds_no_generator_and_runs_as_nobody_in_particular():
    lines = joined("Containerfile")
    first, second = (number for number, line in enumerate(lines) if line.startswith("FROM "))
    build, final = lines[first:second], lines[second:]
    assert build[0].removesuffix(" AS build") == final[0]  # the environment's Python is that of the image
    assert not [line for line in final if "pip" in line]
    copied = [line.split() for line in final if line.startswith("COPY")]
    assert all(words[1] == "--from=build" for words in copied)
    assert "/builder" not in " ".join(final)
    [user] = [line.split()[1] for line in final if line.startswith("USER")]
    assert int(user) > 0
    assert any(f"--uid {user} " in line for line in final)
    extras = {extra for line in build for extra in re.findall(r"actionary\[(\w+)\]", line)}
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras == {"build"} <= known.keys()
