"""The first tables of legal."""

from alembic import op

from chassis.database import upgrade as create_chassis_tables

revision = "0001"
down_revision = None

TABLES = (
    """CREATE TABLE claim (
        loan_id text PRIMARY KEY, tenant text NOT NULL, product text NOT NULL,
        position_version bigint NOT NULL, disposition text NOT NULL,
        accepted_at timestamptz NOT NULL, oldest_due_on date, last_instalment_due_on date,
        is_accelerated bool NOT NULL)""",
    """CREATE TABLE interruption (
        loan_id text NOT NULL, evidence text NOT NULL, kind text NOT NULL, on_day date NOT NULL,
        is_void bool NOT NULL, PRIMARY KEY (loan_id, evidence))""",
    """CREATE TABLE matter (
        matter_id text PRIMARY KEY, tenant text NOT NULL, loan_id text NOT NULL,
        episode int NOT NULL, party_id text NOT NULL, status text NOT NULL,
        currency text NOT NULL, claim_minor bigint NOT NULL, opened_at timestamptz NOT NULL,
        deadline_at timestamptz, given_expires_on date, limitation_expires_on date,
        ordered_on date, outcome text NOT NULL, court_reference text NOT NULL,
        decided_by text NOT NULL, refusal_reason text NOT NULL, because text NOT NULL, version bigint NOT NULL,
        changed_at timestamptz NOT NULL)""",
    "CREATE INDEX matter_listed ON matter (tenant, status, matter_id)",
    """CREATE UNIQUE INDEX matter_open ON matter (loan_id)
        WHERE status NOT IN ('ended', 'refused')""",
    """CREATE TABLE milestone (
        tenant text NOT NULL, milestone_id text NOT NULL, matter_id text NOT NULL,
        status text NOT NULL, outcome text NOT NULL, PRIMARY KEY (tenant, milestone_id))""",
)


def upgrade() -> None:
    create_chassis_tables(op)
    for table in TABLES:
        op.execute(table)
