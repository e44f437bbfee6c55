"""The benchmarks run from end to end and say what they have to; what they measure decides nothing here."""

from __future__ import annotations

import json
import re
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


def found(*arguments):
    """The tables of one benchmark."""
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    [tables] = json.loads(done.stdout).values()
    return tables


def tables(*arguments):
    """The tables of one benchmark: title → (columns, rows by name)."""
    return {table["title"]: columns_and_rows(table) for table in found(*arguments)}


def columns_and_rows(table):
    return table["columns"], {row["name"]: row["values"] for row in table["rows"]}


def asked(table):
    """What a table says was asked: by row, at least and at most."""
    return {row["name"]: tuple(row["asked"].values()) for row in table["rows"] if row["asked"]}


def test_http_compares_every_peer_with_the_constant_reply_and_ours_with_each():
    said = found("http", "--rounds", "2", "--requests", "40", "--actions", "3")
    constant, others, latency = map(columns_and_rows, said)
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
    assert latency[0] == ["p99"]
    assert latency[1]["FastAPI"] == [1]
    assert latency[1]["Actionary"][0] > 0
    assert [*map(asked, said)] == [
        {"Actionary": (0.52, None), "Actionary, call log on": (0.4, None)},
        {
            "bare ASGI + pydantic": (0.85, None),
            "Litestar with msgspec": (1.7, None),
            "FastAPI": (2.4, None),
            "FastAPI, last of 3": (20, None),
            "one action, for the last of many": (0.95, None),
        },
        {"Actionary": (None, 0.5)},
    ]


@pytest.mark.parametrize("has_redis", [True, False])
def test_gates_compares_each_gate_with_none(monkeypatch, tmp_path, has_redis):
    if not has_redis:
        monkeypatch.setenv("PATH", str(tmp_path))
    [table] = found("gates", "--rounds", "1", "--requests", "40")
    rows = {row["name"]: row["values"] for row in table["rows"]}
    assert list(rows) == [
        "bare ASGI, constant reply",
        "no gate",
        "auth",
        "auth and scopes",
        "authorize",
        "rate limit in memory",
        *(["rate limit in Redis"] if has_redis else []),
        "on_invoke",
        "every gate",
        "every gate, call log on",
    ]
    assert rows["no gate"][0] == 1
    assert all(values[0] > 0 and values[1] > 0 for values in rows.values())
    assert ("there is no redis-server" in table["note"]) is not has_redis


def test_documents_are_compared_with_the_same_bytes():
    [table] = found("documents", "--rounds", "1", "--requests", "40", "--actions", "3")
    assert asked(table) == {"of 1": (0.7, None), "of 3": (0.7, None)}
    one, three = (row["values"] for row in table["rows"])
    assert min(*one[:2], *three[:2]) > 0
    assert int(three[2].replace(",", "")) > int(one[2].replace(",", "")) > 1000


def test_a_start_is_compared_in_time_and_in_memory():
    times, memory = found("start", "--rounds", "1", "--actions", "3")
    assert list(asked(times).values()) == [(None, 1.15), (None, 0.7)]
    assert list(asked(memory)) == [
        f"{kind} after {when}"
        for when in ("the first call", "a call of each action")
        for kind in ("RSS", "PSS")
    ]
    assert set(asked(memory).values()) == {(None, 0.85)}
    for row in [*times["rows"], *memory["rows"]]:
        ratio, ours, theirs = row["values"]
        assert ratio == pytest.approx(ours / theirs)
        assert ours > 0.1


def test_the_input_models_alone_are_those_of_the_generated_actions(tmp_path):
    within_bench(
        "import generating, pathlib; generating.write_project(pathlib.Path(sys.argv[1]), 40)", tmp_path
    )
    said = within_bench(
        "import models_only, pathlib; models_only.main(pathlib.Path(sys.argv[1]))\n"
        "made = [each for name, module in sys.modules.items() if name.startswith('actions.')\n"
        "        for each in vars(module).values() if hasattr(each, 'model')]\n"
        "print(len(made), *sorted(made[0].model.model_fields))",
        tmp_path,
    )
    assert said.split() == "40 handover note parts remarks".split()


