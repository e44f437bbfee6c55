"""All of an action's work that depends on its definition only, done once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from actionary.around import Attempts, InputHooks, attempts_of, input_hooks_of
from actionary.coerce import Parameter, parameters_of
from actionary.inputs import json_reader, value_reader
from actionary.outputs import misfit_writer, output_reader, output_writer
from actionary.raw_input import RawInput, described_raw, raw_json_reader, raw_value_reader
from actionary.result import ActionError, details_adapter
from actionary.schema import Types, core_schema_of, describe_types

if TYPE_CHECKING:
    from actionary.defining import Action


@dataclass(frozen=True)
class Prepared:
    """What the pipeline needs of an action at each call.

    ``read_json`` and ``read_value`` make the input model (`actionary.inputs`),
    ``takes_extra`` says that the model keeps unknown keys. ``write_output`` checks and
    writes a result (`actionary.outputs`), ``read_output`` reads what was written,
    ``write_misfit`` makes something of a result that does not fit, where that is not an
    error, and ``write_details`` checks and writes the details of each declared error
    that has any. ``input_hooks`` and ``attempts`` are
    what a definition puts around reading the input and running the handler, if it does.
    """

    input: type[BaseModel]
    read_json: Callable[[bytes], BaseModel]
    read_value: Callable[[Any], BaseModel]
    takes_extra: bool
    write_output: Callable[[Any], tuple[Any, bytes]]
    read_output: Callable[[bytes], Any]
    write_misfit: Callable[[Any], tuple[Any, bytes]] | None
    errors: Mapping[str, type[ActionError[Any]]]
    write_details: Mapping[str, Callable[[Any], tuple[Any, bytes]]]
    attempts: Attempts | None
    input_hooks: InputHooks | None = None

    @cached_property
    def described(self) -> Types:
        """What the ``input`` is as JSON Schema."""
        if issubclass(self.input, RawInput):
            root, definitions = described_raw(self.input.schema_, "", ())
            return Types({"input": root}, definitions)
        return describe_types([("input", "validation", core_schema_of(self.input))])

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """How the input travels as text, in a query or on a command line."""
        return parameters_of(self.described)


def prepare(action: Action[..., Any]) -> Prepared:
    """Prepare an action; `Action.prepared` keeps the outcome."""
    model, errors = action.binding.input, action.definition.errors
    unknown_keys = action.definition.unknown_keys
    if issubclass(model, RawInput):
        read_raw = raw_json_reader(model)
        read_json: Callable[[bytes], BaseModel] = read_raw
        read_value: Callable[[Any], BaseModel] = raw_value_reader(model, read_raw)
    else:
        read_json = json_reader(model, unknown_keys)
        read_value = value_reader(model, read_json, unknown_keys)
    write_output = output_writer(action.output)
    prepared = Prepared(
        input=model,
        read_json=read_json,
        read_value=read_value,
        takes_extra=(unknown_keys or model.model_config.get("extra")) == "allow",
        write_output=write_output,
        read_output=output_reader(action.output, write_output),
        write_misfit=misfit_writer(action.definition, write_output),
        errors={error.code: error for error in errors},
        write_details={
            error.code: output_writer(details_adapter(error))
            for error in errors
            if error.details_type is not None
        },
        attempts=attempts_of(action.definition),
    )
    hooks = input_hooks_of(action, prepared)
    return prepared if hooks is None else replace(prepared, input_hooks=hooks)
