"""Who has the credentials: the environment, a mapping, or an object of your own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Protocol, TypeAlias

from pydantic import BaseModel

from actionary.credentials.credential import Credential, ScopeKind
from actionary.credentials.values import Credentials, GivenCredentials
from actionary.definition_error import ActionDefinitionError, place_of_caller

PREFIX: Final = "ACTIONARY_CREDENTIAL_"
"""What the names of environment variables with credentials begin with."""


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """Whose credential is asked for: of the project, or of the user or organisation called ``name``."""

    kind: ScopeKind
    name: str = ""


class CredentialResolver(Protocol):
    """Has credentials; it is asked at each call that needs one and was not given it."""

    async def resolve(
        self, credential: Credential[Any], scope: CredentialScope, /
    ) -> Mapping[str, Any] | BaseModel | None:
        """Give the fields of a credential in a scope, or an instance of its model; ``None`` for not set.

        What it raises, and taking longer than 10 seconds, makes the call ``unavailable``.
        """
        ...


Resolvers: TypeAlias = tuple[CredentialResolver, ...]
"""They are asked one after the other; the first that answers is believed."""


class EnvironmentCredentials:
    """Reads ``ACTIONARY_CREDENTIAL_<KEY>_<FIELD>`` of the environment, in capitals, at each call.

    These are the project's. An organisation or user has none here: two whose names are
    spelled alike as a variable would share their secrets. An empty variable is not set.
    """

    __slots__ = ("_prefix",)

    def __init__(self, prefix: str = PREFIX) -> None:
        self._prefix: Final = prefix

    async def resolve(
        self, credential: Credential[Any], scope: CredentialScope, /
    ) -> Mapping[str, Any] | None:
        """Give the fields that are set; ``None`` if none is."""
        return self.fields_of(credential) if scope.kind == "project" else None

    def fields_of(self, credential: Credential[Any]) -> dict[str, str] | None:
        """Give the fields of a credential that are set, by name; ``None`` if none is."""
        found = {
            name: os.environ.get(self.variable(credential, name)) for name in credential.fields.model_fields
        }
        return {name: value for name, value in found.items() if value} or None

    def variable(self, credential: Credential[Any], field: str) -> str:
        """Name the variable of a field."""
        return f"{self._prefix}{credential.key}_{field}".upper()

    def __repr__(self) -> str:
        return f"EnvironmentCredentials(prefix={self._prefix!r})"


class MappingCredentials:
    """Has credentials in memory: the project's, and those of organisations and users by their names.

    ``MappingCredentials({EXA: {"api_key": "..."}}, organisations={"acme": {...}})``.
    Printing it shows no value.
    """

    __slots__ = ("_known",)

    def __init__(
        self,
        project: GivenCredentials | None = None,
        *,
        organisations: Mapping[str, GivenCredentials] | None = None,
        users: Mapping[str, GivenCredentials] | None = None,
    ) -> None:
        self._known: Final = {CredentialScope("project"): Credentials(project or {})}
        for name, given in (organisations or {}).items():
            self._known[CredentialScope("organisation", name)] = Credentials(given)
        for name, given in (users or {}).items():
            self._known[CredentialScope("user", name)] = Credentials(given)

    async def resolve(
        self, credential: Credential[Any], scope: CredentialScope, /
    ) -> Mapping[str, Any] | BaseModel | None:
        """Give what is known of a credential in a scope."""
        known = self._known.get(scope)
        return None if known is None else known.get(credential.key)

    def __repr__(self) -> str:
        return f"MappingCredentials of {len(self._known)} scopes"


ENVIRONMENT: Final[Resolvers] = (EnvironmentCredentials(),)
"""What is asked where a registry does not say who has the credentials."""


def read_resolvers(given: Any) -> Resolvers | None:
    """Read who has the credentials of a registry: one, a list, or ``None``, which says nothing.

    Raises:
        ActionDefinitionError: One of them is none.
    """
    if given is None:
        return None
    resolvers = tuple(given) if isinstance(given, list | tuple) else (given,)
    for each in resolvers:
        if isinstance(each, type) or not callable(getattr(each, "resolve", None)):
            _refuse(each)
    return resolvers


def _refuse(given: Any) -> NoReturn:
    name = given.__name__ if isinstance(given, type) else type(given).__name__
    if isinstance(given, type):
        what, mend = f"{name} is a class", f"make one: `{name}(...)`"
    else:  # it may be a table of secrets: of what type it is, and no more
        what = f"a value of type {name} has no method `resolve`"
        mend = (
            "give `MappingCredentials(...)`, or an object with `async def resolve(self, credential, scope)`"
        )
    raise ActionDefinitionError(what, mend=mend, where=place_of_caller(), field="credentials")
