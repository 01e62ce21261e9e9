"""Takes a snapshot: reads both systems and the state as a preview would, and writes what it rests on into a file."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

from syncdsl.adapters.recorded import Recording
from syncdsl.engine.in_force import rules_in_force
from syncdsl.engine.run import refuse_other_organisations
from syncdsl.engine.snapshot.file import write_lines
from syncdsl.engine.snapshot.header import Header, RecordedModule, recorded_system
from syncdsl.engine.snapshot.lines import recording_lines
from syncdsl.engine.snapshot.needs import enforced_fields, needs_of
from syncdsl.engine.snapshot.recording import Recorder
from syncdsl.engine.snapshot.rows import Rows
from syncdsl.engine.snapshot.veil import veil_of
from syncdsl.state.decisive import decisive_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.changes.change_set import Privacy
    from syncdsl.engine.run import Run
    from syncdsl.plan.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken: the header, the digest, how many records and links."""

    header: Header
    digest: str
    records: int
    links: int


def take_snapshot(
    run: Run,
    target: IO[bytes],
    *,
    others: Sequence[Plan] = (),
    privacy: Privacy = "sensitive",
    everything: bool = False,
) -> Taken:
    """Write a snapshot of what previews by the run's rules rest on, and by `others`; nothing else is written anywhere.

    The run's state is a private copy. Raises Fault when a system does not answer, and SD807 or SD809 when it is another
    one than the state's.
    """
    identities = {name: connection.identity() for name, connection in sorted(run.connections.items())}
    refuse_other_organisations(run, identities)
    force = rules_in_force(run.state)
    plans = [run.plan, *others, *([force.plan] if force is not None else [])]
    needs = [
        need
        for need in needs_of(plans, run.schemas, run.state, everything=everything)
        if need.connection in run.connections
    ]
    veil = veil_of(plans, run.schemas, privacy)
    header = Header(
        environment=run.environment,
        taken=run.clock(),
        rules=run.plan.digest,
        privacy=privacy,
        everything=everything,
        connections={
            name: recorded_system(
                connection,
                run.plan.connections[name].adapter,
                run.schemas[name].digest,
                named=privacy != "pseudonyms",
            )
            for name, connection in sorted(run.connections.items())
        },
        modules=tuple(
            RecordedModule(
                connection=need.connection,
                module=need.module,
                fields=need.names,
                details=need.only_details,
                views=tuple(need.views),
            )
            for need in needs
        ),
        sensitive=tuple(sorted(veil.sensitive)),
    )
    with (
        TemporaryDirectory(prefix="syncdsl-") as folder,
        closing(Recording(Path(folder) / "recording.db")) as recording,
    ):
        Recorder(recording, run.connections, run.schemas, run.state, run.progress).read(needs, plans)
        rows = Rows(plans, needs, veil, recording, run.state.erasure_key())
        counts = {"links": 0, "records": 0}

        def lines() -> Iterator[dict[str, Any]]:
            found = decisive_rows(run.state, now=header.taken, enforced=enforced_fields(plans))
            for table, row in found:
                told = rows.told(table, row)
                if told is not None:
                    counts["links"] += table == "link"
                    yield {"kind": "row", "table": table, "row": told}
            for line in recording_lines(recording, veil, header):
                counts["records"] += line["kind"] == "record"
                yield line

        digest = write_lines(target, header, lines())
    return Taken(header=header, digest=digest, records=counts["records"], links=counts["links"])
