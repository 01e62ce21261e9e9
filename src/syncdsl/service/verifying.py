"""The scheduled verify: in a thread of its own, because it reads everything and no run need wait for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.internal import INTERNAL
from syncdsl.engine.in_force import rules_in_force
from syncdsl.engine.progress import Silent
from syncdsl.project.environment import open_connections, open_project_state
from syncdsl.project.running import run_of
from syncdsl.trial.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.changes.verification import Verification
    from syncdsl.project.workspace import Workspace


class Verifying:
    """A verify under way. `done` is called, from its thread, when it has ended; then `found` or `fault` is there."""

    def __init__(self, workspace: Workspace, environment: str, *, done: Callable[[], None]) -> None:
        self._workspace = workspace
        self._environment = environment
        self._done = done
        self.found: Verification | None = None
        self.fault: Fault | None = None
        self._thread = threading.Thread(target=self._run, name=f"verify {environment}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self) -> None:
        """Wait for its end."""
        self._thread.join()

    @property
    def ended(self) -> bool:
        """Whether it has come to its end."""
        return self.found is not None or self.fault is not None

    def _run(self) -> None:
        try:
            self.found = self._verify()
        except Fault as fault:
            self.fault = fault
        except Exception as error:  # noqa: BLE001 - a mistake of ours ends this verify alone
            self.fault = Fault(INTERNAL, f"the verify ended with a mistake of syncdsl: {type(error).__name__}")
        self._done()

    def _verify(self) -> Verification | None:
        with open_project_state(self._workspace, self._environment, read_only=True) as state:
            force = rules_in_force(state)
            if force is None:
                raise Fault(INTERNAL, "a verify began without rules in force")
            with open_connections(self._workspace, self._environment, force.plan, force.schemas) as connections:
                run = run_of(
                    self._workspace,
                    self._environment,
                    force.plan,
                    force.schemas,
                    connections,
                    state,
                    Silent(),
                    sweep=False,
                )
                return verify(run)
