"""The tables of the newest revision. How a database gets there is told by `migrations/versions/`; a test compares."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from syncdsl.state.columns import FieldValues, Json, Moment, Words

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""Numbers of rows, which SQLite gives to plain integers alone."""

IDENTITY = Table(
    "identity",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("data_centre", Text, nullable=False),
    Column("environment", Text, nullable=False),
)

LINK = Table(
    "link",
    METADATA,
    Column("uid", Text, primary_key=True),
    Column("pair", Text, nullable=False),
    Column("left_id", Text, nullable=False),
    Column("right_id", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("lines", Json, nullable=False),
    Column("left_base", FieldValues, nullable=False),
    Column("right_base", FieldValues, nullable=False),
    Column("suffix", Json, nullable=False),
    Column("left_written", Text),
    Column("right_written", Text),
    Column("origin", Text, nullable=False, server_default="matched"),
    Column("linked_at", Moment),
    UniqueConstraint("pair", "left_id"),
    UniqueConstraint("pair", "right_id"),
)

SET_ASIDE = Table(
    "set_aside",
    METADATA,
    Column("pair", Text, primary_key=True),
    Column("side", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("reason", Words, nullable=False),
)

OBSERVATION = Table(
    "observation",
    METADATA,
    Column("step", Text, primary_key=True),
    Column("fields", Json, nullable=False),
    Column("cursor", Text),
    Column("swept", Moment),
)

OBSERVED_RECORD = Table(
    "observed_record",
    METADATA,
    Column("step", Text, ForeignKey("observation.step"), primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("version", Text),
    Column("modified", Moment),
    Column("created", Moment),
    Column("fields", FieldValues, nullable=False),
    Column("key", Text),
    Index("ix_observed_record_key", "step", "key"),
)

AGENDA = Table(
    "agenda",
    METADATA,
    Column("step", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("why", Text, nullable=False),
)

MATCH_FORM = Table(
    "match_form",
    METADATA,
    Column("pair", Text, primary_key=True),
    Column("side", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("form", Text, nullable=False),
    Index("ix_match_form_form", "pair", "form"),
)

PAIR_PASS = Table(
    "pair_pass",
    METADATA,
    Column("pair", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("day", Text),
)

INTENT = Table(
    "intent",
    METADATA,
    Column("seq", _NUMBER, primary_key=True),
    Column("iid", Text, nullable=False, unique=True),
    Column("op", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("record_id", Text),
    Column("key", Text, index=True),
    Column("pair_or_document", Text, nullable=False),
    Column("source_connection", Text, nullable=False),
    Column("source_module", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("instance", Integer, nullable=False),
    Column("payload", Json, nullable=False),
    Column("payload_hash", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_sent_at", Moment),
    Column("last_sent_at", Moment),
    Column("finished_at", Moment, index=True),
    Column("remote_id", Text),
    Column("detail", Words, nullable=False),
)

_OPEN_CREATE = text("op = 'create' AND state IN ('intent', 'sent', 'ambiguous', 'quarantined')")
# Two open creates of one key could both land: the second is refused here, whatever the engine believes.
Index("uq_intent_open_create", INTENT.c.key, unique=True, sqlite_where=_OPEN_CREATE, postgresql_where=_OPEN_CREATE)
Index("ix_intent_state", INTENT.c.state)

JOURNAL_EVENT = Table(
    "journal_event",
    METADATA,
    Column("seq", _NUMBER, primary_key=True),
    Column("iid", Text, ForeignKey("intent.iid"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("run", Text),
    Column("detail", Words, nullable=False),
)

ACTIVATION = Table(
    "activation",
    METADATA,
    Column("trigger", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

TRUTH = Table(
    "truth",
    METADATA,
    Column("trigger", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("value", Boolean, nullable=False),
    Column("since", Moment, nullable=False),
)

INSTANCE = Table(
    "instance",
    METADATA,
    Column("document", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("doc_id", Text),
    Column("doc_status", Text, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("part", Text, nullable=False, server_default=""),
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("base", Json, nullable=False, server_default="{}"),
)

ACCESS_GRANT = Table(
    "access_grant",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("module", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("address", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("ours", Boolean, nullable=False),
    Column("since", Moment, nullable=False),
)

ASSOCIATION = Table(
    "association",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("module", Text, primary_key=True),
    Column("document_id", Text, primary_key=True),
    Column("record_connection", Text, nullable=False),
    Column("record_module", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

HISTORY = Table(
    "history",
    METADATA,
    Column("seq", _NUMBER, primary_key=True),
    Column("run", Text, nullable=False),
    Column("uid", Text, nullable=False, index=True),
    Column("connection", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("old", Json),
    Column("new", Json),
    Column("cause_rule", Text, nullable=False),
    Column("cause_location", Text, nullable=False),
    Column("iid", Text),
    Column("kind", Text, nullable=False, server_default="field"),
    Column("side", Text),
    Column("at", Moment),
    Column("by", Words),
    Column("erased", Boolean, nullable=False, server_default=false()),
    Index("ix_history_record", "connection", "module", "record_id"),
)

RUN = Table(
    "run",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("plan_digest", Text, nullable=False),
    Column("started", Moment, nullable=False),
    Column("ended", Moment),
    Column("summary", Json),
    Column("cause", Text, nullable=False, server_default=""),
    Column("by", Words, nullable=False, server_default=""),
    Column("parts", Json, nullable=False, server_default="[]"),
    Column("error", Json),
)

LEASE = Table(
    "lease",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("fence", Integer, nullable=False),
    Column("owner", Text),
    Column("pid", Integer),
    Column("host", Text),
    Column("process", Text),
    Column("since", Moment),
    Column("until", Moment),
)

DAEMON = Table(
    "daemon",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("owner", Text),
    Column("pid", Integer),
    Column("host", Text),
    Column("process", Text),
    Column("since", Moment),
    Column("until", Moment),
    Column("detail", Json),
)

ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("part", Text, primary_key=True),
    Column("tried", Moment, nullable=False),
    Column("succeeded", Moment),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("code", Text),
    Column("message", Words),
    Column("help", Words),
    Column("detail", Json),
)

ALERT = Table(
    "alert",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("level", Integer, nullable=False),
    Column("message", Words, nullable=False),
    Column("told", Moment),
)

CALL_BACK = Table(
    "call_back",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("channel", Text),
    Column("expires", Moment),
    Column("last", Moment),
    Column("count", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("last_refused", Moment),
    Column("problem", Words),
)

APPROVAL = Table(
    "approval",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

REVIEW = Table(
    "review",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("connection", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("label", Words, nullable=False),
    Column("field", Text),
    Column("left", Json),
    Column("right", Json),
    Column("candidates", Json, nullable=False),
    Column("choices", Json, nullable=False, server_default="[]"),
    Column("state", Text, nullable=False, index=True),
    Column("opened", Moment, nullable=False),
    Column("opened_run", Text, nullable=False),
    Column("closed", Moment),
    Column("decision", Json),
    Column("decided_by", Words),
    Column("decided_at", Moment),
    Index("ix_review_subject", "connection", "module", "record_id"),
)

RULES = Table(
    "rules",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("plan", Json, nullable=False),
    Column("schemas", Json, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

SWITCH = Table(
    "switch",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Json),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

ARCHIVE = Table(
    "archive",
    METADATA,
    Column("seq", _NUMBER, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, index=True),
    Column("reason", Words, nullable=False),
    Column("organizations", Json, nullable=False),
    Column("content", Json, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)
