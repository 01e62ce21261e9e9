"""Examining a state: whether what it holds can be read and keeps its promises. Nothing of it changes."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Text, func, select, type_coerce

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_STATE, NEWER_STATE
from syncdsl.state.columns import FieldValues, Json, Moment, decode, decode_fields
from syncdsl.state.databases import open_database
from syncdsl.state.keeping import place_of
from syncdsl.state.migration import newest_revision
from syncdsl.state.sqlite_checking import troubles_of
from syncdsl.state.store import State
from syncdsl.state.tables import INTENT, JOURNAL_EVENT, LINK, METADATA, OBSERVATION, OBSERVED_RECORD, RUN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Column, Connection, Table

    from syncdsl.state.records import Intent

MOST = 10
"""How many troubles of one kind are told one by one."""

_RESTORE = "restore a backup with `syncdsl state restore FILE`, which keeps this state beside it"
_ANEW = (
    "restore a backup with `syncdsl state restore FILE`; without one, put the state aside and run again: links are "
    "rebuilt from the keys on the records, and nothing is created twice"
)
_CACHE = "nothing is lost: run `syncdsl apply --sweep`, which reads the records anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something in a state that is not as it should be, where it is (a table, else None), and what to do."""

    table: str | None
    message: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateReport:
    """What was found in the state at `place`.

    `rows` are counts by table, `doubtful` the writes whose end nobody knows yet, `holder` who has the lease, `started`
    the runs that never ended: none of these is trouble.
    """

    place: str
    revision: str | None = None
    troubles: list[Trouble] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    doubtful: list[Intent] = field(default_factory=list)
    holder: str | None = None
    started: int = 0


def check_state(url: str, *, base: Path) -> StateReport:
    """Examine the state at a URL, in a copy, so that runs go on meanwhile.

    Raises Fault SD808 when it cannot be opened for a reason outside of it.
    """
    troubles = [Trouble(table=None, message=message, help=_ANEW) for message in troubles_of(url, base)]
    try:
        state = State(open_database(url, base=base, read_only=True, scratch=False))
    except Fault as fault:
        if fault.code not in {DAMAGED_STATE, NEWER_STATE}:
            raise
        troubles.insert(0, Trouble(table=None, message=fault.message, help=fault.help or _ANEW))
        return StateReport(place=place_of(url, base), troubles=troubles)
    try:
        return examine(state, troubles)
    except Fault as fault:
        # What no reading of single values tells: pages that the database itself cannot read.
        if fault.code is not DAMAGED_STATE:
            raise
        told = [*troubles, Trouble(table=None, message=fault.message, help=fault.help or _ANEW)]
        return StateReport(place=state.place, troubles=told)
    finally:
        state.close()


def examine(state: State, before: Sequence[Trouble] = ()) -> StateReport:
    """Examine an open state; the troubles that were found before are part of the report."""
    rows: dict[str, int] = {}
    doubtful: list[Intent] = []
    with state.reading() as connection:
        troubles = [*before, *([] if _made_just_now(state) else _structure(connection))]
        if len(troubles) > len(before):
            # Tables of another form cannot be looked into.
            return StateReport(place=state.place, revision=newest_revision(), troubles=troubles)
        for table in METADATA.sorted_tables:
            rows[table.name] = connection.execute(select(func.count()).select_from(table)).scalar_one()
            troubles += _values(connection, table)
        troubles += [*_partners(connection), *_orphans(connection)]
        started = connection.execute(select(func.count()).select_from(RUN).where(RUN.c.ended.is_(None))).scalar_one()
    with suppress(Fault):  # values that cannot be read were told above
        doubtful = state.open_intents()
    return StateReport(
        place=state.place,
        revision=newest_revision(),
        troubles=troubles,
        rows=rows,
        doubtful=doubtful,
        holder=state.lease_holder(dt.datetime.now(dt.UTC)),
        started=started,
    )


def _made_just_now(state: State) -> bool:
    """Return whether its tables are those of a session, which no list has: they were made for this reading."""
    return state.database.single and state.database.engine.dialect.name == "postgresql"


def _structure(connection: Connection) -> Iterator[Trouble]:
    """Tell what of tables, columns, indexes and promises of uniqueness is not as this version made it."""
    context = MigrationContext.configure(connection, opts={"compare_type": False})
    for difference in compare_metadata(context, METADATA):
        kind, subject = (difference[0], difference[-1]) if isinstance(difference, tuple) else ("modify", None)
        table = getattr(subject, "table", subject)
        name = str(getattr(table, "name", "state"))
        what = str(kind).replace("_", " ").replace("add", "lacks").replace("remove", "has an unknown")
        yield Trouble(
            table=name,
            message=f"the table `{name}` is not as this version makes it: {what} `{getattr(subject, 'name', '')}`",
            help="somebody changed the database by hand: undo that, or " + _RESTORE,
        )


def _values(connection: Connection, table: Table) -> Iterator[Trouble]:
    """Tell which stored documents and moments cannot be read."""
    columns = [column for column in table.c if isinstance(column.type, Json | FieldValues | Moment)]
    if not columns:
        return
    keys = list(table.primary_key)
    statement = select(*[type_coerce(column, Text) for column in (*keys, *columns)])
    bad = 0
    for row in connection.execute(statement.execution_options(yield_per=1000)):
        for column, value in zip(columns, row[len(keys) :], strict=True):
            if value is None or _readable(column, value):
                continue
            bad += 1
            if bad <= MOST:
                name = ", ".join(str(part) for part in row[: len(keys)])
                yield Trouble(
                    table=table.name,
                    message=f"`{column.name}` of the row `{name}` in `{table.name}` cannot be read",
                    help=_CACHE if table in {OBSERVATION, OBSERVED_RECORD} else _RESTORE,
                )
    if bad > MOST:
        more = f"{bad - MOST} more values in `{table.name}` cannot be read"
        yield Trouble(table=table.name, message=more, help=_RESTORE)


def _readable(column: Column[Any], value: Any) -> bool:
    try:
        match column.type:
            case Moment():
                if not isinstance(value, dt.datetime):
                    dt.datetime.fromisoformat(value)
            case FieldValues():
                decode_fields(value)
            case _:
                decode(value)
    except (Fault, TypeError, ValueError):
        return False
    return True


def _partners(connection: Connection) -> Iterator[Trouble]:
    """Tell which records have more than one partner in a pair: the index that forbids it may itself be damaged."""
    for side in (LINK.c.left_id, LINK.c.right_id):
        several = select(LINK.c.pair, side, func.count()).group_by(LINK.c.pair, side).having(func.count() > 1)
        for pair, record, count in connection.execute(several.limit(MOST)):
            yield Trouble(
                table=LINK.name,
                message=f"the record `{record}` has {count} partners in `{pair}`, where it may have one",
                help=_RESTORE,
            )


def _orphans(connection: Connection) -> Iterator[Trouble]:
    """Tell what belongs to something that is gone."""
    for child, parent, advice in (
        (OBSERVED_RECORD.c.step, OBSERVATION.c.step, _CACHE),
        (JOURNAL_EVENT.c.iid, INTENT.c.iid, _RESTORE),
    ):
        lost = select(child, func.count()).where(child.not_in(select(parent))).group_by(child).limit(MOST)
        for name, count in connection.execute(lost):
            yield Trouble(
                table=child.table.name,
                message=f"{count} rows of `{child.table.name}` belong to `{name}`, which is gone",
                help=advice,
            )
