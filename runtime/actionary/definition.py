"""The fields of a definition, and what each of them may hold."""

from __future__ import annotations

import difflib
import functools
import inspect
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, NoReturn, TypeAlias, TypedDict

from pydantic import BaseModel, RootModel, TypeAdapter

from actionary.context import Request
from actionary.definition_error import ActionDefinitionError, Place, running_file
from actionary.names import is_name
from actionary.result import ActionError, CommonError, FailedCall, details_adapter
from actionary.schema import built_schema
from actionary.signature import REFUSALS, UNCHECKED, Binding, mend_of, why_refused
from actionary.type_rules import Mode, first_misfit

Auth: TypeAlias = Callable[[Request], bool | Awaitable[bool]]
"""Who is at the door: only the value ``True`` lets a request in. A plain function runs in a thread."""

UNSET: Final = object()
"""Stands for an output that an example does not give; ``None`` is an output."""


@dataclass(frozen=True, slots=True)
class Http:
    """The HTTP door: the method, ``"GET"`` for reading by query parameters or ``"POST"``."""

    method: Literal["GET", "POST"] = "POST"


@dataclass(frozen=True, slots=True)
class Example:
    """An example call; both sides are checked against the schemas when the project is built."""

    input: dict[str, Any]
    output: Any = UNSET


class ActionFields(TypedDict, total=False):
    """The fields of a definition that have a default (DESIGN §3)."""

    name: str
    title: str
    description: str
    when_to_use: str
    when_not_to_use: str
    tags: Sequence[str]
    examples: Sequence[Example]
    deprecated: bool
    public: bool
    http: Http | Literal[False]
    agent_tool: bool
    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    parallel_safe: bool
    auth: Auth
    errors: Sequence[type[ActionError[Any]]]
    timeout: float | timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Everything that a definition says, checked, with every default in its place.

    ``where`` is the place of the definition, ``made_in`` the file that was running when
    it was made: another one, where a function of a shared module made it. ``timeout``
    is in seconds, infinite for no limit; ``more`` is what the docstring says after its
    first paragraph.
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
    deprecated: bool
    public: bool
    http: Http | None
    agent_tool: bool
    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    parallel_safe: bool
    auth: Auth | None
    errors: tuple[type[ActionError[Any]], ...]
    timeout: float


DEFAULT_TIMEOUT: Final = 30.0
"""Seconds that an action may take when its definition does not say."""


def read_definition(handler: Callable[..., Any], fields: Mapping[str, Any], where: Place) -> Definition:
    """Check the fields of a definition and fill in its defaults.

    Raises:
        ActionDefinitionError: A field is unknown or holds what it may not.
    """
    name = fields.get("name", getattr(handler, "__name__", ""))
    check = _Checker(fields, where, name if isinstance(name, str) else repr(name))
    check.handler(handler)
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
        made_in=running_file(),
        module=getattr(handler, "__module__", None) or "",
        title=check.text("title"),
        description=description,
        more=more if description == first else "",
        when_to_use=check.text("when_to_use"),
        when_not_to_use=check.text("when_not_to_use"),
        tags=check.tags(),
        examples=check.examples(),
        deprecated=check.flag("deprecated", default=False),
        public=public,
        http=http,
        agent_tool=check.flag("agent_tool", default=True),
        read_only=read_only,
        destructive=destructive,
        idempotent=check.flag("idempotent", default=read_only),
        open_world=check.flag("open_world", default=True),
        parallel_safe=check.flag("parallel_safe", default=False),
        auth=check.auth(),
        errors=check.errors(),
        timeout=check.timeout(),
    )


def output_adapter(definition: Definition, binding: Binding) -> TypeAdapter[Any] | None:
    """Check the input model, and give the adapter of the output type, ``None`` when that is unchecked.

    Raises:
        ActionDefinitionError: The input is no object, the output no type pydantic knows, or
            one of them has a part that no contract can hold to.
    """
    check = _Checker({}, definition.where, definition.name)
    model: Any = binding.input
    if not (inspect.isclass(model) and issubclass(model, BaseModel)) or issubclass(model, RootModel):
        check.fail(
            "input", f"{model!r} does not describe an object", "give a subclass of pydantic's BaseModel"
        )
    check.fits("input", model)
    if binding.output is UNCHECKED:
        return None
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(binding.output)
    except REFUSALS as error:
        check.fail("output", f"pydantic cannot describe the type: {why_refused(error)}", mend_of(error))
    check.fits("output", adapter)
    return adapter


