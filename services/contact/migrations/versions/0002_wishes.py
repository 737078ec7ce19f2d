"""Wishes for touches, pooled per party."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = [
    """ALTER TABLE attempt ADD COLUMN loan_ids text[] NOT NULL DEFAULT '{}',
        ADD COLUMN touches jsonb NOT NULL DEFAULT '[]'""",
    "UPDATE attempt SET loan_ids = ARRAY[loan_id]",
    "CREATE INDEX attempt_of_loans ON attempt USING gin (loan_ids)",
    """CREATE TABLE wish (
        tenant text NOT NULL, key text NOT NULL, loan_id text NOT NULL, episode int NOT NULL,
        party_id text NOT NULL, pool text NOT NULL, touch jsonb NOT NULL, at timestamptz NOT NULL,
        ripe_at timestamptz NOT NULL, attempt_key text NOT NULL DEFAULT '',
        is_queued boolean NOT NULL DEFAULT false, tries int NOT NULL DEFAULT 0, lease_wall_at timestamptz, settled bigint, outcome jsonb, PRIMARY KEY (tenant, key))""",
    "CREATE SEQUENCE wish_settled",
    "CREATE INDEX wish_open ON wish (ripe_at) WHERE settled IS NULL AND NOT is_queued",
    "CREATE INDEX wish_of_pool ON wish (pool) WHERE settled IS NULL",
    "CREATE INDEX wish_of_episode ON wish (loan_id, episode, settled)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
