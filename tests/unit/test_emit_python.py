from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
import typing
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest
from actionary import codes
from actionary.action_spec import ActionSpec, CursorSpec, DeprecationSpec, ErrorSpec, ExampleSpec, RateSpec
from actionary.catalog import Catalog, load
from actionary_build.emit.client_docs import MOST_IN_FULL
from actionary_build.emit.python.annotations import Code, Expression, as_json
from actionary_build.emit.python.emitter import Options, emitter
from actionary_build.emit.python.generate import GeneratorError
from actionary_build.emit.python.imports import imports_for
from actionary_build.emit.python.names import FIELDS_TAKEN, Name, class_name, module_name, names_for
from actionary_build.emit.python.offered import RUNTIME_ERRORS, RUNTIME_MODULES, RUNTIME_NAMES
from actionary_build.emit.python.python_version import python_version
from actionary_build.emit.python.rendering import _only_safe
from actionary_build.emit.python.runtime import client as runtime_client
from actionary_build.emit.python.runtime import errors as runtime_errors
from actionary_build.emit.python.runtime import options as runtime_options
from actionary_build.emit.python.runtime import result as runtime_result
from actionary_build.emit.python.runtime import unset as runtime_unset
from actionary_build.emit.python.runtime.errors import Failure
from actionary_build.emit.python.runtime.reply import RETRYABLE_STATUSES
from packaging.version import Version
from pydantic import BaseModel, ValidationError

NASTY = 'a"""b\\ """ \\N{x} \u202e \u200b \x00 \' `x` ${y} */ </script> {{ z }} {% if %}\r\nclass X: pass\n"'


PAIR = {
    "type": "array",
    "prefixItems": [{"type": "integer"}, {"type": "string"}],
    "minItems": 2,
    "maxItems": 2,
}


def emitted(catalog: Catalog, **options: Any) -> dict[str, str]:
    files = {file.path: file for file in emitter.emit(catalog, Options(**options), {})}
    assert not any(file.served for file in files.values())
    return {path.removeprefix("clients/python/"): file.content.decode() for path, file in files.items()}


def with_action(sample: Catalog, **changes: Any) -> Catalog:
    """The sample with one action only, changed."""
    action = sample.get("search_products")
    assert action is not None
    return replace(sample, actions=(replace(action, **changes),))


def parsed(catalog: Catalog) -> dict[str, ast.Module]:
    return {path: ast.parse(text) for path, text in emitted(catalog).items() if path.endswith(".py")}


def function(tree: ast.Module, name: str) -> ast.FunctionDef:
    return next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name)


def keywords(tree: ast.Module, name: str) -> list[str]:
    return [argument.arg for argument in function(tree, name).args.kwonlyargs]


