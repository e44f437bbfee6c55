from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from actionary import codes
from actionary.action_spec import ActionSpec, CursorSpec, DeprecationSpec, ErrorSpec
from actionary.catalog import Catalog, ChangesSpec, load
from actionary_build.emit.client_docs import MOST_IN_FULL
from actionary_build.emit.typescript.calls import COMMON_DETAILS, SHARED_TYPES
from actionary_build.emit.typescript.emitter import Options, emitter
from actionary_build.emit.typescript.examples import literal
from actionary_build.emit.typescript.names import RESERVED, name_all
from actionary_build.emit.typescript.package import semantic_version
from actionary_build.emit.typescript.package_files import FOLDER
from pydantic import ValidationError


def files(catalog: Catalog, **options: Any) -> dict[str, str]:
    written = emitter.emit(catalog, Options(**options), {})
    return {file.path.removeprefix(f"{FOLDER}/"): file.content.decode() for file in written}


@pytest.fixture
def search(sample: Catalog) -> ActionSpec:
    action = sample.get("search_products")
    assert action is not None
    return action


def named(sample: Catalog, action: ActionSpec, *names: str, **more: Any) -> Catalog:
    """A catalog of copies of one action."""
    return replace(sample, actions=tuple(replace(action, name=name, **more) for name in names))


def test_reserved_and_taken_names_get_a_trailing_underscore(sample: Catalog, search: ActionSpec) -> None:
    wishes = ["then", "delete", "unwrap", "create_client", "call", "search_products"]
    names = name_all(named(sample, search, *wishes))
    assert [str(names.actions[wish].function) for wish in wishes] == [
        "then_",
        "delete_",
        "unwrap_",
        "createClient_",
        "call_",
        "searchProducts",
    ]
    assert dict(names.renamed)["then"] == "then_"
    assert "search_products" not in dict(names.renamed)


def test_types_never_share_a_name(sample: Catalog, search: ActionSpec) -> None:
    types = ["Promise", "Failure", "SearchProductsResult", "a.b", "a_b", "class", "searchProducts"]
    holder = {"type": "object", "properties": {name: {"$ref": f"#/$defs/{name}"} for name in types}}
    catalog = replace(
        named(sample, search, "search_products", input=holder),
        types={**sample.types, **{name: {"type": "string"} for name in types}},
    )
    names = name_all(catalog)
    given = [
        *names.types.values(),
        names.actions["search_products"].result,
        names.actions["search_products"].function,
    ]
    assert {name: str(names.types[name]) for name in types} == {
        "Promise": "Promise_",
        "Failure": "Failure_",
        "SearchProductsResult": "SearchProductsResult",
        "a.b": "a_b",
        "a_b": "a_b_",
        "class": "class_",
        "searchProducts": "searchProducts_",
    }
    assert str(names.actions["search_products"].result) == "SearchProductsResult_"
    assert len(set(given)) == len(given)
    assert RESERVED.isdisjoint(given)


def test_every_export_of_the_index_is_reserved(sample: Catalog) -> None:
    index = files(replace(sample, actions=()))["src/index.ts"]
    exported = index.replace("type ", "").replace("export", "").replace("\n", " ")
    names = [name.strip() for part in exported.split("{")[1:] for name in part.partition("}")[0].split(",")]
    assert {name for name in names if name} <= RESERVED


def test_only_types_that_a_call_reaches_are_written(sample: Catalog) -> None:
    types = files(sample)["src/types.ts"]
    assert "NavigateInput" not in types
    assert "export interface StockDetails {" in types


def test_actions_lie_in_the_module_of_their_first_tag(sample: Catalog, search: ActionSpec) -> None:
    assert [path for path in files(sample) if path.startswith("src/actions/")] == [
        "src/actions/calendar.ts",
        "src/actions/default.ts",
        "src/actions/shop.ts",
        "src/actions/trees.ts",
    ]
    odd = files(named(sample, search, "a", tags=("../../Two Words",)))
    assert "src/actions/two-words.ts" in odd
    assert "src/actions/default.ts" in files(named(sample, search, "a", tags=("商店",)))


