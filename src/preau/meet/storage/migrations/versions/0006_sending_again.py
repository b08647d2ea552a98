"""Letters sent again: why each did not leave, and since when it is tried anew. Of before nothing is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Add what is new."""
    with op.batch_alter_table("case_mails") as case_mails:
        case_mails.add_column(sa.Column("problem", sa.String(length=24), nullable=True))
        case_mails.add_column(sa.Column("asked_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("invitations") as invitations:
        invitations.add_column(sa.Column("mail_problem", sa.String(length=24), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("case_mails") as case_mails:
        for name in ("problem", "asked_at"):
            case_mails.drop_column(name)
    with op.batch_alter_table("invitations") as invitations:
        invitations.drop_column("mail_problem")
