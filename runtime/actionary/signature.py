"""From a handler's signature to its input model, its output type and the way to call it."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType, NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, Final, Literal, NoReturn, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PydanticUserError,
    RootModel,
    TypeAdapter,
    ValidationError,
    create_model,
)
from pydantic.fields import FieldInfo
from pydantic_core import SchemaError

from actionary.context import Context
from actionary.definition_error import ActionDefinitionError, Place, place_of
from actionary.names import pascal_case
from actionary.raw_input import RawInput
from actionary.threads import in_thread
from actionary.type_rules import TAGGED

UNCHECKED: Final = object()
"""The output type of a handler without return annotation."""

REFUSALS: Final = (PydanticUserError, SchemaError, TypeError, ImportError)
"""What pydantic raises at a type; the last where the type needs a library that is not installed."""


@dataclass(frozen=True, slots=True)
class Binding:
    """How to call a handler: its input model, output type, and ``call(model, ctx)``.

    The call gives a coroutine, which runs a plain function in a worker thread.
    ``is_async`` says that the handler is none, ``takes_context`` that it sees the context.
    """

    input: type[BaseModel]
    output: Any
    call: Callable[[BaseModel, Context[Any]], Coroutine[Any, Any, Any]]
    is_async: bool
    takes_context: bool


def bind(
    handler: Callable[..., Any],
    name: str,
    near: FrameType,
    *,
    input_model: type[BaseModel] | None = None,
    output: Any = UNCHECKED,
) -> Binding:
    """Read a handler's signature; an explicit input model or output type wins over it.

    The input is either all parameters as keywords, or one pydantic model as the only
    parameter that can be given by position. A parameter annotated ``Context`` gets
    the context (with an explicit input model also one that is only named ``ctx``). What
    annotations name may be local where the action is made, in the frame ``near``.

    Raises:
        ActionDefinitionError: The signature cannot be bound.
    """
    reader = _Reader(handler, name)
    is_async = reader.check_kind()
    hints = reader.hints(near)
    parameters = reader.parameters()
    context = reader.context_parameter(parameters, hints, by_name=input_model is not None)
    rest = [parameter for parameter in parameters if parameter is not context]
    for parameter in rest:
        reader.check_parameter(parameter, hints, annotated=input_model is None)
    if input_model is None:
        input_model = reader.only_model(rest, hints)
    if input_model is not None:
        if len(rest) > 1:
            reader.fail(
                "input", f"{len(rest)} parameters for one input model", "take the model as the only one"
            )
        given: Any = input_model  # untyped callers pass anything
        is_raw = inspect.isclass(given) and issubclass(given, RawInput)
        takes = _taking_data(handler) if is_raw else handler
        call = _call_with_model(takes, takes_input=bool(rest), context=context)
    else:
        input_model, renamed = reader.keyword_model(rest, hints)
        call = _call_with_keywords(handler, renamed, context)
    if output is UNCHECKED:
        output = hints.get("return", UNCHECKED)
    called = call if is_async else functools.partial(in_thread, call)
    return Binding(input_model, output, called, is_async, takes_context=context is not None)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the signature of an action's handler; every mistake names the action and the parameter."""

    handler: Callable[..., Any]
    name: str

    @property
    def where(self) -> Place:
        return place_of(inspect.unwrap(self.handler))

    def fail(self, field: str, what: str, mend: str) -> NoReturn:
        raise ActionDefinitionError(what, mend=mend, where=self.where, action=self.name, field=field)

    def check_kind(self) -> bool:
        """Say whether the handler is a coroutine function; refuse generators."""
        function = _underlying(self.handler)
        code = getattr(function, "__code__", None)  # that of a method, too; builtins have none
        flags = code.co_flags if isinstance(code, CodeType) else 0
        if flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
            self.fail("handler", "a generator cannot be an action", "return the whole result at once")
        return bool(flags & inspect.CO_COROUTINE) or inspect.iscoroutinefunction(function)

    def parameters(self) -> list[inspect.Parameter]:
        try:
            return list(inspect.signature(self.handler).parameters.values())
        except (TypeError, ValueError) as error:  # some builtins have none
            self.fail("handler", f"its signature cannot be read: {error}", "wrap it in a function")

    def hints(self, near: FrameType) -> dict[str, Any]:
        """Give the annotations by parameter, and that of the output under ``return``."""
        function = inspect.unwrap(_underlying(inspect.unwrap(self.handler)))
        module = getattr(function, "__globals__", {})
        local = near.f_locals if near.f_globals is module else {}
        annotations = getattr(function, "__annotations__", {})
        try:
            return _hints(annotations, module, local)
        except Exception:  # noqa: BLE001 - an annotation that is a text may hold any expression; which one it is is said below
            return {name: self.hint(name, given, module, local) for name, given in annotations.items()}

    def hint(self, name: str, given: Any, module: dict[str, Any], local: Mapping[str, Any]) -> Any:
        field = "output" if name == "return" else name
        try:
            return _by_typing({name: given}, module, dict(local))[name]  # which says best what is wrong
        except NameError as error:
            self.fail(
                field,
                f"the annotation names {error.name!r}, which is not defined yet",
                "define or import it above the action, not under `if TYPE_CHECKING:`",
            )
        except Exception as error:  # noqa: BLE001 - an annotation that is a text may hold any expression
            self.fail(field, f"the annotation cannot be read: {_first_line(error)}", "mend the annotation")

    def context_parameter(
        self, parameters: list[inspect.Parameter], hints: Mapping[str, Any], *, by_name: bool
    ) -> inspect.Parameter | None:
        found = [
            parameter
            for parameter in parameters
            if _is_context(hints.get(parameter.name)) or (by_name and parameter.name == "ctx")
        ]
        if len(found) > 1:
            self.fail("ctx", "two parameters are annotated with Context", "keep one")
        for parameter in found:
            if parameter.kind is parameter.POSITIONAL_ONLY:
                self.fail(parameter.name, "the context cannot be positional only", "write it after `*`")
        return found[0] if found else None

    def check_parameter(
        self, parameter: inspect.Parameter, hints: Mapping[str, Any], *, annotated: bool
    ) -> None:
        name = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            self.fail(name, f"`{parameter}` does not say what may be given", "name every parameter")
        if not annotated:
            return
        if name not in hints:
            likely = "Context" if name == "ctx" else "str"
            self.fail(name, "the parameter has no annotation", f"write `{name}: {likely}`, or what it is")
        if isinstance(parameter.default, FieldInfo):
            self.fail(
                name,
                "`Field(...)` as default would reach direct callers as it is",
                f"write `{name}: Annotated[<type>, Field(...)] = <default>`",
            )
        if parameter.default is ... or _has_hidden_default(hints[name]):
            self.fail(
                name,
                "its default would not reach direct callers as it is",
                f"write `{name}: <type> = <default>`, or leave the default out",
            )

    def only_model(
        self, parameters: list[inspect.Parameter], hints: Mapping[str, Any]
    ) -> type[BaseModel] | None:
        if len(parameters) != 1 or parameters[0].kind is inspect.Parameter.KEYWORD_ONLY:
            return None
        model = _bare(hints[parameters[0].name])
        if not (inspect.isclass(model) and issubclass(model, BaseModel)):
            return None
        if issubclass(model, RootModel):
            self.fail("input", f"{model.__name__} is a RootModel, an input is an object", "use a plain model")
        if parameters[0].default is not inspect.Parameter.empty:
            self.fail("input", "an input model cannot have a default", "give its fields defaults")
        return model

    def keyword_model(
        self, parameters: list[inspect.Parameter], hints: Mapping[str, Any]
    ) -> tuple[type[BaseModel], dict[str, str]]:
        """Make the model, and the table field name -> parameter name of the renamed ones."""
        fields: dict[str, Any] = {}
        renamed: dict[str, str] = {}
        for index, parameter in enumerate(parameters):
            if parameter.kind is parameter.POSITIONAL_ONLY:
                self.fail(parameter.name, "a parameter cannot be positional only", "remove the `/`")
            annotation, field = hints[parameter.name], parameter.name
            if _is_reserved(field):
                field = f"field_{index}"
                renamed[field] = parameter.name
                annotation = Annotated[annotation, Field(alias=parameter.name)]
            default = ... if parameter.default is parameter.empty else parameter.default
            fields[field] = (annotation, default)
        try:
            model = create_model(
                f"{pascal_case(self.name)}Input",
                __config__=ConfigDict(extra="forbid", allow_inf_nan=False, protected_namespaces=()),
                __module__=getattr(self.handler, "__module__", None) or "actionary",
                **fields,
            )
        except REFUSALS as error:
            self.fail_at_type(fields, renamed, error)
        self.check_defaults(model, fields, renamed)
        return model, renamed

    def check_defaults(self, model: type[BaseModel], fields: dict[str, Any], renamed: dict[str, str]) -> None:
        """Refuse defaults that their own annotation does not allow, such as ``q: str = None``."""
        defaults = {field: default for field, (_, default) in fields.items() if default is not ...}
        if not defaults or not model.__pydantic_complete__:
            return
        blank = model.model_construct()
        for field, default in defaults.items():
            try:
                model.__pydantic_validator__.validate_assignment(blank, field, default, strict=True)
            except ValidationError as error:
                self.fail(
                    renamed.get(field, field),
                    f"the default {default!r} does not fit the annotation: {error.errors()[0]['msg']}",
                    "give a default of that type, or widen the type, such as `str | None = None`",
                )

    def fail_at_type(self, fields: dict[str, Any], renamed: dict[str, str], error: Exception) -> NoReturn:
        """Find the parameter that pydantic refuses."""
        for field, (annotation, _) in fields.items():
            if all(hasattr(annotation, name) for name in ("headers", "cookies", "url")):
                self.fail(
                    renamed.get(field, field),
                    "a request is no input, of which callers give each part",
                    "take `ctx: Context`, and ask it for `ctx.request`, `ctx.headers` or `ctx.cookies`",
                )
            try:
                TypeAdapter(annotation)
            except REFUSALS as refused:
                self.fail(renamed.get(field, field), why_refused(refused), mend_of(refused))
        self.fail("input", why_refused(error), mend_of(error))


