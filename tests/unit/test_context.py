from __future__ import annotations

import math
import os
import re
from time import monotonic

import pytest
from actionary import Context, Principal
from actionary.context import CALLERS, OUTSIDE, context_of, new_request_id
from actionary.http.context import HttpContext
from actionary.running import Call, Running
from starlette.requests import Request


def request(headers: tuple[tuple[bytes, bytes], ...] = ()) -> Request:
    return Request(
        {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": list(headers)}
    )


def call_of(action: str) -> Call:
    return Call(Running(), action, monotonic(), 30)


def test_a_context_that_says_nothing_is_one_of_code():
    ctx = Context()
    assert (ctx.caller, ctx.action, ctx.request, ctx.resources) == ("code", "", None, None)
    assert (dict(ctx.headers), dict(ctx.cookies)) == ({}, {})


@pytest.mark.parametrize("caller", sorted(CALLERS))
def test_every_door_is_a_caller(caller):
    assert Context(caller=caller).caller == caller


@pytest.mark.parametrize("caller", ["", "HTTP", "browser", None, 3])
def test_another_caller_is_refused_and_the_known_ones_named(caller):
    with pytest.raises(ValueError, match="is no caller: use one of app, automation, cli, code"):
        Context(caller=caller)


def test_those_outside_are_callers():
    assert OUTSIDE < CALLERS
    assert "code" not in OUTSIDE


def test_a_request_gives_its_headers_and_cookies():
    ctx = Context(request=request(((b"x-shop", b"one"), (b"cookie", b"a=b"))))
    assert ctx.headers["X-Shop"] == "one"
    assert ctx.cookies == {"a": "b"}


def test_over_http_the_request_is_made_once_and_passed_on():
    scope = dict(request(((b"x-shop", b"one"),)).scope)
    ctx = HttpContext(scope, call_of("ping"), b"r", resources=None)
    assert ctx.request is ctx.request
    assert (ctx.request.scope, ctx.headers["x-shop"]) == (scope, "one")
    ctx.give_resources("db")
    assert (ctx.resources, ctx.caller, ctx.action, ctx.request_id) == ("db", "http", "ping", "r")


def test_a_process_that_was_forked_gives_other_ids():
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, new_request_id())
        os._exit(0)
    os.waitpid(child, 0)
    theirs, ours = os.read(reader, 100), new_request_id()
    assert theirs[:12] != ours[:12]


def test_for_a_call_it_takes_resources_unless_it_has_its_own():
    given = Context(caller="cli", request_id="r")
    ctx = given.of_call(call_of("ping"), "ping")
    ctx.give_resources("db")
    assert (ctx.resources, ctx.action, ctx.caller, ctx.request_id) == ("db", "ping", "cli", "r")
    assert given.resources is None
    ctx = Context(resources="mine")
    ctx.give_resources("db")
    assert ctx.resources == "mine"


def test_for_a_call_it_keeps_its_request():
    one = request()
    assert Context(request=one).of_call(call_of("ping"), "ping").request is one


def test_it_tells_how_much_time_is_left():
    assert (Context().deadline, Context().remaining, Context().cancelled) == (math.inf, math.inf, False)
    late = Context(deadline=monotonic() - 1)
    assert (late.remaining, late.cancelled) == (0, True)
    call = call_of("ping")
    ctx = Context(deadline=monotonic() + 5).of_call(call, "ping")
    assert call.deadline == ctx.deadline < monotonic() + 6
    assert 0 < ctx.remaining <= 5
    assert not ctx.cancelled


@pytest.mark.parametrize("kind", [Context, HttpContext])
def test_a_call_that_a_handler_makes_ends_with_its_own(kind):
    outer, inner = Call(Running(), "outer", monotonic(), 5), call_of("inner")
    if kind is Context:
        ctx = Context(deadline=monotonic() + 60).of_call(outer, "outer")
    else:
        ctx = HttpContext(dict(request().scope), outer, b"r", resources=None)
    nested = ctx.of_call(inner, "inner")
    assert inner.deadline == inner.until == nested.deadline == outer.deadline
    assert not nested.cancelled
    outer.stop = "gone"
    assert nested.cancelled
    assert nested.of_call(call_of("innermost"), "innermost").cancelled


def test_a_principal_is_brought_along():
    ann = Principal(id="ann", scopes=frozenset({"read"}), claims={"secret": 1})
    ctx = Context(principal=ann).of_call(call_of("ping"), "ping")
    assert ctx.principal is ann
    assert Context.for_test(principal=ann).principal is ann
    assert "secret" not in repr(ann)


def test_one_for_tests_has_what_it_is_given():
    one = request()
    ctx = Context.for_test(resources=3, caller="http", request=one, action="ping")
    assert (ctx.resources, ctx.caller, ctx.request, ctx.action) == (3, "http", one, "ping")
    assert ctx.request_id == Context.for_test().request_id == "test"


def test_whatever_was_passed_becomes_a_context():
    ctx, one = Context(), request()
    assert context_of(ctx) is ctx
    assert context_of(None).caller == "code"
    assert (context_of(one).caller, context_of(one).request) == ("http", one)


@pytest.mark.parametrize("given", [3, "http", {}, object(), [None]])
def test_anything_else_is_refused(given):
    with pytest.raises(TypeError, match=f"not {type(given).__name__}"):
        context_of(given)


def test_no_two_calls_have_one_request_id():
    ids = [new_request_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(re.fullmatch(rb"[0-9a-f]{12}[0-9]+", each) for each in ids)
    assert Context().request_id != Context().request_id
