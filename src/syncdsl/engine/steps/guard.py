"""Guard: the change set is complete; judge it as a whole before the first write."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.changes.change_set import ChangeSet
from syncdsl.changes.guards import Limit, Today, judge
from syncdsl.engine.estimating import budget_verdicts, estimates
from syncdsl.engine.unforeseen import unforeseen
from syncdsl.plan.pairs import LimitPlan
from syncdsl.plan.steps import GuardStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.changes.change_set import Estimate, GuardVerdict
    from syncdsl.engine.context import Context


def guard(context: Context) -> None:
    """Make the change set out of everything decided, with a verdict for every limit."""
    run, veil = context.run, context.concealment
    takes = estimates(context)
    context.change_set = ChangeSet(
        environment=run.environment,
        organizations={name: identity.organization for name, identity in sorted(context.identities.items())},
        plan=(run.whole or run.plan).digest,
        schemas={name: schema.digest for name, schema in sorted(run.schemas.items())},
        state=run.state.position(),
        today=context.today.isoformat(),
        author=run.user,
        observed=run.observed,
        undoes=run.undoes,
        targets=(*run.parts, *sorted(f"{name[0]}.{name[1]}/{name[2]}" for name in run.focus or ())),
        privacy=veil.privacy if veil is not None else "sensitive",
        seal=veil.seal if veil is not None else "",
        effects=tuple(context.effects) if veil is None else veil.shown(context.effects),
        expects=dict(sorted(context.expects.items())),
        baseline=dict(sorted(context.baseline.items())),
        reported=tuple(context.reported) if veil is None else veil.told(context.reported),
        guards=verdicts(context, takes),
        estimates=takes,
        unreadable=context.unreadable,
        unpreviewed=unforeseen(context),
    )


def verdicts(context: Context, takes: Sequence[Estimate]) -> tuple[GuardVerdict, ...]:
    """Return what all limits come to for what a context does, and for what that `takes` of the systems."""
    run = context.run
    limits = [limit for step in context.plan.steps if isinstance(step, GuardStep) for limit in step.limits]
    counted = context.plan.pairs if any(limit.percent for limit in limits) else ()
    linked = sum(run.state.count_links(pair) for pair in counted)
    totals = run.state.totals_since(context.server_time - dt.timedelta(days=1))
    judged = judge(
        [
            Limit(
                subject=limit.subject,
                value=Decimal(limit.value),
                percent=limit.percent,
                per_day=limit.per_day,
                text=limit.text,
                location=limit.location,
            )
            for limit in (*limits, *_by_default(limits, context))
        ],
        context.effects,
        linked=linked,
        today=Today(
            creates=totals.creates,
            updates=totals.updates,
            deletes=totals.deletes,
            amount=totals.amount,
        ),
        base_currency=next((item.base_currency for item in context.identities.values()), "EUR"),
    )
    return (*judged, *budget_verdicts(context, takes))


def _by_default(limits: Sequence[LimitPlan], context: Context) -> Iterator[LimitPlan]:
    """Return the limit that holds where rules let records be taken away and name none: each time somebody is asked."""
    if any(limit.subject == "deletes" for limit in limits):
        return
    for pair in context.plan.pairs.values():
        if {"delete", "deactivate"} & set(pair.on_delete.values()):
            yield LimitPlan(location=pair.location, text="deletes <= 0 (default)", subject="deletes", value="0")
            return
