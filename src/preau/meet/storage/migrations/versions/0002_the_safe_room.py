"""The safe room: rules and passcodes of meetings, personal links, the organization, cases, a fuller audit.

Meetings that were there before get the rules of a meeting in a school, the profile a server begins with:
their links no longer let guests in by themselves until the owner opens them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: None = None
depends_on: None = None

_RULES = (
    '{"open_link": false, "waiting_room": "not-invited", "supervised": false, "starts_muted": true, '
    '"share": "hosts", "chat": "all", "slow_mode_s": 0, "unmute": true, "camera": true, "rename": false}'
)


def upgrade() -> None:
    """Add what is new."""
    with op.batch_alter_table("meetings") as meetings:
        meetings.add_column(sa.Column("kind", sa.String(length=16), nullable=False, server_default="meeting"))
        meetings.add_column(sa.Column("rules", sa.Text(), nullable=False, server_default=_RULES))
        meetings.add_column(sa.Column("passcode_hash", sa.String(length=255), nullable=True))
    with op.batch_alter_table("meetings") as meetings:
        meetings.alter_column("kind", server_default=None)
        meetings.alter_column("rules", server_default=None)
    with op.batch_alter_table("audit") as audit:
        audit.add_column(sa.Column("meeting_id", sa.String(length=40), nullable=True))
        audit.add_column(sa.Column("participant_id", sa.String(length=40), nullable=True))
        audit.add_column(sa.Column("allowed", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("audit") as audit:
        audit.alter_column("allowed", server_default=None)
    op.create_index(op.f("ix_audit_meeting_id"), "audit", ["meeting_id"], unique=False)
    # Everything about a meeting so far names it as its subject.
    op.execute("UPDATE audit SET meeting_id = subject_id WHERE subject_id LIKE 'mtg!_%' ESCAPE '!'")
    _create_invitations()
    _create_organization_and_cases()


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=True),
        sa.Column("bound_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_invitations_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitations_secret_hash")),
    )
    op.create_index(op.f("ix_invitations_meeting_id"), "invitations", ["meeting_id"], unique=False)


def _create_organization_and_cases() -> None:
    op.create_table(
        "organization",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("profile", sa.String(length=16), nullable=False),
        sa.Column("locked_rules", sa.Text(), nullable=False),
        sa.Column("safeguarding_contact", sa.String(length=254), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reporter_name", sa.String(length=128), nullable=False),
        sa.Column("about_name", sa.String(length=128), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_cases_secret_hash")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("cases")
    op.drop_table("organization")
    op.drop_table("invitations")
    op.drop_index(op.f("ix_audit_meeting_id"), "audit")
    with op.batch_alter_table("audit") as audit:
        for name in ("meeting_id", "participant_id", "allowed"):
            audit.drop_column(name)
    with op.batch_alter_table("meetings") as meetings:
        for name in ("kind", "rules", "passcode_hash"):
            meetings.drop_column(name)
