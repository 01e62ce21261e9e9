"""One run: preview and apply through the same interpreter."""

from __future__ import annotations

import datetime as dt
import os
import socket
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.lifecycle import SWITCHED_OFF
from syncdsl.diagnostics.codes.runs import CURRENCY_MISMATCH, OTHER_ORGANISATION
from syncdsl.diagnostics.log_fields import logging_context
from syncdsl.engine.consenting import Consent
from syncdsl.engine.context import Context
from syncdsl.engine.interpreter import interpret
from syncdsl.engine.progress import Progress, Silent
from syncdsl.engine.recovery import Recovery
from syncdsl.engine.report import ApplyReport
from syncdsl.engine.sinks import ApplySink, Declined, PreviewSink
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.renames import renames
from syncdsl.plan.sensitive import sensitive_fields
from syncdsl.state import Cause, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from syncdsl.adapters.protocol import Connection, Identity
    from syncdsl.changes.change_set import ChangeSet, Observed, Privacy, Undone
    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import RunCause, State
    from syncdsl.state.retention import Pruned

LEASE_SECONDS = 600
SWEEP_AFTER = dt.timedelta(hours=24)
"""How long changes alone are read; then everything is, because not every system tells what was deleted."""

NAMES = "organisations"
"""The switch that remembers what the connected organisations are called."""

