"""The two sinks: a preview shows what was decided, an apply performs exactly that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.agenda import renew_agenda
from syncdsl.engine.consenting import refuse_unapproved
from syncdsl.engine.execution import Execution
from syncdsl.engine.in_force import put_in_force
from syncdsl.engine.operations import (
    ActOnDocument,
    CreateDocument,
    CreateRecord,
    DeactivateRecord,
    DeleteRecord,
    GiveAccess,
    LinkRecords,
    SetAside,
    TakeAccess,
    UpdateDocument,
    UpdateRecord,
    target_of,
)
from syncdsl.engine.passes import pass_digest
from syncdsl.engine.refused import commit_refusals
from syncdsl.engine.report import ApplyReport
from syncdsl.engine.reviewing import commit_reviews
from syncdsl.engine.run_log import say_begun, say_ended
from syncdsl.engine.selecting import narrow, refuse_foreign, refuse_stale, select

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.engine.context import Context
    from syncdsl.engine.selecting import Selection
    from syncdsl.plan.steps import WriteStep


class Declined(Exception):  # noqa: N818 - an answer, not an error
    """The person who was asked said no."""


class PreviewSink:
    """Keeps nothing: the change set in the context is the result."""

    def accept(self, context: Context) -> None:
        """Accept it: the change set in the context is complete."""

    def write(self, step: WriteStep, context: Context) -> None:
        """Write nothing."""

    def remove(self, step: WriteStep, context: Context) -> None:
        """Delete nothing."""


class ApplySink:
    """Checks the change set, asks, remembers what was seen, and performs the operations module by module."""

    def __init__(
        self,
        *,
        run_id: str,
        fence: int,
        confirm: Callable[[ChangeSet], bool],
        expected: ChangeSet | None,
        skip_stale: bool,
    ) -> None:
        self._confirm = confirm
        self._expected = expected
        self._skip_stale = skip_stale
        self._run_id = run_id
        self._fence = fence
        self._execution: Execution | None = None
        say_begun(run_id)

    def accept(self, context: Context) -> None:
        """Refuse what is stale, over a guard or declined; then commit what needs no call."""
        selection = self._selected(context)
        changes = context.change_set
        # Asked first: who is refused by a guard wants to see what was too much.
        if not self._confirm(changes):
            raise Declined
        refuse_unapproved(context.run, changes, self._expected)
        self._execution = Execution(context=context, run_id=self._run_id, fence=self._fence)
        if selection is not None:
            self._execution.report.stale.extend(selection.stale)
            self._execution.report.fresh = len(selection.fresh)
        self._commit_decisions(context)

    def _selected(self, context: Context) -> Selection | None:
        """Leave of what was decided only what a saved change set says; None where there is none."""
        if self._expected is None:
            return None
        refuse_foreign(self._expected, context.change_set)
        selection = select(self._expected, context)
        refuse_stale(selection, self._expected, skip=self._skip_stale)
        narrow(selection, self._expected, context)
        return selection

    def _commit_decisions(self, context: Context) -> None:
        """Store what was decided, and leave on the agenda what the next run has to look at again."""
        run, state = context.run, context.run.state
        with state.transaction():
            # A single record is no reason to change the rules for all the others.
            if run.activates and run.focus is None:
                put_in_force(state, run.plan, run.schemas, by=run.user, at=run.clock())
            state.put_links([operation.link for operation in context.operations if isinstance(operation, LinkRecords)])
            for operation in context.operations:
                match operation:
                    case SetAside():
                        state.set_aside(
                            operation.pair.name, operation.side, operation.record.id, operation.effect.reason
                        )
                    case (
                        LinkRecords()
                        | CreateRecord()
                        | CreateDocument()
                        | UpdateRecord()
                        | UpdateDocument()
                        | DeleteRecord()
                        | DeactivateRecord()
                        | ActOnDocument()
                        | GiveAccess()
                        | TakeAccess()
                    ):
                        pass
            state.put_grants(context.grants_noted)
            state.forget_grants(context.grants_forgotten)
            commit_reviews(context, self._run_id)
            context.view.flush()
            for pair in context.passes:
                state.put_pass(pair.name, pass_digest(pair, context), context.today.isoformat())
            renew_agenda(context)

    def write(self, step: WriteStep, context: Context) -> None:
        """Perform the operations on one module."""
        if self._execution is None:
            raise RuntimeError("nothing is written before the change set was accepted")
        mine = [item for item in context.operations if target_of(item) == (step.connection, step.module)]
        if mine:
            self._execution.perform(step.connection, step.module, mine)

    def remove(self, step: WriteStep, context: Context) -> None:
        """Take records of one module away."""
        if self._execution is None:
            raise RuntimeError("nothing is deleted before the change set was accepted")
        mine = [
            item
            for item in context.operations
            if isinstance(item, DeleteRecord | DeactivateRecord) and target_of(item) == (step.connection, step.module)
        ]
        if mine:
            self._execution.remove(step.connection, step.module, mine)
        leaving = [
            item
            for item in context.operations
            if isinstance(item, TakeAccess) and target_of(item) == (step.connection, step.module)
        ]
        if leaving:
            self._execution.take_access(step.connection, step.module, leaving)

    def report(self, context: Context) -> ApplyReport:
        """Return what came of it."""
        if self._execution is None:
            return ApplyReport(changes=context.change_set)
        commit_refusals(context, self._execution.report, self._run_id)
        say_ended(self._run_id, self._execution.report)
        return self._execution.report
