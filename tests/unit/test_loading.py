from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from actionary import DiscoveryError, Registry, default_registry
from actionary.loading import load_registry
from actionary.settings import Settings, SettingsError

ONE = "from actionary import action\n@action\ndef {0}() -> None:\n    'Do.'\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """A project's root; what it imports is forgotten, and what it registers too."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", list(sys.path))
    kept = list(default_registry)
    default_registry.clear()
    yield tmp_path
    default_registry.clear()
    default_registry.register(kept)
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(root: Path, path: str, text: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def load(root: Path, actions: str) -> Registry:
    return load_registry(Settings(root=root, actions=actions, out=root / "out", title="T", version="1"))


def names(registry: Registry) -> list[str]:
    return [each.name for each in registry]


class TestFolders:
    def test_its_files_go_into_the_default_registry(self, root):
        write(root, "my_acts/ping.py", ONE.format("ping"))
        assert load(root, "my_acts") is default_registry
        assert names(default_registry) == ["ping"]

    def test_files_import_by_dotted_path_from_the_projects_root(self, root):
        write(root, "my_acts/shop/_db.py", "NAME = 'get_order'\n")
        write(
            root,
            "my_acts/shop/get_order.py",
            "from my_acts.shop._db import NAME\nfrom actionary import action\n"
            "@action(name=NAME)\ndef f() -> None:\n    'Do.'\n",
        )
        assert names(load(root, "my_acts")) == ["get_order"]

    def test_a_registry_file_says_which_registry(self, root):
        write(root, "src/acts/ping.py", ONE.format("ping"))
        write(root, "src/acts/_registry.py", "from actionary import Registry\nregistry = Registry()\n")
        registry = load(root, "src/acts")
        assert registry is not default_registry
        assert registry is sys.modules["src.acts._registry"].registry
        assert names(registry) == ["ping"]
        assert len(default_registry) == 0

    def test_a_registry_that_is_none_is_refused(self, root):
        write(root, "my_acts/_registry.py", "registry = {}\n")
        with pytest.raises(SettingsError, match=r"`registry` in my_acts\._registry is no Registry") as caught:
            load(root, "my_acts")
        assert caught.value.key == "actions"

    def test_a_registry_file_without_one_is_refused(self, root):
        write(root, "my_acts/_registry.py", "import logging\n")
        with pytest.raises(SettingsError, match=r"my_acts/_registry\.py defines no `registry`"):
            load(root, "my_acts")

    def test_a_registry_of_another_name_is_refused_and_not_left_out_with_its_auth(self, root):
        write(root, "my_acts/_registry.py", "from actionary import Registry\nreg = Registry()\n")
        with pytest.raises(
            SettingsError, match=r"`reg` in my_acts\._registry is a Registry that nothing"
        ) as caught:
            load(root, "my_acts")
        assert "call it `registry`" in caught.value.mend

    @pytest.mark.parametrize("file", ["_regisry.py", "shop/_registry.py"])
    def test_a_registry_in_another_file_is_refused_until_the_right_one_has_it(self, root, file):
        write(root, "my_acts/ping.py", ONE.format("ping"))
        write(root, f"my_acts/{file}", "from actionary import Registry\nregistry: Registry = Registry()\n")
        with pytest.raises(SettingsError, match=f"my_acts/{file} makes a registry that nothing") as caught:
            load(root, "my_acts")
        assert "my_acts/_registry.py" in caught.value.mend
        module = f"my_acts.{file.removesuffix('.py').replace('/', '.')}"
        write(root, "my_acts/_registry.py", f"from {module} import registry\n")
        assert load(root, "my_acts") is sys.modules[module].registry

    def test_a_file_that_fails_is_reported(self, root):
        file = write(root, "my_acts/ping.py", "raise RuntimeError('no')\n")
        with pytest.raises(DiscoveryError) as caught:
            load(root, "my_acts")
        assert list(caught.value.failures) == [file]

    def test_a_folder_outside_the_project_is_refused(self, root):
        write(root, "acts/ping.py", ONE.format("ping"))
        (root / "inner").mkdir()
        with pytest.raises(SettingsError, match="is outside the project") as caught:
            load(root / "inner", "../acts")
        assert caught.value.key == "actions"


class TestModules:
    def test_a_module_registers_its_actions_itself(self, root):
        write(
            root,
            "my_app.py",
            ONE.format("ping") + "from actionary import define_actions\ndefine_actions([ping])\n",
        )
        assert load(root, "my_app") is default_registry
        assert names(default_registry) == ["ping"]

    def test_its_own_registry_is_taken(self, root):
        write(
            root,
            "my_pkg/app.py",
            ONE.format("ping")
            + "from actionary import Registry, define_actions\nregistry = Registry()\n"
            + "define_actions([ping], registry)\n",
        )
        registry = load(root, "my_pkg.app")
        assert (names(registry), len(default_registry)) == (["ping"], 0)

    def test_its_registry_of_another_name_is_refused_unless_it_is_for_something_else(self, root):
        source = "from actionary import Registry, default_registry\nadmin = Registry()\n"
        write(root, "my_app.py", source)
        with pytest.raises(SettingsError, match="`admin` in my_app is a Registry that nothing"):
            load(root, "my_app")
        write(root, "my_other.py", f"{source}registry = default_registry\n")
        assert load(root, "my_other") is default_registry

    def test_the_project_comes_first_on_the_path(self, root):
        write(root, "my_app.py", "")
        load(root, "my_app")
        load(root, "my_app")
        assert sys.path.count(str(root)) == 1
        assert sys.path[0] == str(root)

    def test_what_its_import_raises_is_raised(self, root):
        write(root, "my_app.py", "import no_such_module_anywhere\n")
        with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
            load(root, "my_app")

    @pytest.mark.parametrize("actions", ["nowhere", "no.where", "no/where", "3", "a b", "actions.py"])
    def test_what_is_neither_folder_nor_module_is_named(self, root, actions):
        with pytest.raises(SettingsError, match="neither a folder") as caught:
            load(root, actions)
        assert repr(actions) in caught.value.what
        assert "define_actions" in caught.value.mend
