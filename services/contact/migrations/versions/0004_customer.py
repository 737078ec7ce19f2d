"""Agreements, grievances, preferences and reachability."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS: list[str] = []


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
