"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Numbers of rows, which SQLite gives to plain integers alone."""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "identity",
        sa.Column("connection", sa.Text, primary_key=True),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("data_centre", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
    )
    op.create_table(
        "link",
        sa.Column("uid", sa.Text, primary_key=True),
        sa.Column("pair", sa.Text, nullable=False),
        sa.Column("left_id", sa.Text, nullable=False),
        sa.Column("right_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("left_base", sa.Text, nullable=False),
        sa.Column("right_base", sa.Text, nullable=False),
        sa.Column("suffix", sa.Text, nullable=False),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("pair", "left_id"),
        sa.UniqueConstraint("pair", "right_id"),
    )
    op.create_table(
        "set_aside",
        sa.Column("pair", sa.Text, primary_key=True),
        sa.Column("side", sa.Text, primary_key=True),
        sa.Column("record_id", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "observation",
        sa.Column("step", sa.Text, primary_key=True),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("cursor", sa.Text),
    )
    op.create_table(
        "observed_record",
        sa.Column("step", sa.Text, sa.ForeignKey("observation.step"), primary_key=True),
        sa.Column("record_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Text),
        sa.Column("modified", sa.DateTime(timezone=True)),
        sa.Column("created", sa.DateTime(timezone=True)),
        sa.Column("fields", sa.Text, nullable=False),
    )
    op.create_table(
        "intent",
        sa.Column("seq", _NUMBER, primary_key=True),
        sa.Column("iid", sa.Text, nullable=False, unique=True),
        sa.Column("op", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text),
        sa.Column("key", sa.Text, index=True),
        sa.Column("pair_or_document", sa.Text, nullable=False),
        sa.Column("source_connection", sa.Text, nullable=False),
        sa.Column("source_module", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("instance", sa.Integer, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("payload_hash", sa.Text, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True)),
        sa.Column("last_sent_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True), index=True),
        sa.Column("remote_id", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "journal_event",
        sa.Column("seq", _NUMBER, primary_key=True),
        sa.Column("iid", sa.Text, sa.ForeignKey("intent.iid"), nullable=False, index=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "activation",
        sa.Column("trigger", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "truth",
        sa.Column("trigger", sa.Text, primary_key=True),
        sa.Column("record_id", sa.Text, primary_key=True),
        sa.Column("value", sa.Boolean, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "instance",
        sa.Column("document", sa.Text, primary_key=True),
        sa.Column("record_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("doc_id", sa.Text),
        sa.Column("doc_status", sa.Text, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
    )
    op.create_table(
        "history",
        sa.Column("seq", _NUMBER, primary_key=True),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("uid", sa.Text, nullable=False, index=True),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("old", sa.Text),
        sa.Column("new", sa.Text),
        sa.Column("cause_rule", sa.Text, nullable=False),
        sa.Column("cause_location", sa.Text, nullable=False),
        sa.Column("iid", sa.Text),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("plan_digest", sa.Text, nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("summary", sa.Text),
    )
    op.create_table(
        "lease",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("pid", sa.Integer),
        sa.Column("host", sa.Text),
        sa.Column("process", sa.Text),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("until", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_history_record", "history", ["connection", "module", "record_id"])
    # Two open creates of one key could both land: the second is refused here, whatever the engine believes.
    unfinished = sa.text("op = 'create' AND state IN ('intent', 'sent', 'ambiguous', 'quarantined')")
    op.create_index(
        "uq_intent_open_create", "intent", ["key"], unique=True, sqlite_where=unfinished, postgresql_where=unfinished
    )
