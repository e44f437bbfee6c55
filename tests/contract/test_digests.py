"""Digests move exactly when the public part does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from actionary.action_spec import ActionSpec, CursorSpec, DeprecationSpec, ErrorSpec, ExampleSpec, HttpSpec
from actionary.catalog import Catalog, with_digests
from generated_texts import TEXTS
from hypothesis import strategies as st

NOT_ON_THE_SURFACE = {"input", "output", "examples"}
"""What takes schemas, or comes from them; the fingerprint has it."""

FEW_OR_MANY = pytest.mark.parametrize("examples", [60, pytest.param(3000, marks=pytest.mark.long)])


def digests(catalog: Catalog) -> tuple[str, str]:
    made = with_digests(catalog)
    return made.surface, made.fingerprint


WHERE_NONE_IS = {
    "tags": ("a",),
    "examples": (ExampleSpec(input={}),),
    "errors": (ErrorSpec(code="new", status=409, retryable=False, description="", details=None),),
    "deprecated": DeprecationSpec(),
    "paginate": CursorSpec(input="a", output="b", items="c"),
    "http": HttpSpec(method="GET", path="/a"),
    "timeout_ms": 1,
}
"""What to put where a field says nothing, if it holds no text."""


def another(spec: ActionSpec, field: str, text: str) -> ActionSpec:
    value = getattr(spec, field)
    new = WHERE_NONE_IS[field] if not value and field in WHERE_NONE_IS else other(value, text)
    return replace(spec, **{field: new})


def other(value: Any, text: str) -> Any:
    """Give another value of the same kind."""
    if value is None or isinstance(value, str):
        return f"{value or ''}{text}."
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1 + len(text)
    if isinstance(value, tuple):
        return value[:-1] if value else (f"{text}.",)
    if isinstance(value, dict):
        return {**value, "description": f"{value.get('description', '')}{text}."}
    field = dataclasses.fields(value)[0].name
    return replace(value, **{field: other(getattr(value, field), text)})


def changed(catalog: Catalog, place: int, change: Callable[[ActionSpec], ActionSpec]) -> Catalog:
    actions = list(catalog.actions)
    actions[place] = change(actions[place])
    return replace(catalog, actions=tuple(actions))


FIELDS = [field.name for field in dataclasses.fields(ActionSpec) if field.name != "public"]


@FEW_OR_MANY
def test_a_change_of_an_action_moves_them_if_it_is_public_and_only_then(examples, hold, sample):
    before = digests(sample)

    def check(text: str) -> None:
        for place, action in enumerate(sample.actions):
            for field in FIELDS:
                after = changed(sample, place, lambda spec, field=field: another(spec, field, text))
                moved = tuple(one != two for one, two in zip(before, digests(after), strict=True))
                on_surface = field not in NOT_ON_THE_SURFACE
                assert after != sample
                assert moved == ((on_surface, True) if action.public else (False, False)), field

    assert {action.public for action in sample.actions} == {True, False}
    hold(examples // 10, check, text=TEXTS)


@FEW_OR_MANY
def test_the_order_of_actions_and_types_moves_nothing(examples, hold, sample):
    def check(actions: list[ActionSpec], types: list[str]) -> None:
        after = replace(sample, actions=tuple(actions), types={name: sample.types[name] for name in types})
        assert digests(after) == digests(sample)

    hold(
        examples,
        check,
        actions=st.permutations(sample.actions),
        types=st.permutations(list(sample.types)),
    )


@FEW_OR_MANY
def test_what_stands_above_all_actions_moves_the_fingerprint(examples, hold, sample):
    """Of it only the prefix is on the surface: it is in every path."""

    def check(field: str, text: str) -> None:
        after = replace(sample, **{field: other(getattr(sample, field), text)})
        surface, fingerprint = digests(after)
        assert fingerprint != digests(sample)[1]
        assert (surface != digests(sample)[0]) == (field == "prefix")

    fields = ["title", "version", "description", "prefix", "base_url", "servers"]
    hold(examples, check, field=st.sampled_from(fields), text=TEXTS)


@FEW_OR_MANY
def test_a_type_moves_the_fingerprint_if_a_public_action_uses_it(examples, hold, sample):
    public = [action for action in sample.actions if action.public]
    used = set(sample.types_used(*(schema for action in public for schema in action.schemas)))
    extra = {**sample.types, "Unused": {"type": "string"}}

    def check(name: str, text: str) -> None:
        before = replace(sample, types=extra)
        after = replace(sample, types={**extra, name: other(extra[name], text)})
        assert digests(after)[0] == digests(before)[0]
        assert (digests(after)[1] != digests(before)[1]) == (name in used)

    hold(examples, check, name=st.sampled_from(sorted(extra)), text=TEXTS)


def test_a_private_action_becoming_public_moves_both(sample):
    private = next(place for place, action in enumerate(sample.actions) if not action.public)
    after = changed(sample, private, lambda spec: replace(spec, public=True))
    assert [one == two for one, two in zip(digests(sample), digests(after), strict=True)] == [False, False]
