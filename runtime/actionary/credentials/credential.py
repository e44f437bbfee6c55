"""What a credential is: a key, and the secrets that belong to it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    NoReturn,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from pydantic import BaseModel, RootModel, Secret, SecretBytes, SecretStr
from typing_extensions import TypeAliasType

from actionary.definition_error import ActionDefinitionError, place_of_caller
from actionary.names import is_name

C = TypeVar("C", bound=BaseModel)

ScopeKind: TypeAlias = Literal["user", "project", "organisation"]
"""Whose a credential may be: the caller's own, the project's, or that of the caller's organisation."""

SCOPES: Final[tuple[ScopeKind, ...]] = get_args(ScopeKind)

_SECRETS: Final = (SecretStr, SecretBytes, Secret)


@dataclass(frozen=True)
class Credential(Generic[C]):
    """A credential that actions need: ``Credential("exa", fields=Exa)``.

    ``fields`` is the model of what belongs to it; every field is a secret (``SecretStr``,
    ``SecretBytes``, ``Secret``), may be ``None``, or is a model of such. With ``scope``
    it is looked for there before it is looked for in the project and the organisation.
    An action names it in its ``credentials``; its handler has it as ``ctx.credentials[EXA]``.

    Raises:
        ActionDefinitionError: ``key`` is no name, ``fields`` no model of secrets, or ``scope`` none.
    """

    key: str
    fields: type[C]
    scope: ScopeKind | None = None

    def __post_init__(self) -> None:
        key, model, scope = _untyped(self.key), _untyped(self.fields), _untyped(self.scope)
        if not isinstance(key, str) or not is_name(key):
            _fail("key", f"{key!r} is no key", "use [a-z][a-z0-9_]{0,63}, such as `exa`")
        if not inspect.isclass(model) or not issubclass(model, BaseModel) or issubclass(model, RootModel):
            what = f"credential {key!r}: {model!r} is no model with named fields"
            _fail("fields", what, "give a subclass of pydantic's BaseModel, such as `fields=Exa`")
        if scope is not None and scope not in SCOPES:
            known = ", ".join(f'"{each}"' for each in SCOPES)
            _fail("scope", f"credential {key!r}: {scope!r} is no scope", f"use one of {known}, or None")
        _check_secret(key, model)


def _untyped(value: Any) -> Any:
    """Give a value as one of which nothing is known: callers without a type checker may give any."""
    return value


def _check_secret(key: str, model: type[BaseModel]) -> None:
    if not model.__pydantic_complete__ and model.model_rebuild(raise_errors=False) is not True:
        _fail(
            "fields",
            f"credential {key!r}: a type in {model.__name__} is not known yet",
            "define it before the credential, at the top of a module",
        )
    if not model.model_fields:
        _fail("fields", f"credential {key!r}: {model.__name__} has no fields", "say what belongs to it")
    for path, what, mend in _open_parts(model, (model,)):
        _fail(f"fields.{path}" if path else "fields", f"credential {key!r}: {what}", mend)


def _open_parts(
    model: type[BaseModel], inside: tuple[type[BaseModel], ...]
) -> Iterator[tuple[str, str, str]]:
    """Find what would show when a model is printed: path, what is wrong, and the mend."""
    if model.model_config.get("extra") == "allow":
        what = f"{model.__name__} keeps keys that it does not know, which no secret type hides"
        yield "", what, 'leave out `extra="allow"`'
    named = {name: field.annotation for name, field in model.model_fields.items()}
    named |= {name: field.return_type for name, field in model.model_computed_fields.items()}
    for name, annotation in named.items():
        for part in _alternatives(annotation):
            if _is_secret(part):
                continue
            if inspect.isclass(part) and issubclass(part, BaseModel) and not issubclass(part, RootModel):
                if part not in inside:
                    for path, what, mend in _open_parts(part, (*inside, part)):
                        yield f"{name}.{path}".rstrip("."), what, mend
                continue
            what = f"{model.__name__}.{name} would show when it is printed, for it is no secret"
            yield name, what, "make it a `SecretStr`; what is not secret belongs into the resources"


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Give what an annotation may be, but for None."""
    while isinstance(annotation, TypeAliasType) or get_origin(annotation) is Annotated:
        is_alias = isinstance(annotation, TypeAliasType)
        annotation = annotation.__value__ if is_alias else get_args(annotation)[0]
    if get_origin(annotation) in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _alternatives(part)
    elif annotation is not type(None):
        yield annotation


def _is_secret(part: Any) -> bool:
    origin = get_origin(part) or part
    return inspect.isclass(origin) and issubclass(origin, _SECRETS)


def _fail(field: str, what: str, mend: str) -> NoReturn:
    raise ActionDefinitionError(what, mend=mend, where=place_of_caller(), field=field)
