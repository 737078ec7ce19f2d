"""Several replies about the same dispute keep their holds; attempts say who goes and whose fault it was."""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = [
    # Each reply has its own hold, and one answer ends them.
    "ALTER TABLE grievance ADD COLUMN further_holds text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE attempt ADD COLUMN people int, ADD COLUMN enters boolean",
    # It came back for a reason that says nothing of the address.
    "ALTER TABLE attempt ADD COLUMN is_sending_fault boolean",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
