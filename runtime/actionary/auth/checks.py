"""What the definition of a scheme may say; a mistake names no secret."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

from pydantic import SecretStr

from actionary.auth.known import Known
from actionary.auth_scheme import AuthScheme
from actionary.definition_error import ActionDefinitionError, place_of_caller
from actionary.gate_checks import takes
from actionary.principal import Principal

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""A name of a component, as OpenAPI has it."""

_REALM: Final = re.compile(r"[ -~]{1,128}")


def fail(field: str, what: str, mend: str) -> NoReturn:
    """Refuse what a scheme is defined with."""
    raise ActionDefinitionError(what, mend=mend, where=place_of_caller(), field=field)


def check_texts(scheme: AuthScheme) -> None:
    """Check what every scheme has."""
    name: Any = scheme.name
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        fail("name", f"{name!r} is no name of a scheme", "use 1 to 64 letters, digits and `._-`")
    realm: Any = scheme.realm
    if not isinstance(realm, str) or not _REALM.fullmatch(realm):
        fail("realm", f"{realm!r} is no realm", "use 1 to 128 printable ASCII characters")
    description: Any = scheme.description
    if not isinstance(description, str):
        fail("description", f"{description!r} is no text", "write a sentence, or leave it out")


def check_sources(field: str, secrets: Any, verify: Any, arguments: int) -> None:
    """Make sure that there is one way to know who calls: secrets, or a function."""
    if (secrets is None) == (verify is None):
        what = "nobody could be known" if verify is None else f"there are `{field}` and a `verify`"
        fail(field, what, f"give either `{field}={{...}}` or `verify=`, a function")
    if verify is None:
        if not isinstance(secrets, Mapping):
            fail(field, f"a {type(secrets).__name__} is no mapping", "give who is known by what, as a dict")
        for number, who in enumerate(secrets.values(), 1):
            if not isinstance(who, Principal):
                what = f"number {number} leads to a {type(who).__name__}"
                fail(field, what, 'let it lead to a `Principal(id="ann")`')
        return
    wrong = not callable(verify) or inspect.isclass(verify)
    if wrong or not takes(verify, arguments):
        given = "the name and the password" if arguments == 2 else "what was sent"
        fail(
            "verify", "it is no function of that", f"give a function that takes {given} and says who that is"
        )


def plain(secret: str | SecretStr) -> str:
    """Give the text of a secret."""
    return secret.get_secret_value() if isinstance(secret, SecretStr) else secret


def fitting(field: str, secrets: Iterable[Any], pattern: re.Pattern[str], mend: str) -> None:
    """Refuse secrets that no request could send; they are told by their number."""
    for number, secret in enumerate(secrets, 1):
        if not isinstance(secret, str | SecretStr):
            fail(field, f"number {number} is a {type(secret).__name__}", "give texts, or `SecretStr`s")
        if not pattern.fullmatch(plain(secret)):
            what = "is empty" if not plain(secret) else "cannot be sent"
            fail(field, f"number {number} {what}", mend)


def known_by(field: str, secrets: Iterable[bytes], principals: Iterable[Principal]) -> Known:
    """Keep who is known by which secret; one that stands twice would be known as two."""
    found: dict[bytes, Principal] = {}
    for number, (secret, who) in enumerate(zip(secrets, principals, strict=True), 1):
        if found.setdefault(secret, who) is not who:
            fail(field, f"number {number} was given before, for another principal", "give each once")
    return Known(found)
