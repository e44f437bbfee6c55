"""What is imported when it is first used, so that a large API costs what a small one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any


class LazyMethod:
    """A method that takes its own place when it is first looked up."""

    def __init__(self, module: str, source: str) -> None:
        self._module = module
        self._source = source

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        source: type = getattr(import_module(self._module), self._source)
        function: Any = vars(source)[self._name]
        holder = next((each for each in owner.__mro__ if vars(each).get(self._name) is self), None)
        if holder is not None:  # else another thread was quicker
            setattr(holder, self._name, function)
        return function.__get__(instance, owner)


def with_methods(base: type, package: str, sources: Mapping[str, tuple[str, Iterable[str]]]) -> Any:
    """Make a class whose methods are those of classes that are imported when they are needed.

    ``sources`` are those classes by their modules, with the names of their methods.
    """
    methods = {
        method: LazyMethod(f"{package}.actions.{module}", source)
        for module, (source, names) in sources.items()
        for method in names
    }
    return type(base)("Methods", (base,), {**methods, "__module__": package})


def lazily(
    package: str, modules: Mapping[str, Iterable[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Give ``__getattr__`` and ``__dir__`` for a package that offers names of its modules."""
    places = {name: module for module, names in modules.items() for name in names}

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{places[name]}"), name)
        vars(import_module(package))[name] = value
        return value

    def names() -> list[str]:
        return sorted({*vars(import_module(package)), *places})

    return get, names
