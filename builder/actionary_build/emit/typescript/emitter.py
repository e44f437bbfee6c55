"""What a build calls: the target's options, and its function."""

from __future__ import annotations

from typing import Annotated, Literal

from actionary.catalog import Catalog
from pydantic import AfterValidator, BaseModel, ConfigDict, StrictBool

from actionary_build.emit import Emitter, OutputFile, Sources
from actionary_build.emit.typescript.conversions import Wanted
from actionary_build.emit.typescript.package import PACKAGE_NAME
from actionary_build.emit.typescript.package_files import package_files
from actionary_build.texts import package_name


def _npm_name(name: str) -> str:
    if len(name) > 214 or not PACKAGE_NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of an npm package: use lower-case letters, digits, '-', '.' and '_', "
            "with a scope before it if you have one, such as '@acme/shop-client'"
        )
    return name


class Options(BaseModel):
    """The table ``[tool.actionary.typescript]``.

    ``package`` is the npm package's name; ``integers`` and ``dates`` say what integers that a number
    may not hold, and dates and times, are in TypeScript; with ``react`` it has hooks for React Query.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    package: Annotated[str, AfterValidator(_npm_name)] | None = None
    integers: Literal["number", "bigint"] = "number"
    dates: Literal["string", "Date"] = "string"
    react: StrictBool = False


def emit(catalog: Catalog, options: Options, _sources: Sources) -> list[OutputFile]:
    """Write the package of a catalog."""
    package = options.package or package_name(catalog.title, "-")
    return package_files(catalog, package, Wanted(options.integers, options.dates), react=options.react)


emitter = Emitter("typescript", Options, emit)
"""This target."""
