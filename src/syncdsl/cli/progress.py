"""Progress of long work, on stderr, when that is a terminal; nothing of it remains in a file."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from syncdsl.cli.terminal import is_terminal, wants_colour
from syncdsl.engine.progress import Silent
from syncdsl.render.neutral import neutral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from syncdsl.cli.options import Globals
    from syncdsl.engine.progress import Progress


class Shown(Protocol):
    """Progress that can give way to a question."""

    @property
    def progress(self) -> Progress:
        """What the engine reports to."""
        ...

    def pause(self) -> None:
        """Leave the terminal to somebody else; what follows begins anew."""
        ...


class Hidden:
    """Shows nothing."""

    @property
    def progress(self) -> Progress:
        """What the engine reports to."""
        return Silent()

    def pause(self) -> None:
        """There is nothing to pause."""


class Live:
    """One line a task: a spinner or a bar while it runs, a mark and its result when it has ended."""

    def __init__(self) -> None:
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}

    @property
    def progress(self) -> Progress:
        """What the engine reports to."""
        return self

    def start(self, task: str, total: int | None) -> None:
        """Begin a line."""
        self._tasks[task] = self._shown().add_task(neutral(task), total=total, note="")

    def advance(self, task: str, count: int = 1) -> None:
        """Move a line on."""
        if task not in self._tasks:
            return
        bars = self._shown()
        bars.advance(self._tasks[task], count)
        done = int(bars._tasks[self._tasks[task]].completed)  # noqa: SLF001 - the public list copies all tasks
        bars.update(self._tasks[task], note=f"{done:,}")

    def finish(self, task: str, note: str = "") -> None:
        """End a line with its result."""
        if task in self._tasks:
            self._shown().update(self._tasks[task], total=1, completed=1, note=neutral(note))

    def pause(self) -> None:
        """Leave what stands there and stop drawing."""
        if self._bars is not None:
            self._bars.stop()
            sys.stderr.write("\n")
            sys.stderr.flush()
        self._bars = None
        self._tasks = {}

    def _shown(self) -> Bars:
        if self._bars is None:
            from rich.console import Console  # noqa: PLC0415 - only where progress is seen
            from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - the same
            from rich.progress import Progress as Drawn  # noqa: PLC0415 - the same

            console = Console(stderr=True, no_color=not wants_colour(sys.stderr), highlight=False)
            self._bars = Drawn(
                SpinnerColumn(finished_text="[green]✓"),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[note]}", style="dim", markup=False),
                TimeElapsedColumn(),
                console=console,
            )
            self._bars.start()
        return self._bars


@contextmanager
def shown_progress(settings: Globals) -> Iterator[Shown]:
    """Show progress on a terminal while the block runs, unless output is to be quiet or JSON."""
    if settings.quiet or settings.log_format == "json" or not is_terminal(sys.stderr):
        yield Hidden()
        return
    live = Live()
    try:
        yield live
    finally:
        live.pause()
