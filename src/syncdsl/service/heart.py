"""The heartbeat of a pair: its daemon is heard of while a run takes long, and what it does can be read by `status`."""

from __future__ import annotations

import logging
import os
import threading
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.service import DAEMON_RUNS
from syncdsl.diagnostics.log_fields import logging_context
from syncdsl.project.environment import open_project_state
from syncdsl.service.pair import SERVE_SECONDS
from syncdsl.service.workplace import now_of

if TYPE_CHECKING:
    from syncdsl.adapters.services import Clock
    from syncdsl.project.workspace import Workspace
    from syncdsl.service.pair import Pair

BEAT_SECONDS = 15.0
"""Real seconds between two beats: some may be missed before another daemon takes over."""

log = logging.getLogger(__name__)


class Heart:
    """A thread that is heard of in a pair's state, through a connection of its own."""

    def __init__(
        self,
        pair: Pair,
        workspace: Workspace,
        clock: Clock,
        *,
        listening: str | None,
        seconds: float = BEAT_SECONDS,
    ) -> None:
        self._pair = pair
        self._workspace = workspace
        self._clock = clock
        self._listening = listening
        self._seconds = seconds
        self._stopping = threading.Event()
        self._again = threading.Event()
        self._thread = threading.Thread(target=self._live, name=f"heart {pair.label}", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stopping.set()
        self._again.set()
        self._thread.join()

    def beat(self) -> None:
        """Beat now: something changed that people look at."""
        self._again.set()

    def _live(self) -> None:
        with logging_context(environment=self._pair.label):
            self._beat()

    def _beat(self) -> None:
        silent = False
        while not self._stopping.is_set():
            try:
                with open_project_state(self._workspace, self._pair.environment) as state:
                    while not self._stopping.is_set():
                        if self._pair.serves:
                            state.keep_serving(
                                pid=os.getpid(),
                                host=self._pair.host,
                                now=now_of(self._clock.now()),
                                seconds=SERVE_SECONDS,
                                detail=self.detail(),
                            )
                        silent = False
                        self._wait()
            except Fault as fault:
                if fault.code is DAEMON_RUNS and self._pair.serves:
                    self._pair.overtaken(fault)
                elif not silent:
                    log.warning("the state cannot be told that this daemon lives: %s", fault)
                    silent = True
                self._wait()

    def _wait(self) -> None:
        self._again.wait(self._seconds)
        self._again.clear()

    def detail(self) -> dict[str, Any]:
        """Return what `syncdsl status` shows of a daemon."""
        pair, blocked = self._pair, self._pair.blocked
        return {
            "version": version("syncdsl"),
            "listening": self._listening,
            "state": pair.mode,
            "next": {name: at.isoformat() for name, at in pair.runner.next_of().items()},
            "rules": pair.runner.rules,
            "waiting": len(pair.hints),
            "blocked": None
            if blocked is None
            else {"code": blocked.code.id, "message": blocked.message, "help": blocked.help},
        }
