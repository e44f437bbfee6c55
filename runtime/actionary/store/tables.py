"""The tables of a store on SQL, as the newest step of `migrations` leaves them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Double, LargeBinary, MetaData, String, Table

_METADATA: Final = MetaData()

# Moments are seconds since the epoch in 64 bits, as Python has them: what is compared here
# and there is the same number. Each change of an entry gives it another version at random,
# so none comes again when a key is deleted and added anew.
ENTRIES: Final = Table(
    "actionary_entries",
    _METADATA,
    Column("key", String, primary_key=True),
    Column("value", LargeBinary),
    Column("version", BigInteger),
    Column("expires_at", Double),
)

# What was appended last outlives its events, so no cursor is ever given twice.
STREAMS: Final = Table(
    "actionary_streams",
    _METADATA,
    Column("stream", String, primary_key=True),
    Column("last", BigInteger),
)

EVENTS: Final = Table(
    "actionary_events",
    _METADATA,
    Column("stream", String, primary_key=True),
    Column("cursor", BigInteger, primary_key=True),
    Column("value", LargeBinary),
    Column("expires_at", Double),
)
