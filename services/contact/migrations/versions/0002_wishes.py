"""Wishes for touches, pooled per party."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS: list[str] = []


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
