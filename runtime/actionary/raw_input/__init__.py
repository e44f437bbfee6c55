"""Inputs that are described by a JSON Schema instead of a model (DESIGN §3): read, checked, described.

The schema is JSON Schema 2020-12, and what it says is checked by the library
`jsonschema`, with formats; patterns run on pydantic's engine. So that nothing is
advertised that is not checked, a schema that says more is refused at definition.
"""

from __future__ import annotations

from actionary.raw_input.described import described_raw
from actionary.raw_input.model import RawInput, raw_json_reader, raw_model, raw_value_reader
from actionary.raw_input.refusal import RawSchemaError

__all__ = [
    "RawInput",
    "RawSchemaError",
    "described_raw",
    "raw_json_reader",
    "raw_model",
    "raw_value_reader",
]