def objects(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


# What is emitted


def test_a_project_with_one_module_for_each_first_tag(sample: Catalog) -> None:
    assert sorted(path for path in emitted(sample) if "_runtime" not in path) == [
        "AGENTS.md",
        "README.md",
        "my_shop_client/__init__.py",
        "my_shop_client/_auth.py",
        "my_shop_client/actions/__init__.py",
        "my_shop_client/actions/calendar.py",
        "my_shop_client/actions/default.py",
        "my_shop_client/actions/shop.py",
        "my_shop_client/actions/trees.py",
        "my_shop_client/client.py",
        "my_shop_client/errors/__init__.py",
        "my_shop_client/errors/shop.py",
        "my_shop_client/models/__init__.py",
        "my_shop_client/models/calendar.py",
        "my_shop_client/models/shop.py",
        "my_shop_client/models/trees.py",
        "my_shop_client/py.typed",
        "pyproject.toml",
    ]


def test_the_runtime_is_copied_as_it_is(sample: Catalog) -> None:
    files = emitted(sample)
    for module in (runtime_client, runtime_errors, runtime_options, runtime_result, runtime_unset):
        source = Path(str(module.__file__))
        assert files[f"my_shop_client/_runtime/{source.name}"] == source.read_text()


def test_actions_without_a_route_and_their_types_stay_out(sample: Catalog) -> None:
    everything = "\n".join(emitted(sample).values())
    assert "internal_report" not in everything
    assert "navigate" not in everything
    assert "NavigateInput" not in everything


def test_the_same_catalog_gives_the_same_bytes_in_whatever_order_it_was_written(sample: Catalog) -> None:
    def backwards(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: backwards(node[key]) for key in reversed(node)}
        return [backwards(item) for item in node] if isinstance(node, list) else node

    turned = load(backwards(sample.dump()))
    turned = replace(turned, actions=tuple(reversed(turned.actions)))
    assert emitted(turned) == emitted(sample)


def test_a_catalog_without_actions_still_gives_a_client(sample: Catalog) -> None:
    files = emitted(replace(sample, actions=()))
    assert "    class _SyncMethods(\n        _SyncCalls[_Auth],\n    )" in files["my_shop_client/client.py"]
    for path, text in files.items():
        if path.endswith(".py"):
            ast.parse(text)


def test_the_generator_leaves_no_header(sample: Catalog) -> None:
    models = emitted(sample)["my_shop_client/models/shop.py"]
    assert models.startswith('"""Types of the API')
    assert "datamodel" not in models
    assert "generated" not in models


def test_looking_the_emitter_up_does_not_import_the_generator() -> None:
    program = (
        "import sys; import actionary_build.emit.python as target; "
        "print([name for name in ('datamodel_code_generator', 'httpx2', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Options


def test_the_package_has_the_name_one_gives_it(sample: Catalog) -> None:
    files = emitted(sample, package="acme_shop")
    assert "acme_shop/client.py" in files
    assert tomllib.loads(files["pyproject.toml"])["project"]["name"] == "acme-shop"
    assert "from acme_shop import Client" in files["README.md"]


@pytest.mark.parametrize("package", ["My-Shop", "", "1shop", "class", "a.b", "../x", "x_"])
def test_a_package_name_that_cannot_be_imported_is_refused(package: str) -> None:
    with pytest.raises(ValidationError, match="is no package name"):
        Options(package=package)


@pytest.mark.parametrize(
    "package", ["json", "typing", "pydantic", "httpx2", "anyio", "actionary", "actionary_build"]
)
def test_a_package_called_like_one_that_programs_need_is_refused(package: str) -> None:
    with pytest.raises(ValidationError, match=f"'{package}' is another one.* write {package}_client"):
        Options(package=package)
    assert Options(package=f"{package}_client")


def test_whatever_the_client_imports_is_no_name_for_it(sample: Catalog) -> None:
    imported = {
        name.split(".")[0]
        for path, text in emitted(sample).items()
        if path.endswith(".py")
        for node in ast.walk(ast.parse(text))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom) and node.level == 0
            else []
        )
    }
    assert {"json", "httpx2", "pydantic"} <= imported
    for name in imported - {"__future__"}:
        with pytest.raises(ValidationError, match="is another one"):
            Options(package=name)


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Options(packages="x")


@pytest.mark.parametrize(
    ("title", "package"), [("日本", "client"), ("3D Shop", "n3d_shop_client"), ("Été!", "t_client")]
)
def test_any_title_gives_a_package_name(sample: Catalog, title: str, package: str) -> None:
    assert f"{package}/client.py" in emitted(replace(sample, title=title))


# Names


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("from", "from_"),
        ("class", "class_"),
        ("None", "None_"),
        ("a-b", "a_b"),
        ("", "value"),
        ("😀", "value"),
        ("__proto__", "proto__"),
        ("_x", "x"),
        ("1a", "n1a"),
        ("type", "type"),
        ("match", "match"),
        ("x", "x"),
    ],
)
def test_every_property_gets_a_public_name(wire: str, name: str) -> None:
    assert Name(wire) == name
    assert name.isidentifier()


def test_names_that_are_good_already_are_kept_and_no_two_are_alike() -> None:
    assert names_for(["a-b", "a_b", "a b", "self"], {"self"}) == {
        "a-b": "a_b_",
        "a_b": "a_b",
        "a b": "a_b__",
        "self": "self_",
    }


