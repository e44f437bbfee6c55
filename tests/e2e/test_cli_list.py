"""``actionary list``, and what the help of an action says beside its fields."""

from __future__ import annotations

import json

import pytest

FIND = '''
from datetime import date

from actionary import Cursor, Deprecated, Http, action
from pydantic import BaseModel


class Page(BaseModel):
    rows: list[str]
    next: str | None


@action(
    public=True,
    http=Http("GET"),
    when_to_use="Rows are wanted.",
    when_not_to_use="One row is wanted.",
    deprecated=Deprecated(date(2026, 1, 31), date(2027, 1, 31), "search"),
    paginate=Cursor("after", "next", "rows"),
)
def find(after: str | None = None) -> Page:
    """Find rows."""
    return Page(rows=[], next=None)
'''

SEARCH = '''
from typing import Any

from actionary import Context, action


@action(public=True, when_to_use="Rows are wanted.", unknown_keys="allow")
def search(words: str = "", *, ctx: Context) -> dict[str, Any]:
    """Search."""
    return dict(ctx.extra_input)
'''

HIDDEN = '''
from actionary import Deprecated, action


@action(deprecated=Deprecated(use_instead="search"))
def hidden() -> None:
    """Hide."""
'''


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.actionary]\ntitle = "Shop"\nversion = "1"\n')
    (tmp_path / "actions").mkdir()
    for name, text in {"find": FIND, "search": SEARCH, "hidden": HIDDEN}.items():
        (tmp_path / "actions" / f"{name}.py").write_text(text)
    return tmp_path


def test_the_list_says_what_is_deprecated_and_what_gives_pages(actionary, shop):
    assert actionary("list", cwd=shop).stdout.splitlines() == [
        (
            "find    GET /api/actions/find     public   Deprecated since 2026-01-31. It will be removed on "
            "2027-01-31. Use search instead. Find rows. It gives rows page by page: send next of the output "
            "as after for the next page; on the last page it is null."
        ),
        "hidden  -                         private  Deprecated. Use search instead. Hide.",
        "search  POST /api/actions/search  public   Search.",
    ]


def test_the_list_as_json_has_it_by_key(actionary, shop):
    listed = json.loads(actionary("list", "--json", cwd=shop).stdout)["actions"]
    assert listed[0] == {
        "name": "find",
        "method": "GET",
        "path": "/api/actions/find",
        "public": True,
        "description": "Find rows.",
        "deprecated": {"since": "2026-01-31", "sunset": "2027-01-31", "use_instead": "search"},
        "paginate": {"input": "after", "output": "next", "items": "rows"},
        "needs_approval": False,
    }
    assert (listed[1]["method"], listed[1]["path"], listed[1]["paginate"]) == (None, None, None)
    assert listed[2]["deprecated"] is None


def test_the_help_of_an_action_says_all_that_its_definition_says(actionary, shop):
    shown = " ".join(actionary("call", "find", "--help", cwd=shop).stdout.split())
    for said in (
        "Find rows. Deprecated since 2026-01-31. It will be removed on 2027-01-31. Use search instead.",
        "Use when: Rows are wanted. Do not use when: One row is wanted.",
        "send next of the output as after for the next page",
    ):
        assert said in shown


def test_keys_that_are_no_fields_are_given_in_the_json_where_they_are_taken(actionary, shop):
    assert actionary("call", "search", '{"colour": "red"}', cwd=shop).stdout == '{"colour":"red"}\n'
    assert (
        "Other keys are taken too, but only in the JSON."
        in actionary("call", "search", "--help", cwd=shop).stdout
    )
    refused = actionary("call", "search", "--colour", "red", cwd=shop)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--colour" in refused.stderr
    assert "is given in the JSON" in refused.stderr


def test_where_they_are_not_taken_nothing_is_said_of_them(actionary, shop):
    refused = actionary("call", "find", "--colour", "red", cwd=shop)
    assert refused.returncode == 2
    assert "JSON," not in refused.stderr
    assert "Other keys" not in actionary("call", "find", "--help", cwd=shop).stdout


def test_a_tag_that_has_to_be_given_is_shown_without_a_default(actionary, shop):
    (shop / "actions" / "paint.py").write_text(
        "from typing import Annotated, Literal\n\nfrom actionary import action\n"
        "from pydantic import BaseModel, Field\n\n\n"
        'class Red(BaseModel):\n    kind: Literal["red"] = "red"\n\n\n'
        'class Blue(BaseModel):\n    kind: Literal["blue"] = "blue"\n    depth: int = 1\n\n\n'
        "@action()\n"
        'def paint(colour: Annotated[Red | Blue, Field(discriminator="kind")]) -> None:\n    """Paint."""\n'
    )
    lines = [line.strip() for line in actionary("call", "paint", "--help", cwd=shop).stdout.splitlines()]
    assert 'kind  "red"; required' in lines
    assert "depth  integer; default 1" in lines
