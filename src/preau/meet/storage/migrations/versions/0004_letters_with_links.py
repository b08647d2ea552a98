"""Letters with personal links: what became of each. The letters themselves are stored nowhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Add what is new."""
    with op.batch_alter_table("invitations") as invitations:
        invitations.add_column(sa.Column("mail", sa.String(length=16), nullable=True))
        invitations.add_column(sa.Column("mailed_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("invitations") as invitations:
        for name in ("mail", "mailed_at"):
            invitations.drop_column(name)
