"""Runs, approvals, and the identity of the organisations the state belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import OTHER_ORGANISATION
from syncdsl.state.part import Part
from syncdsl.state.records import Approved, Run
from syncdsl.state.tables import APPROVAL, IDENTITY, RUN
from syncdsl.state.upsert import insert_missing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.state.records import RunCause


class Runs(Part):
    """Who ran what, for which organisations, and what was approved."""

    def identity(self) -> dict[str, dict[str, str]] | None:
        """Return organisation, data centre and environment by connection; None before the first apply."""
        with self.reading() as connection:
            rows = connection.execute(select(IDENTITY).order_by(IDENTITY.c.connection)).mappings().all()
        facts = ("organization", "data_centre", "environment")
        return {row["connection"]: {name: row[name] for name in facts} for row in rows} or None

    def record_identity(self, environment: str, identities: Mapping[str, Mapping[str, str]]) -> None:
        """Remember the organisations; a connection that rules add later joins them."""
        with self.transaction() as connection:
            for name, facts in sorted(identities.items()):
                values = {"connection": name, "environment": environment, **facts}
                insert_missing(connection, IDENTITY, [values])

    def check_identity(self, environment: str, identities: Mapping[str, Mapping[str, str]]) -> None:
        """Refuse to go on with other organisations than those the state belongs to.

        Raises Fault SD807.
        """
        for name, known in (self.identity() or {}).items():
            now = {**identities.get(name, {}), "environment": environment}
            if name not in identities or all(now.get(fact) == value for fact, value in known.items()):
                continue
            raise Fault(
                OTHER_ORGANISATION,
                f"this state belongs to organisation {known['organization']} ({known['data_centre']}) of `{name}` in "
                f"the environment `{known['environment']}`, now it would be {now.get('organization')} "
                f"({now.get('data_centre')}) in `{environment}`",
                help="use another environment with a state of its own, or archive the links of this one with "
                f"`syncdsl disconnect {name} --env {known['environment']}` and apply again",
            )

    def start_run(
        self,
        run_id: str,
        kind: str,
        plan_digest: str,
        at: dt.datetime,
        *,
        cause: RunCause = "",
        by: str = "",
        parts: Sequence[str] = (),
    ) -> None:
        """Remember that a run began."""
        values = {"kind": kind, "plan_digest": plan_digest, "started": at, "cause": cause, "by": by}
        with self.transaction() as connection:
            connection.execute(insert(RUN).values(id=run_id, parts=list(parts), **values))
            self._run = run_id

    def end_run(
        self, run_id: str, at: dt.datetime, summary: dict[str, Any], *, error: dict[str, Any] | None = None
    ) -> None:
        """Remember how a run ended; `error` is the fault that ended it."""
        with self.transaction() as connection:
            connection.execute(update(RUN).where(RUN.c.id == run_id).values(ended=at, summary=summary, error=error))

    def forget_run(self, run_id: str) -> None:
        """Forget a run that nothing on file refers to."""
        with self.transaction() as connection:
            connection.execute(delete(RUN).where(RUN.c.id == run_id))

    def runs(self, limit: int) -> list[Run]:
        """Return the last runs, the newest first."""
        statement = select(RUN).order_by(RUN.c.started.desc(), RUN.c.id).limit(limit)
        with self.reading() as connection:
            return [Run(**row) for row in connection.execute(statement).mappings()]

    def approve(self, digest: str, by: str, at: dt.datetime) -> None:
        """Approve exactly the change set of a digest; the first approval counts."""
        with self.transaction() as connection:
            insert_missing(connection, APPROVAL, [{"digest": digest, "by": by, "at": at}])

    def approved(self, digest: str) -> bool:
        """Return whether a change set was approved."""
        return self.approval(digest) is not None

    def approval(self, digest: str) -> Approved | None:
        """Return who approved a change set without a signature; None when nobody did."""
        with self.reading() as connection:
            row = connection.execute(select(APPROVAL.c.by, APPROVAL.c.at).where(APPROVAL.c.digest == digest)).first()
            return Approved(by=row.by, at=row.at) if row is not None else None
