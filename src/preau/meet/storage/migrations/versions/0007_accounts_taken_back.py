"""Accounts that can be taken back: disabled ones, and where each is signed in.

Sign-ins of before are told apart by the beginning of a hash, which nobody can turn back into a cookie; of
their browsers nothing is known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: None = None
depends_on: None = None

_TIMES = ("last_used_at", "password_at")
_WORDS = ("browser", "system", "network")


def upgrade() -> None:
    """Add what is new."""
    op.add_column("accounts", sa.Column("disabled_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.add_column(sa.Column("id", sa.String(length=40), nullable=True))
        for name in _TIMES:
            sign_ins.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
        for name in _WORDS:
            sign_ins.add_column(sa.Column(name, sa.String(length=48), nullable=False, server_default=""))
    op.execute(
        "UPDATE sign_ins SET id = 'sgn_' || substr(secret_hash, 1, 24),"
        " last_used_at = created_at, password_at = created_at"
    )
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.alter_column("id", existing_type=sa.String(length=40), nullable=False)
        for name in _TIMES:
            sign_ins.alter_column(name, existing_type=sa.BigInteger(), nullable=False)
        for name in _WORDS:
            sign_ins.alter_column(name, server_default=None)
        sign_ins.create_unique_constraint(op.f("uq_sign_ins_id"), ["id"])
    op.create_index(op.f("ix_sign_ins_account_id"), "sign_ins", ["account_id"], unique=False)
    op.create_table(
        "account_devices",
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_devices_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "device_hash", name=op.f("pk_account_devices")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("account_devices")
    op.drop_index(op.f("ix_sign_ins_account_id"), "sign_ins")
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.drop_constraint(op.f("uq_sign_ins_id"), type_="unique")
        for name in ("id", *_TIMES, *_WORDS):
            sign_ins.drop_column(name)
    # Not in a batch: that makes the table anew, and with the old one SQLite would delete what refers to it.
    op.drop_column("accounts", "disabled_at")
