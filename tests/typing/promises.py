"""What type checkers must make of actions. Lines that end in ``# refused`` must be errors, no others.

This file is checked, never run.
"""
# ruff: noqa: B018, N818, UP035 - lines are expressions, names are those of the guide, one import for all versions

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actionary import (
    ActionError,
    AsyncAction,
    Context,
    Credential,
    Err,
    Example,
    Hooks,
    Http,
    LeafError,
    Ok,
    Principal,
    Registry,
    Request,
    SyncAction,
    action,
    define_action,
    define_actions,
    invoke_action,
    invoke_action_sync,
    prompting_agent,
    unwrap,
)
from actionary.auth import ApiKeyAuth, BasicAuth, BearerAuth, JWTAuth
from actionary.credentials import EnvironmentCredentials, MappingCredentials
from actionary.testing import FakeClock, Sent, TestClient, assert_contract, refused
from pydantic import BaseModel, SecretStr
from typing_extensions import assert_type


class Order(BaseModel):
    product: str


class Receipt(BaseModel):
    total: int


class Shop:
    name: str = "shop"


class Stock(BaseModel):
    left: int


class OutOfStock(ActionError[Stock], code="out_of_stock", status=409, retryable=False):
    """Too few are left."""


class ShopClosed(ActionError, code="shop_closed"):
    """Come back tomorrow."""


@action
async def bare(query: str, limit: int = 10) -> list[str]:
    return [query] * limit


@action(
    public=True,
    http=Http("GET"),
    tags=["shop"],
    examples=[Example({"query": "x"}, [])],
    errors=[OutOfStock, ShopClosed],
    timeout=3,
)
async def with_fields(query: str, *, ctx: Context[Shop]) -> Receipt:
    assert_type(ctx.resources, Shop)
    assert_type(ctx.resources.name, str)
    ctx.resources.nothing  # refused
    return Receipt(total=1)


@action
def sync(order: Order) -> Receipt:
    return Receipt(total=len(order.product))


@action(public=True)
def sync_with_fields(query: str) -> None:
    """Do nothing."""


async def calls() -> None:
    assert_type(await bare("x"), list[str])
    assert_type(await bare("x", limit=3), list[str])
    assert_type(sync(Order(product="x")), Receipt)
    sync_with_fields("x")
    await bare(3)  # refused
    await bare()  # refused
    await bare("x", 3, 4)  # refused
    await bare("x", wrong=3)  # refused
    sync("x")  # refused
    await sync(Order(product="x"))  # refused
    bare("x").append("y")  # refused


async def runs() -> None:
    assert_type(await bare.run({"query": "x"}), list[str])
    assert_type(await with_fields.run({"query": "x"}, Context(resources=Shop())), Receipt)
    assert_type(await sync.run(Order(product="x")), Receipt)
    assert_type(await sync_with_fields.run({"query": "x"}), None)
    await bare.run({"query": "x"}, "context")  # refused


async def invocations() -> int:
    result = await invoke_action(sync, {"product": "x"})
    assert_type(result, Ok[Receipt] | Err)
    assert_type(invoke_action_sync(with_fields, {}), Ok[Receipt] | Err)
    assert_type(await invoke_action("sync", {}), Ok[Any] | Err)
    result.data  # refused
    if result.ok is True:  # pyright takes no plain `if result.ok:` here
        assert_type(result, Ok[Receipt])
        assert_type(result.data.total, int)
        result.code  # refused
    else:
        assert_type(result, Err)
        assert_type(result.code, str)
        result.data  # refused
    if isinstance(result, Err):
        assert_type(result.request_id, str)
    else:
        assert_type(result.data, Receipt)
    match result:
        case Ok(data):
            assert_type(data, Receipt)
        case Err(code=code):
            assert_type(code, str)
    assert_type(unwrap(result), Receipt)
    result.ok = False  # refused
    return unwrap(result).total


def kinds() -> None:
    a: AsyncAction[..., list[str]] = bare
    b: SyncAction[[Order], Receipt] = sync
    c: SyncAction[[str], Receipt] = sync  # refused
    d: AsyncAction[..., Receipt] = sync  # refused
    define_actions([a, b, c, d])
    Registry().register([bare, sync])
    define_actions([len])  # refused


def errors() -> None:
    assert_type(OutOfStock("Only 2.", details=Stock(left=2)).details, Stock)
    assert_type(ShopClosed("Closed.").details, None)
    OutOfStock("Only 2.", details=3)  # refused
    OutOfStock("Only 2.")  # refused by pyright
    ShopClosed("Closed.", details=Stock(left=2))  # refused
    ShopClosed()  # refused


def contexts() -> None:
    assert_type(Context.for_test(resources=Shop()).resources, Shop)
    Context(caller="nobody")  # refused


def definitions() -> None:
    define_action(handler=bare.handler, name="again", input=Order, output=Receipt, public=True)
    define_action(handler=bare.handler, pubic=True)  # refused
    define_action(handler=bare.handler, http="GET")  # refused
    action(public="yes")  # refused
    action(retry=3)  # refused
    action(retries="3")  # refused
    action(retries=3, backoff=timedelta(seconds=1))
    Http("PATCH")  # refused
    Example("text")  # refused


def strip(data: dict[str, Any], ctx: Context[Shop]) -> dict[str, Any]:
    return {**data, "product": ctx.resources.name}


async def enrich(order: Order, ctx: Context) -> Order | None:
    return None


async def discount(receipt: Receipt, ctx: Context) -> Receipt:
    return Receipt(total=receipt.total - 1)