def test_the_codes_of_a_call_are_those_of_the_table_and_its_own(sample: Catalog) -> None:
    shop = files(sample)["src/actions/shop.ts"]
    create_order = sample.get("create_order")
    assert create_order is not None
    table = shop.partition("const $createOrder")[2].partition("};")[0]
    expected = [code.name for code in create_order.common_codes] + ["out_of_stock", "shop_closed"]
    listed = re.findall(r'^  codes: " (.*) ",$', table, re.MULTILINE)[0].split(" ")
    assert [code.removesuffix("!") for code in listed] == expected
    assert {code for code in listed if code.endswith("!")} == {"invalid_input!", "conflict!", "out_of_stock!"}
    failures = re.findall(r"export type CreateOrderFailure =([^;]*);", shop)[0]
    shared = {code for name, stands_for in SHARED_TYPES.items() if name in failures for code in stands_for}
    assert "BodyCallFailure" in re.findall(r"\w+", failures)
    assert shared.isdisjoint(re.findall(r'Failure<"(\w+)"', failures))
    assert shared | set(re.findall(r'Failure<"(\w+)"', failures)) == set(expected)


def test_what_stands_for_several_codes_is_what_the_runtime_says(sample: Catalog) -> None:
    runtime = files(sample)["src/runtime/result.ts"]
    own = re.findall(r"export type ClientFailure =([^;]*);", runtime)[0]
    for name, stands_for in list(SHARED_TYPES.items())[:2]:
        found = re.findall(rf"export type {name} =([^;]*);", runtime)[0]
        assert own not in found
        found = found.replace("| CallFailure", re.findall(r"export type CallFailure =([^;]*);", runtime)[0])
        assert "| ClientFailure" in found
        written = {
            code: details or None for code, details in re.findall(r'Failure<"(\w+)"(?:, ([^>]*))?>', found)
        }
        assert written == {code: COMMON_DETAILS.get(code) for code in stands_for}


def test_a_call_without_some_shared_code_names_the_others(sample: Catalog, search: ActionSpec) -> None:
    shop = files(named(sample, search, "a", invalid_output=False))["src/actions/shop.ts"]
    failures = re.findall(r"export type AFailure =([^;]*);", shop)[0]
    assert "CallFailure" not in failures
    assert "ClientFailure" in failures
    assert 'Failure<"timeout">' in failures
    assert "invalid_output" not in shop


def test_what_may_pass_comes_from_the_one_table(sample: Catalog) -> None:
    listed = re.search(r"const PASSING\b.*? = (\[.*?\]);", files(sample)["src/runtime/failure.ts"], re.DOTALL)
    assert listed is not None
    passing = [code.name for code in codes.CLIENT.values() if code.retryable]
    assert json.loads(listed[1].replace(",\n]", "]")) == [*passing, *sorted(codes.RETRYABLE_STATUSES)]


def test_the_client_knows_the_catalog_it_was_made_of(sample: Catalog) -> None:
    assert f'"{sample.surface[:16]}"' in files(sample)["src/client.ts"]


def test_the_runtime_names_no_code_but_the_client_s_own_and_those_it_repeats_by(sample: Catalog) -> None:
    common = set(codes.COMMON) - {"not_found"}
    for path, text in files(sample).items():
        if path.startswith("src/runtime/"):
            found = {code for code in common if re.search(rf"[\"(|]{code}[\"|)]", text)}
            repeated_by = (
                {"conflict", "rate_limited", "unavailable"} if path.endswith("/repeat.ts") else set()
            )
            typed = set[str]().union(*SHARED_TYPES.values()) if path.endswith("/result.ts") else set()
            assert found == repeated_by | typed, path


def test_when_a_call_may_be_repeated_is_as_it_is_defined(sample: Catalog, search: ActionSpec) -> None:
    def written(**changes: Any) -> list[str]:
        shop = files(named(sample, search, "a", **changes))["src/actions/shop.ts"]
        return re.findall(
            r"^  (?:repeat: )?(always|underKey|unlessApproved|unlessBegun|newKey),$", shop, re.MULTILINE
        )

    assert written(read_only=True, idempotent=False) == ["always"]
    assert written(read_only=False, idempotent=True) == ["always"]
    assert written(read_only=False, idempotent=True, needs_approval=True) == ["unlessApproved"]
    assert written(read_only=False, idempotent=True, idempotency_key=True) == ["underKey", "newKey"]
    assert written(read_only=False, idempotent=False, idempotency_key=True) == ["underKey", "newKey"]
    assert written(read_only=False, idempotent=False, idempotency_key=False) == ["unlessBegun"]


def test_nothing_of_conversions_is_in_a_package_that_does_not_ask_for_them(sample: Catalog) -> None:
    plain, exact = files(sample), files(sample, integers="bigint")
    assert exact.keys() - plain.keys() == {"src/runtime/exact.ts", "src/shapes.ts"}
    assert "bigint" not in plain["src/types.ts"]
    assert "bigint" in exact["src/types.ts"]
    assert "Date;" not in exact["src/types.ts"]
    assert exact["schemas/shop.js"] == plain["schemas/shop.js"]
    assert exact["src/client.ts"] == plain["src/client.ts"]


