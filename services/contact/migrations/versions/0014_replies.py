"""Why a desk task is there, where its kind does not say so; agencies' calls without a recording."""

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENTS = [
    "ALTER TABLE desk_task ADD COLUMN because text NOT NULL DEFAULT ''",
    "ALTER TABLE agency_act ADD COLUMN is_recording_missing bool NOT NULL DEFAULT false",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
