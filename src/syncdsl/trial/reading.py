"""Reading both sides completely and anew: no cursor, nothing of what the state remembers of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.priority import Priority, working_as
from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.verify import INCOMPLETE_READING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.run import Run
    from syncdsl.plan.pairs import Pair
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.state.records import Side
    from syncdsl.trial.spool import Spool


def read_module(run: Run, step: ObserveStep, spool: Spool) -> dt.datetime:
    """Read every record of a module into the spool; return the system's own time at its end.

    Raises Fault SD840 when the system did not show all of them.
    """
    connection = run.connections[step.connection]
    task = f"read {step.connection}.{step.module}" + (f' "{step.view}"' if step.view else "")
    run.progress.start(task, None)
    end: ObservationEnd | None = None
    doubted: set[str] = set()
    with working_as(Priority.VERIFY):
        for item in connection.observe(ObserveRequest(module=step.module, fields=step.fields, view=step.view)):
            if isinstance(item, ObservationEnd):
                end = item
                continue
            if item.unchanged:
                # Nothing was said to be known, so there is nothing to which these could be unchanged.
                raise _incomplete(step)
            spool.put_records(step.id, store_of(run, step.connection, step.module), key_field(run, step), item.records)
            doubted.update(item.gone)
            run.progress.advance(task, len(item.records))
        if end is None or not end.complete:
            raise _incomplete(step)
        for record_id in sorted(doubted):
            if not connection.fetch(step.module, [record_id], step.fields):
                spool.drop_record(step.id, record_id)
    run.progress.finish(task, f"{spool.count(step.id):,} records")
    return end.server_time


def confirm_unseen(run: Run, pairs: Iterable[Pair], steps: dict[str, ObserveStep], spool: Spool) -> None:
    """Read directly whatever record of an active link the complete readings did not show.

    What is there after all was made or moved while its module was read, unless a view leaves it out.
    """
    for pair in pairs:
        sides: tuple[tuple[Side, str], ...] = (("left", pair.left.observe), ("right", pair.right.observe))
        for side, step_id in sides:
            step = steps[step_id]
            connection = run.connections[step.connection]
            for ids in spool.unseen(step.id, pair.name, side):
                with working_as(Priority.VERIFY):
                    found = connection.fetch(step.module, ids, step.fields)
                spool.put_absent(step.id, {record_id: record_id not in found for record_id in ids})
                if step.view is None:
                    store = store_of(run, step.connection, step.module)
                    spool.put_records(step.id, store, key_field(run, step), found.values())


def read_again(run: Run, step: ObserveStep, ids: Sequence[str], spool: Spool) -> dict[str, Record]:
    """Read some records once more, directly, and return them as they are now; what is not returned is gone."""
    with working_as(Priority.VERIFY):
        found = run.connections[step.connection].fetch(step.module, ids, step.fields)
    spool.put_absent(step.id, {record_id: True for record_id in ids if record_id not in found})
    for record_id in ids:
        if record_id not in found:
            spool.drop_record(step.id, record_id)
    spool.put_records(step.id, store_of(run, step.connection, step.module), key_field(run, step), found.values())
    return spool.records(step.id, ids)


def store_of(run: Run, connection: str, module: str) -> str:
    """Return the name of the collection a module shows; several modules may show parts of one."""
    return f"{connection}|{run.schemas[connection].modules[module].store}"


def key_field(run: Run, step: ObserveStep) -> str | None:
    """Return the field that holds a module's syncdsl keys."""
    return run.schemas[step.connection].modules[step.module].key_field


def _incomplete(step: ObserveStep) -> Fault:
    return Fault(
        INCOMPLETE_READING,
        f"`{step.connection}` did not show every record of {step.module}",
        help="run it again; `syncdsl doctor` shows what the connection may read",
    )