def test_modules_and_classes_have_names_of_their_kind() -> None:
    assert module_name("Meal Plans") == "meal_plans"
    assert module_name("class") == "class_"
    assert module_name("日本") == "default"
    assert module_name(None) == "default"
    assert class_name("out_of_stock") == "OutOfStock"


def test_an_input_may_be_called_like_what_every_method_has(sample: Catalog) -> None:
    schema = objects(self={"type": "integer"}, options={"type": "integer"}, options_={"type": "integer"})
    tree = parsed(with_action(sample, input=schema))["my_shop_client/actions/shop.py"]
    assert keywords(tree, "search_products") == ["options__", "options_", "self_", "options"]


def test_actions_called_like_built_in_types_hide_nothing(sample: Catalog) -> None:
    action = sample.get("search_products")
    assert action is not None
    schema = objects(tags={"type": "array", "items": {"type": "string"}}, models={"type": "integer"})
    actions = tuple(
        replace(action, name=name, input=schema) for name in ("list", "str", "models", "close", "typing")
    )
    tree = parsed(replace(sample, actions=actions))["my_shop_client/actions/shop.py"]
    argument = function(tree, "models").args.kwonlyargs[1]
    assert argument.annotation is not None
    assert ast.unparse(argument.annotation) == "_builtins.list[_builtins.str] | _Unset"
    assert function(tree, "close_")


def test_a_domain_error_called_like_ours_makes_way(sample: Catalog) -> None:
    errors = tuple(
        ErrorSpec(code=code, status=409, retryable=False, description="", details=None)
        for code in ("network_error", "ok", "client", "unset", "out_of_stock")
    )
    tree = parsed(with_action(sample, errors=errors))["my_shop_client/errors/shop.py"]
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert classes == ["ClientError_", "NetworkErrorError", "OkError", "OutOfStock", "UnsetError"]


def test_one_error_of_several_actions_is_one_class(sample: Catalog) -> None:
    error = ErrorSpec(code="gone", status=410, retryable=False, description="Gone.", details=None)
    actions = tuple(replace(action, errors=(error,)) for action in sample.http_actions)
    files = emitted(replace(sample, actions=actions))
    assert files["my_shop_client/errors/_shared.py"].count("class Gone(") == 1


def test_renamed_arguments_are_listed_in_the_readme(sample: Catalog) -> None:
    readme = emitted(sample)["README.md"]
    assert "| `list_events` | `from` | `from_` |" in readme
    assert "| `delete` | `a-b` | `a_b` |" in readme


def test_the_readme_says_how_callers_say_who_they_are(sample: Catalog) -> None:
    readme = emitted(sample)["README.md"]
    assert (
        '- `auth={"key": "KEY"}`, sent as `X-Shop-Key: KEY`, for `list_events`.\n'
        '- `auth={"tokens": "TOKEN"}`, sent as `Authorization: Bearer TOKEN`,'
        " for `add_node` (scopes `nodes:write`)."
        " A token of the login page.\n"
    ) in readme
    asks_nobody = replace(sample, actions=tuple(each for each in sample if each.scheme is None))
    assert "## Who calls" not in emitted(asks_nobody)["README.md"]


def test_a_readme_of_very_many_actions_has_a_line_of_each(sample: Catalog) -> None:
    base = sample.get("search_products")
    assert base is not None

    def written(count: int) -> str:
        actions = tuple(replace(base, name=f"find_{number:04}") for number in range(count))
        return emitted(replace(sample, actions=actions))["README.md"]

    few, many = written(MOST_IN_FULL), written(MOST_IN_FULL + 1)
    assert few.count("\n### find_") == MOST_IN_FULL
    assert "\n## Types\n" in few
    assert "\n### find_" not in many
    assert "\n## Types\n" not in many
    assert many.count("\n| `find_") == MOST_IN_FULL + 1
    assert "told by its docstring" in many
    assert "told by its docstring" not in few
    assert max(len(few.encode()), len(many.encode())) < 512_000  # of which GitHub shows no more