def test_changes_are_heard_only_where_the_server_tells_of_them(sample: Catalog) -> None:
    assert "subscribeChanges" not in files(sample)["src/index.ts"]
    telling = files(replace(sample, changes=ChangesSpec(auth=False)))
    assert "subscribeChanges" in telling["src/index.ts"]
    assert 'path: "/api/changes",' in telling["src/changes.ts"]


def test_agents_are_told_of_each_action_in_a_line_as_long_as_they_are_few(
    sample: Catalog, search: ActionSpec
) -> None:
    def listed(catalog: Catalog) -> list[str]:
        return [line for line in files(catalog)["AGENTS.md"].splitlines() if line.startswith("- `")]

    assert len(listed(sample)) == len(sample.http_actions)
    assert "- `searchProducts(input: SearchProductsInput)` (reads only): " in files(sample)["AGENTS.md"]
    many = tuple(replace(search, name=f"a_{i}", description="Do it. " * 1000) for i in range(1000))
    text = files(replace(sample, actions=many))["AGENTS.md"]
    assert len(listed(replace(sample, actions=many))) == 100
    assert "And 900 more: " in text
    assert len(text) < 30_000


def test_a_readme_of_very_many_actions_has_a_line_of_each_and_is_shown_whole(
    sample: Catalog, search: ActionSpec
) -> None:
    def written(count: int) -> str:
        tags = ("first", "second")
        many = (replace(search, name=f"a_{at}", tags=(tags[at % 2],)) for at in range(count))
        return files(replace(sample, actions=tuple(many)))["README.md"]

    few, many = written(MOST_IN_FULL), written(MOST_IN_FULL + 600)
    assert few.count("\n### a") == MOST_IN_FULL
    assert "## Types" in few
    assert len(few.encode()) < 512_000  # of which GitHub shows no more
    assert "## Types" not in many
    assert [line for line in many.splitlines() if line.startswith("### ")][-2:] == ["### first", "### second"]
    listed = re.findall(r"^- `a\d+\(.*$", many, re.MULTILINE)
    assert len(listed) == MOST_IN_FULL + 600
    assert all(line.endswith("Search the product catalogue.") for line in listed)
    assert len(many.encode()) < 512_000


def test_a_domain_code_is_written_as_text(sample: Catalog, search: ActionSpec) -> None:
    error = ErrorSpec(code="__proto__", status=400, retryable=False, description="", details=None)
    shop = files(named(sample, search, "a", errors=(error,)))["src/actions/shop.ts"]
    assert ' __proto__ ",\n' in shop
    assert 'Failure<"__proto__">' in shop


def test_the_manifest_asks_for_types_before_anything_else(sample: Catalog) -> None:
    manifest = json.loads(files(sample)["package.json"])
    assert manifest["name"] == "my-shop-client"
    assert manifest["version"] == "1.2.0"
    assert manifest["type"] == "module"
    assert manifest["sideEffects"] is False
    assert manifest["engines"] == {"node": ">=18"}
    assert "dependencies" not in manifest
    assert list(manifest["exports"]["."].items()) == [
        ("types", "./dist/index.d.ts"),
        ("default", "./dist/index.js"),
    ]


def test_the_compiler_options_are_the_strict_ones(sample: Catalog) -> None:
    options = json.loads(files(sample)["tsconfig.json"])["compilerOptions"]
    strict = """
        strict exactOptionalPropertyTypes noUncheckedIndexedAccess verbatimModuleSyntax
        isolatedDeclarations erasableSyntaxOnly declaration
    """.split()
    assert [name for name in strict if options.get(name) is not True] == []
    assert (options["module"], options["outDir"]) == ("NodeNext", "dist")


@pytest.mark.parametrize(
    ("title", "package"), [("My Shop", "my-shop-client"), ("商店", "client"), ("A  B!", "a-b-client")]
)
def test_the_package_is_named_after_the_title(sample: Catalog, title: str, package: str) -> None:
    assert json.loads(files(replace(sample, title=title))["package.json"])["name"] == package


def test_the_package_can_be_named(sample: Catalog) -> None:
    written = files(sample, package="@acme/shop")
    assert json.loads(written["package.json"])["name"] == "@acme/shop"
    assert 'from "@acme/shop";' in written["README.md"]


