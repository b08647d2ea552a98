"""Letters: what is to be told by mail of each case, until it is sent or given up.

Cases that were there before get none: whoever reads the register has seen them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "case_mails",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_kind", sa.String(length=16), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_mails_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_mails")),
    )
    op.create_index(op.f("ix_case_mails_due_at"), "case_mails", ["due_at"], unique=False)


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("case_mails")