def test_a_soak_tells_calls_errors_and_memory():
    summary, parts = found("soak", "--seconds", "1", "--peer", "everything")
    rows = {row["name"]: row["values"][0] for row in summary["rows"]}
    assert summary["title"] == "Soak: everything at full load for 1 seconds"
    assert int(rows["calls"].replace(",", "")) > 0
    assert rows["errors"] == 0
    assert rows["RSS, highest, MiB"] >= max(rows["RSS, first, MiB"], rows["RSS, last, MiB"]) > 1
    assert asked(summary) == {"errors": (None, 0), "RSS, last / first": (None, 1.02)}
    assert re.search(r"Memory from the start to the end: [▁▂▃▄▅▆▇█]+\n", summary["note"])
    calls = [int(row["values"][1].replace(",", "")) for row in parts["rows"]]
    assert len(calls) >= 9
    assert 0 < sum(calls) <= int(rows["calls"].replace(",", ""))


def test_a_soak_counts_what_fails_and_goes_on():
    with serving("actionary", 1) as (server, port):
        said = within_bench(
            "import load, soak; from beside import Peer\n"
            "peer = Peer('x', 'x', '1', load.post('/api/actions/other', b''))\n"
            "peer.pid, peer.port = map(int, sys.argv[1:])\n"
            "soaked = soak._soak(peer, 0.5)\n"
            "print(soaked.calls, soaked.errors.total() > 16, *soaked.errors, sep='|')",
            server.pid,
            port,
        )
    assert said.strip() == "0|True|the server answered HTTP/1.1 404 Not Found"


def test_a_soak_whose_server_is_gone_says_so():
    with serving("actionary", 1) as (server, port):
        server.kill()
        with pytest.raises(subprocess.CalledProcessError) as error:
            within_bench(
                "import soak; from beside import Peer\n"
                "peer = Peer('x', 'x', '1', b'')\n"
                "peer.pid, peer.port = map(int, sys.argv[1:])\n"
                "soak._soak(peer, 0.5)",
                server.pid,
                port,
            )
    assert "the server is gone after 0 calls" in error.value.stderr


@pytest.mark.parametrize(
    ("values", "plotted"),
    [([100, 101, 100], "▁▂▁"), ([100, 150, 200], "▁▅█"), ([5], "▁"), ([0, 0], "▁▁")],
)
def test_memory_that_differs_by_little_looks_flat(values, plotted):
    program = "import json, soak; print(soak.sparkline(json.loads(sys.argv[1])))"
    assert within_bench(program, json.dumps(values)).strip() == plotted


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
    said = found("import", "--rounds", "1")
    loaded, times = map(columns_and_rows, said)
    assert loaded[1] == {"from actionary import action": [0, "none"]}
    assert list(times[1]) == [
        "from actionary import action / import pydantic",
        "from actionary import action / pydantic in use",
        "actionary --help / import click",
    ]
    assert [*map(asked, said)] == [
        {"from actionary import action": (None, 0)},
        {"actionary --help / import click": (None, 1.4)},
    ]


def test_steps_tells_what_each_part_of_a_call_takes():
    said = found("steps", "--rounds", "1", "--requests", "20", "--actions", "3")
    plain, gates, doors = map(columns_and_rows, said)
    for columns, rows in (plain, gates):
        assert columns == ["microseconds", "share of the door", "pydantic alone = 1"]
        assert all(value > 0 for row in rows.values() for value in row)
    assert [name.partition(":")[0] for name in plain[1]] == [
        "pydantic",
        "find",
        "request id",
        "context",
        "deadline",
        "read the body",
        "read_json",
        "handler",
        "write_output",
        "envelope",
        "perform",
        "door",
    ]
    assert plain[1]["door: the ASGI application"][1] == 1
    assert list(gates[1])[:6] == "auth|scopes|authorize|rate limit in memory|on_invoke|call log".split("|")
    assert len(doors[1]) == 4
    wanted = {
        "the last of 3 actions, the only one = 1": (0.95, None),
        "the only action, bare ASGI + pydantic = 1": (0.85, None),
    }
    assert [*map(asked, said)] == [{}, {}, wanted]


