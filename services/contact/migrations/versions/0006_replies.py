"""What waits for a person to read."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS: list[str] = []


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