_GENERIC: Final = frozenset({Annotated, Literal, Union, UnionType, dict, frozenset, list, set, tuple})
"""What is written with other types in brackets, most of all."""


def _hints(annotations: dict[str, Any], module: dict[str, Any], local: Mapping[str, Any]) -> dict[str, Any]:
    """Give what annotations stand for, also where they are texts, or have texts inside.

    `typing` would evaluate texts too, but takes half as long again, which every start waits for. It is
    given what may have texts inside, and the text of whatever is no type at first sight.
    """
    names = dict(local)
    hints: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, given in annotations.items():
        value = eval(given, module, names) if isinstance(given, str) else given  # noqa: S307 - the user's own code
        if isinstance(value, type):
            hints[name] = value
        else:
            rest[name] = value if get_origin(value) in _GENERIC else given
    return hints | _by_typing(rest, module, names) if rest else hints


def _by_typing(annotations: dict[str, Any], module: dict[str, Any], local: dict[str, Any]) -> dict[str, Any]:
    holder = SimpleNamespace(__annotations__=annotations)
    return typing.get_type_hints(holder, module, local, include_extras=True)


_RESERVED: Final = frozenset(name for name in dir(BaseModel) if not name.startswith("__"))


def _is_reserved(name: str) -> bool:
    return name.startswith("_") or name in _RESERVED


