"""What a two-way engine remembers: what is to be looked at, match forms, reviews, rules, archives, more history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

_MOMENT = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Numbers of rows, which SQLite gives to plain integers alone."""


def upgrade() -> None:
    """Add columns and tables; what was read before is read again completely, so that it is indexed."""
    _columns()
    _matching()
    _reviews()
    _rules()
    op.execute("DELETE FROM observed_record")
    op.execute("DELETE FROM observation")


def _columns() -> None:
    op.add_column("link", sa.Column("origin", sa.Text, nullable=False, server_default="matched"))
    op.add_column("link", sa.Column("linked_at", _MOMENT))
    op.add_column("observed_record", sa.Column("key", sa.Text))
    op.create_index("ix_observed_record_key", "observed_record", ["step", "key"])
    op.add_column("history", sa.Column("kind", sa.Text, nullable=False, server_default="field"))
    op.add_column("history", sa.Column("side", sa.Text))
    op.add_column("history", sa.Column("at", _MOMENT))
    op.add_column("history", sa.Column("by", sa.Text))
    op.add_column("history", sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false()))


def _matching() -> None:
    op.create_table(
        "agenda",
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("step", "record_id", name="pk_agenda"),
    )
    op.create_table(
        "match_form",
        sa.Column("pair", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("pair", "side", "record_id", "number", name="pk_match_form"),
    )
    op.create_index("ix_match_form_form", "match_form", ["pair", "form"])
    op.create_table(
        "pair_pass",
        sa.Column("pair", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("day", sa.Text),
        sa.PrimaryKeyConstraint("pair", name="pk_pair_pass"),
    )


def _reviews() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("field", sa.Text),
        sa.Column("left", sa.Text),
        sa.Column("right", sa.Text),
        sa.Column("candidates", sa.Text, nullable=False),
        sa.Column("choices", sa.Text, nullable=False, server_default="[]"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened", _MOMENT, nullable=False),
        sa.Column("opened_run", sa.Text, nullable=False),
        sa.Column("closed", _MOMENT),
        sa.Column("decision", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
    )
    op.create_index("ix_review_state", "review", ["state"])
    op.create_index("ix_review_subject", "review", ["connection", "module", "record_id"])


def _rules() -> None:
    op.create_table(
        "rules",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("schemas", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_rules"),
    )
    op.create_table(
        "switch",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_switch"),
    )
    op.create_table(
        "archive",
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("organizations", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_archive"),
    )
    op.create_index("ix_archive_key", "archive", ["key"])
