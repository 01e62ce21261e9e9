"""The account of a run: what it wrote by rule and system, what was refused and why, and what it asked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.engine.refusals import tries_of
from syncdsl.schema.model import Model
from syncdsl.state.reviews import REFUSED
from syncdsl.state.run_writes import RunCounts, WriteKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from syncdsl.engine.subject import Subjects
    from syncdsl.state import ReviewItem, Run, State
    from syncdsl.state.records import RecordId
    from syncdsl.state.run_writes import RunWrite

NAMED = 8
"""Of how many writes of a kind the record is looked up by its name; of those that failed, of all."""


class RunFacts(Model):
    """One run; `ended` and `summary` are null while it is under way, and stay so when it died.

    `cause` is why it began, `modules` those of the rules it was limited to, `rules` the digest of what it ran. The
    figures from `added` to `unknown` are writes, as the journal tells them; `held` is what it left for people. `error`
    is the fault that ended it: `code`, `message`, `help`.
    """

    id: str
    kind: str
    started: dt.datetime
    ended: dt.datetime | None
    summary: dict[str, Any] | None
    cause: str
    by: str
    rules: str
    modules: tuple[str, ...]
    added: int
    updated: int
    deleted: int
    acted: int
    failed: int
    dropped: int
    unknown: int
    held: int
    error: dict[str, Any] | None


class WriteFacts(Model):
    """One write: `record` is `connection.Module/id`, without the id where nothing was made; `source` is made for it.

    `reason` is in the system's own words, `now` what has become of a refused write since, and `item` its question in
    the review queue.
    """

    kind: WriteKind
    op: str
    rule: str
    system: str
    record: str
    source: str
    label: str = ""
    reason: str = ""
    at: dt.datetime
    write: str
    now: Literal["", "open", "dismissed", "settled"] = ""
    item: str | None = None


class AskedFacts(Model):
    """A question that a run opened in the review queue; `state` is what it is now."""

    item: str
    kind: str
    state: str
    rule: str
    record: str
    label: str
    reason: str


class RunAccount(Model):
    """What `syncdsl runs show RUN --format json` prints; `rules_in_force`: whether its rules are those in force now."""

    format: Literal["syncdsl/run/1"] = "syncdsl/run/1"
    run: RunFacts
    rules_in_force: bool
    writes: tuple[WriteFacts, ...]
    asked: tuple[AskedFacts, ...]


def run_facts(run: Run, counts: RunCounts | None) -> RunFacts:
    """Return a run as it is listed; what a journal does not tell of is nothing."""
    known = counts or RunCounts()
    summary = run.summary or {}
    return RunFacts(
        id=run.id,
        kind=run.kind,
        started=run.started,
        ended=run.ended,
        summary=run.summary,
        cause=run.cause,
        by=run.by,
        rules=run.plan_digest,
        modules=tuple(run.parts),
        added=known.added,
        updated=known.updated,
        deleted=known.deleted,
        acted=known.acted,
        failed=known.failed,
        dropped=known.dropped,
        unknown=known.unknown,
        held=_number(summary.get("held")),
        error=run.error,
    )


def listed(state: State, runs: Iterable[Run]) -> list[RunFacts]:
    """Return runs as they are listed, with what each wrote."""
    found = list(runs)
    counts = state.run_counts(run.id for run in found)
    return [run_facts(run, counts.get(run.id)) for run in found]


def run_account(state: State, run: Run, subjects: Subjects | None) -> RunAccount:
    """Return the account of a run; without `subjects` records are called by their ids."""
    refused = {
        (item.rule, item.connection, item.module, item.record_id): item
        for item in state.reviews(kinds=("value",))
        if item.field == REFUSED
    }
    seen: Counter[tuple[str, str, str]] = Counter()
    writes = [_write(one, refused, subjects, seen) for one in state.run_writes(run.id)]
    asked = [item for item in state.reviews_opened_by(run.id) if item.field != REFUSED]
    return RunAccount(
        run=run_facts(run, state.run_counts([run.id]).get(run.id)),
        rules_in_force=state.digest_in_force() == run.plan_digest,
        writes=tuple(writes),
        asked=tuple(
            AskedFacts(
                item=item.id,
                kind=item.kind,
                state=item.state,
                rule=item.rule,
                record=_text((item.connection, item.module, item.record_id)),
                label=item.label,
                reason=item.reason,
            )
            for item in asked
        ),
    )


def _write(
    write: RunWrite,
    refused: Mapping[tuple[str, str, str, str], ReviewItem],
    subjects: Subjects | None,
    seen: Counter[tuple[str, str, str]],
) -> WriteFacts:
    place = write.rule, write.connection, write.kind
    seen[place] += 1
    target = (write.connection, write.module, write.record_id or "")
    # A record that was never made is known by the one it was to be made for.
    about = target if write.record_id is not None else write.source
    named = subjects is not None and (write.kind == "failed" or seen[place] <= NAMED)
    item = refused.get((write.rule, *about)) if write.kind == "failed" else None
    now: Literal["", "open", "dismissed", "settled"] = ""
    if write.kind == "failed":
        now = "settled" if item is None else "open" if item.state == "open" else "dismissed"
    return WriteFacts(
        kind=write.kind,
        op=write.op,
        rule=write.rule,
        system=write.connection,
        record=_text(target),
        source=_text(write.source),
        label=subjects.name(about).label if named and subjects is not None else "",
        reason=write.detail,
        at=write.at,
        write=write.iid,
        now=now,
        item=item.id if item is not None else None,
    )


class RefusedFacts(Model):
    """A record whose write a system refused: `times` runs tried it, the last one at `last`; null where not on file.

    `reason` is in the system's own words, `module` names the rule.
    """

    item: str
    record: str
    label: str
    module: str
    reason: str
    since: dt.datetime
    times: int | None
    last: dt.datetime | None
    dismissed_by: str | None = None
    dismissed_at: dt.datetime | None = None
    comment: str = ""


class RefusedList(Model):
    """What `syncdsl runs failed --format json` prints; `dismissed` are listed on request, and counted always."""

    format: Literal["syncdsl/refused/1"] = "syncdsl/refused/1"
    refused: tuple[RefusedFacts, ...]
    dismissed: int


def refused_items(state: State, *, dismissed: bool = False) -> list[ReviewItem]:
    """Return the questions of refused writes that are open, or those that were dismissed; the oldest first."""
    wanted = "decided" if dismissed else "open"
    return [item for item in state.reviews(states=(wanted,), kinds=("value",)) if item.field == REFUSED]


def refused_list(state: State, *, dismissed: bool = False) -> RefusedList:
    """Return the records whose writes were refused, or were dismissed after that."""
    return RefusedList(
        refused=tuple(_refused(item) for item in refused_items(state, dismissed=dismissed)),
        dismissed=len(refused_items(state, dismissed=True)),
    )


def _refused(item: ReviewItem) -> RefusedFacts:
    tries = tries_of(item)
    decided = item.state == "decided"
    return RefusedFacts(
        item=item.id,
        record=_text((item.connection, item.module, item.record_id)),
        label=item.label,
        module=item.rule,
        reason=item.reason,
        since=item.opened,
        times=tries.times if tries is not None else None,
        last=tries.last if tries is not None else None,
        dismissed_by=item.decided_by if decided else None,
        dismissed_at=item.decided_at if decided else None,
        comment=str((item.decision or {}).get("comment") or ""),
    )


def _text(record: RecordId) -> str:
    connection, module, record_id = record
    return f"{connection}.{module}" + (f"/{record_id}" if record_id else "")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