def _has_hidden_default(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return False
    metadata = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return any(isinstance(part, FieldInfo) and not part.is_required() for part in metadata)


def _is_context(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return annotation is Context
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_context(get_args(annotation)[0])
    if origin is Union or origin is UnionType:
        return all(part is NoneType or _is_context(part) for part in get_args(annotation))
    return origin is Context


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _underlying(handler: Any) -> Any:
    """Give the function that partials and callable objects come down to."""
    while not inspect.isroutine(handler):
        handler = handler.func if isinstance(handler, functools.partial) else type(handler).__call__
    return handler


def why_refused(error: Exception) -> str:
    """Give what pydantic says of a type in one line, without its advice on how to allow it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    said = f"{lines[0]} {lines[-1]}" if lines[0].endswith(":") else lines[0]
    return said.split(". Set `arbitrary_types_allowed")[0]


def mend_of(error: Exception) -> str:
    """Give the way out of a type that pydantic refuses."""
    code = getattr(error, "code", None) or ""
    if code == "typed-dict-version":
        return "import TypedDict from typing_extensions"
    if "discriminator" in code:  # where pydantic advises a function, which `type_rules` refuses
        return TAGGED
    if isinstance(error, ImportError):
        return "install it, or use another type"
    return "use a type that pydantic describes"


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]


def _call_with_model(
    handler: Callable[..., Any], *, takes_input: bool, context: inspect.Parameter | None
) -> Callable[[BaseModel, Context[Any]], Any]:
    if not takes_input:
        if context is None:
            return lambda _model, _ctx: handler()
        return lambda _model, ctx: handler(**{context.name: ctx})
    if context is None:
        return lambda model, _ctx: handler(model)
    return lambda model, ctx: handler(model, **{context.name: ctx})


def _taking_data(handler: Callable[..., Any]) -> Callable[..., Any]:
    return lambda model, **context: handler(model.data, **context)


def _call_with_keywords(
    handler: Callable[..., Any], renamed: Mapping[str, str], context: inspect.Parameter | None
) -> Callable[[BaseModel, Context[Any]], Any]:
    if renamed:

        def keywords(model: BaseModel) -> dict[str, Any]:
            return {renamed.get(field, field): value for field, value in model.__dict__.items()}
    else:

        def keywords(model: BaseModel) -> dict[str, Any]:
            return vars(model)

    if context is None:
        return lambda model, _ctx: handler(**keywords(model))
    return lambda model, ctx: handler(**keywords(model), **{context.name: ctx})
