"""What a script of another origin may do (Fetch §3.3), on a real server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from actionary import Http, Principal, Registry, action, define_actions
from actionary.auth import ApiKeyAuth
from actionary.http import Cors, OptionError, create_app
from actionary.settings import Settings
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

APP = "https://app.example.com"
SENT = "actionary-timeout-ms, actionary-approval, idempotency-key, x-request-id, content-type, authorization"
READ = {
    "allow",
    "www-authenticate",
    "actionary-catalog",
    "x-request-id",
    "retry-after",
    "idempotency-replayed",
    "etag",
}


@action(public=True, http=Http("PUT"))
async def change(text: str) -> str:
    """Change."""
    return text


@action()
async def hidden() -> None:
    pass


class Refusing:
    """A middleware of the user's that lets nobody in."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse("no", 403)(scope, receive, send)


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    define_actions([change, hidden], registry)
    return registry


def preflight(client, path="/api/actions/change", origin=APP, method="PUT", headers=SENT):
    asked = {"access-control-request-method": method, "access-control-request-headers": headers}
    return client.options(path, headers={"origin": origin, **asked})


class TestOff:
    def test_nothing_is_said_of_it(self, serve, registry):
        client = serve(create_app(registry))
        reply = client.put("/api/actions/change", json={"text": "a"}, headers={"origin": APP})
        assert "vary" not in reply.headers
        assert not [name for name in reply.headers if name.startswith("access-control")]
        assert "access-control-allow-origin" not in preflight(client).headers


class TestOn:
    @pytest.fixture
    def client(self, serve, registry):
        return serve(
            create_app(registry, cors=Cors(origins=[APP], headers=["X-Shop-Key"], expose=["X-Mine"]))
        )

    def test_a_preflight_allows_what_the_protocol_has_and_what_was_added(self, client):
        reply = preflight(client, headers=f"{SENT}, x-shop-key")
        assert reply.status_code == 200
        assert reply.headers["access-control-allow-origin"] == APP
        assert "PUT" in reply.headers["access-control-allow-methods"]
        assert "access-control-allow-credentials" not in reply.headers
        assert preflight(client, headers="x-other").status_code == 400

    def test_a_script_may_call_and_read_the_headers_of_the_reply(self, client):
        reply = client.put("/api/actions/change", json={"text": "a"}, headers={"origin": APP})
        assert reply.json()["data"] == "a"
        assert reply.headers["access-control-allow-origin"] == APP
        exposed = {name.strip().lower() for name in reply.headers["access-control-expose-headers"].split(",")}
        assert exposed >= READ | {"x-mine"}
        assert "origin" in reply.headers["vary"].lower()

    def test_the_header_of_a_declared_key_may_be_sent(self, serve):
        registry = Registry(auth=ApiKeyAuth(keys={"k" * 20: Principal(id="ann")}, header="X-Odd-Key"))
        define_actions([action(public=True, http=Http("PUT"))(change.handler)], registry)
        client = serve(create_app(registry, cors=Cors(origins=[APP])))
        assert preflight(client, headers="x-odd-key").status_code == 200
        refused = client.put("/api/actions/change", json={"text": "a"}, headers={"origin": APP})
        assert refused.status_code == 401
        assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]

    def test_another_origin_is_not_allowed(self, client):
        reply = client.put(
            "/api/actions/change", json={"text": "a"}, headers={"origin": "https://evil.example"}
        )
        assert "access-control-allow-origin" not in reply.headers
        assert preflight(client, origin="https://evil.example").status_code == 400

    def test_a_refusal_can_be_read_too(self, client):
        reply = client.put("/api/actions/change", json={}, headers={"origin": APP})
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (400, APP)

    def test_a_preflight_does_not_tell_private_from_unknown(self, client):
        known, private, unknown = (
            preflight(client, f"/api/actions/{name}") for name in ("change", "hidden", "no_such")
        )
        assert known.status_code == private.status_code == unknown.status_code == 200
        assert dict(known.headers) | {"date": ""} == dict(private.headers) | {"date": ""}
        assert dict(private.headers) | {"date": ""} == dict(unknown.headers) | {"date": ""}

    def test_options_without_an_origin_still_says_the_methods(self, client):
        reply = client.options("/api/actions/change")
        assert (reply.status_code, reply.headers["allow"]) == (204, "OPTIONS, PUT")

    def test_what_a_middleware_of_ones_own_refuses_can_be_read(self, serve, registry):
        app = create_app(registry, cors=Cors(origins=["*"]), middleware=[Middleware(Refusing)])
        client = serve(app)
        reply = client.get("/healthz", headers={"origin": APP})
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (403, "*")
        assert preflight(client).status_code == 200

    def test_cookies_come_along_only_where_that_is_said(self, serve, registry):
        client = serve(create_app(registry, cors=Cors(origins=[APP], credentials=True)))
        assert preflight(client).headers["access-control-allow-credentials"] == "true"

    def test_the_settings_turn_it_on_and_the_argument_wins(self, serve, registry, tmp_path):
        settings = Settings(root=tmp_path, out=tmp_path, title="T", version="1", cors=Cors(origins=[APP]))
        client = serve(create_app(registry, settings=settings, allow_drift=True))
        assert preflight(client).headers["access-control-allow-origin"] == APP
        given = Cors(origins=["https://b.example"])
        client = serve(create_app(registry, settings=replace(settings), cors=given, allow_drift=True))
        assert preflight(client).status_code == 400


class TestMistakes:
    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"origins": []}, "origins: the list is empty"),
            ({"origins": APP}, "is no list of texts"),
            ({"origins": [7]}, "is no list of texts"),
            ({"origins": [f"{APP}/"]}, "is no origin"),
            ({"origins": ["app.example.com"]}, "is no origin"),
            ({"origins": ["https://*.example.com"]}, "is no origin"),
            ({"origins": ["https://App.example.com"]}, "in small letters"),
            ({"origins": ["null"]}, "is no origin"),
            ({"origins": [f"{APP}:443"]}, f"write `{APP}`"),
            ({"origins": ["*", APP]}, "stands beside others"),
            ({"origins": ["*"], "credentials": True}, "any web page could act as its visitor"),
            ({"origins": [APP], "credentials": 1}, "is no bool"),
            ({"origins": [APP], "headers": ["*"]}, "is no name of a header"),
            ({"origins": [APP], "expose": ["a b"]}, "is no name of a header"),
            ({"origins": [APP], "max_age": -1}, "are no seconds"),
        ],
    )
    def test_each_is_said(self, fields, said):
        with pytest.raises(OptionError) as caught:
            Cors(**fields)
        assert said in str(caught.value)
        assert caught.value.field in str(caught.value)
