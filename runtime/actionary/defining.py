"""What an action is: `action`, `define_action`, `Action`, `Example`, `Http`.

Defining has no side effect. A mistake raises `ActionDefinitionError` at once.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Generic,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    Unpack,
    overload,
)

from pydantic import BaseModel

from actionary.context import Context, Request
from actionary.contract import declared_output, input_model, is_fully_checked
from actionary.definition import Definition, read_definition, renamed
from actionary.definition_error import caller
from actionary.fields import ActionFields, Example, Http
from actionary.prepared import Prepared, prepare
from actionary.schema import Described
from actionary.signature import UNCHECKED, Binding, bind

if TYPE_CHECKING:
    from actionary.registry import Registry

__all__ = ["Action", "AnyAction", "AsyncAction", "Example", "Http", "SyncAction", "action", "define_action"]

P = ParamSpec("P")
T = TypeVar("T")


class Action(Generic[P, T]):
    """A typed function with a contract. Calling it calls the handler as it was written.

    `run` goes through the whole pipeline. Actions are made by `action` and
    `define_action`, as an `AsyncAction` or a `SyncAction`. ``registry`` is the one
    where the action was registered first; `run` uses its resources. ``is_checked``
    says that all types were known at the definition, so that describing the action
    need not check them again.
    """

    __slots__ = ("__dict__", "__weakref__", "binding", "definition", "handler", "is_checked", "output")

    def __init__(
        self,
        definition: Definition,
        handler: Callable[P, Any],
        binding: Binding,
        output: Described | None,
        *,
        is_checked: bool = False,
    ) -> None:
        self.definition: Final = definition
        self.handler: Final = handler
        self.binding: Final = binding
        self.output: Final = output
        self.is_checked: Final = is_checked
        self.registry: Registry | None = None
        self.__doc__ = handler.__doc__
        self.__wrapped__ = handler
        self.name: Final = definition.name
        self.__name__ = definition.name

    @cached_property
    def prepared(self) -> Prepared:
        """What the pipeline needs of the action at each call, made at the first."""
        return prepare(self)

    def renamed(self, prefix: str, tags: tuple[str, ...]) -> Action[P, T]:
        """Give this action with ``prefix`` before its name and ``tags`` before its own.

        Raises:
            ActionDefinitionError: That makes no name, or a tag is none.
        """
        if not prefix and not tags:
            return self
        definition = renamed(self.definition, prefix, tags)
        return type(self)(definition, self.handler, self.binding, self.output, is_checked=self.is_checked)

    def running(self, call: Callable[[Any, Context[Any]], Coroutine[Any, Any, Any]]) -> Action[P, T]:
        """Give the same action with another way to run its handler, for a door that does more with it."""
        binding = replace(self.binding, call=call)
        same = type(self)(self.definition, self.handler, binding, self.output, is_checked=self.is_checked)
        same.prepared, same.registry = self.prepared, self.registry
        return same

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} at {self.definition.where}>"

    async def run(self, input: Any = None, ctx: Context[Any] | Request | None = None) -> T:  # noqa: A002 - the field's name
        """Run the whole pipeline and give the validated output.

        ``input`` is a mapping of JSON values or Python objects, or an instance of
        the input model.

        Raises:
            ActionError: The call failed; a declared domain error is raised as it is.
        """
        from actionary.invoke import run_action  # noqa: PLC0415 - the pipeline imports this module

        result: T = await run_action(self, input, ctx)
        return result


AnyAction: TypeAlias = Action[..., Any]
"""An action of whatever arguments and result."""


class AsyncAction(Action[P, T]):
    """An action whose handler is a coroutine function."""

    __slots__ = ()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        """Call the handler as it was written: no validation, no gate."""
        coroutine: Coroutine[Any, Any, T] = self.handler(*args, **kwargs)
        return coroutine


class SyncAction(Action[P, T]):
    """An action whose handler is a plain function; the pipeline runs it in a worker thread."""

    __slots__ = ()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the handler as it was written: no validation, no gate."""
        result: T = self.handler(*args, **kwargs)
        return result


class ActionDecorator(Protocol):
    """What ``@action(...)`` gives: it makes an action of a function and keeps its signature."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # a coroutine function is also a plain one; order decides
        self, handler: Callable[P, Coroutine[Any, Any, T]], /
    ) -> AsyncAction[P, T]: ...
    @overload
    def __call__(self, handler: Callable[P, T], /) -> SyncAction[P, T]: ...


@overload
def action(  # type: ignore[overload-overlap]  # a coroutine function is also a plain one; order decides
    handler: Callable[P, Coroutine[Any, Any, T]], /
) -> AsyncAction[P, T]: ...
@overload
def action(handler: Callable[P, T], /) -> SyncAction[P, T]: ...
@overload
def action(**fields: Unpack[ActionFields]) -> ActionDecorator: ...
def action(handler: Callable[..., Any] | None = None, /, **fields: Any) -> Any:
    """Make an action of a function: ``@action`` or ``@action(public=True, ...)``.

    The name is the function's, the description its docstring's first paragraph,
    the input its parameters, the output its return annotation.

    Raises:
        ActionDefinitionError: The definition has a mistake.
    """
    if handler is not None:
        return _make(handler, fields)
    return lambda function: _make(function, fields)


def define_action(
    *,
    handler: Callable[..., Any],
    input: type[BaseModel] | Mapping[str, Any] | None = None,  # noqa: A002 - the field's name
    output: Any = UNCHECKED,
    **fields: Unpack[ActionFields],
) -> Action[..., Any]:
    """Make an action from data; what is not given is read from the handler as `action` does.

    With ``input`` the handler takes an instance of that model as its only argument,
    and the context if a parameter is called ``ctx`` or annotated with `Context`. It may
    be a JSON Schema too (2020-12, of an object), which is checked with the extra
    ``jsonschema``; the handler then takes a dict of JSON data.

    Raises:
        ActionDefinitionError: The definition has a mistake.
    """
    return _make(handler, fields, given=input, output=output)


def _make(
    handler: Callable[..., Any],
    fields: Mapping[str, Any],
    *,
    given: type[BaseModel] | Mapping[str, Any] | None = None,
    output: Any = UNCHECKED,
) -> Action[..., Any]:
    near = caller()
    definition = read_definition(handler, fields, near)
    model = input_model(definition, given) if isinstance(given, Mapping) else given
    binding = bind(handler, definition.name, near, input_model=model, output=output)
    kind = AsyncAction if binding.is_async else SyncAction
    output = declared_output(definition, binding)
    is_checked = is_fully_checked(definition, binding, output)
    return kind(definition, handler, binding, output, is_checked=is_checked)
