"""A server that refuses other definitions than those that were built says which actions they are."""

from __future__ import annotations

import json

import pytest
from actionary import Example, Http, Registry, action, define_actions
from actionary.describe import DefinitionErrors, describe
from actionary.http import CannotServe, create_app
from actionary.http.what_differs import what_differs
from actionary.manifest import read_manifest
from actionary.settings import Settings
from actionary_build.emit import OutputFile
from actionary_build.output import NewTree, write_output
from pydantic import BaseModel


class Product(BaseModel):
    title: str


def action_of(name, *, description="Do it.", output=str, **options):
    async def handler(text: str = "") -> output: ...

    handler.__doc__ = description
    return action(name=name, public=True, **options)(handler)


def differences(registry, settings):
    manifest = read_manifest(settings.out)
    assert manifest is not None
    return what_differs(describe(registry, settings), settings.out, manifest)


def registry_of(*actions):
    registry = Registry()
    define_actions(actions, registry)
    return registry


@pytest.fixture
def settings(tmp_path):
    return Settings(root=tmp_path, out=tmp_path, title="T", version="1")


@pytest.fixture
def built(settings):
    """Write the catalog of some actions as a build does."""

    def build(*actions):
        catalog = describe(registry_of(*actions), settings)
        files = [("catalog", OutputFile("catalog.json", json.dumps(catalog.dump()).encode()))]
        tree = NewTree(files=files, surface=catalog.surface, fingerprint=catalog.fingerprint)
        write_output(settings.out, tree)

    return build


def test_new_gone_and_changed_actions_are_named_with_what_changed(built, settings):
    built(action_of("stays"), action_of("goes"), action_of("moves"), action_of("turns"))
    now = registry_of(
        action_of("stays"),
        action_of("comes"),
        action_of("moves", http=Http("PUT")),
        action_of("turns", description="Undo it.", read_only=True),
    )
    assert differences(now, settings) == (
        "new: comes; gone: goes; "
        "changed: moves (http, idempotent), turns (description, read_only, destructive, idempotent)"
    )


def test_a_named_type_that_changed_is_told_of_where_it_is_used(built, settings):
    built(action_of("show", output=Product), action_of("other"))

    class Product_(BaseModel):  # noqa: N801 - the same type, later
        title: str
        price: int

    Product_.__name__ = Product_.__qualname__ = "Product"
    now = registry_of(action_of("show", output=Product_), action_of("other"))
    assert differences(now, settings) == "changed: show (output)"


def test_very_many_are_counted(built, settings):
    built()
    now = registry_of(*(action_of(f"a{number}") for number in range(9)))
    assert differences(now, settings) == "new: a0, a1, a2, a3, a4 and 4 more"


def test_what_holds_for_the_whole_api_is_named(built, settings):
    built(action_of("stays"))
    other = Settings(root=settings.root, out=settings.out, title="Other", version="2")
    assert differences(registry_of(action_of("stays")), other) == "of the whole API: title, version"


def test_a_private_action_is_never_named(built, settings):
    built(action_of("stays"))

    @action()
    async def secret() -> None: ...

    assert differences(registry_of(action_of("stays"), secret), settings) == ""


@pytest.mark.parametrize(
    "content", [None, "", "{", "{}", pytest.param("[" * 200_000, id="deep"), '{"format": 99}', "\xff"]
)
def test_a_catalog_that_is_not_as_it_was_built_says_nothing(built, settings, content):
    built(action_of("stays"))
    path = settings.out / "catalog.json"
    path.unlink() if content is None else path.write_bytes(content.encode("latin-1"))
    assert differences(registry_of(action_of("comes")), settings) == ""


def test_of_definitions_that_cannot_be_described_nothing_is_said(built, settings):
    built(action_of("stays"))
    wrong = registry_of(action_of("comes", examples=[Example({"text": 1})]))
    with pytest.raises(DefinitionErrors):
        describe(wrong, settings)
    with pytest.raises(CannotServe) as refused:
        create_app(wrong, settings=settings)
    assert refused.value.what == "what callers see has changed since the last build"
