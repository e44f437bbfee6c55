"""Nasty texts in the Python client: its modules hold what harmless texts give, and every text as it was."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections import Counter

import pytest
from actionary_build.texts import one_line, unix_lines

FOLDER = "clients/python/"


@pytest.fixture(scope="module")
def client(nasty, tmp_path_factory):
    """The imported client package."""
    folder = tmp_path_factory.mktemp("python")
    for path, text in nasty.under(FOLDER, "").items():
        file = folder / path.removeprefix(FOLDER)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("nasty_client")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == "nasty_client"]:
            del sys.modules[name]


def parsed(built) -> dict[str, ast.Module]:
    return {path: ast.parse(text) for path, text in built.under(FOLDER, ".py").items()}


def shown(text: str) -> str:
    """Give a text as a docstring has it: its lines, without invisible characters."""
    return "\n".join(unix_lines(text.strip()))


def docs_of_fields(tree: ast.Module) -> set[str]:
    """Give the texts below the fields of classes, as editors read them."""
    return {
        inspect.cleandoc(after.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for field, after in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr)
        if isinstance(after.value, ast.Constant)
    }


def test_modules_hold_the_statements_of_harmless_texts(nasty, plain):
    """Classes, methods, assignments and imports are as many, and they call and name the same."""
    assert statements(nasty) == statements(plain)


def statements(built) -> tuple[Counter[str], set[str]]:
    counted: Counter[str] = Counter()
    called: set[str] = set()
    for path, tree in parsed(built).items():
        if "_runtime" not in path:
            nodes = list(ast.walk(tree))
            called |= {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
            counted.update(
                type(node).__name__
                for node in nodes
                # A docstring is an `Expr`, and there is none where a text is empty.
                if isinstance(node, ast.stmt | ast.Lambda) and not isinstance(node, ast.Expr | ast.Pass)
            )
            for node in nodes:
                assert not isinstance(node, ast.Expr) or isinstance(node.value, ast.Constant), path
    return counted, called


def test_methods_say_the_texts_of_their_actions(nasty, client):
    for name, given in nasty.texts.items():
        action = nasty.catalog.get(name)
        told = inspect.cleandoc(getattr(client.Client, name).__doc__)
        assert told.startswith(shown(action.description))
        assert f"\n\nUse when: {one_line(action.when_to_use)}\n\n" in told
        assert f"\n\nDo not use when: {one_line(action.when_not_to_use)}\n\n" in told
        if name.startswith("ask"):
            assert shown(action.more) in told
            if given["parameter description"].strip():
                assert f": {one_line(given['parameter description'])} Default: " in told
        else:
            own = next(code for code in dir(client) if code.endswith(name[-3:]) and code.startswith("Failed"))
            assert getattr(client, own).__doc__.strip() == (
                one_line(action.errors[0].description) or action.errors[0].code
            )


def test_models_have_fields_of_the_names_that_are_sent(nasty, client):
    sent = {
        name if field.alias is None else field.alias
        for model in (getattr(client.models, each) for each in dir(client.models))
        if isinstance(model, type) and "pattern" in model.model_fields
        for name, field in model.model_fields.items()
    }
    assert {given["field alias"] for name, given in nasty.texts.items() if name.startswith("tell")} <= sent


def test_literals_are_the_values_that_were_written(nasty):
    values = {
        constant.value
        for tree in parsed(nasty).values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and "Literal" in ast.dump(node.value)
        for constant in ast.walk(node.slice)
        if isinstance(constant, ast.Constant)
    }
    for name, given in nasty.texts.items():
        if name.startswith("tell"):
            assert {given["literal value"], given["enum value"], given["union tag"]} <= values


def test_fields_are_described_as_it_was_written(nasty):
    modules = [
        tree for path, tree in parsed(nasty).items() if path.startswith(f"{FOLDER}nasty_client/models/")
    ]
    told = {" ".join(doc.split()) for tree in modules for doc in docs_of_fields(tree)}
    for given in nasty.texts.values():
        description = " ".join(shown(given["field description"]).split())
        assert any(doc.startswith(description) for doc in told), description


def test_calls_send_names_as_they_are(nasty):
    constants = {
        node.value
        for path, tree in parsed(nasty).items()
        if "/actions/" in path
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for node in node.keys
        if isinstance(node, ast.Constant)
    }
    for name, given in nasty.texts.items():
        if name.startswith("ask"):
            assert given["parameter alias"] in constants
