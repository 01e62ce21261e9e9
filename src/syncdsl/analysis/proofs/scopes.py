"""Whether two modules can have one record in scope at the same time.

Conditions are decided. What a view lets through is not known, so it counts as a restriction nobody has read:

- Two sides without a view, or with the same one, meet where their conditions meet.
- With a view on one side alone, its records are known to be in the other's scope only when its condition implies the
  other's. (That a view shows no record at all is not assumed: its module would do nothing.)
- Two different views may show different records; such modules are taken to be apart, and the first sync tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from syncdsl.analysis.satisfiability import Conditions, RecordType, Satisfied
from syncdsl.plan.expressions import Constant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Endpoint
    from syncdsl.schema.values import Value

Values: TypeAlias = "Mapping[tuple[str, ...], Value]"
EVERYTHING = Constant(value=True)


class Scopes:
    """The scopes of all sides that are about the records of one module."""

    def __init__(self, checker: Checker, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = endpoints
        wheres: list[PlanExpression] = [item.where or EVERYTHING for item in endpoints]
        modules = checker.schemas[endpoints[0].connection].modules
        record = RecordType(module=endpoints[0].module, modules=modules)
        self._conditions = Conditions(wheres, record, checker.tables)
        self._near = self._conditions.neighbours()
        self._sets: dict[int, frozenset[int]] = {}
        # A condition that is always true is a mistake of its own; what follows from it goes with it.
        self._open = {
            number
            for number, item in enumerate(endpoints)
            if item.where is not None and self._conditions.impossible((), (number,))
        }

    def near(self, number: int) -> frozenset[int]:
        """Return the sides, by `id`, whose scopes may share a record with one, itself included."""
        near = self._near[number]
        if near not in self._sets:
            self._sets[near] = frozenset(id(item) for place, item in enumerate(self._endpoints) if near >> place & 1)
        return self._sets[near]

    def apart(self, one: int, other: int) -> bool:
        """Return whether nothing shows that one record can be in both scopes; cheap."""
        first, second = self._endpoints[one].view, self._endpoints[other].view
        if first is not None and second is not None and first != second:
            return True
        if one in self._open or other in self._open:
            return True
        return self._conditions.disjoint(one, other)

    def common(self, one: int, other: int) -> Values | None:
        """Return a record that is in both scopes; None when none is known."""
        if self.apart(one, other):
            return None
        first, second = self._endpoints[one].view, self._endpoints[other].view
        if first != second:
            narrow, wide = (one, other) if first is not None else (other, one)
            if not self._conditions.impossible((narrow,), (wide,)):
                return None
        answer = self._conditions.decide(sorted((one, other)))
        return answer.values if isinstance(answer, Satisfied) else None


class ScopeIndex:
    """The scopes of all modules' sides, by the records they are about."""

    def __init__(self, checker: Checker, endpoints: Sequence[Endpoint]) -> None:
        self._places: dict[int, tuple[Scopes, int]] = {}
        groups: dict[tuple[str, str], list[Endpoint]] = {}
        for item in endpoints:
            groups.setdefault((item.connection, item.module), []).append(item)
        for group in groups.values():
            scopes = Scopes(checker, group)
            for number, item in enumerate(group):
                self._places[id(item)] = scopes, number

    def near(self, one: Endpoint) -> frozenset[int]:
        """Return the sides, by `id`, over the same records whose scopes may share a record with one."""
        scopes, number = self._places[id(one)]
        return scopes.near(number)

    def apart(self, one: Endpoint, other: Endpoint) -> bool:
        """Return whether nothing shows that one record can be in both scopes; both are about the same records."""
        scopes, first = self._places[id(one)]
        return scopes.apart(first, self._places[id(other)][1])

    def common(self, one: Endpoint, other: Endpoint) -> Values | None:
        """Return a record that is in both scopes; None when none is known."""
        scopes, first = self._places[id(one)]
        return scopes.common(first, self._places[id(other)][1])
