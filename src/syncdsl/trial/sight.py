"""What expressions of a test see: the day, and the records of the pair behind references."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from syncdsl.adapters.memory import Store
    from syncdsl.schema.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A scope over one store as it is now."""

    store: Store
    row: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def today(self) -> dt.date:
        """The day."""
        return self.store.now.date()

    def follow(self, reference: Value, name: str) -> Value:
        """Return field `name` of the record that `reference` names, empty when there is none."""
        if not isinstance(reference, Ref):
            return None
        record = self.store.get(reference.module, reference.id)
        return record.fields.get(name) if record is not None else None