def test_agents_are_told_of_so_many_actions_and_where_the_others_are(sample: Catalog) -> None:
    base = sample.get("search_products")
    assert base is not None
    actions = tuple(
        replace(base, name=f"find_{number:03}", description="word " * 60) for number in range(130)
    )
    text = emitted(replace(sample, actions=actions))["AGENTS.md"]
    assert text.count("\n- `find_") == 100
    assert 'And 30 more: "Actions" in `README.md` lists all of them' in text
    assert max(map(len, text.splitlines())) < 220
    assert "get around" not in text
    assert "more: " not in emitted(sample)["AGENTS.md"]
    assert "get around `ApprovalRequired`" in emitted(sample)["AGENTS.md"]


def test_the_readme_says_that_a_call_under_a_key_is_not_given_up(sample: Catalog) -> None:
    order = sample.get("create_order")
    assert order is not None
    for keyed in (True, False):
        catalog = replace(sample, actions=(replace(order, idempotency_key=keyed),))
        told = emitted(catalog)["README.md"].partition("\n## Progress")[2].partition("\n## ")[0]
        assert "Leaving the loop early lets the connection go" in told
        assert ("not one under a key: that one runs to its end" in " ".join(told.split())) is keyed


def test_agents_of_an_api_without_actions_are_told_what_never_to_do(sample: Catalog) -> None:
    text = emitted(replace(sample, actions=()))["AGENTS.md"]
    assert "## Never" in text
    assert "## Actions" not in text


@pytest.mark.parametrize("style", ["dataclass", "", None])
def test_another_style_is_refused(style: Any) -> None:
    with pytest.raises(ValidationError, match="'pydantic' or 'typeddict'"):
        Options(style=style)


def test_types_of_plain_data_are_those_of_json() -> None:
    given = (
        "_typing.Annotated[list[_datetime.datetime], _pydantic.Field(min_length=1)] | None",
        "tuple[_uuid.UUID, int, _uuid.UUID] | tuple[float, ...]",
        "ActionaryDecimal | float | str",
        "dict[str, _typing.Literal['_datetime.date', 'a | b']]",
        "list[_typing.Any] | _typing.Any",
    )
    assert [as_json(Expression(each)) for each in given] == [
        "list[str] | None",
        "list[str | int] | list[float]",
        "str | float",
        "dict[str, _typing.Literal['_datetime.date', 'a | b']]",
        "list[_typing.Any] | _typing.Any",
    ]


# Texts of people


@pytest.mark.parametrize("style", ["pydantic", "typeddict"])
def test_no_text_of_people_becomes_code(sample: Catalog, style: str) -> None:
    enum = {"enum": [NASTY, "a"], "type": "string", "description": NASTY}
    nested = objects(**{NASTY: enum, "plain": {"type": "string", "pattern": '^"""\'$', "default": NASTY}})
    error = ErrorSpec(code="bad", status=409, retryable=False, description=NASTY, details=nested)
    catalog = with_action(
        replace(sample, title=NASTY, description=NASTY, types={"T": {**nested, "description": NASTY}}),
        description=NASTY,
        more=NASTY,
        when_to_use=NASTY,
        when_not_to_use=NASTY,
        tags=(NASTY,),
        errors=(error,),
        examples=(ExampleSpec(input={NASTY: NASTY}),),
        input=objects(**{NASTY: {"$ref": "#/$defs/T", "description": NASTY}}),
        output={"$ref": "#/$defs/T"},
    )
    files = emitted(catalog, style=style)
    for path, text in files.items():
        assert not {"\u202e", "\u200b", "\x00", "\r"} & set(text), path
        if path.endswith(".py"):
            tree = ast.parse(text)
            assert "X" not in {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}, path
    assert tomllib.loads(files["pyproject.toml"])["project"]["version"] == "1.2.0"


LIKE_CODE = (
    "It goes as _Call, as _typing, as _models.\n_Ok: x\n_Maybe = 3\n_shared: y\n_pydantic = 4\n"
    "class _models\nclass _Failure:\n_Reader uses _Scheme and _Basic.\nfrom a import b as _UNSET"
)


