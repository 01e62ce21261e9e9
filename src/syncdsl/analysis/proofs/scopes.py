"""Whether two modules can have one record in scope at the same time.

Conditions are decided. What a view lets through is not known, so it counts as a restriction nobody has read:

- Two sides without a view, or with the same one, meet where their conditions meet.
- With a view on one side alone, its records are known to be in the other's scope only when its condition implies the
  other's. (That a view shows no record at all is not assumed: its module would do nothing.)
- Two different views may show different records; such modules are taken to be apart, and the first sync tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from syncdsl.analysis.satisfiability import Conditions, Satisfied, Unsatisfiable
from syncdsl.plan.expressions import Constant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Endpoint
    from syncdsl.schema.values import Value

Values: TypeAlias = "Mapping[tuple[str, ...], Value]"
EVERYTHING = Constant(value=True)


class Scopes:
    """The scopes of all sides that are about the records of one module."""

    def __init__(self, rules: Rules, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = endpoints
        wheres: list[PlanExpression] = [item.where or EVERYTHING for item in endpoints]
        record = rules.record_type(endpoints[0].connection, endpoints[0].module)
        self._conditions = Conditions(wheres, record, rules.checker.tables)

    def apart(self, one: int, other: int) -> bool:
        """Return whether nothing shows that one record can be in both scopes; cheap."""
        first, second = self._endpoints[one].view, self._endpoints[other].view
        if first is not None and second is not None and first != second:
            return True
        return self._conditions.disjoint(one, other)

    def common(self, one: int, other: int) -> Values | None:
        """Return a record that is in both scopes; None when none is known."""
        if self.apart(one, other):
            return None
        first, second = self._endpoints[one].view, self._endpoints[other].view
        if first != second:
            narrow, wide = (one, other) if first is not None else (other, one)
            if not isinstance(self._conditions.decide((narrow,), (wide,)), Unsatisfiable):
                return None
        answer = self._conditions.decide((one, other))
        return answer.values if isinstance(answer, Satisfied) else None


class ScopeIndex:
    """The scopes of all modules' sides, by the records they are about."""

    def __init__(self, rules: Rules, endpoints: Sequence[Endpoint]) -> None:
        self._places: dict[int, tuple[Scopes, int]] = {}
        groups: dict[tuple[str, str], list[Endpoint]] = {}
        for item in endpoints:
            groups.setdefault((item.connection, item.module), []).append(item)
        for group in groups.values():
            scopes = Scopes(rules, group)
            for number, item in enumerate(group):
                self._places[id(item)] = scopes, number

    def apart(self, one: Endpoint, other: Endpoint) -> bool:
        """Return whether nothing shows that one record can be in both scopes; both are about the same records."""
        scopes, first = self._places[id(one)]
        return scopes.apart(first, self._places[id(other)][1])

    def common(self, one: Endpoint, other: Endpoint) -> Values | None:
        """Return a record that is in both scopes; None when none is known."""
        scopes, first = self._places[id(one)]
        return scopes.common(first, self._places[id(other)][1])
