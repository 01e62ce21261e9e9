"""Which readings a verification needs: those of the pairs it looks at, and of what their rules look up on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.verify import UNKNOWN_MODULE_STATEMENT
from syncdsl.plan.reads import reads_of
from syncdsl.plan.steps import ObserveStep
from syncdsl.schema.types import ReferenceType, RowsType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from syncdsl.plan.pairs import Assignment, Endpoint, Pair
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot


def chosen_pairs(plan: Plan, name: str | None) -> list[Pair]:
    """Return the pairs to look at: all, or one with those nested below it.

    Raises Fault SD841 when there is none of that name.
    """
    if name is None:
        return list(plan.pairs.values())
    found = [pair for pair in plan.pairs.values() if pair.name == name or pair.name.startswith(f"{name}.")]
    if not found:
        names = ", ".join(f"`{known}`" for known in plan.pairs) or "none"
        raise Fault(
            UNKNOWN_MODULE_STATEMENT, f"the rules have no module `{name}`", help=f"the modules of these rules: {names}"
        )
    return found


def parents_of(plan: Plan, pair: Pair) -> list[Pair]:
    """Return the pairs that a pair is nested in, the nearest first."""
    found: list[Pair] = []
    while pair.parent is not None and pair.parent.pair in plan.pairs:
        pair = plan.pairs[pair.parent.pair]
        found.append(pair)
    return found


def needed_steps(plan: Plan, schemas: Mapping[str, SchemaSnapshot], pairs: Iterable[Pair]) -> list[ObserveStep]:
    """Return the readings that comparing these pairs needs, in the order of the plan."""
    wanted: set[tuple[str, str]] = set()
    modules: set[tuple[str, str]] = set()

    def follow(connection: str, module: str, path: tuple[str, ...]) -> None:
        field = schemas[connection].modules[module].fields.get(path[0]) if len(path) > 1 else None
        if field is not None and isinstance(field.value, ReferenceType):
            for target in field.value.modules:
                if target in schemas[connection].modules:
                    modules.add((connection, target))
                    follow(connection, target, path[1:])

    def scope(endpoint: Endpoint) -> None:
        wanted.add((endpoint.connection, endpoint.observe))
        for path in reads_of(endpoint.where) if endpoint.where is not None else ():
            follow(endpoint.connection, endpoint.module, path)

    for pair in pairs:
        for one in (pair, *parents_of(plan, pair)):
            scope(one.left)
            scope(one.right)
        for line in pair.lines:
            for assignment, source, target in (
                (line.to_right, pair.left, pair.right),
                (line.to_left, pair.right, pair.left),
            ):
                if assignment is None:
                    continue
                for path in reads_of(assignment.value):
                    follow(source.connection, source.module, path)
                if assignment.lookup is not None:
                    modules.add((target.connection, assignment.lookup.module))
                if assignment.rows is not None:
                    modules |= set(_by_rows(assignment, source, target, schemas))
    return [
        step
        for step in plan.steps
        if isinstance(step, ObserveStep)
        and ((step.connection, step.id) in wanted or (step.connection, step.module) in modules)
    ]


def _by_rows(
    assignment: Assignment, source: Endpoint, target: Endpoint, schemas: Mapping[str, SchemaSnapshot]
) -> Iterator[tuple[str, str]]:
    """Return the modules that the fields of rows step into, and those in which amounts are looked up."""
    fields = schemas[source.connection].modules[source.module].fields
    names = [path[0] for path in reads_of(assignment.value) if path[0] in fields]
    kinds = [kind for name in names if isinstance(kind := fields[name].value, RowsType)]
    for cell in assignment.cells:
        if cell.tax is not None:
            yield target.connection, cell.tax.module
        for path in reads_of(cell.value):
            for kind in kinds if len(path) > 1 else ():
                field = kind.fields.get(path[0])
                if field is not None and isinstance(field.value, ReferenceType):
                    yield from ((source.connection, module) for module in field.value.modules)
