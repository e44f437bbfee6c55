"""The credentials of a call, as its handler sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar, overload

from pydantic import BaseModel

from actionary.credentials.credential import Credential

C = TypeVar("C", bound=BaseModel)

GivenCredentials: TypeAlias = (
    Mapping[str, Any] | Mapping[Credential[Any], Any] | Mapping[str | Credential[Any], Any]
)
"""Values by credential or key: each an instance of its model, or a mapping of fields."""


class Credentials(Mapping[str, Any]):
    """Credentials by key; printing it shows keys only.

    ``credentials[EXA]`` is an instance of the model of ``EXA``, and ``credentials["exa"]``
    the same one, of which a type checker knows nothing.

    Raises:
        TypeError: ``given`` is no mapping.
    """

    __slots__ = ("_values",)

    def __init__(self, given: GivenCredentials) -> None:
        if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # untyped callers
            raise TypeError(f"credentials are given as a mapping by key, not as {type(given).__name__}")
        self._values: Final = {_key_of(key): value for key, value in given.items()}

    @overload
    def __getitem__(self, key: Credential[C], /) -> C: ...
    @overload
    def __getitem__(self, key: str, /) -> Any: ...
    def __getitem__(self, key: str | Credential[Any], /) -> Any:
        name = _key_of(key)
        if name not in self._values:
            raise KeyError(f"{name!r} is none of the action's credentials: name it in `credentials=[...]`")
        value = self._values[name]
        if isinstance(key, Credential) and isinstance(value, Mapping):  # a context that a test made
            return read_fields(key, value)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return (key.key if isinstance(key, Credential) else key) in self._values

    def __repr__(self) -> str:
        return f"Credentials({', '.join(map(repr, self._values))})"


NO_CREDENTIALS: Final = Credentials({})


def read_fields(credential: Credential[C], value: Any) -> C:
    """Make a credential's model of what is given for it; fields may go by name or alias.

    Raises:
        TypeError: It is neither an instance of the model nor a mapping.
        Exception: Whatever the model raises: a ``ValidationError``, which may quote a secret.
    """
    if isinstance(value, credential.fields):
        return value
    if not isinstance(value, Mapping):
        raise TypeError(f"{type(value).__name__} is neither {credential.fields.__name__} nor a mapping")
    return credential.fields.model_validate(dict(value), by_alias=True, by_name=True)


def _key_of(key: str | Credential[Any]) -> str:
    return key.key if isinstance(key, Credential) else key
