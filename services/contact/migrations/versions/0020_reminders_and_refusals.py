"""Reminders that fall together share an attempt; what a server refuses for good comes to an end."""

from alembic import op

revision = "0020"
down_revision = "0018"

STATEMENTS = [
    # The key of the attempt that a duty's message was confirmed as, until its end is known.
    "ALTER TABLE duty ADD COLUMN attempt_key text NOT NULL DEFAULT ''",
    # How often and since when a provider refused the message for good, and why it did so last.
    """ALTER TABLE handover ADD COLUMN refusals int NOT NULL DEFAULT 0,
        ADD COLUMN refused_wall_at timestamptz, ADD COLUMN because text NOT NULL DEFAULT ''""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
