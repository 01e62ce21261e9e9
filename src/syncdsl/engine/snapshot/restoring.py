"""A snapshot opened: its state in a temporary file, and connections that answer from its recording."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from syncdsl.adapters.recorded import RecordedConnection, Recording
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.snapshots import INCOMPLETE_SNAPSHOT, OTHER_SNAPSHOT
from syncdsl.engine.snapshot.file import SnapshotReader, damaged
from syncdsl.engine.snapshot.lines import Restoring
from syncdsl.engine.snapshot.needs import needs_of
from syncdsl.state import NotUniqueError, open_state
from syncdsl.state.decisive import put_rows
from syncdsl.state.rules import CONCEALMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from syncdsl.adapters.costing import Toll, Work
    from syncdsl.engine.snapshot.header import Header
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State

_FILE = "state.db"
_NAMED = 8
"""How many fields a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSnapshot:
    """A snapshot that was read to its end and found whole; any number of previews can be made of it.

    `key` makes what stands for hidden values: one for all of its previews, so that they compare, and for nobody else.
    """

    header: Header
    digest: str
    recording: Recording
    folder: Path
    key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)

    @contextmanager
    def state(self) -> Iterator[State]:
        """Yield the recorded state as a copy that a preview may write and that is thrown away."""
        with closing(open_state(f"sqlite:///{_FILE}", base=self.folder, scratch=True)) as state:
            state.set_switch(CONCEALMENT, self.key, by="", at=self.header.taken)
            yield state

    def connections(
        self, plan: Plan, schemas: Mapping[str, SchemaSnapshot], tolls: Mapping[str, Callable[[str, Work], Toll]]
    ) -> dict[str, RecordedConnection]:
        """Return the connections of a plan; `tolls` say what writing costs, by the names of adapters."""
        return {
            name: RecordedConnection(
                self.recording,
                name=name,
                identity=system.as_identity(),
                capabilities=system.as_capabilities(),
                schema=schemas[name],
                fields=self.header.fields_of(name),
                details=self.header.details_of(name),
                allowance=system.as_allowance(),
                toll=tolls.get(system.adapter),
            )
            for name, system in self.header.connections.items()
            if name in plan.connections
        }


@contextmanager
def opened_snapshot(path: Path) -> Iterator[OpenSnapshot]:
    """Read a snapshot into temporary files and yield it; they are gone at the end.

    Raises Fault: SD609 when it cannot be read, SD895 when it is no snapshot, or not whole.
    """
    with ExitStack() as stack:
        reader = stack.enter_context(closing(SnapshotReader(path)))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="syncdsl-")))
        recording = stack.enter_context(closing(Recording(folder / "recording.db")))
        restoring = Restoring(recording)
        try:
            with closing(open_state(f"sqlite:///{_FILE}", base=folder)) as state:
                lines = reader.lines()
                rest: list[dict[str, Any]] = []
                put_rows(state, _rows(lines, rest))
            for line in chain(rest, lines):
                restoring.take(line)
            restoring.finish()
        except (ValueError, KeyError, TypeError, AttributeError, NotUniqueError, SQLAlchemyError):
            # Whoever can make the digest fit can write anything; it is decided on or refused, and never half believed.
            raise damaged(path, "a line of it is none of a snapshot") from None
        yield OpenSnapshot(header=reader.header, digest=reader.digest, recording=recording, folder=folder)


def _rows(lines: Iterator[dict[str, Any]], rest: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows that lines begin with; the first line of another kind is left in `rest`."""
    for line in lines:
        if line["kind"] != "row":
            rest.append(line)
            return
        yield line["table"], line["row"]


def refuse_unfit(
    header: Header, path: Path, environment: str, plan: Plan, schemas: Mapping[str, SchemaSnapshot]
) -> None:
    """Refuse a snapshot that rules cannot be previewed on.

    Raises Fault: SD898 when it is of another environment or of other systems, SD896 when it does not hold what the
    rules read.
    """
    if header.environment != environment:
        raise Fault(
            OTHER_SNAPSHOT,
            f"`{path}` was taken of the environment `{header.environment}`, not of `{environment}`",
            help=f"choose it with `--env {header.environment}`",
        )
    for name, planned in sorted(plan.connections.items()):
        system = header.connections.get(name)
        if system is None or system.adapter != planned.adapter:
            how = f"as `{system.adapter}`, the rules say `{planned.adapter}`" if system is not None else "not at all"
            raise Fault(
                OTHER_SNAPSHOT,
                f"`{path}` holds the connection `{name}` {how}",
                help="take one of the connections that the rules have, with `syncdsl snapshot take --out FILE`",
            )
    held = {(one.connection, one.module): one for one in header.modules}
    lacking: list[str] = []
    for need in needs_of([plan], schemas):
        known = held.get((need.connection, need.module))
        where = f"{need.connection}.{need.module}"
        if known is None:
            lacking.append(f"the module `{where}`")
            continue
        fields = [name for name in need.names if name not in known.fields]
        fields += [name for name in need.only_details if name not in {*known.fields, *known.details}]
        if fields:
            more = f" and {len(fields) - _NAMED:,} more" if len(fields) > _NAMED else ""
            lacking.append(f"{', '.join(f'`{name}`' for name in fields[:_NAMED])}{more} of `{where}`")
        lacking += [f"the view `{view}` of `{where}`" for view in need.views if view not in known.views]
    if lacking:
        raise Fault(
            INCOMPLETE_SNAPSHOT,
            f"`{path}` does not hold what these rules read: {'; '.join(lacking)}",
            help="take a new one with these rules: `syncdsl snapshot take --out FILE`; with `--all-fields` it also "
            "holds what later rules may read of these modules",
        )
