"""`catalog.json`: the public part of the catalog, to load, compare and keep; it is not served."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from actionary.catalog import Catalog

from actionary_build.emit import Emitter, OutputFile, Sources, json_file
from actionary_build.emit.no_options import NoOptions


def emit(catalog: Catalog, _options: NoOptions, _sources: Sources) -> Iterable[OutputFile]:
    """Write the catalog down as `Catalog.dump` gives it; types that no action uses stay out.

    Raises:
        ValueError: There are private actions in it. Leaving them out here would
            not be enough: the names of shared types depend on them.
    """
    private = [action.name for action in catalog if not action.public]
    if private:
        raise ValueError(
            f"the catalog holds private actions ({', '.join(private)}), which must not reach the output: "
            "describe the public actions alone and give that catalog to the emitters"
        )
    used = catalog.types_used(*(schema for action in catalog for schema in action.schemas))
    public = replace(catalog, types={name: catalog.types[name] for name in used})
    return [json_file("catalog.json", public.dump())]


emitter = Emitter("catalog", NoOptions, emit)
