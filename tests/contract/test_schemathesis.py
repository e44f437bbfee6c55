"""Schemathesis calls the real server by its document, rightly and wrongly, with all of its checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
COMMAND = Path(sys.executable).with_name("schemathesis")
PHASES = ("examples", "coverage", "fuzzing")

NOT_GENERATED = {
    "Cannot generate an array with 1 demanded elements": "wrong data for a union of models that holds itself"
}
"""What schemathesis 4.32 says where it can make no call of a kind; the other phases call these operations."""


def ending(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out the stream of changes, which never ends; tests/http/test_changes.py has what it answers."""
    document["paths"].pop("/api/changes", None)
    return document


def named(document: dict[str, Any]) -> dict[str, Any]:
    """Give every inline schema of an answer's data a name of its own; nothing else changes.

    Schemathesis 4.32 writes ``prefixItems`` in the schema of an answer as the ``items``
    of an older draft, and then refuses that; behind a reference it leaves it alone.
    """
    schemas = document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            content = operation["responses"]["200"]["content"]["application/json"]
            properties = content["schema"].get("properties", {})
            if "prefixItems" in json.dumps(properties.get("data", {})):
                name = f"DataOf_{operation['operationId']}"
                schemas[name] = properties["data"]
                properties["data"] = {"$ref": f"#/components/schemas/{name}"}
    return document


def run_schemathesis(
    server: Any, folder: Path, phases: tuple[str, ...], examples: int
) -> tuple[dict[str, Any], Counter[str]]:
    """Give the report, and the number of calls by phase."""
    document, report, events = folder / "openapi.json", folder / "report.json", folder / "events.jsonl"
    document.write_text(json.dumps(named(ending(server.document))))
    done = subprocess.run(
        [
            *(COMMAND, "--config-file", HERE / "schemathesis.toml", "run", document),
            *("--url", server.address),
            *("--checks", "all", "--phases", ",".join(phases), "--max-examples", str(examples)),
            *("--report-json-path", report, "--report-ndjson-path", events, "--no-color"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HERE)},  # where the hooks are
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    outcome = json.loads(report.read_text())
    errors = [error for error in outcome["errors"] if not any(known in str(error) for known in NOT_GENERATED)]
    assert (outcome["failures"], errors) == ([], []), done.stdout[-20_000:]
    assert done.returncode == 0 or outcome["errors"], done.stdout
    return outcome, cases_by_phase(events)


def cases_by_phase(events: Path) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in events.read_text().splitlines():
        scenario = json.loads(line).get("ScenarioFinished")
        if scenario is not None:
            counted[scenario["phase"]] += len(scenario["recorder"].get("cases", ()))
    return counted


def hold(server: Any, folder: Path, *, phases: tuple[str, ...] = PHASES, examples: int) -> None:
    outcome, cases = run_schemathesis(server, folder, phases, examples)
    print(f"schemathesis, {server.project.name}: {dict(cases)}, {len(server.answers())} answers")
    operations = sum(map(len, ending(server.document)["paths"].values()))
    assert outcome["operations"]["tested"] == operations
    assert [phase for phase in phases if not cases[phase]] == []
    assert {status for _, _, status in server.answers()} >= {200, 400}
    assert server.undocumented() == []


def test_no_call_that_the_document_allows_or_forbids_is_answered_otherwise(serve, tmp_path):
    if serve.project.name == "hostile":  # the phase of coverage, with most of the calls, takes a while there
        hold(serve, tmp_path, phases=("examples", "fuzzing"), examples=2)
    else:
        hold(serve, tmp_path, examples=20)


@pytest.mark.long
def test_nor_is_any_of_many_more_calls(serve, tmp_path):
    hold(serve, tmp_path, examples=30)
