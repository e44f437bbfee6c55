"""A pattern means the same to the server as it does in JSON Schema, whose dialect is JavaScript's."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Annotated

import pytest
from actionary import Registry, define_action
from actionary.describe import DefinitionErrors, describe
from actionary.patterns import UnlikePatternError, ecma_pattern
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from type_shapes.registry import SETTINGS

ALIKE = {
    r"^[A-Z]{2}-[0-9]+$": "AB-1",
    r"\A[a-z]+\z": "abc",
    r"(?P<letter>x)\-y": "x-y",
    r"(?<letter>x)y": "xy",
    r"^[0-9\-\.]+@x": "1-.@x",
    r"^\pL+$": "aé",
    r"^\p{Lu}\P{Lu}$": "Aa",
    r"^\p{Script=Greek}+$": "αβ",
    r"^[]a]+b$": "]ab",
    r"^[^]a]$": "b",
    r"^\x{1F600}\x41\u0042\U0001F601$": "\U0001f600AB\U0001f601",
    r"^[\x2D\x5D]$": "-",
    r"^a{2,3}$": "aa",
    r"^a\{b\}$": "a{b}",
    r"^\"\#\ \&\~$": '"# &~',
    r"^[\"\#\&]+$": '"#&',
    r"^a\/b/c$": "a/b/c",
    r"^(?:a|b)+?$": "ab",
    r"^\t\n\r\f\v$": "\t\n\r\f\v",
    r"^.$": "\U0001f600",
    r"^\S+$": "abc",
    r"^é\u{1F600}$": "é\U0001f600",
}
"""Patterns, each with a text that fits."""

MORE_IN_RUST = {r"^\d+$": "\u0661", r"^\w+$": "é", r"^[\d_]+$": "\u0661", r"^\s$": "\u0085"}
"""Patterns that fit more on the server than the schema says, each with such a text."""

TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "A",
    "1",
    "-",
    "]",
    "x-y",
    "\n",
    " ",
    "_",
    "abc\n",
    "é",
    "\u0661",
    "{",
    "foo bar",
]


def in_javascript(patterns: list[str], texts: list[str]) -> list[list[bool]]:
    program = """
      const [patterns, texts] = JSON.parse(require("fs").readFileSync(0, "utf8"));
      const fits = (pattern) => texts.map((text) => new RegExp(pattern, "u").test(text));
      console.log(JSON.stringify(patterns.map(fits)));
    """
    done = subprocess.run(
        ["node", "-e", program],
        input=json.dumps([patterns, texts]),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def in_pydantic(pattern: str, text: str) -> bool:
    try:
        TypeAdapter(Annotated[str, Field(pattern=pattern)]).validate_python(text)
    except ValidationError:
        return False
    return True


def test_what_fits_in_javascript_fits_on_the_server_and_nothing_else():
    texts = [*TEXTS, *ALIKE.values()]
    found = in_javascript([ecma_pattern(pattern) for pattern in ALIKE], texts)
    for pattern, fits in zip(ALIKE, found, strict=True):
        assert fits == [in_pydantic(pattern, text) for text in texts], pattern
        assert fits[texts.index(ALIKE[pattern])], pattern


def test_classes_that_hold_more_on_the_server_hold_what_the_schema_says():
    texts = [*TEXTS, *MORE_IN_RUST.values()]
    found = in_javascript([ecma_pattern(pattern) for pattern in MORE_IN_RUST], texts)
    for pattern, fits in zip(MORE_IN_RUST, found, strict=True):
        read = [in_pydantic(pattern, text) for text in texts]
        assert all(on_server for on_server, in_schema in zip(read, fits, strict=True) if in_schema), pattern
        assert read != fits, pattern


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("(?i)a", "flags"),
        ("(?i:a)", "flags"),
        ("(?x) a", "flags"),
        (r"^\D$", r"write `\[\^0-9\]`"),
        (r"^\W$", r"write `\[\^0-9A-Za-z_\]`"),
        (r"a\Bb", "write which characters may stand there"),
        (r"\bfoo", "write which characters may stand there"),
        (r"^[^\d]$", "write `0-9`"),
        ("[[:alpha:]]", "in a class"),
        ("[a&&b]", "in a class"),
        ("[a-z--b]", "in a class"),
        (r"\<a", "does not know"),
        (r"\b{start}a", "does not know"),
        (r"\p{Greek}", "write `Script=`"),
    ],
)
def test_what_means_something_else_in_json_schema_is_refused_with_its_path(pattern, what):
    line = create_model("Line", code=(Annotated[str, Field(pattern=pattern)], ...))
    made = define_action(
        name="order",
        description="Order.",
        public=True,
        input=create_model("Order", lines=(list[line], ...)),
        handler=lambda _: None,
    )
    registry = Registry()
    registry.register([made])
    with pytest.raises(DefinitionErrors, match=what) as caught:
        describe(registry, SETTINGS)
    (error,) = caught.value.errors
    assert (error.field, error.mend) == ("input.lines[].code", "write what both read alike")


class ByPython(BaseModel):
    model_config = ConfigDict(regex_engine="python-re")
    text: Annotated[str, Field(pattern=r"^(?=.*[0-9])(?!.*x)(?P<all>.+)\Z")]


def test_what_only_pythons_engine_reads_is_spelled_too():
    schema = TypeAdapter(ByPython).core_schema
    assert schema["type"] == "model"
    spelled = ecma_pattern(r"^(?=.*[0-9])(?!.*x)(?P<all>.+)\Z")
    assert spelled == "^(?=.*[0-9])(?!.*x)(?<all>.+)$"
    assert in_javascript([spelled], ["a1", "a", "x1"]) == [[True, False, False]]


def test_a_compiled_pattern_keeps_no_flags():
    assert ecma_pattern(re.compile("^a$")) == "^a$"
    with pytest.raises(UnlikePatternError, match="flags"):
        ecma_pattern(re.compile("^a$", re.IGNORECASE))