@pytest.mark.long
def test_clients_compares_generators_and_what_they_make():
    made, kept, checked, bundled, imported = found("clients", "--rounds", "1", "--actions", "20")
    assert [row["name"].partition(",")[0] for row in made["rows"]] == [
        "openapi-typescript",
        "hey-api",
        "ours of 20",
    ]
    assert columns_and_rows(kept)[1]["nothing changed: imports of the generator of types"][0] == 0
    assert [asked(table) for table in (checked, bundled, imported)] == [
        {"openapi-typescript = 1": (None, 0.6)},
        {"ours, of 20": (None, 2000), "ours, of 10": (None, 2000)},
        {"CPU time of the process": (None, 1.3)},
    ]
    sizes = {name: values[0] for name, values in columns_and_rows(bundled)[1].items()}
    assert sizes["ours, of 20"] < sizes["hey-api, of 20"]


def test_store_compares_keys_and_approvals_with_transactions_by_hand():
    kept, plain = found("store", "--rounds", "1", "--requests", "200")
    assert kept["columns"] == ["by hand = 1", "lowest", "highest", "a second", "by hand"]
    kinds = {"call with a new key": (0.5, None), "replay of an answer": None}
    kinds["refused, approved, called"] = (0.5, None)
    every = {
        f"{database}: {name}": least for database in ("SQLite", "PostgreSQL") for name, least in kinds.items()
    }
    _, rows = columns_and_rows(kept)
    assert list(rows) == list(every)
    assert asked(kept) == {name: least for name, least in every.items() if least}
    assert all(value > 0 for values in rows.values() for value in values)
    assert "left out" not in kept["note"]
    assert asked(plain) == {"Action.run": (0.97, None), "the ASGI application": (0.97, None)}
    assert all(row["values"][0] > 0 for row in plain["rows"])


def test_store_without_a_postgresql_says_what_it_leaves_out():
    said = within_bench(
        "import storing; storing.found_programs = lambda: None\n"
        "table, _ = storing.store_tables(rounds=1, requests=40)\n"
        "print(*{row.name.partition(':')[0] for row in table.rows}); print(table.note)"
    )
    assert said.startswith("SQLite\n")
    assert "PostgreSQL is left out: there is no postgres" in said


BROKEN = """
import asyncio, by_hand
from actionary.store import Entry
from actionary.store.sqlite import SqliteDatabase
from sqlalchemy import text

async def main():
    async with by_hand.engines_by_hand(SqliteDatabase(sys.argv[1])) as engines:
        entries = by_hand.ByHand(engines, Entry("key", b"value", 1, 1.0))
        await entries.call()
        by_hand._UPDATE = text("nonsense")
        try:
            await entries.call()
        except Exception as error:
            print(type(error).__name__)
        async with engines.reading.connect() as connection:
            print((await connection.execute(text("SELECT count(*) FROM actionary_entries"))).scalar_one())

asyncio.run(main())
"""


def test_what_is_done_by_hand_is_one_transaction(tmp_path):
    assert within_bench(BROKEN, tmp_path / "by_hand.db").split() == ["OperationalError", "1"]


def test_people_get_a_table_in_plain_text():
    done = run("steps", "--rounds", "1", "--requests", "20", "--actions", "3")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Steps: ")
    assert lines[1].split() == "microseconds share of the door pydantic alone = 1".split()
    assert lines[2].split()[-1] == "1.000"


def test_people_are_told_what_was_asked_and_what_is_missed():
    program = (
        "from report import *\n"
        "asked = {'a': at_least(0.4), 'b': at_least(0.6), 'c': at_most(0.4), 'd': None}\n"
        "rows = tuple(Row(name, (0.5,), each) for name, each in asked.items())\n"
        "print(text_of(Table('title', ('ratio',), rows, 'note')))"
    )
    assert within_bench(program).splitlines() == [
        "title",
        "   ratio  asked",
        "a  0.500  >= 0.4",
        "b  0.500  >= 0.6, missed",
        "c  0.500  <= 0.4, missed",
        "d  0.500",
        "note",
        "",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["htpp"],
            "there is no benchmark 'htpp': name any of http, gates, documents, start, build, import, steps",
        ),
        (["soak", "--peer", "fastapi"], "invalid choice: 'fastapi'"),
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


@pytest.mark.parametrize(
    "peer",
    [
        "pydantic",
        "actionary",
        "logged",
        "with_auth",
        "with_scopes",
        "with_authorize",
        "with_rate_limit",
        "with_hook",
        "guarded",
        "everything",
        "litestar",
        "fastapi",
    ],
)
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
