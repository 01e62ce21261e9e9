"""The scope in which an expression is evaluated: one record, and the records it refers to."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from syncdsl.engine.context import Context
    from syncdsl.schema.values import Value


class RecordScope:
    """A record's fields, the run's date, and stepping through references by what this run observed."""

    __slots__ = ("_connection", "_context", "fields")

    row: Mapping[str, Value] = MappingProxyType({})

    def __init__(self, context: Context, connection: str, fields: Mapping[str, Value]) -> None:
        self._context = context
        self._connection = connection
        self.fields = fields

    @property
    def today(self) -> dt.date:
        """The run's date."""
        return self._context.today

    def follow(self, reference: Value, name: str) -> Value:
        """Return field `name` of the record that `reference` names; empty when it was not observed."""
        if not isinstance(reference, Ref):
            return None
        record = self._context.observed_record(self._connection, reference.module, reference.id)
        return record.fields.get(name) if record else None
