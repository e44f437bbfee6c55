"""The JSON Schemas that the TypeScript package has beside its client."""

from __future__ import annotations

import json
from pathlib import Path

from actionary.catalog import Catalog

PRINT = """
import * as schemas from {index};
console.log(JSON.stringify(schemas));
"""

TYPED = """
import type { FromSchema } from "json-schema-to-ts";
import { createOrder, searchProducts } from "my-shop-client/schemas";
import { searchProducts as same } from "my-shop-client/schemas/shop";

type Input = FromSchema<typeof searchProducts.input, { keepDefaultedPropertiesOptional: true }>;
const kind: "object" = searchProducts.input.type;
const input: Input = { query: "shoes" };
// @ts-expect-error the query is a text
const wrong: Input = { query: 1 };
// @ts-expect-error there is no such code
createOrder.errors.no_such_code;
console.log(kind, input, wrong, createOrder.errors.out_of_stock, same === searchProducts);
"""


def test_each_action_has_its_schemas_which_need_nothing_else(
    sample: Catalog, ts_package: Path, run, tmp_path: Path
) -> None:
    (tmp_path / "print.mjs").write_text(
        PRINT.format(index=json.dumps(str(ts_package / "schemas" / "index.js")))
    )
    told = json.loads(run("node", "print.mjs", cwd=tmp_path))
    assert set(told) == {"addNode", "createOrder", "delete_", "listEvents", "oldPing", "searchProducts"}
    order = sample.get("create_order")
    assert order is not None
    assert told["createOrder"] == {
        "input": sample.standalone(order.input),
        "output": sample.standalone(order.output),
        "errors": {
            "out_of_stock": sample.standalone(order.errors[0].details or {}),
            "shop_closed": {"type": "null"},
        },
    }


def test_the_types_of_schemas_are_their_values(ts_package: Path, ts_project, tmp_path: Path) -> None:
    ts_project(ts_package, tmp_path, {"typed.ts": TYPED})