PRUNED_AT_ONCE = 20
"""Small transactions in which a run lets history go; the next run goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many calls and minutes a change set may take without an approval; None: as many as it needs.

    `location` is where that is said.
    """

    calls: int | None = None
    minutes: float | None = None
    location: str = "syncdsl.toml"


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run works with.

    `connections` and `schemas` are by connection name. `recovery` is how doubtful creates of earlier runs are resolved.
    `user` is who started it, for the history. `clock` stamps the journal; no decision depends on it. Modules are read
    completely at their first reading, `sweep_after` their last complete one, and always with `sweep`. With `focus`
    (connection, module, id) only these records are looked at, with their partners and what they refer to. History
    older than `history_days` is let go at the end of an apply, some of it each time; None keeps everything. With
    `activates` the rules are those of the project's files, which an apply puts in force. A `whole` plan is given where
    `plan` is a restriction of it: what the rest of it needs to hear of is left for the next run. `unattended`: nobody
    is there to confirm that people lose access, so nobody does. With `told`, by connection and module the ids
    that somebody told of, only these modules are read; of the others what is on file counts. `checkpoint` is called
    wherever the run may end without leaving anything undone that it began: it raises `Stopped` to end it. `cause` is
    why the run began, `parts` the modules of the rules it is limited to, for those who look at the list of runs.
    `consent` is which approvals a change set needs, `budget` how much one may take without. With `undoes` nothing is
    decided by rules: what an earlier run wrote is put back.
    `compiling` makes expressions ready to evaluate: who wants to know what they come to puts another one here.
    `observed`: the connections lead to the systems themselves, or to what a snapshot recorded.
    """

    plan: Plan
    schemas: Mapping[str, SchemaSnapshot]
    connections: Mapping[str, Connection]
    state: State
    environment: str
    progress: Progress = field(default_factory=Silent)
    recovery: Recovery = field(default_factory=Recovery)
    user: str = ""
    clock: Callable[[], dt.datetime] = field(default=lambda: dt.datetime.now(dt.UTC))
    sweep: bool = False
    sweep_after: dt.timedelta = SWEEP_AFTER
    focus: frozenset[tuple[str, str, str]] | None = None
    activates: bool = False
    whole: Plan | None = None
    unattended: bool = False
    history_days: float | None = None
    told: Mapping[tuple[str, str], Collection[str]] | None = None
    checkpoint: Callable[[], None] = field(default=lambda: None)
    cause: RunCause = "command"
    parts: tuple[str, ...] = ()
    consent: Consent = field(default_factory=Consent)
    budget: Budget = field(default_factory=Budget)
    undoes: Undone | None = None
    compiling: Callable[[PlanExpression, Mapping[str, TablePlan]], Evaluator] = compile_expression
    observed: Observed = "live"


class Stopped(Exception):  # noqa: N818 - an order, not an error
    """The run was told to end before its end; what it began is done, and the next run goes on."""


def preview(run: Run, *, privacy: Privacy = "sensitive") -> ChangeSet:
    """Return the change set that an apply would perform now, without what `privacy` leaves out.

    Reads both systems; writes nothing anywhere. Raises Fault when a system does not answer or is another one than the
    state's.
    """
    context = open_context(run, privacy=privacy)
    # A preview's state is a private copy, whose rows get their present names as an apply would give them.
    rename_former(run)
    sink = PreviewSink()
    run.recovery.resolve(context)
    context.view.flush()
    interpret(run.plan, context, sink)
    return context.change_set


def apply(
    run: Run, *, confirm: Callable[[ChangeSet], bool], expected: ChangeSet | None = None, skip_stale: bool = False
) -> ApplyReport:
    """Decide, ask `confirm`, and perform exactly the change set it was shown.

    With `expected` (a saved change set) exactly that is performed. What of it comes out differently now is stale: then
    nothing is, or with `skip_stale` the rest. What came up since is left for the next run.
    Raises Fault: SD801 a guard stops it, SD802 the world moved on, SD804 another run is under way, SD830 syncing is
    switched off, SD843 the change set is of another environment, and those of `preview`.
    """
    state = run.state
    fence = state.acquire_lease(
        owner=run.user or "syncdsl",
        pid=os.getpid(),
        host=socket.gethostname(),
        now=run.clock(),
        seconds=LEASE_SECONDS,
    )
    try:
        refuse_switched_off(state)
        run_id = uuid.uuid4().hex[:12]
        with logging_context(run=run_id), _on_record(run, run_id):
            sink = ApplySink(run_id=run_id, fence=fence, confirm=confirm, expected=expected, skip_stale=skip_stale)
            return _perform(run, run_id, sink, expected)
    finally:
        state.release_lease(fence)


@contextmanager
def _on_record(run: Run, run_id: str) -> Iterator[None]:
    """Keep on record that a run began, and the fault that ended it; one that died has no end."""
    state = run.state
    state.start_run(run_id, "apply", run.plan.digest, run.clock(), cause=run.cause, by=run.user, parts=run.parts)
    try:
        yield
    except Fault as fault:
        error = {"code": fault.code.id, "message": fault.message, "help": fault.help}
        # A state that cannot be written is what the fault is about, or comes on top of it.
        with suppress(Fault):
            if fault.code is OTHER_ORGANISATION:
                # The state is somebody else's: nothing of it changes.
                state.forget_run(run_id)
            else:
                state.end_run(run_id, run.clock(), {"applied": 0}, error=error)
        raise
    except Stopped:
        with suppress(Fault):
            state.end_run(run_id, run.clock(), {"applied": 0}, error={"code": "", "message": "stopped", "help": None})
        raise


def _perform(run: Run, run_id: str, sink: ApplySink, expected: ChangeSet | None) -> ApplyReport:
    state = run.state
    context = _context_for(run, expected)
    _record_identity(run, context)
    if sensitive_fields(run.plan, run.schemas):
        state.ensure_concealment_key(by=run.user, at=run.clock())
    context.run_id = run_id
    state.because(_cause(run, run_id))
    rename_former(run)
    recovered = run.recovery.resolve(context)
    context.view.flush()
    try:
        interpret(run.plan, context, sink)
    except Declined:
        state.restore_names()
        report = ApplyReport(changes=context.change_set, applied=False, recovered=recovered)
    else:
        report = sink.report(context)
        report.recovered = recovered
    report.pruned = _let_go(run, context)
    if run.told is not None and _came_to_nothing(run, run_id, report):
        # Systems tell of what syncdsl wrote itself, too: such runs would be most of the list, and say nothing.
        state.forget_run(run_id)
    else:
        state.end_run(run_id, run.clock(), _summary(report))
    return report


def refuse_switched_off(state: State) -> None:
    """Raise Fault SD830 when syncing is switched off."""
    switch = state.switched_off()
    if switch is not None:
        raise Fault(
            SWITCHED_OFF,
            f"syncing was switched off by {switch.by or 'somebody'} at {switch.at:%Y-%m-%d %H:%M} UTC; nothing was "
            "read or written",
            help="`syncdsl enable` switches it on, with the rules of the project's files; `syncdsl plan` previews",
        )


def rename_former(run: Run) -> None:
    """Give what the state knows by an earlier name its present one; for rules that may be declined until they are."""
    run.state.restore_names()
    former = renames(run.whole or run.plan)
    run.state.rename(former, until_accepted=run.clock() if run.activates else None)


def open_context(run: Run, today: dt.date | None = None, privacy: Privacy = "sensitive") -> Context:
    """Return what the steps of a run share. Raises Fault SD807 for other organisations, SD809 for other currencies."""
    identities: dict[str, Identity] = {name: connection.identity() for name, connection in run.connections.items()}
    refuse_other_organisations(run, identities)
    return Context(run=run, identities=identities, fixed_today=today, privacy=privacy)


def refuse_other_organisations(run: Run, identities: Mapping[str, Identity]) -> None:
    """Raise Fault SD807 for other organisations than the state's, SD809 for other currencies than the schemas'."""
    run.state.check_identity(
        run.environment,
        {
            name: {"organization": identity.organization, "data_centre": identity.data_centre}
            for name, identity in identities.items()
        },
    )
    for name, identity in identities.items():
        expected = run.plan.connections[name].base_currency
        if identity.base_currency != expected:
            raise Fault(
                CURRENCY_MISMATCH,
                f"`{name}` keeps its books in {identity.base_currency}, its schema snapshot says {expected}",
                help=(
                    f"pull the schema again with `syncdsl schema pull {name}` and review what the rules do with amounts"
                ),
            )


def _context_for(run: Run, expected: ChangeSet | None) -> Context:
    """Return what a run shares that performs a saved change set: its day counts, and what it shows is compared."""
    if expected is None:
        return open_context(run)
    return open_context(run, today=dt.date.fromisoformat(expected.today), privacy=expected.privacy)


def _record_identity(run: Run, context: Context) -> None:
    names = {name: identity.name for name, identity in sorted(context.identities.items())}
    known = run.state.switch(NAMES)
    with run.state.transaction():
        if known is None or {**known.value, **names} != known.value:
            # For people alone: what an organisation is called may change.
            run.state.set_switch(NAMES, names, by=run.user, at=run.clock())
        run.state.record_identity(
            run.environment,
            {
                name: {"organization": identity.organization, "data_centre": identity.data_centre}
                for name, identity in context.identities.items()
            },
        )


def _let_go(run: Run, context: Context) -> Pruned | None:
    """Remove old history: old by the clock that history is stamped with and by the servers', so that none can jump."""
    if run.history_days is None or not context.observations:
        return None
    now = min(run.clock(), context.server_time)
    return run.state.prune_history(now - dt.timedelta(days=run.history_days), batches=PRUNED_AT_ONCE)


def _cause(run: Run, run_id: str) -> Cause:
    """Return what the history names as the cause of changes of links: this run, its person, and the rules' lines."""
    places = {
        pair.name: Place(
            location=pair.location,
            left=(pair.left.connection, pair.left.module),
            right=(pair.right.connection, pair.right.module),
        )
        for pair in run.plan.pairs.values()
    }
    return Cause(run=run_id, by=run.user, clock=run.clock, places=places)


def _came_to_nothing(run: Run, run_id: str, report: ApplyReport) -> bool:
    """Return whether a run did nothing and asked nothing, so that nothing on file refers to it."""
    summary = _summary(report)
    told = any(count for name, count in summary.items() if name not in {"applied", "held"})
    return not told and not run.state.reviews_opened_by(run_id)


def _summary(report: ApplyReport) -> dict[str, int]:
    return {
        "applied": int(report.applied),
        "done": len(report.done),
        "failed": len(report.failed),
        "moved_on": len(report.moved_on),
        "unknown": len(report.unknown),
        "waiting": len(report.waiting),
        "held": len(report.changes.holds),
        "unreadable": len(report.changes.unreadable),
        "stale": len(report.stale),
        "recovered": len(report.recovered),
    }
