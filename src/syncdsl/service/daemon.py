"""The daemon: a thread for each pair, and one that watches over all of them."""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING

from syncdsl.service.systemd import notify, watchdog_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from syncdsl.service.heart import Heart
    from syncdsl.service.pair import Pair
    from syncdsl.service.vitals import PairVitals
    from syncdsl.service.waiting import Bell

TICK_SECONDS = 1.0
"""Real seconds between two looks at the threads."""

log = logging.getLogger(__name__)


class Served:
    """A pair with its threads: one works, one is heard of."""

    def __init__(self, pair: Pair, heart: Heart, bell: Bell) -> None:
        self.pair = pair
        self._heart = heart
        self._bell = bell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._live, name=pair.label, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._heart.start()
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end, without waiting for it."""
        self._stopping.set()
        self.pair.stop()

    def join(self) -> None:
        """Wait for its end; nothing of one that never began."""
        if self._thread.ident is None:
            self.pair.leave()
            return
        self._thread.join()
        self._heart.stop()

    def vitals(self) -> PairVitals:
        """Return how the pair stands, from any thread."""
        return self.pair.vitals(alive=self.alive and not self.pair.hangs)

    @property
    def alive(self) -> bool:
        """Whether its thread lives."""
        return self._thread.is_alive()

    def _live(self) -> None:
        try:
            while not self._stopping.is_set():
                mode = self.pair.mode
                until = self.pair.step()
                if self.pair.mode != mode:
                    self._heart.beat()
                if not self._stopping.is_set():
                    self._bell.wait(until)
        finally:
            self.pair.leave()


class Daemon:
    """Serves pairs until it is told to stop."""

    def __init__(self) -> None:
        self._served: list[Served] = []
        self._before_end: list[Callable[[], None]] = []
        self._after_end: list[Callable[[], None]] = []
        self._stopping = threading.Event()

    def add(self, served: Served) -> None:
        """Serve a pair, too."""
        self._served.append(served)

    def before_end(self, act: Callable[[], None]) -> None:
        """Do something before the pairs end, such as to accept no more calls."""
        self._before_end.append(act)

    def after_end(self, act: Callable[[], None]) -> None:
        """Do something after the pairs have ended, such as to send what waits."""
        self._after_end.append(act)

    @property
    def pairs(self) -> Sequence[Pair]:
        """The pairs that are served."""
        return [one.pair for one in self._served]

    def snapshot(self) -> Sequence[PairVitals]:
        """Return how each pair stands, from any thread."""
        return [one.vitals() for one in self._served]

    def begin(self) -> None:
        """Become the one daemon of every state. Raises Fault SD870 when another one serves one of them."""
        for one in self._served:
            one.pair.begin()
            one.pair.release()

    def stop(self) -> None:
        """End: what is under way ends where nothing is left half done. From any thread."""
        self._stopping.set()

    def stop_on_signals(self) -> None:
        """Let SIGTERM and SIGINT stop it; a second one ends the process at once, as a kill would."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def serve(self) -> None:
        """Serve until it is stopped; returns when every pair has come to its end."""
        for one in self._served:
            one.start()
        notify("READY=1")
        asked = watchdog_seconds()
        tick = TICK_SECONDS if asked is None else min(TICK_SECONDS, asked / 4)
        while not self._stopping.wait(tick):
            if all(one.alive for one in self._served):
                if not any(one.pair.hangs for one in self._served):
                    notify("WATCHDOG=1")
                continue
            # A thread that ended by itself is a mistake of ours; the service manager starts anew.
            log.critical("served no more: %s", ", ".join(one.pair.label for one in self._served if not one.alive))
            break
        notify("STOPPING=1")
        log.info("ending; calls under way are waited for")
        self.end()
        log.info("ended")

    def end(self) -> None:
        """End everything that was begun, in order."""
        for act in self._before_end:
            act()
        for one in self._served:
            one.stop()
        for one in self._served:
            one.join()
        for act in self._after_end:
            act()
        # Last of all, because what waited was told only now.
        for one in self._served:
            one.pair.settle()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        self._stopping.set()
