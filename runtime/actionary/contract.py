"""The types of an action, and whether they hold to what it promises."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, RootModel, TypeAdapter

from actionary.definition import Definition
from actionary.field_checks import FieldChecks
from actionary.outputs import OutputError, misfit_writer, output_writer
from actionary.raw_input import RawInput, RawSchemaError, raw_model
from actionary.result import details_adapter
from actionary.schema import Described, built_schema
from actionary.signature import REFUSALS, UNCHECKED, Binding, mend_of, why_refused
from actionary.type_checks import type_mistakes


def input_model(definition: Definition, schema: Mapping[str, Any]) -> type[RawInput]:
    """Make the model of an input that is given as a JSON Schema.

    Raises:
        ActionDefinitionError: It cannot be one.
    """
    check = FieldChecks({}, definition.where, definition.name)
    if definition.unknown_keys is not None:
        check.fail("unknown_keys", "the schema says that itself", "set its `additionalProperties` instead")
    try:
        return raw_model(schema, definition.name)
    except RawSchemaError as error:
        check.fail("input", str(error), error.mend)


def declared_output(definition: Definition, binding: Binding) -> Described | None:
    """Check the input model, and give the output type as pydantic knows it, ``None`` when that is unchecked.

    Raises:
        ActionDefinitionError: The input is no object, the output no type pydantic knows, or
            one of them has a part that no contract can hold to.
    """
    check = FieldChecks({}, definition.where, definition.name)
    model: Any = binding.input
    if not (inspect.isclass(model) and issubclass(model, BaseModel)) or issubclass(model, RootModel):
        check.fail(
            "input", f"{model!r} does not describe an object", "give a subclass of pydantic's BaseModel"
        )
    if definition.credentials and not binding.takes_context:
        what = "the handler takes no context, so it cannot read them"
        check.fail("credentials", what, "add a parameter `ctx: Context`, and read `ctx.credentials`")
    check.fits("input", model)
    output = _described(check, binding.output)
    if output is None and definition.on_invalid_output != "strict":
        check.fail(
            "on_invalid_output",
            "the output is not declared, so it is never checked",
            "annotate what the handler returns, or leave the field out",
        )
    has_fallback = definition.on_invalid_output == "fallback" and not callable(definition.output_fallback)
    if has_fallback and output is not None and built_schema(output) is not None:
        unfit = why_unfit(definition, misfit_writer(definition, output_writer(output)))
        if unfit is not None:
            check.fail("output_fallback", *unfit)
    for mistake in type_mistakes(definition, model, output):
        check.fail(mistake.field, mistake.what, mistake.mend)
    return output


def is_fully_checked(definition: Definition, binding: Binding, output: Described | None) -> bool:
    """Say whether pydantic knows all types of an action, so that its definition was checked with them."""
    if output is not None and built_schema(output) is None:
        return False
    details = [details_adapter(error) for error in definition.errors if error.details_type is not None]
    return built_schema(binding.input) is not None and all(map(built_schema, details))


def why_unfit(definition: Definition, write: Callable[[Any], Any] | None) -> tuple[str, str] | None:
    """Say what is wrong with the result that stands in for others, and the mend; ``None`` if nothing.

    ``write`` is the action's `misfit_writer`. A function that makes the result is run.
    """
    if definition.on_invalid_output != "fallback" or write is None:
        return None
    try:
        write(None)
    except Exception as error:  # noqa: BLE001 - a factory, a validator or a serializer of the user's own too
        said = str(error) if isinstance(error, OutputError) else f"{type(error).__name__}: {error}"
        return f"it does not fit: {said}", "give what the action may return"
    return None


def _described(check: FieldChecks, output: Any) -> Described | None:
    if output is UNCHECKED:
        return None
    if isinstance(output, Mapping):
        check.fail(
            "output",
            "it is data, and only an input can be given as a JSON Schema",
            "give a type, such as a class or `dict[str, Any]`",
        )
    if inspect.isclass(output) and issubclass(output, BaseModel):
        check.fits("output", output)
        return output
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(output)
    except REFUSALS as error:
        check.fail("output", f"pydantic cannot describe the type: {why_refused(error)}", mend_of(error))
    check.fits("output", adapter)
    return adapter
