"""Several replies about the same dispute: each has its own hold, and one answer ends them."""

from alembic import op

revision = "0018"
down_revision = "0011"

STATEMENTS = [
    "ALTER TABLE grievance ADD COLUMN further_holds text[] NOT NULL DEFAULT '{}'",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