@dataclass(frozen=True, slots=True)
class _Checker:
    """Reads one field after the other; every mistake names the action and the field."""

    fields: Mapping[str, Any]
    where: Place
    action: str

    def fail(self, field: str, what: str, mend: str) -> NoReturn:
        raise ActionDefinitionError(what, mend=mend, where=self.where, action=self.action, field=field)

    def handler(self, handler: Any) -> None:
        mend = "give a function, `def` or `async def`"
        if isinstance(getattr(handler, "definition", None), Definition):
            self.fail("handler", "it is an action already", mend)
        if inspect.isclass(handler) or not callable(handler):
            self.fail("handler", f"{handler!r} is no function", mend)

    def fits(self, field: str, described: type[BaseModel] | TypeAdapter[Any]) -> None:
        """Refuse what no contract can hold to, as far as pydantic knows the type by now."""
        schema = built_schema(described)
        mode: Mode = "validation" if field == "input" else "serialization"
        misfit = None if schema is None else first_misfit(schema, mode)
        if misfit is not None:
            self.fail(field + misfit.path, f"it {misfit.what}", misfit.mend)

    def known(self) -> None:
        for field in sorted(self.fields.keys() - ActionFields.__annotations__.keys()):
            near = difflib.get_close_matches(field, ActionFields.__annotations__, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "remove it"
            self.fail(field, "there is no such field", hint)

    def name(self, name: Any) -> None:
        if not isinstance(name, str) or not is_name(name):
            self.fail("name", f"{name!r} is no action name", "use [a-z][a-z0-9_]{0,63}, such as `get_order`")

    def text(self, field: str) -> str | None:
        value = self.fields.get(field)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.fail(field, f"{value!r} is no text", "write a sentence, or leave the field out")
        return inspect.cleandoc(value).strip()

    def flag(self, field: str, *, default: bool) -> bool:
        value = self.fields.get(field, default)
        if not isinstance(value, bool):
            self.fail(field, f"{value!r} is no bool", "write True or False")
        return value

    def http(self) -> Http | None:
        value = self.fields.get("http", Http())
        if value is False:
            return None
        if not isinstance(value, Http):
            self.fail("http", f"{value!r} is no Http", 'write `Http("GET")`, `Http("POST")` or `False`')
        if value.method not in ("GET", "POST"):  # a list, say, has no hash
            self.fail("http", f"{value.method!r} is no method here", 'use "GET" or "POST", in capitals')
        return value

    def sequence(self, field: str) -> tuple[Any, ...]:
        value = self.fields.get(field, ())
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.fail(field, f"{value!r} is no list", f"write `{field}=[...]`")
        return tuple(value)

    def tags(self) -> tuple[str, ...]:
        tags = self.sequence("tags")
        for tag in tags:
            if not isinstance(tag, str) or not _is_tag(tag):
                self.fail("tags", f"{tag!r} is no tag", _TAG_MEND)
        if len(set(tags)) < len(tags):
            self.fail("tags", "a tag stands twice", "name each once")
        return tags

    def examples(self) -> tuple[Example, ...]:
        examples = self.sequence("examples")
        for index, example in enumerate(examples):
            given: Any = example
            if not isinstance(given, Example) or not _is_object(given.input):
                self.fail(
                    "examples", f"number {index} is {example!r}", "write `Example({...input}, {...output})`"
                )
        return examples

    def auth(self) -> Auth | None:
        value: Auth | None = self.fields.get("auth")
        if value is not None and not callable(value):
            self.fail("auth", f"{value!r} cannot be called", "give a function that takes the request")
        if value is not None and not _takes_one_argument(value):
            self.fail(
                "auth", "the function does not take one argument", "write `async def auth(request) -> bool`"
            )
        return value

    def errors(self) -> tuple[type[ActionError[Any]], ...]:
        errors = self.sequence("errors")
        by_code: dict[str, Any] = {}
        for error in errors:
            if not inspect.isclass(error) or not issubclass(error, ActionError) or not hasattr(error, "code"):
                self.fail(
                    "errors", f"{error!r} is no domain error", "give subclasses of ActionError with a code"
                )
            if issubclass(error, CommonError | FailedCall):
                self.fail("errors", f"{error.__name__} is none of an action's own", "leave it out")
            if by_code.setdefault(error.code, error) is not error:
                self.fail("errors", f"`{error.code}` is declared twice", "give each error a code of its own")
            self.details(error)
        return tuple(dict.fromkeys(errors))

    def details(self, error: type[ActionError[Any]]) -> None:
        if error.details_type is not None:
            try:
                adapter = details_adapter(error)
            except REFUSALS as refused:
                what = f"pydantic cannot describe the details of {error.__name__}: {why_refused(refused)}"
                self.fail("errors", what, mend_of(refused))
            self.fits(f"errors.{error.code}", adapter)

    def timeout(self) -> float:
        value = self.fields.get("timeout", DEFAULT_TIMEOUT)
        if value is None:
            return math.inf
        seconds = value.total_seconds() if isinstance(value, timedelta) else value
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            self.fail("timeout", f"{value!r} is no time", "give seconds, a timedelta, or None for no limit")
        if not 0 < seconds < math.inf:
            self.fail(
                "timeout", f"{value!r} is no time to wait", "give more than 0 seconds, or None for no limit"
            )
        try:
            return float(seconds)
        except OverflowError:
            self.fail("timeout", "that is longer than a number can say", "give None for no limit")


_TAG_MEND: Final = "use 1 to 64 printable characters, no space at either end, such as `shop`"


def _is_tag(text: str) -> bool:
    return 1 <= len(text) <= 64 and text.isprintable() and text == text.strip()


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def _takes_one_argument(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(object())
    except TypeError:
        return False
    except ValueError:  # some builtins have no signature
        return True
    return True


def _docstring(handler: Callable[..., Any]) -> tuple[str, str]:
    """Give the first paragraph on one line, and the rest as it stands."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    doc = inspect.cleandoc(getattr(handler, "__doc__", None) or "").strip()
    first, _, more = doc.partition("\n\n")
    return " ".join(first.split()), more.strip()
