"""Redocly's recommended rules hold, and its score is at least what docs/contract.md says."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TOOLS = ROOT / "tests" / "clients" / "typescript"

QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true", "NO_COLOR": "1"}

LIST = {
    ("operation-4xx-response", "#/paths/~1api~1actions/get/responses"): "the list of actions refuses nothing"
}
UNCHECKED = (
    "#/paths/~1api~1actions~1summarize_thread_unchecked/get/responses/200/content/application~1json/schema"
    "/properties/data/anyOf/1"
)
REFERENCE = {
    **LIST,
    ("no-illogical-composition-keywords", UNCHECKED): "with `on_invalid_output` a caller may get any value",
}
HOSTILE = {
    **LIST,
    (
        "security-defined",
        "#/paths/~1api~1actions~1guarded_get/get",
    ): "its `auth` is a function without a scheme",
    ("security-defined", "#/paths/~1api~1actions~1guarded_post/post"): "as above",
    (
        "no-illogical-composition-keywords",
        "#/paths/~1api~1actions~1warns/post/responses/200/content/application~1json/schema/properties/data/anyOf/1",
    ): "with `on_invalid_output` a caller may get any value, and is told which one to expect",
}
"""What Redocly says of each server and is right as it is, each with the reason."""


@pytest.fixture(scope="session")
def redocly() -> Path:
    """Redocly's program; what tests/clients/typescript needs is installed where it is missing."""
    program = TOOLS / "node_modules" / ".bin" / "redocly"
    if not program.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=TOOLS, check=True, capture_output=True)
    return program


def said(redocly: Path, document: Path, *command: str) -> dict[str, Any]:
    done = subprocess.run(
        [redocly, *command, document, "--config", HERE / "redocly.yaml", "--format", "json"],
        cwd=document.parent,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = re.search(r"^\{.*^\}", done.stdout, re.DOTALL | re.MULTILINE)
    assert found, done.stdout + done.stderr
    return json.loads(found[0])


def test_no_recommended_rule_is_broken_but_for_a_reason(project, redocly):
    lint = said(redocly, project / "generated" / "openapi.json", "lint")
    problems = {
        (each["ruleId"], each["location"][0]["pointer"]): each["message"] for each in lint["problems"]
    }
    accepted = HOSTILE if project.name == "hostile" else REFERENCE
    assert {place: text for place, text in problems.items() if place not in accepted} == {}
    assert set(problems) == set(accepted), "a reason that no longer holds has to go"


def test_a_broken_document_is_seen(project, redocly, tmp_path):
    document = json.loads((project / "generated" / "openapi.json").read_text())
    listing = document["paths"]["/api/actions"]["get"]
    del listing["responses"]
    listing["parameters"] = [{"name": "x", "in": "query"}]
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    assert said(redocly, tmp_path / "openapi.json", "lint")["totals"]["errors"] > 0


def test_the_score_of_the_reference_document_is_at_least_what_the_page_says(redocly):
    score = said(redocly, ROOT / "generated" / "openapi.json", "score")
    page = (ROOT / "docs" / "contract.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", page, re.MULTILINE))
    got = {**score["subscores"], **{name: score[name] for name in ("agentReadiness", "discoverability")}}
    assert set(rows) == set(got)
    assert {name: (got[name], least) for name, least in rows.items() if got[name] < float(least)} == {}
