"""Several addresses of one invited person, whose parents both get the link; parted by spaces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Add what is new."""
    with op.batch_alter_table("invitations") as invitations:
        invitations.add_column(sa.Column("more_emails", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("invitations") as invitations:
        invitations.drop_column("more_emails")