@pytest.mark.parametrize("style", ["pydantic", "typeddict"])
@pytest.mark.parametrize("text", [LIKE_CODE, "# the imports"])
def test_no_text_of_people_changes_what_a_module_imports(sample: Catalog, style: str, text: str) -> None:
    def catalog_told(text: str) -> Catalog:
        kind = {**objects(a={"type": "string", "description": text}), "description": text}
        error = ErrorSpec(code="bad", status=409, retryable=False, description=text, details=kind)
        return with_action(
            replace(sample, title=text, types={"T": kind}),
            description=text,
            more=text,
            when_to_use=text,
            errors=(error,),
            examples=(),
            input=objects(a={"$ref": "#/$defs/T"}, b={"enum": [text, "b"], "description": text}),
            output={"$ref": "#/$defs/T"},
        )

    told, other = (
        {
            path: [
                ast.unparse(node)
                for node in ast.parse(file).body
                if isinstance(node, ast.Import | ast.ImportFrom)
            ]
            for path, file in emitted(catalog_told(each), package="x_client", style=style).items()
            if path.endswith(".py")
        }
        for each in (text, "Words.")
    )
    assert told == other


def test_a_template_takes_only_safe_texts() -> None:
    assert _only_safe(Code("x")) == "x"
    with pytest.raises(TypeError, match="no safe text"):
        _only_safe("x")


def test_a_method_says_what_its_action_says(sample: Catalog) -> None:
    tree = parsed(sample)["my_shop_client/actions/shop.py"]
    doc = ast.get_docstring(function(tree, "create_order")) or ""
    assert doc.splitlines()[0] == "Create an order."
    assert "Use when: The user wants to buy." in doc
    assert "note: Shown on the parcel. Default: null." in doc
    assert "out_of_stock: Fewer items are in stock than were asked for." in doc
    assert "Deprecated since 2026-01-31. It will be removed on 2027-01-31." in (
        ast.get_docstring(function(parsed(sample)["my_shop_client/actions/default.py"], "old_ping")) or ""
    )


# Agreement with the table of codes


def classes_by_code() -> dict[str, type[Failure]]:
    found: dict[str, type[Failure]] = {}
    for name in RUNTIME_ERRORS:
        cls = getattr(runtime_errors, name)
        if isinstance(cls, type) and issubclass(cls, Failure) and cls is not Failure:
            (code,) = typing.get_args(typing.get_type_hints(cls)["code"])
            default = next(field.default for field in fields(cls) if field.name == "code")
            assert default == code
            found[code] = cls
    return found


def test_each_code_an_action_can_give_has_its_class(sample: Catalog) -> None:
    reachable = {code.name for action in every_action(sample) for code in action.common_codes}
    assert set(classes_by_code()) == (reachable - codes.IN_PROCESS) | set(codes.CLIENT)


def every_action(sample: Catalog) -> list[ActionSpec]:
    action = sample.get("create_order")
    assert action is not None
    return [
        replace(
            action,
            auth=True,
            authorize=True,
            rate_limit=(RateSpec(calls=1, seconds=1),),
            timeout_ms=1,
            credentials=("bank",),
        ),
        *sample.http_actions,
    ]


def test_each_class_is_named_and_explained_as_its_code_is() -> None:
    for code, cls in classes_by_code().items():
        assert cls.__name__ == class_name(code)
        meaning = {**codes.COMMON, **codes.CLIENT}[code].meaning
        doc = (cls.__doc__ or "").splitlines()[0]
        assert doc.rstrip(".").split(":")[0].split(";")[0] in meaning


def test_client_errors_are_the_codes_only_a_client_sees() -> None:
    named = {
        typing.get_args(typing.get_type_hints(cls)["code"])[0]
        for cls in typing.get_args(runtime_errors.ClientError)
    }
    assert named == set(codes.CLIENT)


def test_gateway_statuses_are_those_of_the_table() -> None:
    assert RETRYABLE_STATUSES == codes.RETRYABLE_STATUSES


