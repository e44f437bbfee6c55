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
