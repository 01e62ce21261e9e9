"""The rules in force, and the switches of an environment."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from syncdsl.state.part import Part
from syncdsl.state.records import StoredRules, Switch
from syncdsl.state.tables import RULES, SWITCH
from syncdsl.state.upsert import insert_missing

if TYPE_CHECKING:
    import datetime as dt

SYNCING = "syncing"
"""The switch that `disable` and `enable` set; without it syncing is on."""

CONCEALMENT = "change set key"
"""The switch that holds the key of what stands in change sets for hidden values."""


class Rules(Part):
    """One set of rules is in force; changed ones in the project's files wait until they are put in its place."""

    def rules_in_force(self) -> StoredRules | None:
        """Return the rules in force; None before any were put in force."""
        with self.reading() as connection:
            row = connection.execute(select(RULES)).mappings().first()
            return StoredRules(**row) if row is not None else None

    def digest_in_force(self) -> str | None:
        """Return the digest of the plan in force without reading it; None before any was put in force."""
        with self.reading() as connection:
            return connection.execute(select(RULES.c.digest)).scalar()

    def put_rules(self, rules: StoredRules) -> None:
        """Put rules in force in place of those that were."""
        values = {name: getattr(rules, name) for name in ("digest", "plan", "schemas", "by", "at")}
        with self.transaction() as connection:
            connection.execute(delete(RULES))
            connection.execute(insert(RULES).values(values))

    def switch(self, name: str) -> Switch | None:
        """Return a switch; None when it was never set."""
        with self.reading() as connection:
            row = connection.execute(
                select(SWITCH.c.value, SWITCH.c.by, SWITCH.c.at).where(SWITCH.c.name == name)
            ).first()
            return Switch(value=row.value, by=row.by, at=row.at) if row is not None else None

    def set_switch(self, name: str, value: Any, *, by: str, at: dt.datetime) -> None:
        """Set a switch. Whoever runs meanwhile keeps the lease: a switch needs none."""
        with self.writing(fenced=False) as connection:
            connection.execute(delete(SWITCH).where(SWITCH.c.name == name))
            connection.execute(insert(SWITCH).values(name=name, value=value, by=by, at=at))

    def concealment_key(self) -> str | None:
        """Return the key of the digests that stand in change sets for hidden values; None before there is one."""
        switch = self.switch(CONCEALMENT)
        return str(switch.value) if switch is not None else None

    def ensure_concealment_key(self, *, by: str, at: dt.datetime) -> str:
        """Return that key, made now where there is none: others who work with this state make the same digests."""
        known = self.concealment_key()
        if known is not None:
            return known
        with self.writing(fenced=False) as connection:
            values = [{"name": CONCEALMENT, "value": secrets.token_hex(32), "by": by, "at": at}]
            insert_missing(connection, SWITCH, values)
        return self.concealment_key() or ""

    def switched_off(self) -> Switch | None:
        """Return who switched syncing off; None while it is on."""
        switch = self.switch(SYNCING)
        return switch if switch is not None and switch.value is False else None
