"""Browsers that gave a passcode: others' guesses do not keep them out. None is known yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels: None = None
depends_on: None = None

_TABLE = "passcode_devices"
_INDEXED = ("meeting_id", "at")


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        _TABLE,
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("meeting_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_passcode_devices_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_passcode_devices")),
    )
    for column in _INDEXED:
        op.create_index(op.f(f"ix_passcode_devices_{column}"), _TABLE, [column], unique=False)


def downgrade() -> None:
    """Take it away again."""
    for column in _INDEXED:
        op.drop_index(op.f(f"ix_passcode_devices_{column}"), _TABLE)
    op.drop_table(_TABLE)
