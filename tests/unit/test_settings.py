from __future__ import annotations

from pathlib import Path

import pytest
from actionary.cors import Cors
from actionary.limits import Limits
from actionary.settings import Settings, SettingsError, find_root, read_settings, read_table


def project(folder: Path, text: str = "[tool.actionary]\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text)
    return folder


def settings_of(folder: Path, lines: str) -> Settings:
    return read_settings(project(folder, f"[tool.actionary]\n{lines}\n"))


class TestFindingTheProject:
    def test_it_is_the_nearest_folder_above_with_the_table(self, tmp_path):
        root = project(tmp_path / "one")
        project(root / "two", "[project]\nname = 'x'\n")
        (root / "two" / "three").mkdir()
        assert find_root(root / "two" / "three") == root
        assert find_root(root) == root

    def test_without_one_the_way_out_is_said(self, tmp_path):
        with pytest.raises(SettingsError, match=r"--project DIR") as caught:
            find_root(tmp_path)
        assert str(tmp_path) in caught.value.what

    def test_a_file_that_is_no_toml_is_named(self, tmp_path):
        project(tmp_path, "[tool.actionary\n")
        with pytest.raises(SettingsError, match=r"pyproject\.toml cannot be read"):
            find_root(tmp_path)


class TestReading:
    def test_everything_has_a_default(self, tmp_path):
        root = project(tmp_path / "my_shop", "")
        assert read_settings(root) == Settings(
            root=root, actions="actions", out=root / "generated", title="my_shop", version="0.0.0"
        )
        assert read_settings(tmp_path / "nowhere").title == "nowhere"

    def test_title_version_and_description_are_the_projects(self, tmp_path):
        root = project(tmp_path, '[project]\nname = "shop"\nversion = "1.2"\ndescription = "A shop."\n')
        found = read_settings(root)
        assert (found.title, found.version, found.description) == ("shop", "1.2", "A shop.")

    def test_what_is_said_wins(self, tmp_path):
        found = settings_of(
            tmp_path,
            """
            actions = "shop.actions"
            out = "docs/out"
            title = "Shop"
            version = "2"
            description = ""
            base_url = "https://shop.example.com/"
            servers = ["http://localhost:8000/", "https://eu.example.com/v1/"]
            prefix = "/api/v1"
            """,
        )
        assert found == Settings(
            root=tmp_path,
            actions="shop.actions",
            out=tmp_path / "docs" / "out",
            title="Shop",
            version="2",
            base_url="https://shop.example.com",
            servers=("http://localhost:8000", "https://eu.example.com/v1"),
            prefix="/api/v1",
        )

    def test_a_relative_root_is_made_whole(self, tmp_path, monkeypatch):
        monkeypatch.chdir(project(tmp_path))
        assert read_settings(Path()).out == tmp_path / "generated"

    def test_no_prefix_is_a_prefix(self, tmp_path):
        assert settings_of(tmp_path, 'prefix = ""').prefix == ""

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            *(
                (key, value)
                for key in ("actions", "out", "title", "version")
                for value in ('""', '" "', "3", "[]")
            ),
            ("description", "3"),
            *(
                ("prefix", f'"{value}"')
                for value in ("/", "api", "/api/", "//", "/a b", "/a?b", "/..", "/a/../b")
            ),
            *(("prefix", f'"{value}"') for value in ("/.", "/{x}", "/é", "/a\\n")),
            *(
                ("base_url", f'"{value}"')
                for value in ("", "shop.example.com", "ftp://x", "https://", "https://x?a")
            ),
            *(("base_url", f'"{value}"') for value in ("https://x y", "https://x\\n", "//x")),
            ("base_url", "3"),
            *(("servers", value) for value in ('"https://x"', "[3]", '["x"]', '["https://x", ""]')),
        ],
    )
    def test_a_value_that_cannot_be_is_refused_with_its_key_and_the_mend(self, tmp_path, key, value):
        with pytest.raises(SettingsError) as caught:
            settings_of(tmp_path, f"{key} = {value}")
        assert caught.value.key == key
        assert caught.value.mend
        assert str(caught.value).startswith(f"[tool.actionary] {key}: ")

    def test_what_is_about_no_key_names_none(self, tmp_path):
        with pytest.raises(
            SettingsError, match=r"\Ano pyproject\.toml with a table \[tool\.actionary\] at or"
        ):
            find_root(tmp_path)
        broken = project(tmp_path, "[tool.actionary\n")
        with pytest.raises(SettingsError) as caught:
            read_settings(broken)
        assert str(caught.value).startswith(f"{broken}/pyproject.toml cannot be read: ")

    @pytest.mark.parametrize("text", ["tool = 3\n", "[tool]\nactionary = 3\n", "project = 3\n"])
    def test_a_table_that_is_none_does_not_confuse(self, tmp_path, text):
        root = project(tmp_path / "shop", text)
        if "actionary" in text:
            with pytest.raises(SettingsError, match="write a table"):
                read_settings(root)
        else:
            assert read_settings(root).title == "shop"

    def test_the_whole_table_is_there_for_others_to_read(self, tmp_path):
        root = project(tmp_path, "[tool.actionary]\ntargets = ['docs']\n[tool.actionary.docs]\nx = 1\n")
        assert read_table(root) == {"targets": ["docs"], "docs": {"x": 1}}
        assert read_table(tmp_path / "nowhere") == {}

    def test_a_file_that_is_no_utf8_is_named(self, tmp_path):
        (tmp_path / "pyproject.toml").write_bytes(b"[tool.actionary]\ntitle = '\xff'\n")
        with pytest.raises(SettingsError, match="cannot be read"):
            read_settings(tmp_path)


