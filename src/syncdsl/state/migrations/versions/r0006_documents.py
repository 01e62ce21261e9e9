"""Documents of one record told apart by a value, and what they held when they last followed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns; until now a record had one document of a kind, whose turn was its number."""
    op.add_column("instance", sa.Column("part", sa.Text, nullable=False, server_default=""))
    op.add_column("instance", sa.Column("turn", sa.Integer, nullable=False, server_default="0"))
    op.add_column("instance", sa.Column("base", sa.Text, nullable=False, server_default="{}"))
    op.execute("UPDATE instance SET turn = number")