def test_the_names_the_emitter_keeps_free_are_those_the_runtime_has() -> None:
    own = {
        name
        for name, value in vars(runtime_errors).items()
        if getattr(value, "__module__", "") == runtime_errors.__name__ or name == "ClientError"
    }
    assert own == set(RUNTIME_ERRORS)
    for module, names in RUNTIME_MODULES.items():
        runtime = importlib.import_module(f"actionary_build.emit.python.runtime.{module}")
        assert all(hasattr(runtime, name) for name in names)
    listed = {name for names in RUNTIME_MODULES.values() for name in names}
    assert set(RUNTIME_NAMES) - listed == {"Client", "AsyncClient", "Auth", "AsyncAuth"}


def test_every_field_but_those_with_a_meaning_must_be_given() -> None:
    required = {field.name for field in fields(Failure) if field.default is MISSING}
    assert required == {"code", "message", "status", "retryable", "details", "action", "latency_ms"}


# Models


@pytest.fixture
def models(sample: Catalog) -> Any:
    def describe(schema: dict[str, Any], **types: Any) -> str:
        catalog = with_action(replace(sample, types=types), input=objects(x=schema), output={}, examples=())
        return emitted(catalog)["my_shop_client/models/shop.py"]

    return describe


def test_a_field_may_be_called_like_a_method_of_pydantic_or_a_type(models: Any) -> None:
    text = models(
        {"$ref": "#/$defs/Order"},
        Order={
            **objects(
                **{name: {"type": "string"} for name in ("copy", "model_dump", "json", "Order", "list")}
            ),
            "required": ["copy", "model_dump", "json", "Order", "list"],
        },
    )
    assert "copy_: _typing.Annotated[_builtins.str" not in text
    assert 'copy_: _typing.Annotated[str, _pydantic.Field(alias="copy")]' in text.replace("'", '"')
    assert "model_dump_: " in text
    assert "Order_: " in text
    assert "    list: str" in text


def test_types_called_like_what_models_import_keep_their_names(models: Any) -> None:
    names = ("UUID", "Any", "date", "Field", "Model", "Decimal", "str")
    text = models(
        {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in names]},
        **{
            name: {
                **objects(x={"type": "string", "format": "uuid"}, y={"type": "string"}),
                "required": ["x", "y"],
            }
            for name in names
        },
    )
    for name in names:
        assert f"class {name}(_Model):" in text
    assert "x: _uuid.UUID" in text
    assert "y: _builtins.str" in text


def test_a_default_the_server_makes_is_left_to_the_server(models: Any) -> None:
    text = models({"$ref": "#/$defs/T"}, T=objects(made={"type": "array", "items": {"type": "string"}}))
    assert "made: _Maybe[list[str]] = _UNSET" in text


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "pattern": "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$"}, "_decimal.Decimal"),
        (
            {
                "anyOf": [
                    {"type": "number", "minimum": 0},
                    {"type": "string", "pattern": "^(?!^[-+.]*$)[+-]?0*\\d*$"},
                ]
            },
            "_decimal.Decimal",
        ),
        ({"anyOf": [{"type": "number"}, {"type": "string"}]}, "_decimal.Decimal | float | str"),
        ({"type": "string", "format": "uri"}, "str"),
        ({"type": "string", "format": "binary"}, "str"),
        ({"type": "string", "pattern": "^(?=a)b"}, "str"),
        ({"type": "string", "pattern": "^a$"}, "_typing.Annotated[str, _pydantic.Field(pattern='^a$')]"),
        ({"type": "string", "format": "date-time"}, "_datetime.datetime"),
        ({"type": "string", "format": "duration"}, "_datetime.timedelta"),
        ({"enum": [1.5, 2.5], "type": "number"}, "float"),
        ({"enum": ["a", None, True, 3]}, "_typing.Literal['a', True, 3] | None"),
        ({"const": {"a": 1}}, "_typing.Any"),
        ({"type": ["string", "null"]}, "str | None"),
        ({"type": "object"}, "dict[str, _typing.Any]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "dict[str, int]"),
        (
            {"type": "object", "additionalProperties": {"type": "integer", "minimum": 2}},
            "dict[str, _typing.Annotated[int, _pydantic.Field(ge=2)]]",
        ),
        (
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
            "tuple[int, str]",
        ),
        ({}, "_typing.Any"),
        (True, "_typing.Any"),
    ],
)
def test_each_shape_has_its_type(models: Any, schema: Any, expected: str) -> None:
    text = models({"$ref": "#/$defs/T"}, T={**objects(field=schema), "required": ["field"]})
    assert f"    field: {expected}\n" in text


