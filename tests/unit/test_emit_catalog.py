from __future__ import annotations

import json
from dataclasses import replace

import pytest
from actionary.catalog import Catalog, load
from actionary_build.emit.catalog import emitter
from actionary_build.emit.no_options import NoOptions


@pytest.fixture
def public(sample: Catalog) -> Catalog:
    return replace(sample, actions=tuple(action for action in sample if action.public))


def test_the_file_is_the_dumped_catalog_and_reads_back(public):
    (file,) = emitter.emit(public, NoOptions(), {})
    assert file.path == "catalog.json"
    assert json.loads(file.content) == public.dump()
    assert load(json.loads(file.content)) == public


def test_callers_are_not_offered_it(public):
    (file,) = emitter.emit(public, NoOptions(), {})
    assert not file.served


def test_private_actions_are_refused_by_name(sample):
    with pytest.raises(ValueError, match=r"private actions \(internal_report\)"):
        emitter.emit(sample, NoOptions(), {})


def test_types_that_only_a_private_action_had_do_not_leak(public):
    leaky = replace(public, types={**public.types, "Salary": {"type": "integer"}})
    assert emitter.emit(leaky, NoOptions(), {}) == emitter.emit(public, NoOptions(), {})
