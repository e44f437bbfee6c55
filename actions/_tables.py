"""The tables of the reference database. Money is in cents, times are in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

metadata: Final = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """A time with its offset; SQLite keeps none, so it is stored, and comes back, in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn a time into the UTC time that is stored."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn a stored time into one that says that it is UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


products: Final = Table(
    "products",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("category", String, nullable=False),
    Column("price_cents", Integer, nullable=False),
    Column("weight_grams", Integer, nullable=False),
    Column("stock", Integer, CheckConstraint("stock >= 0"), nullable=False),
)

orders: Final = Table(
    "orders",
    metadata,
    Column("id", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("delivery", JSON, nullable=False),
    Column("shipping_cents", Integer, nullable=False),
    Column("note", String),
    Column("placed_at", UtcDateTime, nullable=False),
)

order_lines: Final = Table(
    "order_lines",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("product_id", ForeignKey("products.id"), nullable=False),
    Column("title", String, nullable=False),
    Column("price_cents", Integer, nullable=False),
    Column("quantity", Integer, CheckConstraint("quantity > 0"), nullable=False),
)

meals: Final = Table(
    "meals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("kcal", Integer, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("eaten_at", UtcDateTime, nullable=False),
)

foods: Final = Table(
    "foods",
    metadata,
    Column("name", String, primary_key=True),
    Column("kcal_per_100_grams", Integer, nullable=False),
)

customers: Final = Table(
    "customers",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, CheckConstraint("email = lower(email)"), nullable=False, unique=True),
)

invoices: Final = Table(
    "invoices",
    metadata,
    Column("id", String, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, unique=True),
    Column("currency", String, nullable=False),
)

invoice_lines: Final = Table(
    "invoice_lines",
    metadata,
    Column("invoice_id", ForeignKey("invoices.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("description", String, nullable=False),
    Column("amount_cents", Integer, CheckConstraint("amount_cents >= 0"), nullable=False),
)

threads: Final = Table(
    "threads",
    metadata,
    Column("id", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("summary", JSON, nullable=False),
)

outbox: Final = Table(
    "outbox",
    metadata,
    Column("id", String, primary_key=True),
    Column("recipient", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("body", String, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
)

events: Final = Table(
    "events",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("start", UtcDateTime, nullable=False),
    Column("end", UtcDateTime, nullable=False),
)

screen_state: Final = Table(
    "screen_state",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", JSON, nullable=False),
)
