"""An environment kept open between runs: its state, the rules in force, and a connection to every system."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.lifecycle import NO_RULES_IN_FORCE, NOT_CONNECTED
from syncdsl.engine.in_force import rules_in_force
from syncdsl.engine.run import apply
from syncdsl.plan.restriction import known_part, modules_read, parts, restricted
from syncdsl.plan.unattended import refuse_unbounded
from syncdsl.project.environment import open_connections, open_project_state
from syncdsl.project.running import run_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from syncdsl.adapters.protocol import Connection
    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.engine.in_force import InForce
    from syncdsl.engine.progress import Progress
    from syncdsl.engine.report import ApplyReport
    from syncdsl.project.workspace import Workspace
    from syncdsl.state import RunCause, State


class Workplace:
    """What the runs of one environment share. One thread uses it.

    Its methods raise Fault: those of opening a state and connections, and of a run.
    """

    def __init__(self, workspace: Workspace, environment: str, *, before_connecting: Callable[[], None]) -> None:
        self._workspace = workspace
        self._environment = environment
        self._before_connecting = before_connecting
        self._state_stack = ExitStack()
        self._state: State | None = None
        self._force: InForce | None = None
        self._connection_stack = ExitStack()
        self._connections: dict[str, Connection] | None = None

    def state(self) -> State:
        """Return the state, opened when it is first asked for."""
        if self._state is None:
            self._state = self._state_stack.enter_context(open_project_state(self._workspace, self._environment))
        return self._state

    def force(self) -> InForce:
        """Return the rules in force, read anew when others were put in force.

        Raises Fault SD831 when there are none, SD837 when a system they need was never connected, SD871 when they make
        documents without a limit per day, SD833 when the schedule names a module that they do not have.
        """
        state = self.state()
        if self._force is None or state.digest_in_force() != self._force.plan.digest:
            self._force = None
            self.disconnect()
            self._force = self._checked(state)
        return self._force

    def _checked(self, state: State) -> InForce:
        force = rules_in_force(state)
        if force is None:
            raise Fault(
                NO_RULES_IN_FORCE,
                f"no rules are in force in the environment `{self._environment}` yet",
                help="`syncdsl apply` shows what the project's rules would do, asks, and puts them in force; "
                "the daemon begins then by itself",
            )
        missing = sorted(force.plan.connections.keys() - (state.identity() or {}).keys())
        if missing:
            raise Fault(
                NOT_CONNECTED,
                f"`{'` and `'.join(missing)}` {'is' if len(missing) == 1 else 'are'} not connected in the environment "
                f"`{self._environment}`",
                help="`syncdsl apply` shows what it would do and connects; the daemon begins then by itself",
            )
        refuse_unbounded(force.plan)
        for name in self._workspace.settings.environments[self._environment].schedule.modules:
            known_part(force.plan, name)
        return force

    def parts(self) -> tuple[str, ...]:
        """Return what of the rules in force has a schedule of its own."""
        return parts(self.force().plan)

    def connections(self) -> Mapping[str, Connection]:
        """Return a connection to every system, opened when it is first asked for; no call is made yet."""
        force = self.force()
        if self._connections is None:
            self._before_connecting()
            self._connections = self._connection_stack.enter_context(
                open_connections(self._workspace, self._environment, force.plan, force.schemas)
            )
        return self._connections

    def perform(
        self,
        names: Sequence[str],
        *,
        told: Mapping[tuple[str, str], Collection[str]] | None,
        cause: RunCause,
        progress: Progress,
        checkpoint: Callable[[], None],
    ) -> ApplyReport:
        """Run the rules in force: all of them, or those of some parts; or what was `told`."""
        force = self.force()
        whole = told is not None or set(names) >= set(self.parts())
        plan = force.plan if whole else restricted(force.plan, names, force.schemas)
        run = run_of(
            self._workspace,
            self._environment,
            plan,
            force.schemas,
            self.connections(),
            self.state(),
            progress,
            sweep=False,
        )

        def confirm(_changes: ChangeSet) -> bool:
            checkpoint()
            return True

        run = replace(
            run,
            whole=None if whole else force.plan,
            unattended=True,
            told=told,
            checkpoint=checkpoint,
            cause=cause,
            parts=() if whole else tuple(names),
        )
        return apply(run, confirm=confirm)

    def watched_modules(self) -> dict[str, tuple[str, ...]]:
        """Return the modules that the rules in force read, by connection."""
        return modules_read(self.force().plan)

    def disconnect(self) -> None:
        """Close the connections; what they remember of the systems is asked for anew by the next ones."""
        self._connections = None
        self._connection_stack.close()

    def close(self) -> None:
        """Close everything; it is opened again when it is asked for."""
        self.disconnect()
        self._force = None
        self._state = None
        self._state_stack.close()


def now_of(wall: float) -> dt.datetime:
    """Return seconds since the epoch as a moment."""
    return dt.datetime.fromtimestamp(wall, dt.UTC)
