"""How a pair is called back: its hooks at the receiver, and its subscriptions, kept on connections of their own.

The connections of runs are opened anew again and again; a subscription is looked after for as long as nothing changes.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.project.environment import open_connections
from syncdsl.service.called_back import called_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from syncdsl.adapters.notifications import Notice
    from syncdsl.adapters.services import Clock
    from syncdsl.engine.in_force import InForce
    from syncdsl.project.workspace import Workspace
    from syncdsl.service.channels import Channels
    from syncdsl.service.hooks import Hook
    from syncdsl.state import CallBack, State


class Called:
    """The call-backs of one pair, which `label` names among all. One thread uses it, but for `snapshot`.

    `publish` is told which hooks the pair has; `served` are the addresses of all hooks of the program. `reconnecting`
    is called before connections are opened.
    """

    def __init__(
        self,
        workspace: Workspace,
        environment: str,
        *,
        label: str,
        clock: Clock,
        mark: Callable[[str, Iterable[Notice]], None],
        publish: Callable[[Sequence[Hook]], None],
        served: set[str],
        reconnecting: Callable[[], None] = lambda: None,
    ) -> None:
        self._workspace = workspace
        self._environment = environment
        self._label = label
        self._clock = clock
        self._mark = mark
        self._publish = publish
        self._served = served
        self._reconnecting = reconnecting
        self._stack = ExitStack()
        self._channels: Channels | None = None
        self._kept: tuple[CallBack, ...] = ()

    def open(self, force: InForce, state: State) -> None:
        """Listen for the systems of these rules, in place of those before. Calls nobody.

        Raises Fault of opening connections, and SD602 for an address that is none.
        """
        self.close()
        self._reconnecting()
        opened = self._stack.enter_context(
            open_connections(self._workspace, self._environment, force.plan, force.schemas)
        )
        found = called_back(
            self._workspace,
            self._environment,
            force.plan,
            opened,
            mark=self._mark,
            known=state.call_backs(),
            served=self._served,
            clock=self._clock,
        )
        if found is None:
            self._stack.close()
            return
        self._channels = found.channels
        # Environments of several projects may have one name.
        self._publish([replace(hook, environment=self._label) for hook in found.hooks])

    def due(self) -> float | None:
        """Return when subscriptions are looked after next; None when there is none."""
        return self._channels.due() if self._channels is not None else None

    def look_again(self) -> None:
        """Look after what could not be kept at the next opportunity."""
        if self._channels is not None:
            self._channels.look_again()

    def keep(self) -> None:
        """Look after the subscriptions that are due; what goes wrong is remembered and tried again."""
        if self._channels is not None:
            self._channels.keep()

    def snapshot(self) -> tuple[CallBack, ...]:
        """Return how each connection is called back, from any thread."""
        return self._channels.snapshot() if self._channels is not None else ()

    def remember(self, state: State) -> None:
        """Write to the state what is new of it. Raises Fault when that cannot be written."""
        rows = self.snapshot()
        if rows != self._kept:
            state.put_call_backs(rows)
            self._kept = rows

    def close(self) -> None:
        """Listen no more; subscriptions stay until they end by themselves, for the next start."""
        self._channels = None
        self._publish(())
        self._stack.close()
