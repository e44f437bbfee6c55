"""The TypeScript client and a real server that remembers: repeated, approved, paged, followed, heard."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served import served

HERE = Path(__file__).parent / "remembering"
COMMAND = Path(sys.executable).with_name("actionary")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, run) -> Path:
    root = tmp_path_factory.mktemp("remembering") / "project"
    shutil.copytree(HERE, root)
    run(COMMAND, "build", cwd=root)
    return root


@pytest.fixture(scope="module")
def address(project: Path) -> Iterator[str]:
    with served(project) as address:
        yield address


@pytest.fixture(scope="module")
def told(project: Path, address: str, tsc: Path, run) -> dict[str, Any]:
    client = project / "generated" / "clients" / "typescript"
    run(tsc, cwd=client)
    return json.loads(
        run(
            "node",
            HERE.parent / "typescript" / "remembering.mjs",
            client / "dist" / "index.js",
            address,
            cwd=project,
        )
    )


def test_a_letter_whose_answer_is_lost_is_sent_once(told) -> None:
    assert (told["once"], told["twice"]) == (1, 2)


def test_a_call_is_made_with_the_approval_of_a_human_and_uses_it_up(told) -> None:
    assert told["asked"] == told["again"] == "approval_required"
    assert (told["decided"], told["sent"]) == ("approved", "sent to ann")


def test_a_call_whose_end_nobody_knows_is_made_again_under_the_key_that_its_failure_has(told) -> None:
    assert (told["cut"], told["resumed"]) == ("network_error", 3)


def test_a_call_that_used_up_its_approval_is_not_made_again_and_said_to_need_one(told) -> None:
    assert (told["lostApproved"], told["addresses"]) == ("network_error", ["Elm Street"])


def test_what_is_listed_page_by_page_is_read_to_its_end(told) -> None:
    assert told["letters"] == list("abcde")
    assert told["pages"] == [["c", "d"], ["e"]]


def test_progress_is_followed_to_the_result(told) -> None:
    assert told["progress"] == ["at 0", "at 1", "at 2", 3]


def test_a_name_and_a_password_are_understood_by_the_server(told) -> None:
    assert (told["user"], told["stranger"]) == ("jörg", "unauthorized")


def test_changes_are_heard(told) -> None:
    assert told["changes"] == ["send_letter"]
