"""The scope in which expressions are evaluated: the date, and the records that a record may refer to."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from syncdsl.engine.context import Context
    from syncdsl.schema.values import Value


class ConnectionScope:
    """The run's date, and stepping through the references of a connection's records by what this run observed."""

    __slots__ = ("_connection", "_context", "row")

    def __init__(self, context: Context, connection: str, row: Mapping[str, Value] = MappingProxyType({})) -> None:
        self._context = context
        self._connection = connection
        self.row = row

    def within(self, row: Mapping[str, Value]) -> ConnectionScope:
        """Return the scope of a line that is made for a row."""
        return ConnectionScope(self._context, self._connection, row)

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
