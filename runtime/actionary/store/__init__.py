"""What outlives a request: one small store, in memory or on SQL; the records over it are kept elsewhere."""

from actionary.store.memory import MemoryStore
from actionary.store.opening import StoreError, StorePlace, open_store
from actionary.store.protocol import Entry, Event, Store, StoreUnavailableError

__all__ = [
    "Entry",
    "Event",
    "MemoryStore",
    "Store",
    "StoreError",
    "StorePlace",
    "StoreUnavailableError",
    "open_store",
]
