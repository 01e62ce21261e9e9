"""A comparison of two versions of the rules as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import Any, Literal

from syncdsl.changes.change_set import GuardVerdict, Privacy
from syncdsl.changes.comparison import Beginning, ChangedEffect, Comparison, Version
from syncdsl.changes.effects import Effect
from syncdsl.render.changes_json import DocumentTotal
from syncdsl.render.moment import Moment
from syncdsl.render.neutral import neutral_json
from syncdsl.render.totals import KINDS, total
from syncdsl.schema.model import Model, published_schema


class VersionTotals(Model):
    """One version of the rules in figures: `name` is how people call it, `rules` the digest of its plan."""

    name: str
    rules: str
    changes: int
    kinds: dict[str, int]
    held: int
    parked: int
    documents: dict[str, DocumentTotal]
    limits: tuple[GuardVerdict, ...]
    baseline: dict[str, int]
    begins: tuple[Beginning, ...]
    unreadable: tuple[str, ...]


class ComparisonFile(Model):
    """What `syncdsl plan --compare … --format json` prints.

    `before` are the other rules, `after` those of the project's files. `same` counts the effects that do not differ.
    """

    format: Literal["syncdsl/comparison/1"] = "syncdsl/comparison/1"
    environment: str
    taken: Moment
    privacy: Privacy
    identical: bool
    same: int
    before: VersionTotals
    after: VersionTotals
    only_before: tuple[Effect, ...]
    only_after: tuple[Effect, ...]
    changed: tuple[ChangedEffect, ...]
    reported_before: tuple[str, ...]
    reported_after: tuple[str, ...]


def render_comparison_json(comparison: Comparison) -> str:
    """Return the JSON of a comparison."""
    told = ComparisonFile(
        environment=comparison.environment,
        taken=comparison.taken.isoformat(),
        privacy=comparison.privacy,
        identical=comparison.identical,
        same=comparison.same,
        before=_totals(comparison.before),
        after=_totals(comparison.after),
        only_before=comparison.only_before,
        only_after=comparison.only_after,
        changed=comparison.changed,
        reported_before=comparison.reported_before,
        reported_after=comparison.reported_after,
    )
    return neutral_json(json.dumps(told.model_dump(mode="json"), indent=2, ensure_ascii=False)) + "\n"


def comparison_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl plan --compare … --format json` prints."""
    return published_schema(ComparisonFile, "Comparison of syncdsl plan --compare")


def _totals(version: Version) -> VersionTotals:
    totals = total(version.effects)
    return VersionTotals(
        name=version.name,
        rules=version.rules,
        changes=totals.changes,
        kinds={kind: totals.kinds[kind] for kind in KINDS},
        held=totals.waiting,
        parked=totals.parked,
        documents={
            rule: DocumentTotal(
                count=money.documents,
                amounts={currency: str(amount) for currency, amount in sorted(money.amounts.items())},
                unknown=money.unknown,
            )
            for rule, money in sorted(totals.money.items())
        },
        limits=version.limits,
        baseline=version.baseline,
        begins=version.begins,
        unreadable=version.unreadable,
    )
