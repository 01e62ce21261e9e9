"""A system in memory: for tests, and the template for new adapters.

It does everything the protocol asks for in the plainest way. Connections of one process with the same organisation id
share one store, so that what one writes another reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.memory.connection import MemoryConnection
from syncdsl.adapters.memory.store import Fate, Store, forget_stores, store_of

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Adapter, Connection, ConnectionSettings
    from syncdsl.schema.snapshot import SchemaSnapshot

NAME = "memory"


class MemoryAdapter:
    """The adapter that the entry point `memory` names."""

    secrets: tuple[str, ...] = ()
    """The secrets a connection needs: none."""

    @property
    def name(self) -> str:
        """The name rules and configuration use."""
        return NAME

    def connect(self, settings: ConnectionSettings, schema: SchemaSnapshot | None) -> Connection:
        """Open a connection to the store of the organisation, or of the connection's name where none is set.

        The first schema given becomes the store's own; secrets and addresses are not looked at.
        """
        store = store_of(settings.organization or settings.name)
        if store.schema is None:
            store.schema = schema
        return MemoryConnection(store, connection=settings.name)


adapter: Adapter = MemoryAdapter()

__all__ = ["Fate", "MemoryAdapter", "MemoryConnection", "Store", "adapter", "forget_stores", "store_of"]
