"""The collectors' call queue and recordings."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS: list[str] = []


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
