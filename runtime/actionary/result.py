"""What a call ends in: `Ok` or `Err`; and `ActionError`, which becomes an `Err`.

`ActionError` is what handlers and `Action.run` raise. Its subclasses are the users'
domain errors, ``class OutOfStock(ActionError[Details], code="out_of_stock")``,
`CommonError`, by which the pipeline raises the common codes of `actionary.codes`, and
`FailedCall`, by which `unwrap` raises an `Err`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import (
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    TypeAlias,
    Union,
    cast,
    get_args,
    get_origin,
    overload,
)

from pydantic import TypeAdapter
from typing_extensions import TypeVar, get_original_bases

from actionary import codes
from actionary.definition_error import ActionDefinitionError, place_of_caller
from actionary.names import is_name

T = TypeVar("T")
D = TypeVar("D", default=None)

_NOT_GIVEN: Final = object()


@dataclass(frozen=True, slots=True)
class Ok(Generic[T]):
    """The call succeeded: ``data`` is the handler's result, ``latency_ms`` the time it took."""

    data: T
    action: str
    latency_ms: float
    ok: Literal[True] = True


@dataclass(frozen=True, slots=True)
class Err:
    """The call failed. ``details`` is JSON data of the shape that ``code`` has (DESIGN §5).

    ``retry_after`` are the seconds after which it may be made again, where that is known.
    """

    code: str
    message: str
    status: int
    retryable: bool
    details: Any
    action: str
    latency_ms: float
    request_id: str
    retry_after: int | None = None
    ok: Literal[False] = False


Result: TypeAlias = Ok[T] | Err


class ActionError(Exception, Generic[D]):
    """Base of the errors an action declares; subclass it with ``code=`` and maybe ``status=``.

    ``D`` is the type of ``details``; without it there are none. The docstring's
    first paragraph describes the error to callers. A handler may raise only the
    errors in its action's ``errors``.

    Raises:
        ActionDefinitionError: On subclassing, for a code or status that may not be.
        TypeError: On construction, for details that are missing or of another type.
    """

    code: str
    status: int
    retryable: bool
    details_type: ClassVar[Any] = None
    details: D

    def __init_subclass__(
        cls, *, code: str | None = None, status: int | None = None, retryable: bool | None = None
    ) -> None:
        super().__init_subclass__()
        declared = _declared_details(cls)
        if declared is not None:
            cls.details_type = declared
        if code is not None:
            cls.code = code
        elif not hasattr(cls, "code"):
            raise _mistake(
                cls, "code", "a domain error needs a code", 'write `code="out_of_stock"` after the base'
            )
        cls.status = status if status is not None else getattr(cls, "status", 409)
        cls.retryable = retryable if retryable is not None else getattr(cls, "retryable", False)
        _check(cls)

    @overload
    def __init__(self: ActionError[None], message: str) -> None: ...
    @overload
    def __init__(self, message: str, *, details: D) -> None: ...
    def __init__(self, message: str, *, details: Any = _NOT_GIVEN) -> None:
        if not hasattr(type(self), "code"):
            raise TypeError("ActionError is a base: subclass it with `code=`, and raise the subclass")
        absent = details is _NOT_GIVEN or (details is None and not _allows_none(self.details_type))
        if self.details_type is None and not absent:
            raise TypeError(f"{type(self).__name__} has no details: write `ActionError[Details]` as its base")
        if self.details_type is not None and absent:
            raise TypeError(f"{type(self).__name__} needs `details=` of type {_type_name(self.details_type)}")
        super().__init__(message)
        self.message = message
        self.details = cast("D", None if absent else details)


def unwrap(result: Ok[T] | Err) -> T:
    """Give the data of an `Ok`.

    An `Err` says which code it has and not of which class it came: ``except OutOfStock``
    does not catch what is raised here. Ask for ``error.code``, or use `Action.run`,
    which raises the domain error itself.

    Raises:
        FailedCall: It is an `Err`; the error carries its code, status and details.
    """
    if isinstance(result, Ok):
        return result.data
    raise FailedCall(result)


def description_of(error: type[ActionError[Any]]) -> str:
    """Give the first paragraph of an error's own docstring, on one line."""
    doc = error.__doc__ if error.__doc__ != ActionError.__doc__ else None
    return " ".join((doc or "").strip().split("\n\n")[0].split())


