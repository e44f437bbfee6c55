"""The built files as callers get them, and when a server refuses to start."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import html5lib
import httpx2
import pytest
from actionary import Http, Registry, action, define_action, define_actions
from actionary.describe import describe
from actionary.http import CannotServe, create_app
from actionary.settings import Settings
from actionary_build.emit import OutputFile
from actionary_build.output import NewTree, write_output
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, Router

ROOT = Path(__file__).parents[2]


@action(public=True)
async def ping(text: str = "") -> str:
    """Echo."""
    return text


@action()
async def hidden() -> None:
    pass


FILES = (
    ("docs", OutputFile("docs/index.html", b"<p>docs</p>", served=True)),
    ("llms", OutputFile("llms.txt", "# Käse\n".encode(), served=True)),
    ("openapi", OutputFile("openapi.json", b"{}\n", served=True)),
    ("catalog", OutputFile("catalog.json", b"{}\n", served=False)),
)


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(root=tmp_path, out=tmp_path / "generated", title="T", version="1")


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    define_actions([ping, hidden], registry)
    return registry


@pytest.fixture
def built(registry, settings) -> Settings:
    catalog = describe(registry, settings)
    write_output(settings.out, NewTree(files=FILES, surface=catalog.surface, fingerprint=catalog.fingerprint))
    return settings


@pytest.fixture
def client(serve, registry, built) -> httpx2.Client:
    return serve(create_app(registry, settings=built))


def test_own_middleware_that_changes_a_reply_changes_no_other(serve, registry, built):
    zipped = serve(
        create_app(registry, settings=built, middleware=[Middleware(GZipMiddleware, minimum_size=1)])
    )
    plain = {"accept-encoding": "identity"}
    before = zipped.get("/llms.txt", headers=plain)
    assert zipped.get("/llms.txt", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
    after = zipped.get("/llms.txt", headers=plain)
    assert after.text == before.text == "# Käse\n"
    assert after.headers.get("content-encoding") is None


class TestOwnRoutes:
    @pytest.mark.parametrize(
        "route",
        [
            Route("/llms.txt", lambda _: PlainTextResponse("mine")),
            Route("/{name}.txt", lambda _: PlainTextResponse("mine")),
            Mount("/", routes=[Route("/llms.txt", lambda _: PlainTextResponse("mine"))]),
            Host("{any:path}", Router([Route("/llms.txt", lambda _: PlainTextResponse("mine"))])),
        ],
        ids=["the path", "a pattern", "a mount", "a host"],
    )
    def test_one_that_takes_the_path_of_a_file_wins(self, serve, registry, built, route):
        assert serve(create_app(registry, settings=built, routes=[route])).get("/llms.txt").text == "mine"

    def test_files_that_it_does_not_take_are_served(self, serve, registry, built):
        routes = [Route("/llms.txt", lambda _: PlainTextResponse("mine"), methods=["POST"])]
        client = serve(create_app(registry, settings=built, routes=routes))
        assert client.get("/llms.txt").status_code == 405
        assert client.get("/openapi.json").json() == {}


class TestFiles:
    def test_served_files_come_with_type_and_validator(self, client):
        reply = client.get("/llms.txt")
        assert reply.text == "# Käse\n"
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        assert reply.headers["x-content-type-options"] == "nosniff"
        again = client.get("/llms.txt", headers={"if-none-match": f'"other", W/{reply.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == reply.headers["etag"]
        assert client.get("/llms.txt", headers={"if-none-match": '"other"'}).status_code == 200

    def test_only_what_the_manifest_marks_is_served(self, client):
        for path in ("/manifest.json", "/catalog.json", "/docs/../catalog.json", "/../pyproject.toml"):
            assert client.get(path).status_code == 404

    def test_a_folder_is_its_index(self, client):
        assert client.get("/docs/").text == "<p>docs</p>"
        reply = client.get("/docs")
        assert (reply.status_code, reply.headers["location"]) == (307, "docs/")
        assert client.get("/docs", follow_redirects=True).text == "<p>docs</p>"

    def test_below_the_actions_path_a_file_is_a_file(self, serve, registry, settings):
        settings = replace(settings, prefix="")
        files = (("llms", OutputFile("actions/ping.md", b"# ping\n", served=True)),)
        catalog = describe(registry, settings)
        tree = NewTree(files=files, surface=catalog.surface, fingerprint=catalog.fingerprint)
        write_output(settings.out, tree)
        client = serve(create_app(registry, settings=settings))
        assert client.get("/actions/ping.md").text == "# ping\n"
        assert client.get("/actions/pong.md").json()["code"] == "not_found"
        assert client.post("/actions/ping").json()["ok"] is True

    def test_an_action_at_the_path_of_a_file_is_refused(self, registry, settings):
        settings = replace(settings, prefix="")

        async def prices() -> None:
            """Tell."""

        define_actions([define_action(handler=prices, public=True, http=Http("GET", "/prices"))], registry)
        files = (("pages", OutputFile("prices/index.html", b"<p>prices</p>", served=True)),)
        catalog = describe(registry, settings)
        tree = NewTree(files=files, surface=catalog.surface, fingerprint=catalog.fingerprint)
        write_output(settings.out, tree)
        with pytest.raises(CannotServe, match=r"GET /prices, .*'prices'.* is a file that was built"):
            create_app(registry, settings=settings)

    def test_head_and_other_methods(self, client):
        reply = client.head("/openapi.json")
        assert (reply.content, reply.headers["content-length"]) == (b"", "3")
        assert client.post("/openapi.json").headers["allow"] == "GET, HEAD, OPTIONS"

    def test_mounted_the_files_lie_below(self, serve, registry, built):
        client = serve(Starlette(routes=[Mount("/inner", create_app(registry, settings=built))]))
        assert client.get("/inner/docs", follow_redirects=True).text == "<p>docs</p>"
        assert client.get("/llms.txt").status_code == 404


class TestSafety:
    def test_options_says_the_methods(self, client):
        reply = client.options("/llms.txt")
        assert (reply.status_code, reply.content, reply.headers["allow"]) == (204, b"", "GET, HEAD, OPTIONS")

    def test_a_page_of_the_docs_loads_its_own_style_and_nothing_else_and_stands_in_no_frame(self, client):
        headers = client.get("/docs/").headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
        assert policy["style-src"] == "'self'"
        assert (
            headers["cross-origin-resource-policy"] == headers["cross-origin-opener-policy"] == "same-origin"
        )

    def test_the_pages_of_the_docs_have_nothing_that_their_policy_forbids(self):
        pages = sorted((ROOT / "generated" / "docs").rglob("*.html"))
        assert len(pages) > 5
        for path in pages:
            page = html5lib.parse(path.read_text(), namespaceHTMLElements=False)
            for element in page.iter():
                assert element.tag not in {
                    "script",
                    "style",
                    "img",
                    "iframe",
                    "form",
                    "base",
                    "object",
                    "svg",
                }
                assert not {name for name in element.attrib if name == "style" or name.startswith("on")}
            links = [(link.get("rel"), link.get("href")) for link in page.iter("link")]
            assert [rel for rel, _ in links] == ["stylesheet"]
            assert (path.parent / links[0][1]).is_file()
        assert "url(" not in (ROOT / "generated" / "docs" / "style.css").read_text()

    def test_files_for_programs_may_be_had_by_the_pages_of_others(self, client):
        for path in ("/openapi.json", "/llms.txt"):
            headers = client.get(path).headers
            assert headers["cross-origin-resource-policy"] == "cross-origin"
            assert "content-security-policy" not in headers

    def test_every_file_says_not_to_guess_its_type_and_not_to_tell_where_one_came_from(self, client):
        for path in ("/openapi.json", "/llms.txt", "/docs/index.html"):
            for reply in (client.get(path), client.head(path)):
                assert reply.headers["x-content-type-options"] == "nosniff"
                assert reply.headers["referrer-policy"] == "no-referrer"


class TestDrift:
    def test_other_definitions_are_refused_and_with_allow_drift_warned_of(self, registry, built, caplog):
        @action(public=True)
        async def newer() -> None:
            """Be new."""

        define_actions([newer], registry)
        with pytest.raises(CannotServe, match="has changed since the last build") as caught:
            create_app(registry, settings=built)
        assert "actionary build" in caught.value.mend
        with caplog.at_level(logging.WARNING, "actionary"):
            create_app(registry, settings=built, allow_drift=True)
        assert "has changed since the last build" in caplog.text

    def test_a_private_action_is_no_drift(self, registry, built):
        @action()
        async def more_hidden(number: int) -> int:
            return number

        define_actions([more_hidden], registry)
        create_app(registry, settings=built, verify=True)

    def test_a_changed_type_shows_with_verify_only(self, built):
        @action(public=True, name="ping")
        async def other(text: int = 1) -> str:
            """Echo."""
            return str(text)

        changed = Registry()
        define_actions([other], changed)
        create_app(changed, settings=built)
        with pytest.raises(CannotServe, match="types"):
            create_app(changed, settings=built, verify=True)

    def test_nothing_built_is_refused(self, registry, settings, serve):
        with pytest.raises(CannotServe, match="nothing is built"):
            create_app(registry, settings=settings)
        client = serve(create_app(registry, settings=settings, allow_drift=True))
        assert client.post("/api/actions/ping").json()["ok"] is True
        assert client.get("/llms.txt").status_code == 404

    @pytest.mark.parametrize("damage", ["edited", "deleted"])
    def test_a_served_file_that_is_not_as_it_was_built_is_refused(self, registry, built, damage):
        path = built.out / "llms.txt"
        path.write_text("edited") if damage == "edited" else path.unlink()
        with pytest.raises(CannotServe, match=r"llms\.txt"):
            create_app(registry, settings=built)

    def test_verify_looks_at_every_file(self, registry, built):
        (built.out / "catalog.json").write_text("edited")
        create_app(registry, settings=built)
        with pytest.raises(CannotServe, match=r"catalog\.json"):
            create_app(registry, settings=built, verify=True)

    @pytest.mark.parametrize("content", ["{", '{"format": 99}'])
    def test_a_damaged_or_newer_manifest_is_refused_even_with_allow_drift(self, registry, built, content):
        (built.out / "manifest.json").write_text(content)
        with pytest.raises(CannotServe, match="manifest"):
            create_app(registry, settings=built, allow_drift=True)

    def test_a_folder_whose_build_was_cut_off_is_refused(self, registry, built):
        path = built.out / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"unfinished": {}}))
        with pytest.raises(CannotServe, match="cut off"):
            create_app(registry, settings=built, allow_drift=True)
