"""A run that is limited to some modules of the rules, or to some records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from syncdsl.engine.run import Run


def target_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--target NAME`."""
    return click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="NAME",
        help="Only this module of the rules and what it needs, or this record (`crm.Accounts/41…`); may be repeated.",
    )(function)


def targeted(run: Run, targets: Sequence[str]) -> Run:
    """Return a run limited to modules of the rules, or to records.

    Raises Fault: SD833 for a name that is no module, and those of `Subjects.named` for a record.
    """
    if not targets:
        return run
    from syncdsl.engine.subject import Subjects  # noqa: PLC0415 - only where there are targets
    from syncdsl.plan.restriction import known_part, restricted  # noqa: PLC0415 - the same

    records = [target for target in targets if "/" in target]
    names = tuple(known_part(run.plan, target) for target in targets if target not in records)
    if records and names:
        raise click.UsageError("a record is looked at with what it needs; name records, or modules of the rules")
    if records:
        subjects = Subjects(run.state, run.plan, run.schemas)
        return replace(run, focus=frozenset(subjects.named(record) for record in records))
    return replace(run, plan=restricted(run.plan, names, run.schemas), whole=run.plan, parts=names)
