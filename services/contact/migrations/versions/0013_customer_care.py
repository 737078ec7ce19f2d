"""What a collector who claims a call said of the queues they serve."""

from alembic import op

revision = "0013"
down_revision = "0010"

STATEMENTS = [
    "ALTER TABLE call ADD COLUMN queues text[] NOT NULL DEFAULT '{}'",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