class TestCallLog:
    @pytest.mark.parametrize(("lines", "read"), [("", False), ("serve.call_log = true", True)])
    def test_it_is_off_unless_the_table_serve_says_so(self, tmp_path, lines, read):
        assert settings_of(tmp_path, lines).call_log is read

    def test_it_is_true_or_false(self, tmp_path):
        with pytest.raises(SettingsError, match=r"serve\.call_log: 1 is neither true nor false; write"):
            settings_of(tmp_path, "serve.call_log = 1")


class TestCors:
    def test_it_is_off_unless_it_is_there(self, tmp_path):
        assert settings_of(tmp_path, "").cors is None
        assert settings_of(tmp_path, "serve = {}").cors is None

    def test_it_is_read_from_the_table_serve(self, tmp_path):
        read = settings_of(tmp_path, 'serve.cors = {origins = ["https://a.example"], max_age = 5}')
        assert read.cors == Cors(origins=["https://a.example"], max_age=5)

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ("serve = 3", "serve: 3 is no table; write a table [tool.actionary.serve]"),
            (
                "serve = {port = 1}",
                "serve.port: there is no such key; use call_log, cors, limits, or remove it",
            ),
            ("serve.cors = true", "serve.cors: True is no table"),
            ("serve.cors = {}", "serve.cors: it names no origins"),
            ('serve.cors = {origin = ["*"]}', "serve.cors.origin: there is no such key; use origins"),
            ('serve.cors = {origins = "*"}', "serve.cors.origins: '*' is no list of texts"),
            ('serve.cors = {origins = ["*"], credentials = true}', "serve.cors.credentials: with the origin"),
        ],
    )
    def test_a_mistake_is_named_with_its_key_and_a_mend(self, tmp_path, lines, said):
        with pytest.raises(SettingsError) as caught:
            settings_of(tmp_path, lines)
        assert f"[tool.actionary] {said}" in str(caught.value)


class TestLimits:
    def test_those_that_are_not_there_are_the_usual_ones(self, tmp_path):
        assert settings_of(tmp_path, "").limits == Limits()
        assert settings_of(tmp_path, "serve.limits = {calls = 5}").limits == Limits(calls=5)

    @pytest.mark.parametrize("wrong", ["0", "-1", "1.5", "true", '"5"'])
    def test_one_that_lets_nothing_through_or_is_no_number_is_named(self, tmp_path, wrong):
        with pytest.raises(
            SettingsError, match=r"serve\.limits\.calls: .* is no limit; write a whole number"
        ):
            settings_of(tmp_path, f"serve.limits = {{calls = {wrong}}}")

    def test_one_that_there_is_not_is_named_with_those_that_there_are(self, tmp_path):
        known = "use body, query, parameters, items, calls"
        with pytest.raises(SettingsError, match=f"serve.limits.call: there is no such key; {known}"):
            settings_of(tmp_path, "serve.limits = {call = 5}")
