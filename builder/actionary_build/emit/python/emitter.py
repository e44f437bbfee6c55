"""What a build calls: the target's options, and its function."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from actionary.catalog import Catalog
from pydantic import AfterValidator, BaseModel, ConfigDict

from actionary_build.emit import Emitter, OutputFile, Sources
from actionary_build.emit.python.names import default_package
from actionary_build.emit.python.package import package_files

_NEEDED: Final = frozenset(
    {"actionary", "actionary_build", "annotated_types", "anyio", "httpcore2", "httpx2", "idna", "pydantic"}
    | {"pydantic_core", "truststore", "typing_extensions", "typing_inspection"}
)
"""What a client imports, and what a project that makes one does, beside Python's own modules."""


def _package(name: str) -> str:
    if name in _NEEDED or name in sys.stdlib_module_names:
        raise ValueError(f"the package {name!r} is another one, which programs need; write {name}_client")
    if not re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", name) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no package name; write it like my_shop_client")
    return name


class Options(BaseModel):
    """The table ``[tool.actionary.python]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    package: Annotated[str, AfterValidator(_package)] | None = None
    """The folder that is imported; by default the title's slug and ``_client``."""

    style: Literal["pydantic", "typeddict"] = "pydantic"
    """What types are: models that check and convert, or plain data as JSON has it."""


def emit(catalog: Catalog, options: Options, _sources: Sources) -> Iterator[OutputFile]:
    """Emit the client: a project that builds as a wheel."""
    package = options.package or default_package(catalog)
    return package_files(catalog, package, plain=options.style == "typeddict")


emitter = Emitter("python", Options, emit)
"""This target."""
