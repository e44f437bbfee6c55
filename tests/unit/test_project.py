from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest
from actionary_build.diagnostics import BuildError
from actionary_build.project import read_project
from actionary_build.targets import GROUP, installed, load_emitter, unique

OURS = ["catalog", "docs", "llms", "mcp", "openapi", "python", "typescript"]

PLUGIN = """
from typing import Annotated
from actionary_build.emit import Emitter, OutputFile
from pydantic import BaseModel, ConfigDict, Field

class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")
    crate: str
    edition: Annotated[int, Field(ge=2015)] = 2021

def emit(catalog, options, sources):
    yield OutputFile("rust/lib.rs", options.crate.encode())

emitter = Emitter("rust", Options, emit)
misnamed = Emitter("other", Options, emit)
number = 5
"""


@pytest.fixture
def project(tmp_path):
    """Reads a project whose table says this, after its title and version."""

    def read(table="", *, head='title = "Case"\nversion = "1.0"'):
        (tmp_path / "pyproject.toml").write_text(f"[tool.actionary]\n{head}\n{table}\n")
        return read_project(tmp_path)

    return read


@pytest.fixture
def complaints(project):
    """Gives message and mend of everything that is wrong with a table."""

    def read(table, **more):
        with pytest.raises(BuildError) as caught:
            project(table, **more)
        for diagnostic in caught.value.diagnostics:
            assert (diagnostic.code, diagnostic.severity) == ("bad-config", "error")
            assert diagnostic.file == "pyproject.toml"
        return [
            (each.message.removeprefix("[tool.actionary] "), each.mend) for each in caught.value.diagnostics
        ]

    return read


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Installs a package that brings emitters, as pip would."""

    def install(entries, *, source=PLUGIN):
        site = tmp_path / "site"
        info = site / "plugin-1.0.dist-info"
        info.mkdir(parents=True)
        (site / "plugin_emitters.py").write_text(source)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
        lines = [f"{name} = plugin_emitters{value}" for name, value in entries.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]))
        monkeypatch.syspath_prepend(site)

    yield install
    sys.modules.pop("plugin_emitters", None)


def test_without_more_all_installed_emitters_are_targets(project):
    read = project()
    assert [target.name for target in read.targets] == OURS
    assert (read.settings.title, read.settings.version) == ("Case", "1.0")
    assert read.out == read.root / "generated"


def test_targets_are_sorted_whatever_their_order(project):
    assert [target.name for target in project('targets = ["openapi", "catalog"]').targets] == [
        "catalog",
        "openapi",
    ]


def test_a_targets_table_becomes_its_options(project):
    read = project('[tool.actionary.python]\npackage = "my_shop"')
    assert next(target for target in read.targets if target.name == "python").options.package == "my_shop"


@pytest.mark.parametrize(
    ("table", "message", "mend"),
    [
        ('titel = "x"', "titel: there is no such key", "did you mean `title`?"),
        ("zzz = 1", "zzz: there is no such key", "remove it"),
        ("react = true", "react: it is no key of this table", "write it in [tool.actionary.typescript]"),
        (
            'package = "shop"',
            "package: it is no key of this table",
            "write it in [tool.actionary.python] or [tool.actionary.typescript]",
        ),
        ("call_log = true", "call_log: it is no key of this table", "write it in [tool.actionary.serve]"),
        (
            "[tool.actionary.typescrpt]",
            "typescrpt: there is no such installed emitter",
            "did you mean `typescript`?",
        ),
        ("[tool.actionary.rust]", "rust: there is no such installed emitter", "remove it"),
        ('targets = "catalog"', "targets: 'catalog' is no list of names", f"name some of {', '.join(OURS)}"),
        ("targets = []", "targets: the list is empty", "leave it out to build all targets"),
        (
            'targets = ["opnapi"]',
            "targets: no installed emitter is called 'opnapi'",
            "did you mean `openapi`?",
        ),
        ("python = 5", "python: 5 is no table", "write a table [tool.actionary.python]"),
        ("[tool.actionary.catalog]\nindent = 4", "catalog.indent: there is no such key", "remove it"),
        ('base_url = "shop"', "base_url: 'shop' is no address", "write it like `https://api.example.com`"),
    ],
)
def test_what_cannot_be_is_named_with_its_mend(complaints, table, message, mend):
    assert complaints(table) == [(message, mend)]


@pytest.mark.parametrize("key", ["inputs", "env", "pages", "changelog", "budget", "allow"])
def test_keys_that_do_nothing_yet_are_refused(complaints, key):
    assert complaints(f"{key} = []") == [(f"{key}: this version does not know the key yet", "remove it")]


def test_a_value_that_an_emitter_refuses_is_named_with_its_key(complaints):
    ((message, _),) = complaints('[tool.actionary.typescript]\npackage = "Not A Package"')
    assert message.startswith("typescript.package: 'Not A Package' will not do: ")


def test_options_of_a_target_that_is_not_built_are_checked_too(complaints):
    assert complaints('targets = ["catalog"]\n[tool.actionary.python]\npakage = "x"') == [
        ("python.pakage: there is no such key", "did you mean `package`?")
    ]


def test_everything_that_is_wrong_is_said_at_once(complaints):
    found = complaints(
        'titel = "x"\ntargets = ["nope"]\n[tool.actionary.python]\npakage = "x"', head='version = "x"'
    )
    assert [message.split(":")[0] for message, _ in found] == ["titel", "version", "targets", "python.pakage"]


@pytest.mark.parametrize(
    "version",
    "1 0 1.0 1.2.3 2026.10 1.0a1 1.0.0rc1 1.0-beta.2 1.0.post1 1.0-1 1.dev3 2!1.0 1+x.7 v1.0 1RC1".split(),
)
def test_versions_that_a_python_package_can_have_are_taken(project, version):
    assert project(head=f'version = "{version}"').settings.version == version


@pytest.mark.parametrize(
    "version",
    [
        "one",
        "1.",
        "1..2",
        "1.0-",
        "1.0 beta 1",
        "1.0x",
        "1.0+",
        "1.0+a+b",
        "\u0661.\u0660",
        "1.0\\n",
        "latest",
        "1.0-a-b",
    ],
)
def test_versions_that_no_python_package_can_have_are_refused(complaints, version):
    ((message, mend),) = complaints("", head=f'version = "{version}"')
    assert message.startswith("version: ")
    assert "PEP 440" in mend


def test_the_version_of_the_project_itself_is_checked_too(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "next"\n[tool.actionary]\n')
    with pytest.raises(BuildError, match="'next' is no version"):
        read_project(tmp_path)


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.actionary\n")
    with pytest.raises(BuildError, match=r"bad-config.*pyproject\.toml cannot be read"):
        read_project(tmp_path)


def test_chosen_targets_must_be_the_projects_own(project):
    read = project('targets = ["catalog", "openapi"]')
    assert [target.name for target in read.chosen(["openapi"])] == ["openapi"]
    assert read.chosen([]) == read.targets
    with pytest.raises(
        BuildError, match=r"error\[unknown-target\]: --target opnapi: .*\n  mend: did you mean `openapi`\?"
    ) as caught:
        read.chosen(["opnapi", "python"])
    assert len(caught.value.diagnostics) == 2
    assert all("catalog, openapi" in problem.mend for problem in caught.value.diagnostics)


def test_an_installed_emitter_is_a_target_like_ours(project, plugin):
    plugin({"rust": ":emitter"})
    read = project('[tool.actionary.rust]\ncrate = "shop"')
    assert [target.name for target in read.targets] == sorted([*OURS, "rust"])
    assert next(target for target in read.targets if target.name == "rust").options.edition == 2021


def test_an_option_that_is_needed_is_asked_for(complaints, plugin):
    plugin({"rust": ":emitter"})
    assert complaints("[tool.actionary.rust]\nedition = 2000") == [
        ("rust.crate: it is needed", "set it in [tool.actionary.rust]"),
        (
            "rust.edition: 2000 will not do: Input should be greater than or equal to 2015",
            "mend the value, or remove the key",
        ),
    ]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"rust": ":missing"}, "cannot be imported: AttributeError"),
        ({"rust": "_gone:emitter"}, "cannot be imported: ModuleNotFoundError"),
        ({"rust": ":number"}, "installed as the emitter 'rust', is a int"),
        ({"rust": ":misnamed"}, "calls itself 'other'"),
        ({"title": ":emitter"}, "has a name that is a key"),
    ],
)
def test_an_emitter_that_cannot_be_used_is_named(project, plugin, entries, said):
    plugin(entries)
    with pytest.raises(BuildError, match=said) as caught:
        project()
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["bad-emitter"]


def test_an_emitter_that_is_no_target_is_not_imported(project, plugin):
    plugin({"rust": ":emitter"}, source="raise RuntimeError('imported')")
    assert [target.name for target in project('targets = ["catalog"]').targets] == ["catalog"]


@pytest.mark.parametrize("module", ["jinja2", "datamodel_code_generator.model"])
def test_a_missing_extra_gives_the_install_line(plugin, module):
    plugin({"rust": ":emitter"}, source=f"raise ModuleNotFoundError('x', name={module!r})")
    with pytest.raises(BuildError, match=r"needs .*\n  mend: pip install 'actionary\[build\]'"):
        load_emitter(installed()["rust"])


def test_two_emitters_of_one_name_are_an_error_that_names_both(project, plugin):
    plugin({"catalog": ":emitter"})
    with pytest.raises(BuildError, match="plugin_emitters:emitter") as caught:
        project()
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "bad-emitter"
    assert "actionary_build.emit.catalog:emitter" in diagnostic.message


def test_an_emitter_that_is_installed_twice_the_same_is_one():
    point = EntryPoint("catalog", "actionary_build.emit.catalog:emitter", GROUP)
    assert list(unique([point, point])) == ["catalog"]


@pytest.mark.parametrize(
    ("actions", "out", "said"),
    [
        ("src/actions", "src/actions", "the output folder is the folder of the actions"),
        ("src/actions", "src", "the output folder holds the folder of the actions"),
        ("src/actions", "src/actions/made/here", "would be taken for actions"),
        ("src/actions", "linked", "the output folder is the folder of the actions"),
        ("src.app", "src", "the output folder holds the module of the actions, src.app"),
        (".", "generated", "would be taken for actions"),
    ],
)
def test_an_output_folder_among_the_actions_is_refused(project, tmp_path, actions, out, said):
    (tmp_path / "src/actions").mkdir(parents=True)
    (tmp_path / "src/app.py").touch()
    (tmp_path / "linked").symlink_to("src/actions")
    with pytest.raises(BuildError) as caught:
        project(f'actions = "{actions}"\nout = "{out}"')
    [problem] = caught.value.diagnostics
    assert (problem.code, problem.file) == ("bad-output-folder", "src/actions" if out == "linked" else out)
    assert said in problem.message
    assert "set `out` in [tool.actionary] to a folder of its own" in problem.mend


@pytest.mark.parametrize("out", ["src/made", "src/actions_made", "src/actions/_made", "src/actions/.made"])
def test_an_output_folder_where_no_actions_are_looked_for_may_lie_beside_them(project, tmp_path, out):
    (tmp_path / "src/actions").mkdir(parents=True)
    assert project(f'actions = "src/actions"\nout = "{out}"').out == tmp_path / out
