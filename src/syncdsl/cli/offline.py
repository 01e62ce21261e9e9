"""Previews of what a snapshot recorded: with no credentials, no network and no state."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.cli.chosen_rules import in_force
from syncdsl.cli.running import compiled
from syncdsl.engine.snapshot.file import read_header
from syncdsl.engine.snapshot.restoring import opened_snapshot, refuse_unfit
from syncdsl.project.running import run_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from syncdsl.adapters.costing import Toll, Work
    from syncdsl.cli.options import Globals
    from syncdsl.engine.progress import Progress
    from syncdsl.engine.run import Run
    from syncdsl.engine.snapshot.restoring import OpenSnapshot
    from syncdsl.plan.plan import Plan
    from syncdsl.project.workspace import Workspace
    from syncdsl.schema.snapshot import SchemaSnapshot


def recorded_environment(path: Path, chosen: str | None) -> str:
    """Return the environment that was chosen, else the one that a snapshot was taken of.

    Raises Fault as `read_header` does.
    """
    return chosen or read_header(path).environment


@contextmanager
def opened_offline(
    workspace: Workspace,
    settings: Globals,
    environment: str,
    progress: Progress,
    *,
    path: Path,
    sweep: bool,
    by_force: bool = False,
) -> Iterator[Run]:
    """Check the rules, restore a snapshot and yield a run on it; with `by_force` one of the rules in force.

    Raises Fault: SD895 for a snapshot that is damaged, SD896 and SD898 for one that does not fit, SD831 when no rules
    were in force.
    """
    rules = None if by_force else compiled(workspace, settings)
    if rules is not None:
        refuse_unfit(read_header(path), path, environment, *rules)
    with opened_snapshot(path) as snapshot:
        if rules is None:
            with snapshot.state() as state:
                force = in_force(state, environment)
            rules = force.plan, dict(force.schemas)
            refuse_unfit(snapshot.header, path, environment, *rules)
        with run_on(snapshot, workspace, environment, *rules, progress, sweep=sweep) as run:
            yield run


@contextmanager
def run_on(
    snapshot: OpenSnapshot,
    workspace: Workspace,
    environment: str,
    plan: Plan,
    schemas: Mapping[str, SchemaSnapshot],
    progress: Progress,
    *,
    sweep: bool,
) -> Iterator[Run]:
    """Yield a run of a plan on a snapshot; its time is that of the snapshot, so that it comes out the same again."""
    tolls = _tolls(snapshot.header.connections[name].adapter for name in plan.connections)
    with snapshot.state() as state:
        connections = snapshot.connections(plan, schemas, tolls)
        run = run_of(workspace, environment, plan, schemas, connections, state, progress, sweep=sweep)
        yield replace(run, observed="snapshot", clock=lambda: snapshot.header.taken)


def _tolls(adapters: Iterator[str]) -> dict[str, Callable[[str, Work], Toll]]:
    """Return what writing costs, by the names of those adapters that say it without a connection."""
    from syncdsl.adapters.registry import load_adapter  # noqa: PLC0415 - loads the adapters

    found = {name: getattr(load_adapter(name), "toll", None) for name in sorted(set(adapters))}
    return {name: toll for name, toll in found.items() if toll is not None}
