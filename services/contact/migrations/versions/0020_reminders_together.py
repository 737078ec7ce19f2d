"""Reminders of several loans that fall together become one message, whose attempt they share."""

from alembic import op

revision = "0020"
down_revision = "0017"

STATEMENTS = [
    # The key of the attempt that a duty's message was confirmed as, until its end is known.
    "ALTER TABLE duty ADD COLUMN attempt_key text NOT NULL DEFAULT ''",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
