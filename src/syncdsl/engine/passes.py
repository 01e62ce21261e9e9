"""When every record of a pair is looked at, and not only those that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.plan.reads import names_today, reads_of
from syncdsl.schema.digest import digest
from syncdsl.schema.types import ReferenceType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.engine.context import Context
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Endpoint, Pair


def pass_is_due(pair: Pair, context: Context) -> bool:
    """Return whether every record of a pair has to be looked at in this run.

    So it is when the pair's rules are not those of the last pass, when they name today and the day is another one, when
    a record that they reach through references changed, and on complete readings for lines that are enforced.
    """
    passed = context.run.state.passed(pair.name)
    if passed is None or passed[0] != pass_digest(pair, context):
        return True
    if pair_names_today(pair) and passed[1] != context.today.isoformat():
        return True
    observations = [context.observations[endpoint.observe] for endpoint in (pair.left, pair.right)]
    if any(line.enforce for line in pair.lines) and any(observation.complete for observation in observations):
        return True
    reached = {*_reached(pair, pair.left, context), *_reached(pair, pair.right, context)}
    return any(
        observation.has_news
        for observation in context.observations.values()
        if (observation.step.connection, observation.step.module) in reached
    )


def pass_digest(pair: Pair, context: Context) -> str:
    """Return the digest of all that decides about the records of a pair besides the records."""
    return digest(
        {
            "pair": pair.model_dump(
                mode="json", exclude={"location": True, "lines": {"__all__": {"location", "text"}}}
            ),
            "tables": {name: table.model_dump(mode="json") for name, table in context.plan.tables.items()},
        }
    )


def pair_names_today(pair: Pair) -> bool:
    """Return whether the rules of a pair give something else on another day."""
    return any(names_today(expression) for expression in _expressions(pair))


def _expressions(pair: Pair) -> Iterator[PlanExpression]:
    yield from _of_side(pair, pair.left)
    yield from _of_side(pair, pair.right)


def _of_side(pair: Pair, endpoint: Endpoint) -> Iterator[PlanExpression]:
    """Return the expressions that are evaluated over the records of one side."""
    left = endpoint is pair.left
    if endpoint.where is not None:
        yield endpoint.where
    for key in (*pair.keys, *((pair.adopt,) if pair.adopt is not None else ())):
        for part in key.parts:
            yield part.left if left else part.right
    for line in pair.lines:
        assignment = line.to_right if left else line.to_left
        if assignment is not None:
            yield assignment.value


def _reached(pair: Pair, endpoint: Endpoint, context: Context) -> set[tuple[str, str]]:
    """Return the modules that the rules of one side reach through references."""
    reached: set[tuple[str, str]] = set()
    for expression in _of_side(pair, endpoint):
        for path in reads_of(expression):
            modules: tuple[str, ...] = (endpoint.module,)
            for name in path[:-1]:
                kinds = [context.type_of(endpoint.connection, module, name) for module in modules]
                modules = tuple(
                    dict.fromkeys(m for kind in kinds if isinstance(kind, ReferenceType) for m in kind.modules)
                )
                reached.update((endpoint.connection, module) for module in modules)
    return reached
