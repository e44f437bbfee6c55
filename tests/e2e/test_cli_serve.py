from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest


@pytest.fixture
def serving(script, project):
    """Starts a server and gives it with its address; it is ended with the test."""
    started = []

    def serve(*arguments):
        server = subprocess.Popen(
            [*script, "serve", "--port", "0", *arguments], cwd=project, stderr=subprocess.PIPE, text=True
        )
        started.append(server)
        for line in server.stderr:
            if found := re.fullmatch(r"serving on (http://\S+)\n", line):
                return server, found[1]
        raise AssertionError("the server ended")

    yield serve
    for server in started:
        server.kill()
        server.stderr.close()
        server.wait()


def _get(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_built_project_is_served_until_a_signal(actionary, serving, number):
    actionary("build")
    server, address = serving()
    status, body = _get(f"{address}/api/actions/add?first=3")
    assert (status, json.loads(body)["data"]["sum"]) == (200, 5)
    assert _get(f"{address}/openapi.json")[0] == 200
    assert _get(f"{address}/api/actions/give?what=zero")[0] == 404
    assert _get(f"{address}/catalog.json")[0] == 404
    server.send_signal(number)
    rest = server.stderr.read()
    assert server.wait() == 0
    assert "Traceback" not in rest


def test_resources_are_closed_when_the_server_ends(actionary, project, serving):
    (project / "actions" / "_registry.py").write_text(
        "import sys\nfrom contextlib import asynccontextmanager\nfrom actionary import Registry\n"
        "@asynccontextmanager\nasync def resources():\n    yield 1\n    print('closed', file=sys.stderr)\n"
        "registry = Registry(lifespan=resources)\n"
    )
    actionary("build")
    server, address = serving()
    assert _get(f"{address}/readyz")[0] == 200
    server.terminate()
    assert "closed\n" in server.stderr.read()
    assert server.wait() == 0


def test_a_server_that_is_ended_while_it_starts_ends_well(actionary, serving):
    actionary("build")
    server, _ = serving()
    server.terminate()
    assert "Traceback" not in server.stderr.read()
    assert server.wait() == 0


def test_resources_that_cannot_be_opened_end_the_server_with_1(actionary, project):
    (project / "actions" / "_registry.py").write_text(
        "from contextlib import asynccontextmanager\nfrom actionary import Registry\n"
        "@asynccontextmanager\nasync def resources():\n    raise OSError('no database')\n    yield 1\n"
        "registry = Registry(lifespan=resources)\n"
    )
    actionary("build")
    shown = actionary("serve", "--port", "0")
    assert shown.returncode == 1
    assert "no database" in shown.stderr


def test_a_port_in_use_is_said(actionary):
    actionary("build")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shown = actionary("serve", "--port", str(port))
    assert shown.returncode == 2
    assert f"error[cannot-listen]: port {port} on 127.0.0.1 is in use" in shown.stderr
    assert "give another --port" in shown.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_that_is_not_ours_is_said(actionary, host):
    actionary("build")
    shown = actionary("serve", "--port", "0", "--host", host)
    assert shown.returncode == 2
    assert "error[cannot-listen]" in shown.stderr


def test_a_project_that_is_not_built_is_refused(actionary):
    shown = actionary("serve", "--port", "0")
    assert shown.returncode == 1
    assert "error[cannot-serve]" in shown.stderr
    assert "  mend: run `actionary build`" in shown.stderr


def test_a_project_whose_surface_changed_is_refused_unless_drift_is_allowed(actionary, project, serving):
    actionary("build")
    action = project / "actions" / "add.py"
    action.write_text(action.read_text().replace("Add two numbers.", "Give the sum."))
    refused = actionary("serve", "--port", "0")
    assert refused.returncode == 1
    assert "has changed since the last build (changed: add (description))" in refused.stderr
    assert "--allow-drift" in refused.stderr
    _, address = serving("--allow-drift")
    assert _get(f"{address}/api/actions/add?first=3")[0] == 200


def test_a_generated_file_that_was_edited_is_refused_with_the_command_that_mends_it(actionary, project):
    actionary("build")
    (project / "generated" / "llms.txt").write_text("edited")
    refused = actionary("serve", "--port", "0")
    assert refused.returncode == 1
    assert "llms.txt was changed since it was built" in refused.stderr
    assert "  mend: run `actionary build --force`, or allow the difference" in refused.stderr


def test_a_change_of_types_only_is_found_by_verify(actionary, project, serving):
    actionary("build")
    action = project / "actions" / "add.py"
    action.write_text(action.read_text().replace("count: int = 1", "count: int = 2"))
    serving()
    refused = actionary("serve", "--port", "0", "--verify")
    assert refused.returncode == 1
    assert "error[cannot-serve]" in refused.stderr


@pytest.mark.parametrize(("given", "port"), [([], "8000"), (["PORT=9001"], "9001")])
def test_make_serve_takes_a_port_and_compares_everything(given, port):
    root = Path(__file__).parents[2]
    environment = {key: value for key, value in os.environ.items() if key != "PORT" and key[:4] != "MAKE"}
    said = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "serve", *given],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.endswith(f"actionary serve --verify --host 127.0.0.1 --port {port}\n")


REGISTRY = "from actionary import Registry\nregistry = Registry(store={store!r})\n"
NOTE = """
from actionary import action

@action(public=True)
async def note(text: str) -> str:
    'Note a text.'
    return text
"""


@pytest.fixture
def two_workers(actionary, project):
    """Serves with two workers what relies on a store, named by the code and by the environment."""

    def serve(code, environment):
        (project / "actions" / "_registry.py").write_text(REGISTRY.format(store=code))
        (project / "actions" / "note.py").write_text(NOTE)
        actionary("build")
        return actionary("serve", "--workers", "2", "--port", "0", env={"ACTIONARY_STORE": environment})

    return serve


@pytest.mark.parametrize(
    ("code", "environment", "said", "mend"),
    [
        ("sqlite:///a.db", "memory://", "ACTIONARY_STORE says that ", "`ACTIONARY_STORE=sqlite:///state.db`"),
        ("memory://", "", "error[cannot-serve]: ", '`Registry(store="sqlite:///state.db")`'),
    ],
)
def test_workers_with_a_store_in_memory_are_told_where_to_name_another(
    two_workers, code, environment, said, mend
):
    refused = two_workers(code, environment)
    assert refused.returncode == 1
    assert f"{said}the answers to idempotency keys of note are kept in memory, " in refused.stderr
    assert f"  mend: name a database: {mend}, or serve with one worker\n" in refused.stderr
