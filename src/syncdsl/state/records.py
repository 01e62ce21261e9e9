"""What the state holds, as the rest of the program sees it: plain values, no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from syncdsl.schema.values import Fields

Side: TypeAlias = Literal["left", "right"]
LinkStatus: TypeAlias = Literal["active", "left_gone", "right_gone", "both_gone"]
LinkOrigin: TypeAlias = Literal["created_left", "created_right", "matched", "adopted", "key", "review"]
"""How a link came about: its left or right record was made by syncdsl, both were matched by a dedupe key, taken over
from links stored on the records, found again by the syncdsl key, or decided by a person."""
Operation: TypeAlias = Literal["create", "update", "delete", "deactivate", "send", "accept", "decline", "void", "key"]
IntentState: TypeAlias = Literal["intent", "sent", "done", "rejected", "ambiguous", "quarantined", "dropped"]

HistoryKind: TypeAlias = Literal["field", "link", "status", "base"]

OPEN_STATES: tuple[IntentState, ...] = ("intent", "sent", "ambiguous", "quarantined")
"""States of an intent that still has to be brought to an end."""


class NotUniqueError(ValueError):
    """A row would break a promise of uniqueness, such as one partner per record; nothing of the call was written."""


class ReadOnlyStateError(RuntimeError):
    """A state that was opened for reading only was asked to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two records that are partners in `pair`, and what each side held when they were last synced.

    `left_base` and `right_base` are each in that side's own canonical form. `key` is the key written on the records,
    `lines` the digests of the map lines that have been merged once, `suffix` what a clone's fields carry at their end.
    `left_written` and `right_written` are the stamps (ISO 8601, the server's own) that our last write left on a side.
    `origin` is how the two became partners, `linked_at` when, by the clock of the run.
    """

    uid: str
    pair: str
    left_id: str
    right_id: str
    key: str
    status: LinkStatus = "active"
    lines: tuple[str, ...] = ()
    left_base: Fields = field(default_factory=dict)
    right_base: Fields = field(default_factory=dict)
    suffix: dict[str, str] = field(default_factory=dict)
    left_written: str | None = None
    right_written: str | None = None
    origin: LinkOrigin = "matched"
    linked_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A user of `connection` (the record of `module`) who has `role` there because of an `access` rule.

    `ours`: syncdsl let the user in, and takes the user away again when no rule names `address` any more. Everybody else
    was there before, or was let in by a person. `since` is by the clock of the run.
    """

    connection: str
    module: str
    record_id: str
    address: str
    role: str
    ours: bool
    since: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as it was read last. `version` is None where the system gives none; stamps are the server's."""

    id: str
    version: str | None = None
    modified: dt.datetime | None = None
    created: dt.datetime | None = None
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the reading of one observation stands: all was read with `fields`, the next begins at `cursor`.

    `swept` is when it was last read completely, by the server's clock.
    """

    cursor: str | None
    fields: tuple[str, ...]
    swept: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One write that was decided, committed before anything is sent, and what became of it.

    `payload` is JSON; its `amount`, where there is one, counts towards `per day` guards. `fence` is that of the lease
    it was decided under. `attempts` counts sends; `first_sent_at` and `last_sent_at` are when the first and the latest
    of them left. `detail` says in words why it is in its state.
    """

    iid: str
    op: Operation
    connection: str
    module: str
    record_id: str | None = None
    key: str | None = None
    pair_or_document: str
    source_connection: str
    source_module: str
    source_id: str
    instance: int = 0
    payload: dict[str, Any]
    payload_hash: str
    fence: int
    state: IntentState = "intent"
    attempts: int = 0
    first_sent_at: dt.datetime | None = None
    last_sent_at: dt.datetime | None = None
    remote_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What became of a write; `remote_id` None leaves the one that is known."""

    iid: str
    state: IntentState
    remote_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEvent:
    """One transition of an intent. `run` is the run that made it, where one had begun; `at` is for people to read."""

    seq: int
    iid: str
    state: IntentState
    at: dt.datetime
    run: str | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """The `number`-th document that was made for a record.

    `part` is the value it is one of several for (`per`), and `turn` counts those made for this value before. `inputs`
    are the values that its record gave last, `base` what the document held then, by field (JSON). `doc_status` is what
    syncdsl last did with it: `accepted` is a draft that the rules accepted.
    """

    document: str
    connection: str
    module: str
    record_id: str
    number: int
    key: str
    doc_id: str | None = None
    doc_status: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    part: str = ""
    turn: int = 0
    base: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A document that a person associated with a record, and when, by the clock of the run."""

    connection: str
    module: str
    document_id: str
    record_connection: str
    record_module: str
    record_id: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One field that was written, or one change of a link: `old` and `new` are JSON forms of values.

    The cause is a rule with its line, an intent and a person (`by`), where they are known. `kind` tells what changed:
    a field of a record, or of a link (`uid`) its being, its status or the base of one `side`. `erased`: the values were
    personal and stand as digests.
    """

    uid: str
    connection: str
    module: str
    record_id: str
    field: str
    old: Any
    new: Any
    cause_rule: str
    cause_location: str
    iid: str | None = None
    kind: HistoryKind = "field"
    side: Side | None = None
    at: dt.datetime | None = None
    by: str | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """A history entry as it stands: in which run it was made, and its place in the order of all entries."""

    seq: int
    run: str
    entry: HistoryEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the link of a pair comes from: the rule's line, and (connection, module) of both sides."""

    location: str
    left: tuple[str, str]
    right: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The intent whose answer changes a link, and who decided on it."""

    iid: str | None
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why links change from now on: a run, a person, the clock to stamp with, and where each pair is written.

    `answers` tells of the links (by uid) that change because a write came about.
    """

    run: str = ""
    by: str | None = None
    clock: Callable[[], dt.datetime] = field(default=lambda: dt.datetime.now(dt.UTC))
    places: Mapping[str, Place] = field(default_factory=dict)
    answers: Mapping[str, Answered] = field(default_factory=dict)

    def of(self, uid: str) -> Answered:
        """Return the intent and the person behind a change of a link."""
        return self.answers.get(uid) or Answered(iid=None, by=self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. `ended` and `summary` are None while it is under way, and stay so when it died.

    `cause` is why it began, `by` who began it, `parts` the modules of the rules it was limited to. `error` is the fault
    that ended it: its code, message and help.
    """

    id: str
    kind: str
    plan_digest: str
    started: dt.datetime
    ended: dt.datetime | None = None
    summary: dict[str, Any] | None = None
    cause: RunCause = ""
    by: str = ""
    parts: list[str] = field(default_factory=list)
    error: dict[str, Any] | None = None


RunCause: TypeAlias = Literal["", "command", "schedule", "notice", "catch-up", "retry"]
"""Why a run began: somebody's command, a schedule, a notification, the start of a daemon, or a failed run before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What was done since some moment, for guards `per day`.

    `deletes` counts records that were deleted or made inactive, and documents that were closed.
    """

    creates: int
    updates: int
    deletes: int
    amount: Decimal


RecordId: TypeAlias = tuple[str, str, str]
"""Connection, module and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a question about one record is about: it and its partners, and what is between them.

    `uids` are the links and the keys of the documents, `sides` the records as pairs know them: pair, side and id.
    """

    records: frozenset[RecordId]
    uids: frozenset[str]
    sides: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmade:
    """A write that did not come about, or that nobody knows about: `at` is when that was known, or it was sent last."""

    iid: str
    op: Operation
    record: RecordId
    rule: str
    state: IntentState
    detail: str
    at: dt.datetime | None


ReviewKind: TypeAlias = Literal[
    "conflict", "match", "duplicate", "value", "parked", "deleted", "ambiguous", "document", "access", "undo"
]
ReviewState: TypeAlias = Literal["open", "decided", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One thing that waits: for a person to decide it, or for what it names to come.

    `id` follows from kind, subject, field and what there is to decide, so that the same question is asked once.
    The subject is `connection.module/record_id`, called `label`. `left`, `right` (JSON forms of values) are a
    conflict's; `candidates` are records as `changes.effects.RecordName` writes them, `choices` the words that decide.
    `decision` is what a person chose; it is applied by the next run, which closes the item. An item that no longer
    exists is closed without a decision.
    """

    id: str
    kind: ReviewKind
    rule: str
    location: str
    reason: str
    connection: str
    module: str
    record_id: str
    label: str
    left: Any = None
    right: Any = None
    candidates: list[dict[str, Any]] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    field: str | None = None
    state: ReviewState = "open"
    opened: dt.datetime
    opened_run: str
    closed: dt.datetime | None = None
    decision: dict[str, Any] | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRules:
    """The rules in force: the compiled plan with its digest, and the schemas (by connection) it was compiled against.

    `plan` and `schemas` are JSON; `by` and `at` say who put them in force.
    """

    digest: str
    plan: dict[str, Any]
    schemas: dict[str, Any]
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A setting of the environment that commands change: its value (JSON), and who set it."""

    value: Any
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How much the state holds, of everything or of some connections alone.

    `in_doubt` are creates nobody knows the outcome of, `reviews` those that are not closed, `connections` those whose
    organisations are recorded.
    """

    links: int = 0
    set_aside: int = 0
    documents: int = 0
    in_doubt: int = 0
    reviews: int = 0
    history: int = 0
    connections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """That somebody approved a change set, without a signature."""

    by: str
    at: dt.datetime
