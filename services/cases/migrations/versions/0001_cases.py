"""The latest facts of every loan, its episodes, their moves, and the runs that claimed them."""

from alembic import op

from chassis import database

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = [
    """CREATE TABLE loan_fact (
        loan_id text NOT NULL, kind text NOT NULL, tenant text NOT NULL, version bigint NOT NULL,
        at timestamptz NOT NULL, payload jsonb NOT NULL, PRIMARY KEY (loan_id, kind))""",
    """CREATE TABLE episode (
        loan_id text NOT NULL, episode int NOT NULL, tenant text NOT NULL, run_id text NOT NULL,
        opening_position_version bigint NOT NULL,
        strategy_id text NOT NULL, strategy_version int NOT NULL,
        opened_at timestamptz NOT NULL, latest_due_on date,
        stage text NOT NULL, furthest_stage text NOT NULL,
        closed_at timestamptz, closing_position_version bigint NOT NULL DEFAULT 0,
        reason text NOT NULL DEFAULT '', because text NOT NULL DEFAULT '',
        PRIMARY KEY (loan_id, episode), UNIQUE (loan_id, opening_position_version))""",
    "CREATE UNIQUE INDEX episode_one_open ON episode (loan_id) WHERE closed_at IS NULL",
    "CREATE INDEX episode_by_tenant ON episode (tenant, loan_id, episode DESC)",
    """CREATE TABLE claim (
        run_id text PRIMARY KEY, tenant text NOT NULL, loan_id text NOT NULL, episode int,
        because text NOT NULL, claimed_at timestamptz NOT NULL)""",
    "CREATE INDEX claim_duplicates ON claim (tenant) WHERE episode IS NULL",
    """CREATE TABLE move (
        loan_id text NOT NULL, episode int NOT NULL, seq int NOT NULL, key text NOT NULL UNIQUE,
        tenant text NOT NULL, what text NOT NULL, from_stage text NOT NULL, to_stage text NOT NULL,
        because text NOT NULL, position_version bigint NOT NULL, at timestamptz NOT NULL,
        due_at timestamptz NOT NULL, PRIMARY KEY (loan_id, episode, seq),
        FOREIGN KEY (loan_id, episode) REFERENCES episode)""",
]


def upgrade() -> None:
    database.upgrade(op)
    for statement in TABLES:
        op.execute(statement)
