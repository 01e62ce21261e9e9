"""`guard` statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from syncdsl.diagnostics.codes.names import UNKNOWN_SUBJECT
from syncdsl.diagnostics.codes.proofs import GUARD_UNIT
from syncdsl.functions.currencies import minor_units
from syncdsl.plan.pairs import LimitPlan
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker

Subject = Literal["deletes", "creates", "updates", "amount"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)


def lower_guards(checker: Checker) -> tuple[LimitPlan, ...]:
    """Lower every limit of every guard; all of them hold."""
    return tuple(
        lowered
        for guard in checker.names.guards
        for limit in guard.limits
        if isinstance(limit, nodes.Limit) and (lowered := _limit(limit, checker)) is not None
    )


def _misread(limit: nodes.Limit, subject: Subject) -> str | None:
    """Return what to do about a number with more digits after its point than its subject has; None if it is fine.

    `1.500` is one and a half here, which is fifteen hundred to many who write it.
    """
    exponent = limit.value.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) else 0
    unit = limit.unit if subject == "amount" else None
    if digits <= (minor_units().get(unit or "", 2) if subject == "amount" else 0):
        return None
    behind = f" {unit}" if unit else ""
    if digits == 3:
        return f"thousands are grouped by `_`: write `{subject} <= {f'{limit.value:f}'.replace('.', '_')}{behind}`"
    return f"write `{subject} <= {limit.value:.0f}{behind}`"


def _limit(limit: nodes.Limit, checker: Checker) -> LimitPlan | None:
    subject = next((item for item in SUBJECTS if item == limit.subject.text), None)
    if subject is None:
        checker.unknown(UNKNOWN_SUBJECT, "a guard cannot limit", limit.subject.text, limit.subject.span, SUBJECTS)
        return None
    currencies = sorted({schema.base_currency for schema in checker.schemas.values()})
    problem: str | None = None
    if subject == "amount":
        base = currencies[0] if currencies else ""
        if limit.unit not in currencies:
            problem = f"write `amount <= {limit.value:,f} {base}`".replace(",", "_")
    elif limit.unit is not None and not (subject == "updates" and limit.unit == "%"):
        problem = f"write `{subject} <= {limit.value:f}`"
    if problem is None and limit.unit != "%" and (way := _misread(limit, subject)) is not None:
        checker.report(GUARD_UNIT, f"`{limit.value:f}` has digits after a point", limit.span, help=way)
        return None
    if problem is not None:
        shown = f"`{limit.unit}`" if limit.unit is not None else "no unit"
        checker.report(GUARD_UNIT, f"`{subject}` cannot have {shown}", limit.span, help=problem)
        return None
    return LimitPlan(
        location=limit.span.location,
        text=checker.text(limit.span),
        subject=subject,
        value=format(limit.value, "f"),
        percent=limit.unit == "%",
        per_day=limit.per_day,
    )
