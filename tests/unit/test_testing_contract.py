"""`assert_contract`: what is right passes, and what is broken in one way or another is found and named."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import pytest
from actionary import (
    ActionError,
    Context,
    Example,
    Http,
    Principal,
    Registry,
    action,
    define_action,
)
from actionary.auth import AuthUnavailable
from actionary.testing import ContractBroken, Failure, TestClient, assert_contract
from actionary.testing.failures import Kind
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    WithJsonSchema,
    model_validator,
)


class Which(BaseModel):
    number: int


class NoPage(ActionError[Which], code="no_page", status=404):
    """There is no such page."""


class Closed(ActionError, code="closed"):  # noqa: N818 - as users name them
    """It is closed."""


class Page(BaseModel):
    number: Annotated[int, Field(ge=1)]


def broken(subject: Any, **options: Any) -> list[Failure]:
    with pytest.raises(ContractBroken) as caught:
        assert_contract(registry_of(subject) if not isinstance(subject, TestClient) else subject, **options)
    return list(caught.value.failures)


def only_failure(subject: Any, **options: Any) -> Failure:
    [failure] = broken(subject, **options)
    return failure


def registry_of(*actions: Any, **fields: Any) -> Registry:
    registry = Registry(**fields)
    registry.register(actions)
    return registry


class Node(BaseModel):
    name: Annotated[str, Field(pattern="^[a-z]+$", max_length=5)]
    children: list[Node] = []
    size: Literal["small", "big"] | None = None


@action(read_only=True, errors=[NoPage], examples=[Example({"number": 3}, {"number": 3})])
async def read_page(number: Annotated[int, Field(ge=1)], until: date | None = None) -> Page:
    if number > 5:
        raise NoPage("No.", details=Which(number=number))
    return Page(number=number)


@action(read_only=True)
def count(node: Node) -> int:
    return 1 + sum(count(child) for child in node.children)


def test_what_is_right_passes():
    assert_contract(registry_of(read_page, count))


def test_a_raw_schema_is_tried_too():
    schema = {
        "type": "object",
        "properties": {"tag": {"type": ["string", "null"]}, "left": {"type": "integer", "minimum": 1}},
        "required": ["tag", "left"],
        "additionalProperties": False,
    }
    seen: list[Any] = []

    async def take(given: dict[str, Any]) -> float:
        seen.append(given)
        return 1 / max(9 - given["left"], 0)

    failure = only_failure(define_action(handler=take, input=schema, read_only=True, name="take"))
    assert (failure.kind, failure.input["left"]) == ("undeclared_error", 9)
    assert {type(each["tag"]) for each in seen} == {str, type(None)}


@action(read_only=True)
async def divides(number: int) -> int:
    return 100 // max(7 - number, 0)


@action(read_only=True, errors=[Closed])
async def undeclared(number: Annotated[int, Field(ge=0)]) -> None:
    if number > 10:
        raise NoPage("No.", details=Which(number=number))


@action(read_only=True)
def exits() -> None:
    raise SystemExit(1)


def test_an_error_that_nobody_declared_is_found_with_the_smallest_input():
    failure = only_failure(divides)
    assert (failure.action, failure.kind, failure.input) == ("divides", "undeclared_error", {"number": 7})
    assert isinstance(failure.error, ZeroDivisionError)
    assert str(failure).startswith(
        f"divides ({divides.definition.where}): it raised ZeroDivisionError, which"
    )
    assert '\n  input: {"number": 7}\n  ZeroDivisionError: ' in str(failure)
    assert f"\n    at {__file__}:" in str(failure)
    assert "in divides\n  mend: raise an error of the action's `errors`" in str(failure)

    failure = only_failure(undeclared)
    assert (type(failure.error), failure.input) == (NoPage, {"number": 11})
    failure = only_failure(exits)
    assert (type(failure.error), failure.input) == (SystemExit, {})


def test_the_cause_is_shown_with_its_traceback():
    with pytest.raises(ContractBroken) as caught:
        assert_contract(registry_of(divides))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@action(read_only=True)
async def lies(number: int) -> Page:
    return Page.model_construct(number=number)


@action(read_only=True)
async def gives_other(number: int) -> int:
    return "text" if number > 3 else number  # type: ignore[return-value]  # on purpose


@action(read_only=True, errors=[NoPage])
async def wrong_details() -> None:
    raise NoPage("No.", details=Which.model_construct(number="three"))


def test_an_output_that_does_not_fit_is_found():
    failure = only_failure(lies)
    assert (failure.kind, failure.input) == ("invalid_output", {"number": 0})
    assert "its output does not fit the JSON Schema: number: 0 is less than the minimum of 1" in str(failure)
    failure = only_failure(gives_other)
    assert (failure.kind, failure.input) == ("invalid_output", {"number": 4})
    assert "the result must be an integer" in failure.what
    failure = only_failure(wrong_details)
    assert (failure.kind, failure.input) == ("invalid_output", {})


def below_nine(value: int) -> int:
    if value >= 9:
        raise ValueError("nine is too many")
    return value


class Stay(BaseModel):
    first: date
    last: date

    @model_validator(mode="after")
    def in_order(self) -> Stay:
        if self.last < self.first:
            raise ValueError("the last day is before the first")
        return self


@action(read_only=True)
async def likes(number: Annotated[int, AfterValidator(below_nine)]) -> int:
    return number


@action
async def book(stay: Stay) -> None:
    pass


def test_an_input_that_the_schema_accepts_and_the_action_refuses_is_found():
    failure = only_failure(likes)
    assert (failure.kind, failure.input) == ("refused_input", {"number": 9})
    assert "its schema accepts the input, and the action refuses it: number: " in failure.what
    assert 'or allow it: `stricter=["likes"]`' in failure.mend
    failure = only_failure(book)
    assert failure.kind == "refused_input"
    assert failure.input["last"] < failure.input["first"]


def test_what_validators_refuse_can_be_allowed():
    assert_contract(registry_of(likes, book), stricter=["likes", "book"])


@action(read_only=True)
async def promises(
    number: Annotated[int, WithJsonSchema({"type": "integer", "maximum": 10})],
) -> int:
    return number


@action(read_only=True)
async def converts(number: Annotated[int, BeforeValidator(lambda value: len(str(value)))]) -> int:
    return number


def test_an_input_that_the_schema_refuses_and_the_action_accepts_is_found():
    failure = only_failure(promises)
    assert failure.kind == "accepted_input"
    assert failure.input["number"] > 10
    assert "is greater than the maximum of 10" in failure.what
    assert "`WithJsonSchema` check nothing" in failure.mend
    assert only_failure(converts).kind == "accepted_input"


@action(read_only=True)
async def trips(number: Annotated[int | None, BeforeValidator(lambda value: int(value))]) -> None:  # noqa: PLW0108 - pydantic wants a function
    pass


def test_a_validator_that_raises_something_else_is_found():
    failure = only_failure(trips)
    assert (failure.kind, failure.input) == ("undeclared_error", {"number": None})
    assert "reading the input raised TypeError" in failure.what


def example_of(handler: Callable[..., Any], *examples: Example, **fields: Any) -> Any:
    return action(name="shown", read_only=True, examples=examples, **fields)(handler)


async def echo(number: Annotated[int, Field(ge=0)]) -> int:
    return number


async def closed(number: int) -> int:
    raise Closed("It is closed.")


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (example_of(echo, Example({"number": -1})), "the input of example 1 does not fit: number: "),
        (
            example_of(echo, Example({"number": 1}), Example({})),
            "the input of example 2 does not fit: number",
        ),
        (example_of(echo, Example({"number": 1}, "x")), "the output of example 1 does not fit: "),
        (example_of(echo, Example({"number": 1}, 2)), "example 1 says 2, and it gives 1"),
        (
            example_of(closed, Example({"number": 1}, 1), errors=[Closed]),
            "example 1 fails with 'closed': It is closed.",
        ),
    ],
)
def test_an_example_that_is_wrong_is_found(made, what):
    failure = only_failure(made)
    assert failure.kind == "example"
    assert failure.what.startswith(what)


def test_an_example_at_which_the_action_trips_is_found_before_made_up_inputs():
    assert broken(example_of(divides.handler, Example({"number": 7})))[0].what.startswith(
        "example 1: it raised"
    )


def test_the_outputs_of_examples_may_differ_where_that_is_allowed():
    assert_contract(registry_of(example_of(echo, Example({"number": 1}, 2))), example_outputs="fit")


def test_what_nothing_was_tried_of_is_no_success():
    @action(read_only=True)
    async def picky(text: Annotated[str, AfterValidator(lambda text: below_nine(9) and text)]) -> None:
        pass

    failure = only_failure(picky, stricter=["picky"])
    assert failure.kind == "untried"
    assert "none of 100 made-up inputs was accepted" in failure.what


class Later(BaseModel):
    value: Missing  # noqa: F821 - on purpose


@action(read_only=True)
async def late(value: Later) -> None:
    pass


def test_a_type_that_cannot_be_described_is_found():
    failure = only_failure(late)
    assert failure.kind == "undescribed"
    assert failure.what.startswith("`input`: the type cannot be described as JSON Schema: ")
    assert "Missing" in failure.what


def test_every_argument_and_kind_of_failure_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    arguments = [*inspect.signature(assert_contract).parameters, *inspect.signature(TestClient).parameters]
    assert named == {*arguments, *get_args(Kind), "kind"} - {"subject"}


def test_all_failures_of_all_actions_are_told_at_once():
    with pytest.raises(ContractBroken) as caught:
        assert_contract(registry_of(divides, lies, read_page, likes))
    assert [failure.action for failure in caught.value.failures] == ["divides", "lies", "likes"]
    assert str(caught.value).count("\n  mend: ") == 3


@dataclass
class Shop:
    """What handlers share; with ``stock`` of each thing."""

    sold: list[int] = field(default_factory=list[int])


calls: list[str] = []


@action
async def sell(number: int, ctx: Context[Shop]) -> int:
    calls.append("sell")
    ctx.resources.sold.append(number)
    return len(ctx.resources.sold)


@action
async def send_mail(number: int) -> None:
    calls.append("send_mail")


@action(read_only=True)
async def look(number: int) -> None:
    calls.append("look")


@pytest.mark.parametrize(
    ("subject", "run", "called"),
    [
        (lambda registry: registry, "safe", {"look"}),
        (lambda registry: registry, "none", set()),
        (lambda registry: registry, ["send_mail"], {"look", "send_mail"}),
        (lambda registry: TestClient(registry, caller="code", resources=Shop()), "safe", {"look", "sell"}),
        (lambda registry: TestClient(registry, caller="code", lifespan=shop), "safe", {"look", "sell"}),
        (lambda registry: TestClient(registry, caller="code", lifespan=shop), "none", set()),
        (
            lambda registry: TestClient(registry, caller="code", lifespan=shop),
            "all",
            {"look", "sell", "send_mail"},
        ),
    ],
)
def test_what_changes_something_is_only_run_on_fakes_or_when_that_is_said(subject, run, called):
    calls.clear()
    assert_contract(subject(registry_of(sell, send_mail, look)), run=run, examples=20)
    assert set(calls) == called


@asynccontextmanager
async def shop() -> AsyncGenerator[Shop]:
    yield Shop()


@action
async def sells_two(ctx: Context[Shop]) -> int:
    ctx.resources.sold.append(1)
    return 1 // (3 - len(ctx.resources.sold))


def test_a_lifespan_makes_fakes_anew_for_each_call_outside_of_a_with_block():
    registry = registry_of(sells_two)
    assert_contract(TestClient(registry, caller="code", lifespan=shop))
    with TestClient(registry, caller="code", lifespan=shop) as client:
        failure = only_failure(client)
    assert failure.kind == "undeclared_error"


def test_what_fails_by_what_was_before_is_told_so():
    turns = itertools.count()

    @action(read_only=True)
    async def moody(number: int) -> None:
        if next(turns) == 5:
            raise KeyError(number)

    failure = only_failure(moody)
    assert failure.kind == "undeclared_error"
    assert "it did not fail again with the same input" in failure.what


def test_only_what_the_clients_caller_reaches_is_tried():
    public = action(public=True, name="shown", read_only=True, description="Echo.")(echo)
    registry = registry_of(public, divides)
    assert_contract(TestClient(registry))
    assert only_failure(TestClient(registry, caller="code")).action == "divides"
    with pytest.raises(ValueError, match="no action to try for callers of the kind 'mcp'"):
        assert_contract(TestClient(registry_of(divides), caller="mcp"))


def test_over_a_query_what_is_right_passes():
    @action(public=True, http=Http("GET"), examples=[Example({"words": ["a"], "limit": 3}, 1)])
    async def search(words: list[str], limit: int | None = None, *, exact: bool = False) -> int:
        """Search."""
        return len(words)

    assert_contract(TestClient(registry_of(search)))


async def knows(_: Any) -> Principal | None:
    return None


def test_who_calls_is_said_by_the_client():
    @action(public=True, read_only=True, scopes=["read"], examples=[Example({}, "ada")])
    async def whoami(ctx: Context) -> str:
        """Say who calls."""
        assert ctx.principal is not None
        return ctx.principal.id

    registry = registry_of(whoami, auth=knows)
    failure = only_failure(TestClient(registry))
    assert failure.what == "example 1 fails with 'unauthorized': The caller is not allowed in."
    assert "give the client a principal" in failure.mend
    assert_contract(TestClient(registry, principal=Principal(id="ada", scopes=frozenset({"read"}))))


async def no(*_: Any) -> bool:
    return False


async def fails(*_: Any) -> bool:
    raise KeyError("lost")


async def away(*_: Any) -> bool:
    raise AuthUnavailable("no answer")


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"authorize": no}, "forbidden"), ({"auth": no}, "unauthorized"), ({"auth": away}, "unavailable")],
)
def test_an_action_that_nobody_was_let_into_was_not_tried(fields, code):
    closed = action(public=True, read_only=True, name="closed", description="No.", **fields)(echo)
    failure = only_failure(TestClient(registry_of(closed)))
    assert failure.kind == "untried"
    assert failure.what == f"every call was refused, the last with {code!r}, so nothing was tried"
    assert failure.mend.startswith("give the client a principal who may")


@pytest.mark.parametrize("gate", ["auth", "authorize", "needs_approval"])
def test_a_gate_that_fails_is_found(gate):
    odd = action(public=True, read_only=True, name="odd", description="Odd.", **{gate: fails})(echo)
    failure = only_failure(TestClient(registry_of(odd, store="memory://")))
    assert (failure.kind, failure.input) == ("undeclared_error", {"number": 0})
    assert failure.what.startswith(f"its `{gate}` raised KeyError, which a server only logs; callers get '")


@pytest.mark.parametrize("needed", [True, lambda _input, _ctx: True])
async def test_what_needs_a_human_is_tried_as_if_one_had_said_yes(needed):
    async def human(_: Any) -> Principal:
        return Principal(id="eve")

    sends = action(public=True, needs_approval=needed, name="sends", description="Send.")(echo)
    registry = registry_of(sends, store="memory://", approver=human)
    await asyncio.to_thread(assert_contract, TestClient(registry), run="all")
    asked = await TestClient(registry, principal=await human(None)).call("list_approvals")
    assert asked.data.approvals == []


def test_calls_are_neither_counted_nor_told_to_hooks(caplog):
    told = list[Any]()
    limited = action(public=True, read_only=True, name="limited", description="Echo.", rate_limit="1/day")(
        echo
    )
    with caplog.at_level("INFO", logger="actionary.calls"):
        assert_contract(TestClient(registry_of(limited, on_invoke=told.append)))
    assert (told, caplog.records) == ([], [])


def test_an_example_is_tried_with_its_secret_which_no_failure_tells():
    @action(read_only=True, examples=[Example({"password": "open sesame"}, output=True)])
    async def enters(password: SecretStr) -> bool:
        return password.get_secret_value() == "open sesame"

    assert_contract(registry_of(enters))

    @action(read_only=True, examples=[Example({"password": "open sesame"}, output=False)])
    async def stays_out(password: SecretStr) -> bool:
        return password.get_secret_value() == "open sesame"

    failure = only_failure(stays_out)
    assert failure.what == "example 1 says false, and it gives true"
    assert "sesame" not in str(failure)


def test_actions_can_be_left_out_and_chosen():
    registry = registry_of(divides, read_page, lies)
    assert_contract(registry, leave_out=["divides", "lies"])
    assert_contract(registry, only=["read_page"])
    for options in ({"only": ["read_pages"]}, {"leave_out": ["x"]}, {"stricter": ["x"]}, {"run": ["x"]}):
        with pytest.raises(ValueError, match=r"there is no action '\w+'; there are divides, lies, read_page"):
            assert_contract(registry, **options)
    with pytest.raises(ValueError, match=r"write \['lies'\]"):
        assert_contract(registry, leave_out="lies")
    with pytest.raises(ValueError, match="no action to try"):
        assert_contract(Registry())


def test_the_same_seed_tries_the_same_inputs():
    tried: list[Any] = []

    @action(read_only=True)
    async def note(number: int, text: str) -> None:
        tried.append((number, text))

    runs = []
    for seed in (0, 0, 1):
        tried.clear()
        assert_contract(registry_of(note), seed=seed, examples=30)
        runs.append(list(tried))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert len(runs[0]) <= 30


async def test_in_an_async_test_it_says_what_to_write():
    with pytest.raises(RuntimeError, match="a plain `def` for the test that calls assert_contract"):
        assert_contract(registry_of(read_page))
    await asyncio.sleep(0)


def test_failures_are_found_when_the_client_masks_them():
    assert only_failure(TestClient(registry_of(divides), caller="code", raise_failures=False)).input == {
        "number": 7
    }


def test_one_that_was_named_and_would_not_be_run_is_no_silent_success():
    @action
    def unsafe() -> None:
        raise SystemError

    registry = registry_of(unsafe, read_page)
    assert_contract(registry)
    with pytest.raises(ValueError, match=r"'unsafe' would not be run: .* give `run=\[\"unsafe\"\]`"):
        assert_contract(registry, only=["unsafe"])
    assert_contract(registry, only=["unsafe"], run="none")
    with pytest.raises(ContractBroken, match="SystemError"):
        assert_contract(registry, only=["unsafe"], run=["unsafe"])


def test_a_dict_that_does_not_fit_is_told_as_the_output():
    @action(read_only=True)
    def lies() -> Page:
        return {}  # type: ignore[return-value]  # the mistake

    assert "its output does not fit: number: is required" in str(only_failure(lies))