async def tell(error: ActionError[Any], ctx: Context) -> None:
    assert_type(error.code, str)


def recover(result: Ok[Receipt] | Err, ctx: Context) -> Ok[Receipt] | Err:
    return result


async def refund(order: Order, ctx: Context[Shop], error: ActionError[Any]) -> None: ...


def on_item(item: int, ctx: Context) -> None: ...


Hooks(before_validate=strip, after_validate=enrich, before_output=discount, after_output=discount)
Hooks(on_error=tell, after_run=recover)
Hooks(before_validate=lambda data, _ctx: {**data, "product": "x"}, on_error=lambda _error, _ctx: None)
Hooks(strip)  # refused
Hooks(before=strip)  # refused
Hooks(before_validate=on_item)  # refused
Hooks(after_run=strip)  # refused
Hooks(on_error=refund)  # refused
Hooks().after_run = recover  # refused


@action(hooks=Hooks(after_validate=enrich), retries=2, backoff=0.5, compensate=refund)
async def careful(order: Order) -> Receipt:
    with prompting_agent():
        return await sync.run(order)


def no_hooks(error: LeafError) -> None:
    assert_type(error.inner, str)
    action(hooks=strip)  # refused
    action(compensate=tell)  # refused


ANN = Principal(id="ann")
texts: dict[str, Principal] = {"a": ANN}
hidden: dict[SecretStr, Principal] = {SecretStr("a"): ANN}
both: dict[str | SecretStr, Principal] = {"a": ANN, SecretStr("b"): ANN}
logins: dict[tuple[str, SecretStr], Principal] = {("ann", SecretStr("a")): ANN}


async def by_token(token: str) -> Principal | None:
    return texts.get(token)


def by_login(name: str, password: str) -> Principal | None:
    return texts.get(name + password)


async def by_request(request: Request) -> Principal | None:
    return texts.get(request.headers["x-key"])


for_all = [
    Registry(auth=BearerAuth(texts)),
    Registry(auth=BearerAuth(hidden, description="Ask Ann.")),
    Registry(auth=ApiKeyAuth(both)),
    Registry(auth=BasicAuth({("ann", "a"): ANN})),
    Registry(auth=BasicAuth(logins)),
    Registry(auth=BearerAuth(verify=by_token)),
    Registry(auth=BasicAuth(verify=by_login)),
    Registry(auth=JWTAuth(issuer="a", audience=["b"], jwks_url="https://login.example/jwks.json")),
    Registry(auth=by_request),
    Registry(auth=texts),  # refused
    Registry(auth=BearerAuth({"a": "ann"})),  # refused
    Registry(auth=BearerAuth(verify=by_login)),  # refused
    Registry(auth=BasicAuth(verify=by_token)),  # refused
    Registry(auth=JWTAuth(issuer="a", jwks={})),  # refused
]


@action(auth=BearerAuth(texts))
async def guarded() -> None: ...


@action(auth=JWTAuth(issuer="a", audience="b", jwks={"keys": []}))
async def guarded_by_issuer() -> None: ...


class Exa(BaseModel):
    api_key: SecretStr


EXA = Credential("exa", fields=Exa)


@action(credentials=[EXA])
async def with_credentials(ctx: Context) -> None:
    assert_type(EXA, Credential[Exa])
    assert_type(ctx.credentials[EXA], Exa)
    assert_type(ctx.credentials[EXA].api_key, SecretStr)
    assert_type(ctx.credentials["exa"], Any)
    ctx.credentials[EXA].nothing  # refused
    ctx.credentials[3]  # refused


WITH_CREDENTIALS = [
    Registry(credentials=EnvironmentCredentials()),
    Registry(credentials=[MappingCredentials({EXA: {"api_key": "a"}}), EnvironmentCredentials()]),
    Registry(credentials=MappingCredentials(users={"ann": {"exa": Exa(api_key=SecretStr("a"))}})),
    Registry(credentials=EXA),  # refused
]
Credential("exa", fields=Exa, scope="team")  # refused
Credential("exa", fields=str)  # refused
Context[None](credentials={EXA: {"api_key": "a"}})
Context[None](credentials={"exa": Exa(api_key=SecretStr("a"))})
Context[None](credentials=EXA)  # refused


def tested() -> None:
    client = TestClient(Registry(), resources=Shop(), clock=FakeClock())
    assert_type(client, TestClient[Shop])
    assert_type(client.resources.name, str)
    client.resources.nothing  # refused
    sent = client.call_sync(sync, {"product": "x"})
    assert_type(sent, Sent[Receipt] | Err)
    assert_type(unwrap(sent), Receipt)
    assert_type(refused(sent, "out_of_stock"), Err)
    sent.json  # refused
    if isinstance(sent, Ok):
        assert_type(sent.data.total, int)
    assert_type(client.call_sync("sync"), Sent[Any] | Err)
    client.call_sync(3)  # refused
    client.call_sync(sync, principal="ada")  # refused
    assert_type(FakeClock().context(resources=Shop()).resources, Shop)
    TestClient(caller="nobody")  # refused
    assert_contract(client, run=["sync"], seed=3)
    assert_contract(client, run=3)  # refused
    assert_contract(client, example_outputs="same")  # refused


async def tested_async() -> None:
    async with TestClient() as client:
        assert_type(await client.call(bare, {"query": "x"}), Sent[list[str]] | Err)
    with TestClient(Registry()) as opened:
        assert_type(unwrap(await opened.call(sync_with_fields)), None)
