"""Match forms: how the records of a pair are found by what its keys make of them, without reading all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from syncdsl.schema.digest import digest
from syncdsl.state.columns import encode, indexable
from syncdsl.state.id_lists import among
from syncdsl.state.part import Part, chunks
from syncdsl.state.tables import MATCH_FORM, PAIR_PASS
from syncdsl.state.upsert import insert_rows, inserting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.state.records import Side

_F = MATCH_FORM.c


class Forms(Part):
    """The compared form of every key of every record in scope of a pair, on both sides.

    Keys have numbers from 0; -1 is adoption, and smaller ones are filed for other purposes and compared with nothing.
    """

    def put_forms(
        self, pair: str, side: Side, forms: Mapping[str, Sequence[tuple[int, str]]], *, anew: bool = False
    ) -> None:
        """Replace the forms of some records, each given by the number of its key; none for one that left the scope.

        With `anew` none of them has any yet.
        """
        rows = [
            {"pair": pair, "side": side, "record_id": record_id, "number": number, "form": _filed(form)}
            for record_id, some in forms.items()
            for number, form in some
        ]
        with self.transaction() as connection:
            for ids in () if anew else chunks(forms):
                connection.execute(delete(MATCH_FORM).where(_F.pair == pair, _F.side == side, among(_F.record_id, ids)))
            if rows:
                insert_rows(connection, inserting(connection, MATCH_FORM), rows)

    def forget_forms(self, pair: str) -> None:
        """Drop every form of a pair, as its keys mean something else now."""
        with self.transaction() as connection:
            connection.execute(delete(MATCH_FORM).where(_F.pair == pair))

    def sharing(self, pair: str, side: Side, ids: Iterable[str]) -> tuple[set[str], set[str]]:
        """Return the left and right ids of records that share the form of a key with one of some records of a side."""
        found: dict[str, set[str]] = {"left": set(), "right": set()}
        mine = select(_F.number, _F.form).distinct().where(_F.pair == pair, _F.side == side, _F.number >= -1)
        others = select(_F.side, _F.record_id, _F.number, _F.form).where(_F.pair == pair)
        with self.reading() as connection:
            # Two questions, each answered by an index: of one with both SQLite makes a way through the whole pair.
            for some in chunks(ids):
                wanted = {(row.number, row.form) for row in connection.execute(mine.where(among(_F.record_id, some)))}
                for forms in chunks({form for _, form in wanted}):
                    for row in connection.execute(others.where(among(_F.form, forms))):
                        if (row.number, row.form) in wanted:
                            found[row.side].add(row.record_id)
        return found["left"], found["right"]

    def filed_under(self, pair: str, side: Side, number: int, forms: Iterable[str]) -> set[str]:
        """Return the records of a side that have one of some forms of a key."""
        found: set[str] = set()
        with self.reading() as connection:
            for some in chunks(_filed(form) for form in forms):
                statement = select(_F.record_id).where(
                    _F.pair == pair, _F.side == side, _F.number == number, among(_F.form, some)
                )
                found.update(connection.execute(statement).scalars())
        return found

    # -- passes -------------------------------------------------------------------------------------------------

    def passed(self, pair: str) -> tuple[str, str | None] | None:
        """Return with which digest of its rules, and on which day, every record of a pair was last looked at."""
        with self.reading() as connection:
            row = connection.execute(select(PAIR_PASS).where(PAIR_PASS.c.pair == pair)).first()
            return None if row is None else (row.digest, row.day)

    def put_pass(self, pair: str, digest: str, day: str | None) -> None:
        """Remember that every record of a pair was looked at."""
        with self.transaction() as connection:
            connection.execute(delete(PAIR_PASS).where(PAIR_PASS.c.pair == pair))
            connection.execute(insert(PAIR_PASS).values(pair=pair, digest=digest, day=day))


def _filed(form: str) -> str:
    """Return a form as it is stored: forms are compared for being equal alone, so a digest does for an odd one."""
    return form if indexable(form) else digest(encode(form))
