"""Methods and paths of actions, and the headers of deprecated ones (DESIGN §3 and §5), on a real server."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from actionary import (
    ActionDefinitionError,
    Context,
    Deprecated,
    Http,
    Registry,
    action,
    define_action,
    define_actions,
)
from actionary.describe import DefinitionErrors, describe
from actionary.http import CannotServe, create_app
from actionary.settings import Settings
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route


class Meal(BaseModel):
    id: int
    name: str = "soup"


@action(public=True, http=Http("GET", "/meals"))
async def list_meals(tag: list[str] | None = None) -> list[str]:
    """List."""
    return tag or []


@action(public=True, http=Http("PUT", "/meals"))
async def update_meal(meal: Meal) -> Meal:
    """Change."""
    return meal


@action(public=True, http=Http("DELETE", "/meals"))
async def delete_meals(ids: list[int]) -> list[int]:
    """Delete."""
    return ids


@action(public=True, http=Http("DELETE"))
async def forget(key: str = "x") -> str:
    """Forget."""
    return key


@action(
    public=True, http=Http("PUT"), deprecated=Deprecated(date(2026, 1, 31), date(2027, 2, 1), "update_meal")
)
async def old_meal(meal: Meal) -> Meal:
    """Change."""
    return meal


@action(public=True, deprecated=True)
async def old_ping() -> None:
    """Do nothing."""


@action(http=Http("POST", "/secret"))
async def hidden() -> None:
    """Hide."""


ACTIONS = [list_meals, update_meal, delete_meals, forget, old_meal, old_ping, hidden]


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    define_actions(ACTIONS, registry)
    return registry


@pytest.fixture
def client(serve, registry) -> httpx2.Client:
    return serve(create_app(registry))


class TestMethodsAndPaths:
    def test_several_actions_share_a_path_with_a_method_each(self, client):
        listed = client.get("/api/meals?tag=a&tag=b").json()
        changed = client.put("/api/meals", json={"id": 3}).json()
        deleted = client.delete("/api/meals?ids=1&ids=2").json()
        assert (listed["action"], listed["data"]) == ("list_meals", ["a", "b"])
        assert (changed["action"], changed["data"]) == ("update_meal", {"id": 3, "name": "soup"})
        assert (deleted["action"], deleted["data"]) == ("delete_meals", [1, 2])

    def test_another_method_is_405_and_all_are_named(self, client):
        reply = client.post("/api/meals", json={})
        assert reply.status_code == 405
        assert reply.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"
        assert reply.json()["message"] == "The action is called with DELETE or GET or PUT."

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("/api/meals", "DELETE, GET, HEAD, OPTIONS, PUT"),
            ("/api/actions/old_ping", "OPTIONS, POST"),
            ("/api/actions", "GET, HEAD, OPTIONS"),
            ("/healthz", "GET, HEAD, OPTIONS"),
            ("/readyz", "GET, HEAD, OPTIONS"),
        ],
    )
    def test_options_says_the_methods_and_nothing_else(self, client, path, allowed):
        reply = client.options(path)
        assert (reply.status_code, reply.content) == (204, b"")
        assert reply.headers["allow"] == allowed
        assert not {"content-type", "content-length", "transfer-encoding"} & set(reply.headers)

    def test_options_runs_no_action_and_has_the_headers_of_its_replies(self, client):
        reply = client.options("/api/meals", headers={"x-request-id": "abc"})
        assert reply.headers["x-request-id"] == "abc"
        assert reply.headers["actionary-catalog"] == client.get("/api/meals").headers["actionary-catalog"]
        assert client.options("/api/secret").status_code == client.options("/api/nothing").status_code == 404

    def test_head_is_get_and_nothing_else(self, client):
        reply = client.head("/api/meals")
        assert (reply.status_code, reply.content) == (200, b"")
        assert client.head("/api/actions/forget").status_code == 405

    def test_a_path_replaces_the_route_of_the_name(self, client):
        for name in ("list_meals", "update_meal", "hidden"):
            reply = client.post(f"/api/actions/{name}", json={})
            assert (reply.status_code, reply.json()["code"]) == (404, "not_found")

    def test_the_path_of_a_private_action_is_like_any_other_that_is_not_there(self, client):
        secret, nothing = client.post("/api/secret"), client.post("/api/nothing")
        assert (secret.status_code, secret.text) == (nothing.status_code, nothing.text) == (404, "Not Found")

    def test_delete_reads_its_query_and_no_body(self, client):
        reply = client.request("DELETE", "/api/actions/forget?key=a", json={"key": "b"})
        assert reply.json()["data"] == "a"
        assert client.delete("/api/actions/forget").json()["data"] == "x"

    def test_put_has_the_refusals_of_a_body(self, client):
        assert client.put("/api/meals", content=b"id=1").status_code == 415
        assert client.put("/api/meals", json={"id": "x"}).status_code == 400

    def test_the_list_of_actions_has_the_paths(self, client):
        listed = client.get("/api/actions").json()["actions"]
        routes = {each["name"]: (each["method"], each["path"]) for each in listed}
        assert routes["delete_meals"] == ("DELETE", "/api/meals")
        assert routes["forget"] == ("DELETE", "/api/actions/forget")
        assert "hidden" not in routes

    def test_below_a_prefix_and_in_another_app_the_path_follows(self, serve, registry):
        client = serve(create_app(registry, prefix="/v2/shop"))
        assert client.get("/v2/shop/meals").status_code == 200
        assert client.get("/api/meals").status_code == 404

    def test_two_actions_with_one_route_clash_and_both_places_are_named(self):
        async def other() -> None:
            """Do."""

        twin = define_action(handler=other, public=True, http=Http("PUT", "/meals"))
        registry = Registry()
        with pytest.raises(ActionDefinitionError, match="PUT /meals is the route of") as caught:
            define_actions([update_meal, twin], registry)
        assert __file__ in caught.value.what
        assert len(registry) == 0

    def test_without_a_prefix_the_server_s_own_routes_are_not_an_actions(self, tmp_path):
        async def mine() -> None:
            """Do."""

        registry = Registry()
        define_actions([define_action(handler=mine, public=True, http=Http("GET", "/healthz"))], registry)
        describe(registry, Settings(root=tmp_path, out=tmp_path, title="T", version="1"))
        with pytest.raises(DefinitionErrors, match="server's own routes"):
            describe(registry, Settings(root=tmp_path, out=tmp_path, title="T", version="1", prefix=""))
        create_app(registry)
        with pytest.raises(CannotServe, match=r"GET /healthz, .*'mine' at .*own routes are\n.*prefix"):
            create_app(registry, prefix="")


def answer(_: Request) -> PlainTextResponse:
    return PlainTextResponse("mine")


class TestOwnRoutes:
    @pytest.mark.parametrize("path", ["/api/meals", "/api/actions/forget"])
    def test_one_at_the_path_of_an_action_is_refused_whatever_its_method(self, registry, path):
        with pytest.raises(
            CannotServe, match=f"the route '{path}' would never be reached: .*the action"
        ) as no:
            create_app(registry, routes=[Route(path, answer, methods=["PATCH"])])
        assert __file__ in no.value.what
        assert "another path" in no.value.mend

    @pytest.mark.parametrize(
        "route",
        [
            Route("/api/actions/unknown", answer),
            Route("/api/actions/{name}", answer),
            Mount("/api/actions", routes=[Route("/unknown", answer)]),
        ],
    )
    def test_one_among_the_names_of_actions_is_refused(self, registry, route):
        with pytest.raises(CannotServe, match="every name there is an action's or unknown"):
            create_app(registry, routes=[route])

    def test_others_are_reached_also_around_the_path_of_an_action(self, registry, serve):
        routes = [
            Route("/healthz", answer),
            Route("/api/actions", answer),
            Route("/api/meals/today", answer),
            Route("/api/{rest}", answer),
            Mount("/files", routes=[Route("/a", answer)]),
            Mount("/", routes=[Route("/b", answer)]),
        ]
        client = serve(create_app(registry, routes=routes))
        for path in ("/healthz", "/api/actions", "/api/meals/today", "/api/other", "/files/a", "/b"):
            assert client.get(path).text == "mine", path
        assert client.get("/api/meals").json()["data"] == []


class TestDeprecated:
    def test_every_reply_says_since_when_and_until_when(self, client):
        for reply in (
            client.put("/api/actions/old_meal", json={"id": 1}),
            client.put("/api/actions/old_meal", json={}),
        ):
            assert reply.headers["deprecation"] == "@1769817600"
            assert reply.headers["sunset"] == "Mon, 01 Feb 2027 00:00:00 GMT"

    def test_where_no_day_is_known_no_header_is_sent(self, client):
        reply = client.post("/api/actions/old_ping")
        assert reply.status_code == 200
        assert not {"deprecation", "sunset"} & set(reply.headers)

    def test_the_list_says_what_the_definition_says(self, client):
        listed = {each["name"]: each["deprecated"] for each in client.get("/api/actions").json()["actions"]}
        nothing = {"since": None, "sunset": None, "use_instead": None}
        assert listed["old_meal"] == {
            "since": "2026-01-31",
            "sunset": "2027-02-01",
            "use_instead": "update_meal",
        }
        assert (listed["old_ping"], listed["forget"]) == (nothing, None)

    def test_the_list_never_names_what_its_readers_cannot_call(self, serve):
        async def old() -> None:
            """Do."""

        made = define_action(handler=old, public=True, deprecated=Deprecated(use_instead="hidden"))
        registry = Registry()
        define_actions([made, hidden], registry)
        reply = serve(create_app(registry)).get("/api/actions")
        assert reply.json()["actions"][0]["deprecated"]["use_instead"] is None
        assert "hidden" not in reply.text

    def test_what_to_use_instead_has_to_be_there_for_the_same_callers(self, tmp_path):
        async def old() -> None:
            """Do."""

        settings = Settings(root=tmp_path, out=tmp_path, title="T", version="1")
        for instead in ("hidden", "nowhere", "old"):
            made = define_action(handler=old, public=True, deprecated=Deprecated(use_instead=instead))
            registry = Registry()
            define_actions([made, hidden], registry)
            with pytest.raises(DefinitionErrors, match=f"no other action '{instead}'"):
                describe(registry, settings)


class TestInclude:
    async def test_included_actions_have_their_own_resources_under_other_names(self, serve):
        opened: list[str] = []

        def registry_with(name: str, *actions: Any) -> Registry:
            @asynccontextmanager
            async def lifespan():
                opened.append(name)
                yield name
                opened.append(f"{name} closed")

            registry = Registry(lifespan=lifespan)
            define_actions(actions, registry)
            return registry

        @action(public=True, tags=["own"])
        async def look(ctx: Context[str]) -> str:
            """Look."""
            return f"{ctx.action} in {ctx.resources}"

        shop, meals = registry_with("shop", look), registry_with("meals", look)
        all_of_them = registry_with("all", look)
        all_of_them.include(shop, prefix="shop_", tags=["shop"])
        all_of_them.include(meals, prefix="meals_", tags=["own", "meals"])
        assert [each.name for each in all_of_them] == ["look", "meals_look", "shop_look"]
        assert [each.definition.tags for each in all_of_them] == [("own",), ("own", "meals"), ("shop", "own")]
        client = serve(create_app(all_of_them))
        said = [client.post(f"/api/actions/{each.name}").json()["data"] for each in all_of_them]
        assert said == ["look in all", "meals_look in meals", "shop_look in shop"]
        assert client.get("/readyz").status_code == 200
        assert sorted(opened) == ["all", "meals", "shop"]
        in_process = all_of_them.get("shop-look")
        assert in_process is not None
        assert await in_process.run() == "shop_look in shop"

    def test_an_included_registry_may_include_others(self):
        inner, middle, outer = Registry(), Registry(), Registry()
        define_actions([old_ping], inner)
        middle.include(inner, prefix="b_")
        outer.include(middle, prefix="a_")
        [included] = outer
        assert (included.name, outer.home_of(included)) == ("a_b_old_ping", inner)

    def test_use_instead_follows_the_new_names(self):
        outer, inner = Registry(), Registry()
        define_actions([update_meal, old_meal], inner)
        outer.include(inner, prefix="x_")
        included = outer.get("x_old_meal")
        assert included is not None
        assert included.definition.deprecated == Deprecated(
            date(2026, 1, 31), date(2027, 2, 1), "x_update_meal"
        )

    def test_without_prefix_and_tags_they_are_the_same_actions(self):
        inner, outer = Registry(), Registry()
        define_actions([old_ping], inner)
        outer.include(inner)
        assert old_ping in outer

    @pytest.mark.parametrize("prefix", ["X_", "1", "a-", " ", "a" * 60])
    def test_a_prefix_that_makes_no_name_is_refused_and_nothing_is_included(self, prefix):
        inner, outer = Registry(), Registry()
        define_actions([old_ping, update_meal], inner)
        with pytest.raises(ActionDefinitionError, match="is no action name") as caught:
            outer.include(inner, prefix=prefix)
        assert len(outer) == 0
        assert caught.value.field == "prefix"
        line = Path(__file__).read_text().splitlines()[caught.value.where.line - 1]
        assert line.strip() == "outer.include(inner, prefix=prefix)"

    @pytest.mark.parametrize(
        ("other", "fields", "said"),
        [
            ("shop", {}, "'shop' is no registry"),
            (None, {}, "None is no registry"),
            (Registry(), {"prefix": 3}, "3 is no text.*prefix="),
            (Registry(), {"tags": 3}, "3 is no list"),
        ],
    )
    def test_what_cannot_be_included_is_refused_where_it_is_asked_for(self, other, fields, said):
        with pytest.raises(ActionDefinitionError, match=f"(?s){said}") as caught:
            Registry().include(other, **fields)
        assert caught.value.where.file == __file__

    def test_a_registry_cannot_include_itself(self, registry):
        with pytest.raises(ActionDefinitionError, match="cannot include itself"):
            registry.include(registry, prefix="again_")

    @pytest.mark.parametrize(("name", "said"), [("meal", "the name is taken"), ("meal_", "its form 'meal'")])
    def test_names_that_clash_can_be_told_apart_by_a_prefix(self, name, said):
        def plain() -> None: ...

        inner, outer = Registry(), Registry()
        define_actions([define_action(name="meal", handler=plain)], outer)
        define_actions([define_action(name=name, handler=plain)], inner)
        with pytest.raises(ActionDefinitionError, match=said) as caught:
            outer.include(inner)
        assert "a prefix, such as `prefix=" in caught.value.mend
        outer.include(inner, prefix="other_")
        assert len(outer) == 2

    def test_tags_are_a_list(self):
        with pytest.raises(ActionDefinitionError, match=r"write `tags=\['shop'\]`"):
            Registry().include(Registry(), tags="shop")

    def test_clashes_are_refused_and_nothing_is_included(self):
        inner, outer = Registry(), Registry()
        define_actions([forget, update_meal], inner)
        define_actions([update_meal], outer)
        with pytest.raises(ActionDefinitionError, match="is the route of"):
            outer.include(inner, prefix="x_")
        assert [each.name for each in outer] == ["update_meal"]
