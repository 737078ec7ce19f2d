"""Answers owed to what people asked: who takes them up, and how each ended."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = [
    # Leases run on the wall; `outcome` and `because` say how it ended, with or without a message.
    """ALTER TABLE answer_owed
        ADD COLUMN lease_wall_at timestamptz, ADD COLUMN tries int NOT NULL DEFAULT 0,
        ADD COLUMN ended_at timestamptz, ADD COLUMN outcome text NOT NULL DEFAULT '',
        ADD COLUMN because text NOT NULL DEFAULT '',
        ADD COLUMN attempt_id text NOT NULL DEFAULT ''""",
    "DROP INDEX answer_owed_open",
    "CREATE INDEX answer_owed_open ON answer_owed (owed_at) WHERE ended_at IS NULL",
    "CREATE INDEX answer_owed_of_party ON answer_owed (party_id, ended_at)",
    "CREATE INDEX desk_task_of_party ON desk_task (party_id) WHERE completed_at IS NULL",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
