"""What the fields of a definition that can refuse a call may hold."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, cast

from actionary.credentials.credential import Credential
from actionary.definition_error import ActionDefinitionError, place_of_caller
from actionary.field_checks import FieldChecks
from actionary.fields import Auth, Authorize, NeedsApproval
from actionary.rates import Rate, read_rates

_SCOPE: Final = re.compile(r"[!#-\[\]-~]+")
"""A scope as OAuth 2.0 has it (RFC 6749 §3.3)."""

_CREDENTIALS_MEND: Final = 'write `credentials=[Credential("exa", fields=Exa)]`, where Exa is a model'

_AUTH_MEND: Final = "write `async def auth(request) -> bool`"


def auth_field(check: FieldChecks) -> Auth | Literal[False] | None:
    """Read ``auth``: who lets requests in, ``False`` for nobody's asking, ``None`` for the registry's."""
    value: Any = check.fields.get("auth")
    if value is None or value is False:
        return value
    wrong = why_no_auth(value)
    if wrong is not None:
        check.fail("auth", *wrong)
    auth: Auth = value
    return auth


def check_registry_auth(auth: Any, *, field: str = "auth") -> None:
    """Refuse what cannot be a registry's ``auth``, or another of its fields of that kind.

    Raises:
        ActionDefinitionError: It is no function of a request.
    """
    wrong = None if auth is None else why_no_auth(auth)
    if wrong is not None:
        raise ActionDefinitionError(wrong[0], mend=wrong[1], where=place_of_caller(), field=field)


def check_hook(hook: Any) -> None:
    """Refuse what cannot be a registry's ``on_invoke``.

    Raises:
        ActionDefinitionError: It is no plain function of one argument.
    """
    if hook is None:
        return
    if not callable(hook) or inspect.isclass(hook):
        what = f"{hook!r} is no function"
    elif inspect.iscoroutinefunction(hook):
        what = "it is a coroutine function, and no call waits for it"
    elif not takes(hook, 1):
        what = "the function does not take one argument"
    else:
        return
    mend = "write `def on_invoke(invocation: Invocation) -> None`"
    raise ActionDefinitionError(what, mend=mend, where=place_of_caller(), field="on_invoke")


def why_no_auth(value: Any) -> tuple[str, str] | None:
    """Say what is wrong with an ``auth``, and the mend; ``None`` where nothing is."""
    if inspect.isclass(value):
        return f"{value.__name__} is a class", f"make one: `{value.__name__}(...)`"
    if not callable(value):
        # Of what type it is, and no more: it may be a table of secrets.
        return (
            f"a value of type {type(value).__name__} cannot be called",
            "give a scheme of actionary.auth, or a function that takes the request",
        )
    if not takes(value, 1):
        return "the function does not take one argument", _AUTH_MEND
    return None


def authorize_field(check: FieldChecks) -> Authorize | None:
    """Read the predicate that says whether a caller may do what the input says."""
    value: Authorize | None = check.fields.get("authorize")
    if value is None:
        return None
    if not callable(value):
        check.fail("authorize", f"{value!r} cannot be called", "give a function of the input and the context")
    if not takes(value, 2):
        check.fail(
            "authorize",
            "the function does not take two arguments",
            "write `async def authorize(input, ctx) -> bool`",
        )
    return value


def needs_approval_field(check: FieldChecks) -> bool | NeedsApproval:
    """Read whether a human has to approve calls, or the predicate that says it of each."""
    value: Any = check.fields.get("needs_approval", False)
    if isinstance(value, bool):
        return value
    if not callable(value) or inspect.isclass(value):
        mend = "write True, False, or `async def needs_approval(input, ctx) -> bool`"
        check.fail("needs_approval", f"{value!r} is neither a bool nor a function", mend)
    if not takes(value, 2):
        check.fail(
            "needs_approval",
            "the function does not take two arguments",
            "write `async def needs_approval(input, ctx) -> bool`",
        )
    return cast("NeedsApproval", value)


def credentials_field(check: FieldChecks) -> tuple[Credential[Any], ...]:
    """Read the credentials that have to be there before the handler runs."""
    if "credentials" not in check.fields:
        return ()
    given: Any = check.fields["credentials"]
    if isinstance(given, str) or not isinstance(given, Sequence):  # which is not shown: it may be secrets
        check.fail("credentials", f"a value of type {type(given).__name__} is no list", _CREDENTIALS_MEND)
    needed = tuple(given)
    keys: set[str] = set()
    for each in needed:
        if not isinstance(each, Credential):  # of what type it is, and no more: it may be a secret
            what = f"a value of type {type(each).__name__} is no credential"
            check.fail("credentials", what, _CREDENTIALS_MEND)
        if each.key in keys:
            what = f"two of them have the key {each.key!r}"
            check.fail("credentials", what, "name each once, and give those that differ keys of their own")
        keys.add(each.key)
    return needed


def scopes_field(check: FieldChecks) -> tuple[str, ...]:
    """Read the scopes that a principal has to have, all of them."""
    scopes = check.sequence("scopes")
    for scope in scopes:
        if not isinstance(scope, str) or not _SCOPE.fullmatch(scope):
            check.fail(
                "scopes",
                f"{scope!r} is no scope (RFC 6749, section 3.3)",
                'write visible ASCII without spaces, quotes and backslashes, such as "orders:write"',
            )
    return tuple(sorted(set(scopes)))


def rate_limit_field(check: FieldChecks) -> tuple[Rate, ...]:
    """Read how often somebody may call, the rate for the shortest time first."""
    value: Any = check.fields.get("rate_limit")
    if value is None:
        return ()
    mend = 'write it like "10/minute", or "10/second;100/minute" for several'
    if not isinstance(value, str):
        check.fail("rate_limit", f"{value!r} is no text", mend)
    try:
        return read_rates(value)
    except ValueError as error:
        check.fail("rate_limit", f"it {error}", mend)


def takes(function: Callable[..., Any], count: int) -> bool:
    """Say whether a function can be called with so many arguments by position."""
    try:
        inspect.signature(function).bind(*[object()] * count)
    except TypeError:
        return False
    except ValueError:  # some builtins have no signature
        return True
    return True
