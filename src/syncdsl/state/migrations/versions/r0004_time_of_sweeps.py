"""When a module was last read completely."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column; of readings before this revision nothing is known, so the next one is complete."""
    op.add_column("observation", sa.Column("swept", sa.DateTime(timezone=True)))
