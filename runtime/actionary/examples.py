"""Examples of a definition as callers get them: held to the types, and without their secrets."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json, to_json

from actionary.action_spec import ExampleSpec
from actionary.defining import AnyAction
from actionary.definition_error import ActionDefinitionError, refusal_of
from actionary.fields import UNSET, Example
from actionary.masks import without_secrets
from actionary.outputs import OutputError
from actionary.raw_input import RawInput
from actionary.result import CommonError
from actionary.schema import core_schema_of
from actionary.type_rules import secret_in


def example_of(action: AnyAction, index: int, example: Example) -> ExampleSpec:
    """Give an action's example, the one of that index, as callers get it.

    Raises:
        ActionDefinitionError: It does not fit the types.
    """
    try:
        given = to_json(example.input)
        action.prepared.read_json(given)
    except CommonError as error:
        raise _misfit(action, index, "input", error.message) from error
    except Exception as error:  # no JSON, or a validator of the user's own model
        raise _misfit(action, index, "input", f"{type(error).__name__}: {error}") from error
    shown = _shown(action, index, from_json(given))
    if example.output is UNSET:
        return ExampleSpec(input=shown)
    try:
        _, output = action.prepared.write_output(example.output)
    except OutputError as error:
        raise _misfit(action, index, "output", str(error)) from error
    except Exception as error:  # a validator or serializer of the user's own type
        raise _misfit(action, index, "output", f"{type(error).__name__}: {error}") from error
    return ExampleSpec(input=shown, output=from_json(output), has_output=True)


def _shown(action: AnyAction, index: int, given: Any) -> Any:
    """Give an example's input with asterisks in the place of secrets, which has to fit too."""
    model = action.binding.input
    schema = None if issubclass(model, RawInput) else core_schema_of(model)
    if schema is None or secret_in(schema) is None:
        return given
    shown = without_secrets(schema, given)
    try:
        action.prepared.read_json(to_json(shown))
    except Exception as error:  # no fit, or a validator of the user's own model
        why = error.message if isinstance(error, CommonError) else f"{type(error).__name__}: {error}"
        what = f"of example {index + 1} no secret is published, and with asterisks it does not fit: {why}"
        raise refusal_of(
            action.definition, "examples", what, "leave the secret out, or the example"
        ) from error
    return shown


def _misfit(action: AnyAction, index: int, side: str, why: str) -> ActionDefinitionError:
    mend = "give an input that the action takes" if side == "input" else "give what the action returns"
    return refusal_of(
        action.definition, "examples", f"the {side} of example {index + 1} does not fit: {why}", mend
    )
