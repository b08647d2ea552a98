"""Refusals in sums: how many acts a record of the audit stands for. Those of before stand for one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Add what is new."""
    with op.batch_alter_table("audit") as audit:
        audit.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("audit") as audit:
        audit.alter_column("times", server_default=None)


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("audit") as audit:
        audit.drop_column("times")