def test_objects_without_a_name_are_named_after_their_place(models: Any) -> None:
    inner = {**objects(x={"type": "integer"}), "required": ["x"]}
    text = models(
        {"type": "array", "items": {**inner, "properties": {"x": inner}}}, SearchProductsXItem=objects()
    )
    assert "class SearchProductsXItem(_Model):\n    x: SearchProductsXItemX" in text


def test_only_what_is_sent_refuses_unknown_fields(sample: Catalog) -> None:
    closed = {**objects(x={"type": "integer"}), "additionalProperties": False}
    catalog = with_action(
        replace(sample, types={"In": closed, "Out": closed, "Both": closed}),
        input=objects(a={"$ref": "#/$defs/In"}, b={"$ref": "#/$defs/Both"}),
        output=objects(a={"$ref": "#/$defs/Out"}, b={"$ref": "#/$defs/Both"}),
        examples=(),
    )
    text = emitted(catalog)["my_shop_client/models/shop.py"]
    assert text.count('extra="forbid"') == 1
    config = 'model_config: _typing.ClassVar[_pydantic.ConfigDict] = _pydantic.ConfigDict(extra="forbid")'
    assert f"class In(_Model):\n    {config}" in text


def test_a_module_imports_what_it_names_and_does_not_make_itself() -> None:
    module = '''"""Of _Call and \\"""_Pages."""
# _Basic
_HERE: _Ok[int] = _Ok(_given="_Unset", other='_Secret \\' _Auth')
_ALSO = self._call(
    _with_extra(
        {"_UNSET": _Scheme},
    ),
)


class _SyncCalls(_typing.Any):
    pass
'''
    imported = [
        line.rpartition(" ")[2] for line in imports_for(module, 2, ["_Reader[_HERE]"]).split("\n") if line
    ]
    assert imported == ["_typing", "_Scheme", "_with_extra", "_Ok", "_Reader"]


def test_a_name_that_comes_from_nowhere_is_our_mistake() -> None:
    with pytest.raises(GeneratorError, match=r"needs enum, .* a mistake of Actionary"):
        imports_for("x: _enum.Enum", 1)


@pytest.mark.parametrize(
    ("given", "version"),
    [
        ("1.2.0", "1.2.0"),
        ("v1.2rc1", "v1.2rc1"),
        ("1.2.0-beta.3+build.7", "1.2.0-beta.3+build.7"),
        ("2026-01-31 nightly", "2026+01.31.nightly"),
        ("2026-01-31", "2026+01.31"),
        ("1.2.0-next.1", "1.2.0.dev0+next.1"),
        ("v1.2.0-0.3.7", "v1.2.0.dev0+0.3.7"),
        ("1.2.0-1", "1.2.0.dev0+1"),
        ("1.2.0-1+build.7", "1.2.0.dev0+1.build.7"),
        ("1.2.0-rc.1.2", "1.2.0-rc.1+2"),
        ("1.2.0-betamax", "1.2.0.dev0+betamax"),
        ("1.2.0-SNAPSHOT", "1.2.0.dev0+snapshot"),
        ("1.2.0-post.1", "1.2.0-post.1"),
        ("1.2-1", "1.2-1"),
        ("1.2.0+exp.sha-5", "1.2.0+exp.sha-5"),
        ("next", "0+next"),
        ("*/", "0"),
    ],
)
def test_the_package_has_a_version_that_pip_takes(sample: Catalog, given: str, version: str) -> None:
    files = emitted(replace(sample, version=given))
    assert tomllib.loads(files["pyproject.toml"])["project"]["version"] == version
    assert Version(version)


