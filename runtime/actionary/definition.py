"""Everything that a definition says, as data."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any, Literal

from actionary.credentials.credential import Credential
from actionary.definition_error import Place, place_at, place_of_caller, running_file
from actionary.field_checks import FieldChecks, unindented
from actionary.fields import (
    Auth,
    Authorize,
    Cursor,
    Deprecated,
    Example,
    Http,
    NeedsApproval,
    OnInvalidOutput,
    UnknownKeys,
)
from actionary.gate_checks import (
    auth_field,
    authorize_field,
    credentials_field,
    needs_approval_field,
    rate_limit_field,
    scopes_field,
)
from actionary.hooks import Compensate, Hooks
from actionary.names import is_name
from actionary.rates import Rate
from actionary.result import ActionError
from actionary.run_checks import backoff_field, compensate_field, hooks_field, retries_field


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Everything that a definition says, checked, with every default in its place.

    ``where`` is the place of the definition, ``made_in`` the file that was running when
    it was made: another one, where a function of a shared module made it. ``timeout``
    is in seconds, infinite for no limit; ``backoff`` in seconds is the longest pause before
    the first retry; ``more`` is what the docstring says after its first paragraph.
    ``auth`` is ``None`` where the registry's holds, ``False`` where nobody is asked.
    ``unknown_keys`` is ``None`` where the input's own setting holds, ``output_fallback``
    is `actionary.fields.UNSET` where there is none.
    """

    name: str
    where: Place
    made_in: str
    module: str
    title: str | None
    description: str
    more: str
    when_to_use: str | None
    when_not_to_use: str | None
    tags: tuple[str, ...]
    examples: tuple[Example, ...]
    deprecated: Deprecated | None
    public: bool
    http: Http | None
    agent_tool: bool
    tool_callable: bool
    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    parallel_safe: bool
    auth: Auth | Literal[False] | None
    scopes: tuple[str, ...]
    authorize: Authorize | None
    rate_limit: tuple[Rate, ...]
    needs_approval: bool | NeedsApproval
    credentials: tuple[Credential[Any], ...]
    errors: tuple[type[ActionError[Any]], ...]
    unknown_keys: UnknownKeys | None
    on_invalid_output: OnInvalidOutput
    output_fallback: Any
    timeout: float
    retries: int
    backoff: float
    hooks: Hooks | None
    compensate: Compensate | None
    paginate: Cursor | None

    @property
    def takes_key(self) -> bool:
        """Whether repeating a call may do something twice, so that callers send an idempotency key."""
        return self.http is not None and not self.read_only and not self.idempotent

    @property
    def own_auth(self) -> Auth | None:
        """What the action itself asks its callers by; ``None`` where it asks nobody, or does not say."""
        # Not by its truth: an `auth` that is a container may be empty, and lets nobody in then.
        return None if self.auth is False else self.auth


def read_definition(handler: Callable[..., Any], fields: Mapping[str, Any], near: FrameType) -> Definition:
    """Check the fields of a definition and fill in its defaults; ``near`` is the frame that makes it.

    Raises:
        ActionDefinitionError: A field is unknown or holds what it may not.
    """
    name = fields.get("name", getattr(handler, "__name__", ""))
    where = place_at(near)
    check = FieldChecks(fields, where, name if isinstance(name, str) else repr(name))
    check.handler(handler)
    if isinstance(getattr(handler, "definition", None), Definition):
        check.fail("handler", "it is an action already", "give the function that it was made of")
    check.known()
    check.name(name)
    first, more = _docstring(handler)
    description = check.text("description") or first
    public = check.flag("public", default=False)
    if public and not description:
        check.fail(
            "description", "a public action needs a description", "write a docstring, or `description=`"
        )
    http = check.http()
    read_only = check.flag("read_only", default=http is not None and http.method == "GET")
    destructive = check.flag("destructive", default=not read_only)
    if read_only and destructive:
        check.fail("destructive", "a read-only action destroys nothing", "set one of the two to False")
    return Definition(
        name=name,
        where=where,
        made_in=running_file(near),
        module=getattr(handler, "__module__", None) or "",
        title=check.text("title"),
        description=description,
        more=more if description == first else "",
        when_to_use=check.text("when_to_use"),
        when_not_to_use=check.text("when_not_to_use"),
        tags=check.tags(),
        examples=check.examples(),
        deprecated=check.deprecated(),
        public=public,
        http=http,
        agent_tool=check.flag("agent_tool", default=True),
        tool_callable=check.flag("tool_callable", default=True),
        read_only=read_only,
        destructive=destructive,
        idempotent=check.flag(
            "idempotent", default=read_only or (http is not None and http.method in {"PUT", "DELETE"})
        ),
        open_world=check.flag("open_world", default=True),
        parallel_safe=check.flag("parallel_safe", default=False),
        auth=auth_field(check),
        scopes=scopes_field(check),
        authorize=authorize_field(check),
        rate_limit=rate_limit_field(check),
        needs_approval=needs_approval_field(check),
        credentials=credentials_field(check),
        errors=check.errors(),
        unknown_keys=check.one_of("unknown_keys", "forbid", "ignore", "allow"),
        on_invalid_output=check.one_of("on_invalid_output", "strict", "warn", "fallback") or "strict",
        output_fallback=check.output_fallback(),
        timeout=check.timeout(),
        retries=retries_field(check),
        backoff=backoff_field(check),
        hooks=hooks_field(check),
        compensate=compensate_field(check),
        paginate=check.paginate(),
    )


def renamed(definition: Definition, prefix: str, tags: tuple[str, ...]) -> Definition:
    """Give a definition as a registry includes it: with a prefix before its names, and more tags.

    Raises:
        ActionDefinitionError: That makes no name, or a tag is none; the place is that of the caller.
    """
    name = prefix + definition.name
    check = FieldChecks(
        {"tags": tuple(dict.fromkeys((*tags, *definition.tags)))}, place_of_caller(), definition.name
    )
    if not is_name(name):
        check.fail("prefix", f"{name!r} is no action name", 'use a short [a-z][a-z0-9_]*, such as "shop_"')
    deprecated = definition.deprecated
    if deprecated is not None and deprecated.use_instead is not None:
        deprecated = replace(deprecated, use_instead=prefix + deprecated.use_instead)
    return replace(definition, name=name, tags=check.tags(), deprecated=deprecated)


def _docstring(handler: Callable[..., Any]) -> tuple[str, str]:
    """Give the first paragraph on one line, and the rest as it stands."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    doc = unindented(getattr(handler, "__doc__", None) or "")
    first, _, more = doc.partition("\n\n")
    return " ".join(first.split()), more.strip()