_adapters: Final[dict[type[ActionError[Any]], TypeAdapter[Any]]] = {}


def details_adapter(error: type[ActionError[Any]]) -> TypeAdapter[Any]:
    """Give the adapter of an error's details; made once for each class."""
    adapter = _adapters.get(error)
    if adapter is None:
        adapter = _adapters[error] = TypeAdapter(error.details_type)
    return adapter


def _declared_details(cls: type[ActionError[Any]]) -> Any:
    for base in get_original_bases(cls):
        origin = get_origin(base)
        if isinstance(origin, type) and issubclass(origin, ActionError):
            details = get_args(base)[0]
            return None if details is type(None) or isinstance(details, TypeVar) else details
    return None


def _check(cls: type[ActionError[Any]]) -> None:
    if not isinstance(cast("Any", cls.code), str) or not is_name(cls.code):
        raise _mistake(
            cls, "code", f"{cls.code!r} is no code", "use [a-z][a-z0-9_]{0,63}, such as `out_of_stock`"
        )
    if cls.code in codes.COMMON or cls.code in codes.CLIENT:
        raise _mistake(
            cls, "code", f"`{cls.code}` is a common code", "choose a code that says what went wrong here"
        )
    status = cast("Any", cls.status)
    if type(status) is not int or not 400 <= status <= 599:
        raise _mistake(cls, "status", f"{status!r} is no error status", "use a status from 400 to 599")
    if status in codes.RESERVED_STATUSES:
        reserved = ", ".join(str(value) for value in sorted(codes.RESERVED_STATUSES))
        raise _mistake(cls, "status", f"{status} has a meaning of its own", f"use another than {reserved}")
    if type(cast("Any", cls.retryable)) is not bool:
        raise _mistake(cls, "retryable", f"{cls.retryable!r} is no bool", "write True or False")


def _mistake(cls: type[ActionError[Any]], field: str, what: str, mend: str) -> ActionDefinitionError:
    return ActionDefinitionError(
        f"error {cls.__name__}: {what}", mend=mend, where=place_of_caller(), field=field
    )


def _allows_none(declared: Any) -> bool:
    return (
        declared is Any
        or (get_origin(declared) in {Union, UnionType} and any(map(_allows_none, get_args(declared))))
        or declared is NoneType
    )


def _type_name(declared: Any) -> str:
    return getattr(declared, "__name__", str(declared))


class CommonError(ActionError[Any], code="common"):
    """One of the common codes of `actionary.codes`; ``details`` is JSON data.

    ``retry_after`` are the seconds after which the call may be made again.
    """

    def __init__(
        self, code: str, message: str, *, details: Any = None, retry_after: int | None = None
    ) -> None:
        common = codes.COMMON[code]
        Exception.__init__(self, message)
        self.code = code
        self.status = common.status
        self.retryable = common.retryable
        self.message = message
        self.details = details
        self.retry_after = retry_after


class KeptError(CommonError, code="kept"):
    """The error that an earlier call failed with, as it is kept for who repeats that call."""

    def __init__(self, code: str, message: str, *, status: int, retryable: bool, details: Any) -> None:
        Exception.__init__(self, message)
        self.code = code
        self.status = status
        self.retryable = retryable
        self.message = message
        self.details = details
        self.retry_after = None


def unavailable(retry_after: int = 1) -> CommonError:
    """Make the error of a call that the server cannot take now, but maybe after so many seconds."""
    return CommonError("unavailable", codes.COMMON["unavailable"].meaning, retry_after=retry_after)


class NotBegunError(CommonError, code="not_begun"):
    """``unavailable``: there was no thread for the handler, so nothing was done."""

    def __init__(self) -> None:
        super().__init__("unavailable", codes.COMMON["unavailable"].meaning, retry_after=1)


class FailedCall(ActionError[Any], code="failed_call"):
    """What `unwrap` raises: an `Err` as an exception, with its code, status, details and all."""

    def __init__(self, result: Err) -> None:
        Exception.__init__(self, result.message)
        self.result = result
        self.code = result.code
        self.status = result.status
        self.retryable = result.retryable
        self.message = result.message
        self.details = result.details
