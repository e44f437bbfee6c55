"""Names, errors and doors that are out of the ordinary."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from actionary import Action, ActionError, Context, Credential, Example, Http, Principal, action
from actionary.auth import ApiKeyAuth, BearerAuth
from actionary.context import Request
from actionary.credentials import MappingCredentials
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from shapes._nested import Closed, Defaults, Open, Tree
from shapes._shape import Actions, whole


class Names(BaseModel):
    """Keys that mean something else in a query, a path, a language or a shell."""

    model_config = ConfigDict(extra="forbid")
    from_: str = Field(alias="from")
    dashed: int = Field(1, alias="x-y")
    bracketed: str = Field("", alias="a[b]")
    empty_brackets: list[str] = Field([], alias="list[]")
    reference: str = Field("#/components/schemas/Ghost", alias="$ref")
    unicode: str = Field("", alias="größe")
    emoji: bool = Field(default=False, alias="😀")
    spaced: str = Field("", alias="a b")
    query: str = Field("", alias="a&b=c")
    percent: str = Field("", alias="%41")
    plus: str = Field("", alias="1+1")
    quoted: str = Field("", alias="\"'`")
    proto: str = Field("", alias="__proto__")
    dotted: str = Field("", alias="a.b/c~1")


class Tags(BaseModel):
    """A list beside a name that ends like its other spelling."""

    model_config = ConfigDict(extra="forbid")
    tag: list[int] = []
    bracketed: str = Field("", alias="tag[]")


class Split(BaseModel):
    """Other names going in than coming out."""

    read: int = Field(validation_alias="in", serialization_alias="out")


class Limits(BaseModel):
    """What went wrong."""

    limit: Annotated[int, Field(ge=1)]
    tags: list[str]
    inner: Closed | None = None


class TooMany(ActionError[Limits], code="too_many", status=409, retryable=True):
    """There are too many."""


class TooFew(ActionError[Limits], code="too_few", status=409):
    """There are too few."""


class Gone(ActionError, code="gone", status=410):  # noqa: N818 - as users name them
    """It is not there any more."""


class Broken(ActionError[Tree], code="broken", status=500):
    """It broke, with the status of `handler_error`."""


class Wrong(ActionError, code="wrong", status=400):  # noqa: N818 - as users name them
    """It is wrong, with the status of `invalid_input`."""


class Full(ActionError, code="full", status=503, retryable=True):  # noqa: N818 - as users name them
    """There is no place left."""


def is_known(request: Request) -> bool:
    """Let in whoever has the word."""
    return request.headers.get("authorization") == "Bearer right"


ERRORS = (TooMany, TooFew, Gone, Broken, Wrong, Full)


@action(public=True, errors=ERRORS, examples=[Example({"count": 1})])
async def fails_post(count: int) -> int:
    """Fail in six ways, of which some share a status."""
    return count


@action(public=True, http=Http("GET"), errors=ERRORS, examples=[Example({"count": 1})])
async def fails_get(count: Annotated[int, Field(ge=0)] = 0) -> int:
    """Fail in six ways, called by a query."""
    return count


@action(public=True, auth=is_known, rate_limit="5/day;3/minute", examples=[Example({"count": 1})])
async def guarded_post(count: int) -> int:
    """Answer those who are known."""
    return count


RIGHT = Principal(id="right", scopes=frozenset({"count:write", "count|odd`*_<b>"}))
BEARER = BearerAuth(
    {"right": RIGHT, "poor": Principal(id="poor")}, description='Ask */ """ </script> `for` one | or not.'
)
KEY = ApiKeyAuth({"right": RIGHT, "poor": Principal(id="poor")}, header="X-Odd-Key", realm='an "odd" \\ one')


@action(public=True, auth=BEARER, examples=[Example({"count": 1})])
async def bearer_post(count: int) -> int:
    """Answer those who have a token."""
    return count


@action(public=True, http=Http("GET"), auth=BEARER, scopes=["count:write", "count|odd`*_<b>"], errors=[Wrong])
async def bearer_get() -> str:
    """Answer those who have a token that may do this."""
    return "a"


@action(public=True, auth=KEY, scopes=["count:write"], examples=[Example({"count": 1})])
async def key_post(count: int) -> int:
    """Answer those who have a key that may do this."""
    return count


@action(public=True, http=Http("GET"), auth=KEY, authorize=lambda _, ctx: ctx.principal is RIGHT)
async def key_get() -> str:
    """Answer those who have a key."""
    return "a"


class Pair(BaseModel):
    """What the other side knows us by."""

    name: SecretStr
    password: SecretStr


PAIRS = (
    Credential("odd_pair", fields=Pair, scope="user"),
    Credential("other_pair", fields=Pair, scope="user"),
)
KNOWN = MappingCredentials(
    users={"right": {pair: {"name": "a name", "password": "a password"} for pair in PAIRS}}
)


@action(public=True, auth=BEARER, credentials=PAIRS)
async def needing_post(ctx: Context) -> int:
    """Need what only some callers have."""
    return len(ctx.credentials)


@action(public=True, http=Http("GET"), auth=is_known, errors=[Gone])
def guarded_get() -> str:
    """Answer those who are known, in a thread."""
    return "a"


@action(public=True, deprecated=True, tags=["old", 'odd "tag"'])
def nothing_post() -> None:
    """Take nothing, give nothing."""


@action(public=True, http=Http("GET"), timeout=None)
async def nothing_get() -> None:
    """Take nothing, give nothing, for as long as it takes."""


@action(public=True, timeout=timedelta(minutes=5))
async def unchecked_post(value: Any = None):
    """Give back whatever it was."""
    return value


@action(public=True, examples=[Example({"items": 3})])
async def big(items: Annotated[int, Field(ge=0, le=2000)] = 2000) -> list[dict[str, str]]:
    """Give a big output."""
    return [{"text": "x" * 50, "number": str(number)} for number in range(items)]


@action(public=True, http=Http("GET"), title='*/ """ </script>', when_to_use="`a` \\ ${b}\n# c")
async def texts(
    q: Annotated[str, Field(description='</script> */ """ \u202e\u0000')] = "\u2028`",
) -> str:
    """Have texts that end comments: */ \"\"\" </script> -->.

    # A heading

    ```
    """
    return q


@action(public=True, http=Http("GET"))
async def many(
    *,
    limit: Annotated[int, Field(ge=1, le=50, description="A number.", deprecated=True)] = 10,
    tags: Annotated[list[str], Field(max_length=3)] = [],  # noqa: B006 - a default of its own kind
    where: Tree | None = None,
    words: list[str] | None = None,
    flag: bool = False,
) -> dict[str, Any]:
    """Take parameters of all kinds, each with a default."""
    return {"limit": limit, "tags": tags, "where": where, "words": words, "flag": flag}


def odd() -> Actions:
    """Give the actions that are no echo of one type."""
    singles: tuple[Action[..., Any], ...] = (
        *(fails_post, fails_get, guarded_post, guarded_get, nothing_post, nothing_get),
        *(unchecked_post, big, texts, many, bearer_post, bearer_get, key_post, key_get, needing_post),
    )
    yield from singles
    yield from whole(Names, {"from": "a", "x-y": 2, "list[]": ["a"], "😀": True})
    yield from whole(Tags, {"tag": [1, 2], "tag[]": "a"})
    yield from whole(Split, {"in": 1})
    yield from whole(Open, {"known": 1}, "POST")
    yield from whole(Defaults, {}, "POST")
    yield from whole(Tree, {"value": 3}, "POST")
