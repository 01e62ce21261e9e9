"""A dedupe key that asks the same as an earlier one (SD414).

Keys are all consulted, and a longer key narrows what a shorter one finds; so only the very same equalities add nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.proofs.rules import module_node
from syncdsl.diagnostics import Related
from syncdsl.diagnostics.codes.proofs import REPEATED_KEY
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.plan.pairs import MatchKey, Pair


def run(rules: Rules) -> None:
    """Report each key whose equalities, in any order, an earlier key of the module has."""
    for pair in rules.pairs:
        seen: dict[frozenset[str], int] = {}
        for number, key in enumerate(pair.keys):
            parts = frozenset(part.model_dump_json() for part in key.parts)
            first = seen.setdefault(parts, number)
            if first != number:
                _report(rules, pair, key, number, first)


def _report(rules: Rules, pair: Pair, key: MatchKey, number: int, first: int) -> None:
    node = module_node(rules.checker, pair)
    clauses = node.clauses if node is not None else ()
    written = [item for clause in clauses if isinstance(clause, nodes.Dedupe) for item in clause.keys]
    known = len(written) == len(pair.keys)
    rules.report(
        REPEATED_KEY,
        f"the key `{key.text}` finds nobody that an earlier one does not find",
        written[number].span if known else rules.span_at(pair.location),
        help="leave it out, or compare other fields",
        related=(Related(span=written[first].span, message="the earlier key"),) if known else (),
        owner=pair,
    )