def test_the_readme_says_how_callers_say_who_they_are(sample: Catalog) -> None:
    readme = files(sample)["README.md"]
    assert (
        "- `auth: { key: key }` for `listEvents`.\n"
        "- `auth: { tokens: token }` for `addNode` (scopes `nodes:write`)."
        " A token of the login page.\n"
    ) in readme
    asks_nobody = replace(sample, actions=tuple(each for each in sample if each.scheme is None))
    assert "## Who calls" not in files(asks_nobody)["README.md"]


@pytest.mark.parametrize("package", ["", "My-Shop", "a b", "../x", "@/x", 'x"', ".hidden", "x" * 215, "x\n"])
def test_a_name_npm_would_refuse_is_refused(package: str) -> None:
    with pytest.raises(ValidationError, match="no name of an npm package: use lower-case"):
        Options(package=package)


@pytest.mark.parametrize(
    ("version", "semantic"),
    [
        ("1.2.3", "1.2.3"),
        ("1", "1.0.0"),
        ("1.2", "1.2.0"),
        ("2026.01.05", "2026.1.5"),
        ("1.2.3-beta.1+5", "1.2.3-beta.1+5"),
        ("1.0rc1", "1.0.0-rc1"),
        ("1.0.0.dev01", "1.0.0-dev01"),
        ("v2", "2.0.0"),
        ("nightly build", "0.0.0-nightly.build"),
    ],
)
def test_a_version_becomes_one_that_npm_takes(version: str, semantic: str) -> None:
    assert semantic_version(version) == semantic


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({}, "{}"),
        ({"b": [1, None, True], "a-b": "x"}, '{ "a-b": "x", b: [1, null, true] }'),
        ({"__proto__": 1}, '{ ["__proto__"]: 1 }'),
        ({"k": "x" * 80}, "{\n  k: " + json.dumps("x" * 80) + ",\n}"),
        ("\u202e`${x}`", '"\\u202e`${x}`"'),
    ],
)
def test_example_data_is_written_as_an_expression(value: Any, written: str) -> None:
    assert literal(value) == written


def test_a_dumped_and_loaded_catalog_gives_the_same_bytes(sample: Catalog) -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(item) for key, item in reversed(value.items())}
        return [turned(item) for item in value] if isinstance(value, list) else value

    again = load(turned(json.loads(json.dumps(sample.dump(), sort_keys=True))))
    assert files(again) == files(replace(sample, actions=tuple(reversed(sample.actions))))


def test_nothing_of_the_package_is_served(sample: Catalog) -> None:
    assert not any(file.served for file in emitter.emit(sample, Options(), {}))
    assert all(file.path.startswith("clients/typescript/") for file in emitter.emit(sample, Options(), {}))


def test_a_deprecated_call_says_since_when_and_what_to_use_instead(sample):
    source = files(sample)["src/actions/default.ts"]
    assert "@deprecated Deprecated since 2026-01-31. It will be removed on 2027-01-31.\n" in source


def test_another_action_is_called_as_the_client_calls_it_and_only_if_it_is_there(sample):
    old = replace(sample.get("old_ping"), deprecated=DeprecationSpec(use_instead="add_node"))
    new = sample.get("add_node")
    for other, told in ((new, "@deprecated Use addNode instead."), (replace(new, http=None), "@deprecated")):
        written = files(replace(sample, actions=(old, other)))
        for path in ("src/actions/default.ts", "src/client.ts"):
            assert f" * {told}\n" in written[path]
        assert ("Deprecated. Use addNode instead." in written["README.md"]) is (other is new)
        assert not any("add_node instead" in text for text in written.values())


def test_how_pages_are_got_is_said_with_the_call_and_in_the_readme(sample):
    cursor = CursorSpec(input="after", output="next", items="rows")
    paged = replace(sample.get("search_products"), paginate=cursor)
    written = files(replace(sample, actions=(paged,)))
    told = "It gives rows page by page: send next of the output as after for the next page;"
    for path in ("src/actions/shop.ts", "src/client.ts", "README.md"):
        assert told in written[path]


def test_the_readme_names_every_method_whose_input_is_a_query(sample):
    assert (
        "An action that is called with GET or DELETE sends its input in the query"
        in files(sample)["README.md"]
    )


def test_no_example_of_the_hooks_has_a_name_twice(sample: Catalog, search: ActionSpec) -> None:
    readme = files(named(sample, search, "query"), react=True)["README.md"]
    assert "import { query }" not in readme
    assert (
        "import { searchProducts }"
        in files(named(sample, search, "search_products"), react=True)["README.md"]
    )
