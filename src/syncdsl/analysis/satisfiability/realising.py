"""A record made from values by path, as an expression sees it."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING

from syncdsl.schema.values import Ref, is_empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.schema.values import Value

SOME_DAY = dt.date(2026, 1, 1)
"""The date of the run in every example."""
_BETWEEN = "\n"


class Realised:
    """A record whose fields, and those of the records it refers to, have the given values; all else is empty."""

    today = SOME_DAY
    row: Mapping[str, Value] = MappingProxyType({})

    def __init__(self, values: Mapping[tuple[str, ...], Value]) -> None:
        self._values = dict(values)
        for path, value in values.items():
            if is_empty(value):
                continue
            for count in range(1, len(path)):
                prefix = path[:count]
                if prefix not in self._values:
                    self._values[prefix] = reference_at(prefix)
        self.fields: Mapping[str, Value] = {path[0]: value for path, value in self._values.items() if len(path) == 1}

    def evaluate(self, evaluate: Evaluator) -> Value:
        """Return what a compiled expression makes of this record."""
        return evaluate(self.fields, self)

    def follow(self, reference: Value, name: str) -> Value:
        """Return field `name` of the record that a reference of this record leads to."""
        if not isinstance(reference, Ref):
            return None
        return self._values.get((*reference.id.split(_BETWEEN), name))


def reference_at(path: tuple[str, ...]) -> Ref:
    """Return the reference that stands in `path`: each leads to a record of its own."""
    return Ref("", _BETWEEN.join(path))
