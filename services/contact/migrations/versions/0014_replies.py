"""Why a desk task is there, where that is not said by its kind."""

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENTS = ["ALTER TABLE desk_task ADD COLUMN because text NOT NULL DEFAULT ''"]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
