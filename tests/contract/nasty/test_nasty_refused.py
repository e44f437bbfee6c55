"""What a field refuses: by an error that names the field, or by Python or pydantic where the type is made."""

from __future__ import annotations

import pytest
from actionary.describe import DefinitionErrors, describe
from actionary.registry import Registry

NAMED = {
    "parameter alias": "input",
    "default key": "input.mapping",
    "example input": "examples",
    "example output": "examples",
    "example key": "examples",
}
"""Fields that an error calls otherwise."""

BEFORE_US = {"field alias", "enum value", "literal value", "union tag", "model name", "model docstring"}
"""Fields of the user's own types, which Python or pydantic cannot make of such a text."""


def refusal(make, field: str, text: str, settings) -> Exception:
    """Define actions with the text in one field only, and give what is raised."""

    def given(other: str) -> str:
        return text if other == field else "tag" if other == "tags" else f"A {other}."

    try:
        registry = Registry()
        registry.register(make(1, given))
        describe(registry, settings)
    except Exception as error:  # noqa: BLE001 - the test judges it
        return error
    pytest.fail(f"{field} took {text!r}")


@pytest.mark.filterwarnings(
    "ignore::pydantic.warnings.UnsupportedFieldAttributeWarning"
)  # by the way to the error
def test_a_refused_text_is_refused_by_a_clear_error(make_actions, refused, strings, settings):
    seen = 0
    for field, names in refused.items():
        for name in names:
            error = refusal(make_actions, field, strings[name], settings)
            if field in BEFORE_US:
                assert (
                    "surrogates" in str(error) or "error extracting str" in str(error) or "null" in str(error)
                )
            else:
                errors = error.errors if isinstance(error, DefinitionErrors) else (error,)
                assert {each.field for each in errors} == {NAMED.get(field, field)}, (field, name)
                assert all(each.mend and each.where.line for each in errors)
            seen += 1
    assert seen == sum(map(len, refused.values())) > 60


def test_every_string_stands_in_every_other_field(refused, strings, fields):
    """The strings of the catalogs stand in for at most these refusals."""
    pairs = len(strings) * len(fields)
    assert len(strings) >= 100
    assert pairs - sum(map(len, refused.values())) > 2_500
