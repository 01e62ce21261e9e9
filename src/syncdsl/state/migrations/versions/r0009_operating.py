"""What a daemon remembers: who serves the state, what it tried and when, open alerts, call-backs; why a run failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the tables of the daemon, and to runs why they began, who began them and what ended them."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "daemon",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("pid", sa.Integer),
        sa.Column("host", sa.Text),
        sa.Column("process", sa.Text),
        sa.Column("since", moment),
        sa.Column("until", moment),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_daemon"),
    )
    op.create_table(
        "attempt",
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("tried", moment, nullable=False),
        sa.Column("succeeded", moment),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", moment),
        sa.Column("code", sa.Text),
        sa.Column("message", sa.Text),
        sa.Column("help", sa.Text),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("part", name="pk_attempt"),
    )
    op.create_table(
        "alert",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("told", moment),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_alert"),
    )
    op.create_table(
        "call_back",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("expires", moment),
        sa.Column("last", moment),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("last_refused", moment),
        sa.Column("problem", sa.Text),
        sa.PrimaryKeyConstraint("connection", name="pk_call_back"),
    )
    for column in (
        sa.Column("cause", sa.Text, nullable=False, server_default=""),
        sa.Column("by", sa.Text, nullable=False, server_default=""),
        sa.Column("parts", sa.Text, nullable=False, server_default="[]"),
        sa.Column("error", sa.Text),
    ):
        op.add_column("run", column)