@pytest.mark.parametrize(
    "older",
    [
        "0.3.7",
        "1",
        "alpha",
        "alpha.1",
        "alpha.beta",
        "beta.2",
        "next.1",
        "rc.1",
        "rc.1.2",
        "x-y-z",
        "SNAPSHOT+7",
    ],
)
def test_what_is_before_a_release_is_older_than_it(older: str) -> None:
    assert Version(python_version("1.1.9")) < Version(python_version(f"1.2.0-{older}"))
    assert Version(python_version(f"1.2.0-{older}")) < Version(python_version("1.2.0"))


def test_a_long_title_gives_a_folder_that_file_systems_take(sample: Catalog) -> None:
    [package] = {path.split("/")[0] for path in emitted(replace(sample, title="a " * 300)) if "/" in path}
    assert len(package) <= 110
    assert package.startswith("a_a_")
    assert package.endswith("_a_client")


def test_another_action_is_called_as_the_client_calls_it_and_only_if_it_is_there(sample: Catalog) -> None:
    old = replace(sample.get("old_ping"), deprecated=DeprecationSpec(use_instead="match"))
    new = replace(sample.get("add_node"), name="match")
    for other, told in ((new, "Deprecated. Use match_ instead."), (replace(new, http=None), "Deprecated.")):
        files = emitted(replace(sample, actions=(old, other)))
        tree = ast.parse(files["my_shop_client/actions/default.py"])
        assert told in (ast.get_docstring(function(tree, "old_ping")) or "").splitlines()
        shown = told.replace("match_", r"match\_")  # which Markdown shows as it was
        assert f"Answer. {shown}\n" in files["README.md"]
        assert f"| {shown} Answer. |\n" in files["README.md"]


def test_how_pages_are_got_is_said_with_the_names_of_the_client(sample: Catalog) -> None:
    page = objects(**{"next": {"type": ["string", "null"]}, "class": {"type": "array"}})
    paged = replace(
        sample.get("search_products"),
        input=objects(**{"from": {"type": ["string", "null"]}}),
        output=page,
        paginate=CursorSpec(input="from", output="next", items="class"),
    )
    files = emitted(replace(sample, actions=(paged,)))
    told = "It gives class_ page by page: send next of the output as from_ for the next page;"
    assert told in files["my_shop_client/actions/shop.py"]
    assert told.replace("_ ", r"\_ ") in files["README.md"]


def test_the_readme_says_of_an_action_what_goes_in_comes_out_and_may_go_wrong(sample: Catalog) -> None:
    details = objects(**{"in": {"type": "integer", "minimum": 1}})
    errors = (ErrorSpec(code="gone", status=410, retryable=False, description="Gone.", details=details),)
    day = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None}
    action = replace(
        sample.get("add_node"),
        input={**objects(**{"from": {"type": "string", "minLength": 2}, "on": day}), "required": ["from"]},
        output={"type": "array", "items": {"$ref": "#/$defs/T"}},
        errors=errors,
    )
    types = {"T": objects(**{"class": {"type": "string", "description": "Which."}})}
    readme = emitted(replace(sample, actions=(action,), types=types))["README.md"]
    section = readme.partition("\n### add_node\n")[2]
    for line in (
        "- `from_`, on the wire `from`: `str`. Length at least 2.",
        "- `on` (optional): `date | None`. Default null.",
        "- `Gone` (status `410`): Gone. `details` is `models.GoneDetails`.",
        "- `class_`, on the wire `class` (optional): `str`. Which.",
        "- `in_`, on the wire `in` (optional): `int`. At least 1.",
        "| `models.T` | `class` | `class_` |",
    ):
        assert f"{line}\n" in section
    assert "Gives `list[models.T]` as `data`. Fails with `" in section


def test_an_action_without_arguments_says_so(sample: Catalog) -> None:
    ping = replace(sample.get("old_ping"), output={"type": "null"})
    readme = emitted(replace(sample, actions=(ping,)))["README.md"]
    assert "It takes no arguments.\n\nGives `None` as `data`. Fails with `" in readme


def test_no_field_has_a_name_that_pydantic_gives_every_model() -> None:
    assert {name for name in dir(BaseModel) if not name.startswith("_")} == FIELDS_TAKEN
