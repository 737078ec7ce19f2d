"""Until when a loan's case took back what it had asked for."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = [
    """CREATE TABLE case_stop (
        loan_id text PRIMARY KEY, tenant text NOT NULL, at timestamptz NOT NULL,
        because text NOT NULL)""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
