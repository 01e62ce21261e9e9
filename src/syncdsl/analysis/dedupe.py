"""Dedupe keys: what has to be equal for two records to be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.clauses import clauses_of
from syncdsl.analysis.kinds import common, family
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics.codes.types import NOT_COMPARABLE
from syncdsl.plan.pairs import KeyPart, MatchKey
from syncdsl.schema.types import describe
from syncdsl.syntax import nodes, walk
from syncdsl.syntax.expressions import BadExpression, Path, TextLiteral

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope

_FIELDS_OF_A_KEY = "compare two fields of the same kind, such as `Email == email`"


def dedupe_keys(node: nodes.Module, checker: Checker, left: Scope, right: Scope) -> tuple[MatchKey, ...]:
    """Lower the dedupe keys of a module."""
    return tuple(
        lowered
        for clause in clauses_of(node.clauses, nodes.Dedupe)
        for key in clause.keys
        if (lowered := lower_key(key, checker, left, right)) is not None
    )


def _reads_fields(key: nodes.Key, side: str, scope: Scope, checker: Checker) -> bool:
    """Return whether a key depends on the record of a side; report it if not: it is the same for all of them."""
    sides = [item.left if side == "left" else item.right for item in key.equalities]
    if any(isinstance(node, Path | BadExpression) for expression in sides for node in walk(expression)):
        return True
    meant = sides[0].value if isinstance(sides[0], TextLiteral) else None
    field = meant is not None and scope.schema.resolve(tuple(meant.split("."))) is not None
    checker.report(
        NOT_COMPARABLE,
        f"this key reads no field of `{scope.connection}.{scope.module}`, so it tells no two records apart",
        sides[0].span,
        help=f"fields stand without quotation marks: `{meant}`" if field else _FIELDS_OF_A_KEY,
    )
    return False


def lower_key(key: nodes.Key, checker: Checker, left: Scope, right: Scope) -> MatchKey | None:
    """Lower one key; None after reporting what is wrong with it."""
    parts: list[KeyPart] = []
    if not all(_reads_fields(key, side, scope, checker) for side, scope in (("left", left), ("right", right))):
        return None
    for equality in key.equalities:
        one = Lowering(checker, left).lower(equality.left)
        other = Lowering(checker, right).lower(equality.right)
        if one is None or other is None:
            return None
        kind = common(one.type, other.type) if one.type is not None and other.type is not None else None
        if kind is None or family(kind) in {"reference", "rows"}:
            names = " and ".join(describe(item.type) for item in (one, other) if item.type is not None) or "empty"
            checker.report(
                NOT_COMPARABLE,
                f"{names} are never equal, so this key finds nobody",
                equality.span,
                help=_FIELDS_OF_A_KEY,
            )
            return None
        parts.append(KeyPart(left=one.expression, right=other.expression, as_type=kind))
    return MatchKey(text=checker.text(key.span), parts=tuple(parts))
