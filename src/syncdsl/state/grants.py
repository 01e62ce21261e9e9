"""Who has a role in the books because of an `access` rule, and whether syncdsl let them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from syncdsl.state.part import Part
from syncdsl.state.records import Grant
from syncdsl.state.tables import ACCESS_GRANT
from syncdsl.state.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = [column.name for column in ACCESS_GRANT.c]


class Grants(Part):
    """What `access` rules remember."""

    def grants(self, connection: str | None = None) -> list[Grant]:
        """Return the grants in one system, or in all of them, by system and address."""
        order = (ACCESS_GRANT.c.connection, ACCESS_GRANT.c.address, ACCESS_GRANT.c.record_id)
        statement = select(ACCESS_GRANT).order_by(*order)
        if connection is not None:
            statement = statement.where(ACCESS_GRANT.c.connection == connection)
        with self.reading() as reading:
            return [Grant(**row) for row in reading.execute(statement).mappings()]

    def put_grants(self, grants: Iterable[Grant]) -> None:
        """Add grants, each in place of what is known of the same user."""
        rows = [{name: getattr(grant, name) for name in _NAMES} for grant in grants]
        with self.transaction() as connection:
            upsert(connection, ACCESS_GRANT, rows)

    def forget_grants(self, grants: Iterable[Grant]) -> None:
        """Forget that users have a role because of a rule."""
        with self.transaction() as connection:
            for grant in grants:
                connection.execute(
                    delete(ACCESS_GRANT).where(
                        ACCESS_GRANT.c.connection == grant.connection,
                        ACCESS_GRANT.c.module == grant.module,
                        ACCESS_GRANT.c.record_id == grant.record_id,
                    )
                )
