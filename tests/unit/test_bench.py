"""The benchmarks run from end to end and say what they have to; what they measure decides nothing here."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(BENCH / "run.py"), *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )


def within_bench(program, *arguments):
    """What a program that uses the benchmarks' own modules prints."""
    command = [sys.executable, "-c", f"import sys\n{program}", *map(str, arguments)]
    return subprocess.run(command, cwd=BENCH, capture_output=True, check=True, text=True, timeout=300).stdout


def tables(*arguments):
    """The tables of one benchmark: title → (columns, rows by name)."""
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout).values()
    return {
        table["title"]: (table["columns"], {row["name"]: row["values"] for row in table["rows"]})
        for table in found
    }


def test_http_compares_every_peer_with_the_constant_reply_and_ours_with_each():
    constant, others = tables("http", "--rounds", "2", "--requests", "40", "--actions", "3").values()
    assert constant[0] == ["CPU", "lowest", "highest", "throughput"]
    assert list(constant[1]) == [
        "bare ASGI, constant reply",
        "bare ASGI + pydantic",
        "Actionary",
        "Actionary, call log on",
        "Actionary, every gate on",
        "Litestar with msgspec",
        "FastAPI",
        "Actionary, last of 3",
        "FastAPI, last of 3",
    ]
    assert constant[1]["bare ASGI, constant reply"] == [1, 1, 1, 1]
    assert all(value > 0 for row in constant[1].values() for value in row)
    assert list(others[1]) == [
        "bare ASGI + pydantic",
        "Litestar with msgspec",
        "FastAPI",
        "FastAPI, last of 3",
        "one action, for the last of many",
    ]
    assert all(value > 0 for row in others[1].values() for value in row)


def test_build_tells_the_stations_of_two_builds_the_second_of_which_writes_nothing():
    [(title, (columns, rows))] = tables("build", "--actions", "5").items()
    assert title.startswith("Build: 5 generated actions, ")
    assert len(columns) == 4
    emitters = "catalog docs llms mcp openapi python typescript".split()
    assert list(rows) == [
        "in a child: import",
        "in a child: describe",
        "start",
        "load",
        *(f"emit {name}" for name in emitters),
        "write",
        "all stations",
    ]
    parts = [values[0] for name, values in rows.items() if name != "all stations" and values[1] != ""]
    assert sum(parts) == pytest.approx(rows["all stations"][0])


def test_the_generated_actions_are_as_many_as_were_asked_for(tmp_path):
    within_bench(
        "import generating, pathlib; generating.write_project(pathlib.Path(sys.argv[1]), 43)", tmp_path
    )
    command = [Path(sys.executable).with_name("actionary"), "list", "--json", "--project", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    listed = json.loads(done.stdout)
    listed = listed["actions"] if isinstance(listed, dict) else listed
    assert len(listed) == 43
    assert {action["name"].partition("_")[0] for action in listed} == {"create", "get", "move", "search"}


def test_import_names_what_is_loaded_and_compares_the_times():
    loaded, times = tables("import", "--rounds", "1").values()
    assert loaded[1] == {"import actionary": [0, "none"]}
    assert list(times[1]) == [
        "import actionary / import pydantic",
        "import actionary / pydantic in use",
        "actionary --help / import click",
    ]


def test_steps_tells_what_each_part_of_a_call_takes():
    [(_, (columns, rows))] = tables("steps", "--rounds", "1", "--requests", "20").items()
    assert columns == ["CPU", "microseconds"]
    assert [name.partition(":")[0] for name in rows] == (
        "pydantic read_json call write_output perform door".split()
    )
    assert all(value > 0 for row in rows.values() for value in row)


def test_people_get_a_table_in_plain_text():
    done = run("steps", "--rounds", "1", "--requests", "20")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Steps: ")
    assert lines[1].split() == ["CPU", "microseconds"]
    assert lines[2].split()[-2] == "1.000"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["htpp"], "there is no benchmark 'htpp': name any of http, build, import, steps"),
        (["steps", "--rounds", "0"], "at least 1 is needed"),
    ],
)
def test_what_cannot_be_run_is_refused(arguments, said):
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr


@contextmanager
def serving(peer, count):
    command = [sys.executable, str(BENCH / "server.py"), peer, str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server, int(server.stdout.readline())
        finally:
            server.terminate()


ASK = """
import socket
from load import post, read_reply
from workload import BODY
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.sendall(post(sys.argv[2], BODY))
    print(read_reply(connection).decode())
"""


@pytest.mark.parametrize("peer", ["pydantic", "actionary", "logged", "guarded", "litestar", "fastapi"])
def test_every_peer_does_the_work(peer):
    with serving(peer, 2) as (_, port):
        reply = json.loads(within_bench(ASK, port, "/api/actions/quote_2"))
    assert reply.get("data", reply) == {"total_cents": 6300, "items": 3, "delivery": "express"}


def test_the_constant_reply_is_as_long_as_the_one_that_is_made():
    replies = []
    for peer in ("constant", "actionary"):
        with serving(peer, 2) as (_, port):
            replies.append(json.loads(within_bench(ASK, port, "/api/actions/quote_2")))
    for reply in replies:
        reply["latencyMs"] = None
    assert replies[0] == replies[1]


def test_a_server_ends_when_the_benchmark_is_gone():
    with serving("actionary", 1) as (server, _):
        server.stdin.close()
        server.wait(timeout=60)


def test_a_reply_that_is_no_success_is_not_counted():
    with serving("actionary", 1) as (_, port), pytest.raises(subprocess.CalledProcessError) as error:
        within_bench(
            "import load; load.send_all(int(sys.argv[1]), load.post('/api/actions/other', b''), 1)", port
        )
    assert "404 Not Found" in error.value.stderr
