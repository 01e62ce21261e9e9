"""Who associated which document with which record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the table of associations."""
    op.create_table(
        "association",
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("record_connection", sa.Text, nullable=False),
        sa.Column("record_module", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection", "module", "document_id", name="pk_association"),
    )
