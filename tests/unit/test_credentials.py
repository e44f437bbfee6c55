"""What an action needs of others: how it is declared, where it is found, and what a handler sees."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pytest
from actionary import (
    ActionDefinitionError,
    Context,
    Credential,
    Principal,
    Registry,
    action,
    define_action,
    define_actions,
    invoke_action,
)
from actionary.catalog import load
from actionary.credentials import (
    Credentials,
    CredentialScope,
    EnvironmentCredentials,
    MappingCredentials,
)
from actionary.describe import describe
from actionary.gates import auth as gate
from actionary.settings import Settings
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    Secret,
    SecretBytes,
    SecretStr,
    computed_field,
    field_validator,
)

SETTINGS = Settings(root=Path("/p"), out=Path("/p/out"), title="T", version="1")
VALUE = "sk-0123456789"


class Exa(BaseModel):
    api_key: SecretStr


class Login(BaseModel):
    name: SecretStr = Field(alias="userName")
    password: SecretStr


EXA = Credential("exa", fields=Exa)
LOGIN = Credential("login", fields=Login)
KNOWN = {"exa": {"api_key": VALUE}}
ANN = Principal(id="ann", organisation="acme")


def search(*needed: Credential[Any], **fields: Any) -> Any:
    async def handler(ctx: Context) -> dict[str, int]:
        """Say how long what it got is."""
        return {key: len(str(value)) for key, value in ctx.credentials.items()}

    return define_action(name="search", handler=handler, credentials=needed, **fields)


async def call(action: Any, *resolvers: Any, **known: Any) -> Any:
    registry = Registry(credentials=resolvers)
    define_actions([action], registry)
    return await invoke_action("search", {}, Context(**known), registry=registry)


class Recorded:
    """A resolver that knows one scope only, and keeps what it was asked."""

    def __init__(self, known: CredentialScope | None = None) -> None:
        self.known = known
        self.asked: list[tuple[str, CredentialScope]] = []

    async def resolve(self, credential: Credential[Any], scope: CredentialScope) -> Mapping[str, str] | None:
        self.asked.append((credential.key, scope))
        return {"api_key": VALUE} if scope == self.known else None


class TestTheDeclaration:
    @pytest.mark.parametrize("key", ["", "Exa", "exa-ai", "1", "a" * 65, 3, None])
    def test_a_key_that_is_no_name_is_refused_where_it_stands(self, key):
        with pytest.raises(ActionDefinitionError, match="is no key") as caught:
            Credential(key, fields=Exa)
        assert (caught.value.field, caught.value.where.file) == ("key", __file__)
        assert "such as `exa`" in caught.value.mend

    @pytest.mark.parametrize("fields", [dict, {"api_key": str}, "Exa", None, RootModel[SecretStr]])
    def test_fields_that_are_no_model_are_refused(self, fields):
        with pytest.raises(ActionDefinitionError, match=r"credential 'exa': .* is no model") as caught:
            Credential("exa", fields=fields)
        assert caught.value.field == "fields"

    def test_a_scope_that_there_is_not_is_refused(self):
        with pytest.raises(ActionDefinitionError, match="'team' is no scope") as caught:
            Credential("exa", fields=Exa, scope="team")  # type: ignore[arg-type]  # that is the point
        assert '"user", "project", "organisation", or None' in caught.value.mend

    @pytest.mark.parametrize(
        "kind", [str, str | None, SecretStr | str, list[SecretStr], dict[str, SecretStr], Any]
    )
    def test_a_field_that_would_show_when_it_is_printed_is_refused(self, kind):
        model = type("Open", (BaseModel,), {"__annotations__": {"key": SecretStr, "host": kind}})
        with pytest.raises(ActionDefinitionError, match=r"Open\.host would show") as caught:
            Credential("exa", fields=model)
        assert (caught.value.field, "SecretStr" in caught.value.mend) == ("fields.host", True)

    def test_a_field_inside_of_another_is_named_by_its_path(self):
        class Inner(BaseModel):
            host: str

        class Outer(BaseModel):
            inner: Inner | None = None

        with pytest.raises(ActionDefinitionError) as caught:
            Credential("exa", fields=Outer)
        assert caught.value.field == "fields.inner.host"

    def test_a_model_that_keeps_or_computes_open_values_or_has_none_is_refused(self):
        class Keeps(BaseModel):
            model_config = ConfigDict(extra="allow")
            key: SecretStr

        class Computes(BaseModel):
            key: SecretStr

            @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
            @property
            def header(self) -> str:
                return self.key.get_secret_value()

        class Empty(BaseModel): ...

        for model, said in (
            (Keeps, "keeps keys"),
            (Computes, "Computes.header would show"),
            (Empty, "no fields"),
        ):
            with pytest.raises(ActionDefinitionError, match=said):
                Credential("exa", fields=model)

    def test_every_kind_of_secret_is_taken(self):
        class Inner(BaseModel):
            token: SecretBytes

        class All(BaseModel):
            text: SecretStr
            limited: Annotated[SecretStr, Field(min_length=3)] | None = None
            number: Secret[int] | None = None
            inner: Inner | None = None

        assert Credential("all", fields=All).fields is All

    def test_a_registry_refuses_what_has_no_credentials(self):
        for given, said in ((KNOWN, "type dict has no method"), (EnvironmentCredentials, "is a class")):
            with pytest.raises(ActionDefinitionError, match=said) as caught:
                Registry(credentials=given)  # type: ignore[arg-type]  # that is the point
            assert VALUE not in str(caught.value)


class TestTheHandler:
    async def test_it_has_them_by_credential_and_by_key(self):
        @action(credentials=[EXA])
        async def search(ctx: Context) -> int:
            assert ctx.credentials[EXA] is ctx.credentials["exa"]
            assert isinstance(ctx.credentials[EXA], Exa)
            return len(ctx.credentials[EXA].api_key.get_secret_value())

        assert (await call(search, MappingCredentials(KNOWN))).data == len(VALUE)

    async def test_a_plain_function_has_them_in_its_thread(self):
        @action(credentials=[EXA])
        def search(ctx: Context) -> int:
            return len(ctx.credentials[EXA].api_key.get_secret_value())

        assert (await call(search, MappingCredentials(KNOWN))).data == len(VALUE)

    async def test_it_has_no_others(self):
        @action(credentials=[EXA])
        async def search(ctx: Context) -> list[str]:
            with pytest.raises(KeyError, match=r"'login' is none of the action's.*credentials="):
                ctx.credentials[LOGIN]
            assert LOGIN not in ctx.credentials
            return list(ctx.credentials)

        known = {**KNOWN, "login": {"name": "n", "password": "p"}}
        assert (await call(search, MappingCredentials(known), credentials=known)).data == ["exa"]

    async def test_one_that_asks_for_none_has_none_whatever_is_given(self):
        @action
        async def search(ctx: Context) -> int:
            return len(ctx.credentials)

        assert (await call(search, MappingCredentials(KNOWN), credentials=KNOWN)).data == 0

    async def test_they_are_not_there_before_all_gates_have_let_the_call_in(self):
        seen: list[int] = []

        def authorize(_: Any, ctx: Context) -> bool:
            seen.append(len(ctx.credentials))
            return False

        resolver = Recorded()
        result = await call(search(EXA, authorize=authorize), resolver)
        assert (result.code, seen, resolver.asked) == ("forbidden", [0], [])

    async def test_an_input_that_does_not_fit_asks_nobody_for_them(self):
        @action(credentials=[EXA])
        async def search(count: int, ctx: Context) -> int:
            return count

        resolver = Recorded()
        assert (await call(search, resolver)).code == "invalid_input"
        assert resolver.asked == []

    def test_a_context_made_for_a_test_has_what_is_given(self):
        ctx = Context.for_test(credentials={EXA: {"api_key": VALUE}})
        assert ctx.credentials[EXA].api_key.get_secret_value() == VALUE
        ctx = Context.for_test(credentials={"exa": Exa(api_key=SecretStr(VALUE))})
        assert ctx.credentials[EXA] is ctx.credentials["exa"]

    def test_what_is_no_mapping_is_refused_and_not_shown(self):
        with pytest.raises(TypeError, match=r"as a mapping by key, not as list$"):
            Context(credentials=[VALUE])  # type: ignore[arg-type]  # that is the point

    def test_printing_shows_keys_only(self):
        given = Credentials({EXA: Exa(api_key=SecretStr(VALUE)), "raw": {"api_key": VALUE}})
        known = MappingCredentials(KNOWN, organisations={"acme": KNOWN}, users={"ann": KNOWN})
        printed = f"{given} {given!r} {known} {given[EXA]!r} {given[EXA]} {EXA} {given[EXA].model_dump()}"
        assert "Credentials('exa', 'raw')" in printed
        assert "**********" in printed
        assert VALUE not in printed


PROJECT = CredentialScope("project")
ACME = CredentialScope("organisation", "acme")
USER = CredentialScope("user", "ann")


class TestWhereTheyAreLookedFor:
    @pytest.mark.parametrize(
        ("scope", "principal", "asked"),
        [
            (None, None, [PROJECT]),
            (None, ANN, [PROJECT, ACME]),
            ("project", ANN, [PROJECT, ACME]),
            ("organisation", ANN, [ACME, PROJECT]),
            ("user", ANN, [USER, PROJECT, ACME]),
            ("user", None, [PROJECT]),
            ("user", Principal(id="ann"), [USER, PROJECT]),
            ("organisation", Principal(id="ann"), [PROJECT]),
        ],
    )
    async def test_its_own_scope_comes_first_then_the_project_then_the_organisation(
        self, scope, principal, asked
    ):
        for place, known in enumerate(asked, 1):
            resolver = Recorded(known)
            result = await call(
                search(Credential("exa", fields=Exa, scope=scope)), resolver, principal=principal
            )
            assert (result.ok, resolver.asked) == (True, [("exa", each) for each in asked[:place]])

    async def test_what_is_given_for_the_call_asks_nobody(self):
        resolver = Recorded(PROJECT)
        assert (await call(search(EXA), resolver, credentials={EXA: {"api_key": VALUE}})).ok
        assert resolver.asked == []

    async def test_of_several_resolvers_the_first_that_knows_it_is_believed_scope_by_scope(self):
        first, second = Recorded(ACME), Recorded(PROJECT)
        assert (await call(search(EXA), first, second, principal=ANN)).ok
        assert (first.asked, second.asked) == ([("exa", PROJECT)], [("exa", PROJECT)])

    async def test_a_resolver_may_be_a_plain_function_or_give_a_model(self):
        class Plain:
            def resolve(self, *_: Any) -> Exa:
                return Exa(api_key=SecretStr(VALUE))

        assert (await call(search(EXA), Plain())).ok

    async def test_fields_may_go_by_alias_or_name(self):
        for known in ({"userName": "n", "password": "p"}, {"name": "n", "password": "p"}):
            assert (await call(search(LOGIN), MappingCredentials({LOGIN: known}))).ok

    async def test_an_included_registry_asks_whom_it_said(self):
        own, other = Registry(credentials=Recorded(PROJECT)), Registry(credentials=Recorded())
        define_actions([search(EXA)], own)
        other.include(own, prefix="web_")
        assert (await invoke_action("web_search", {}, registry=other)).ok
        silent, saying = Registry(), Registry(credentials=Recorded(PROJECT))
        define_actions([search(EXA)], silent)
        saying.include(silent)
        assert (await invoke_action("search", {}, registry=saying)).ok


class TestTheEnvironment:
    async def test_it_is_asked_where_nobody_is_named(self, monkeypatch):
        monkeypatch.setenv("ACTIONARY_CREDENTIAL_EXA_API_KEY", VALUE)
        registry = Registry()
        define_actions([search(EXA)], registry)
        assert (await invoke_action("search", {}, registry=registry)).ok
        assert (await invoke_action(search(EXA), {})).ok

    async def test_it_is_not_asked_where_somebody_else_is(self, monkeypatch):
        monkeypatch.setenv("ACTIONARY_CREDENTIAL_EXA_API_KEY", VALUE)
        assert (await call(search(EXA))).code == "missing_credentials"

    async def test_it_has_the_projects_only(self, monkeypatch):
        monkeypatch.setenv("ACTIONARY_CREDENTIAL_EXA_API_KEY", VALUE)
        environment = EnvironmentCredentials()
        assert await environment.resolve(EXA, PROJECT) == {"api_key": VALUE}
        assert await environment.resolve(EXA, ACME) is None
        assert await environment.resolve(EXA, USER) is None

    async def test_an_empty_variable_is_not_set(self, monkeypatch):
        monkeypatch.setenv("MINE_EXA_API_KEY", "")
        assert await EnvironmentCredentials("MINE_").resolve(EXA, PROJECT) is None

    async def test_a_part_of_the_fields_is_not_enough_and_the_log_names_the_other(self, monkeypatch, caplog):
        monkeypatch.setenv("ACTIONARY_CREDENTIAL_LOGIN_NAME", VALUE)
        result = await call(search(LOGIN), EnvironmentCredentials())
        assert (result.code, result.details) == ("missing_credentials", {"keys": ["login"]})
        assert "credential login, of the project, does not fit: password (missing)" in caplog.text
        assert VALUE not in caplog.text


class TestWhatIsMissing:
    async def test_all_keys_are_named_at_once_and_nothing_else(self):
        other = Credential("other", fields=Exa)
        result = await call(search(LOGIN, EXA, other), MappingCredentials(KNOWN))
        assert (result.code, result.status, result.retryable) == ("missing_credentials", 424, False)
        assert result.details == {"keys": ["login", "other"]}
        assert result.message == "These credentials are not set: login, other."

    async def test_the_handler_does_not_run(self):
        @action(credentials=[EXA])
        async def search(ctx: Context) -> None:
            raise AssertionError

        assert (await call(search)).code == "missing_credentials"

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ({"api_key": {"a": VALUE}}, r"api_key \(string_type\)"),
            ({"key": VALUE}, r"api_key \(missing\)"),
            ({VALUE: VALUE, "api_key": 3}, r"api_key \(string_type\)"),
            (VALUE, "reading it raised TypeError"),
            ([VALUE], "reading it raised TypeError"),
            (Login(userName=SecretStr(VALUE), password=SecretStr(VALUE)), "reading it raised TypeError"),
        ],
    )
    @pytest.mark.parametrize("is_given", [True, False])
    async def test_what_does_not_fit_is_missing_and_no_value_is_told(self, value, said, is_given, caplog):
        class Odd:
            async def resolve(self, *_: Any) -> Any:
                return value

        result = await call(search(EXA), Odd(), **({"credentials": {"exa": value}} if is_given else {}))
        assert (result.code, result.details) == ("missing_credentials", {"keys": ["exa"]})
        [record] = caplog.records
        assert (record.levelno, "credential exa" in record.getMessage()) == (logging.ERROR, True)
        assert re.search(said, caplog.text)
        assert VALUE not in caplog.text

    async def test_one_that_does_not_fit_is_not_replaced_by_that_of_another_scope(self):
        class Odd:
            async def resolve(self, _: Any, scope: CredentialScope) -> Any:
                return {"api_key": VALUE} if scope.kind == "organisation" else {}

        assert (await call(search(EXA), Odd(), principal=ANN)).code == "missing_credentials"

    async def test_a_validator_that_quotes_the_value_tells_it_nobody(self, caplog):
        class Picky(BaseModel):
            key: SecretStr

            @field_validator("key")
            @classmethod
            def check(cls, key: SecretStr) -> SecretStr:
                kind = ValueError if key.get_secret_value().endswith("v") else RuntimeError
                raise kind(f"{key.get_secret_value()} is odd")

        picky = Credential("picky", fields=Picky)
        for value in (VALUE, VALUE + "v"):
            result = await call(search(picky), MappingCredentials({picky: {"key": value}}))
            assert result.code == "missing_credentials"
        assert VALUE not in caplog.text
        assert "key (value_error)" in caplog.text


class TestAResolverThatFails:
    @pytest.mark.parametrize("kind", [RuntimeError, SystemExit, BaseException])
    async def test_what_it_raises_is_unavailable_and_its_text_is_told_nobody(self, kind, caplog):
        class Raises:
            async def resolve(self, *_: Any) -> Any:
                raise kind(f"vault refused {VALUE}")

        result = await call(search(EXA), Raises())
        assert (result.code, result.retryable, result.retry_after) == ("unavailable", True, 1)
        assert (
            f"credentials of search failed; the call is refused (request {result.request_id})" in caplog.text
        )
        assert VALUE not in caplog.text

    async def test_one_that_hangs_is_given_up(self, monkeypatch, caplog):
        class Hangs:
            async def resolve(self, *_: Any) -> Any:
                await asyncio.Event().wait()

        monkeypatch.setattr(gate, "MOST_SECONDS", 0.05)
        result = await call(search(EXA), Hangs())
        assert result.code == "unavailable"
        assert "credentials of search took too long" in caplog.text

    async def test_one_that_hangs_beyond_the_deadline_of_the_call_ends_it(self):
        class Hangs:
            async def resolve(self, *_: Any) -> Any:
                await asyncio.Event().wait()

        assert (await call(search(EXA, timeout=0.05), Hangs())).code == "timeout"


class TestTheCatalog:
    def test_it_has_keys_and_codes_and_nothing_more(self):
        registry = Registry(credentials=MappingCredentials(KNOWN))
        define_actions([search(EXA, LOGIN, public=True)], registry)
        catalog = describe(registry, SETTINGS)
        [spec] = catalog.actions
        assert spec.credentials == ("exa", "login")
        assert {"missing_credentials", "unavailable"} <= {code.name for code in spec.common_codes}
        dumped = str(catalog.dump())
        assert not any(text in dumped for text in (VALUE, "api_key", "password", "userName"))
        assert load(catalog.dump()) == catalog

    def test_an_action_that_asks_for_none_cannot_miss_any(self):
        registry = Registry()
        define_actions(
            [define_action(name="x", handler=lambda: None, description="X.", public=True)], registry
        )
        [spec] = describe(registry, SETTINGS).actions
        assert "missing_credentials" not in {code.name for code in spec.common_codes}
