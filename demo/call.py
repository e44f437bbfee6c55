"""Call the reference actions with the generated Python client; the server's address is the argument."""

from __future__ import annotations

import sys

from actionary_reference_client import Client, Ok, OutOfStock, models

with Client(sys.argv[1]) as client:
    result = client.create_order(
        lines=[models.NewLine(product_id="p-302", quantity=2)],
        delivery=models.Pickup(method="pickup", shop="harbour"),
    )
    if isinstance(result, Ok):
        print(f"ordered: {result.data.lines[0].title}, {result.data.total_cents} cents")

    result = client.create_order(
        lines=[models.NewLine(product_id="p-301")],
        delivery=models.ParcelInput(method="parcel", country="AT"),
    )
    if isinstance(result, OutOfStock):
        print(f"{result.code}: {result.details.available} of {result.details.product_id} left")
