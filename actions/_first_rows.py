"""What a new reference database holds; the examples of the actions speak of these rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Table

from actions._tables import customers, events, foods, meals, order_lines, orders, products, threads

FIRST_ROWS: Final[tuple[tuple[Table, list[dict[str, Any]]], ...]] = (
    (
        products,
        [
            {
                "id": product_id,
                "title": title,
                "category": category,
                "price_cents": price_cents,
                "weight_grams": weight_grams,
                "stock": stock,
            }
            for product_id, title, category, price_cents, weight_grams, stock in (
                ("p-100", "Trail running shoes", "shoes", 11900, 620, 14),
                ("p-101", "City shoes", "shoes", 8950, 800, 6),
                ("p-102", "Winter boots", "shoes", 15900, 1900, 3),
                ("p-200", "Day pack, 20 litres", "bags", 6900, 540, 25),
                ("p-201", "Travel bag, 45 litres", "bags", 12900, 1250, 8),
                ("p-300", "Tent for two", "outdoor", 24900, 2400, 2),
                ("p-301", "Camping stove", "outdoor", 5400, 310, 0),
                ("p-302", "Water bottle", "outdoor", 1990, 180, 120),
            )
        ],
    ),
    (
        orders,
        [
            {
                "id": "o-1001",
                "status": "shipped",
                "delivery": {"method": "parcel", "country": "DE", "express": False},
                "shipping_cents": 490,
                "note": None,
                "placed_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
            },
            {
                "id": "o-1002",
                "status": "placed",
                "delivery": {"method": "pickup", "shop": "harbour"},
                "shipping_cents": 0,
                "note": "I come on Saturday.",
                "placed_at": datetime(2026, 3, 2, 16, 5, tzinfo=UTC),
            },
        ],
    ),
    (
        order_lines,
        [
            {
                "order_id": order_id,
                "position": position,
                "product_id": product_id,
                "title": title,
                "price_cents": price_cents,
                "quantity": quantity,
            }
            for order_id, position, product_id, title, price_cents, quantity in (
                ("o-1001", 0, "p-101", "City shoes", 8950, 1),
                ("o-1001", 1, "p-302", "Water bottle", 1990, 2),
                ("o-1002", 0, "p-300", "Tent for two", 24900, 1),
            )
        ],
    ),
    (
        meals,
        [
            {"id": 1, "name": "Porridge", "kind": "breakfast", "kcal": 350, "tags": ["vegan"]}
            | {"eaten_at": datetime(2026, 3, 1, 7, 15, tzinfo=UTC)},
            {"id": 2, "name": "Lentil soup", "kind": "lunch", "kcal": 420, "tags": ["vegan", "warm"]}
            | {"eaten_at": datetime(2026, 3, 1, 12, 30, tzinfo=UTC)},
            {"id": 3, "name": "Fish and rice", "kind": "dinner", "kcal": 610, "tags": ["warm"]}
            | {"eaten_at": datetime(2026, 3, 1, 19, 0, tzinfo=UTC)},
            {"id": 4, "name": "Apple", "kind": "snack", "kcal": 95, "tags": ["vegan"]}
            | {"eaten_at": datetime(2026, 3, 2, 10, 0, tzinfo=UTC)},
        ],
    ),
    (
        foods,
        [
            {"name": name, "kcal_per_100_grams": kcal}
            for name, kcal in (
                ("apple", 52),
                ("bread", 265),
                ("cheese", 402),
                ("lentils", 116),
                ("rice", 130),
            )
        ],
    ),
    (
        customers,
        [
            {"id": "cus_123", "name": "Jane Doe", "email": "jane@example.com"},
            {"id": "cus_124", "name": "Noor Haddad", "email": "noor@example.com"},
        ],
    ),
    (
        events,
        [
            {"id": event_id, "title": title, "start": start, "end": end}
            for event_id, title, start, end in (
                (
                    "e-1",
                    "Delivery of tents",
                    datetime(2026, 3, 1, 8, tzinfo=UTC),
                    datetime(2026, 3, 1, 9, tzinfo=UTC),
                ),
                (
                    "e-2",
                    "Stocktaking",
                    datetime(2026, 3, 2, 21, tzinfo=UTC),
                    datetime(2026, 3, 3, 1, tzinfo=UTC),
                ),
                (
                    "e-3",
                    "Talk on winter boots",
                    datetime(2026, 3, 3, 17, tzinfo=UTC),
                    datetime(2026, 3, 3, 18, 30, tzinfo=UTC),
                ),
            )
        ],
    ),
    (
        threads,
        [
            {
                "id": "t-1",
                "subject": "My tent leaks",
                "summary": {"summary": "Jane's tent leaks, and she gets a new one.", "message_count": 3},
            },
            {
                "id": "t-2",
                "subject": "Which size?",
                # Damaged on purpose: three actions show what can be done about it.
                "summary": {"summary": "Noor asks for the size of winter boots.", "message_count": "two"},
            },
        ],
    ),
)
