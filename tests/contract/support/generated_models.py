"""Models that nobody wrote: a strategy of pydantic models over the types that can be described."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated, Any, Literal, Union

from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, create_model

WORDS = ["a", "b", "from", "x-y", "a b", "class", "$ref", "größe", "items", "true"]
DAY = dt.date(2026, 1, 31)


@st.composite
def integers(draw: st.DrawFn) -> Any:
    limits = draw(
        st.sampled_from([{}, {"ge": -2}, {"gt": 0, "le": 9}, {"lt": 3}, {"multiple_of": 3}, {"ge": 2}])
    )
    return Annotated[int, Field(**limits)]


@st.composite
def numbers(draw: st.DrawFn) -> Any:
    limits = draw(st.sampled_from([{}, {"ge": 0}, {"gt": 0, "lt": 2.5}, {"le": -0.5}]))
    return Annotated[float, Field(**limits)]


@st.composite
def texts(draw: st.DrawFn) -> Any:
    limits = draw(
        st.sampled_from(
            [
                {},
                {"min_length": 1},
                {"max_length": 2},
                {"min_length": 1, "max_length": 1},
                {"pattern": "^[a-c]+"},
            ]
        )
    )
    return Annotated[str, Field(**limits)]


@st.composite
def enums(draw: st.DrawFn) -> Any:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True))
    return Enum("Choice", {f"M{place}": word for place, word in enumerate(words)})


@st.composite
def literals(draw: st.DrawFn) -> Any:
    # 0 and 1 are left out: to Python they are False and True, which has its own table.
    chosen = draw(st.lists(st.sampled_from([*WORDS, 2, 7]), min_size=1, max_size=3, unique=True))
    return Literal[tuple(chosen)]


SCALARS = st.one_of(
    integers(),
    numbers(),
    texts(),
    enums(),
    literals(),
    st.sampled_from([bool, dt.date, dt.datetime, dt.time, Any, None]),
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lengths = st.sampled_from([{}, {"min_length": 1}, {"max_length": 2}])
    return st.one_of(
        st.builds(lambda item, limits: Annotated[list[item], Field(**limits)], inner, lengths),
        st.builds(lambda item, limits: Annotated[dict[str, item], Field(**limits)], inner, lengths),
        st.lists(inner, min_size=1, max_size=2).map(lambda items: tuple[tuple(items)]),
        inner.map(lambda item: Union[item, None]),  # noqa: UP007 - `|` does not join what is no type
        st.builds(lambda one, other: Union[one, other], inner, inner),  # noqa: UP007 - as above
        models(inner),
    )


@st.composite
def models(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> type[BaseModel]:
    """Give a model: fields by name or alias, with and without defaults, open or closed."""
    fields: dict[str, Any] = {}
    aliases = draw(st.lists(st.sampled_from(WORDS), max_size=3, unique=True))
    for place, alias in enumerate(aliases):
        annotation = draw(inner)
        field = Field(alias=alias) if draw(st.booleans()) else Field(None, alias=alias)
        if not field.is_required():
            annotation = Union[annotation, None]  # noqa: UP007 - as above
        fields[f"field_{place}"] = (annotation, field)
    if draw(st.booleans()):
        fields["day"] = (dt.date, DAY)
    extra = draw(st.sampled_from(["ignore", "forbid", "allow"]))
    return create_model("Generated", __config__=ConfigDict(extra=extra), **fields)


INPUTS = models(st.recursive(SCALARS, containers, max_leaves=4))
"""Models to be the input of an action."""
