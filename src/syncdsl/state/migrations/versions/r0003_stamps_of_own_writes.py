"""When syncdsl last wrote each side of a link, by that side's own clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns; of writes before this revision nothing is known."""
    op.add_column("link", sa.Column("left_written", sa.Text))
    op.add_column("link", sa.Column("right_written", sa.Text))
