"""The first tables of negotiation."""

from alembic import op

from chassis.database import upgrade as create_chassis_tables

revision = "0001"
down_revision = None

TABLES = (
    """CREATE TABLE loan (
        loan_id text PRIMARY KEY, tenant text NOT NULL, position_version bigint NOT NULL,
        disposition text NOT NULL, currency text NOT NULL, overdue_minor bigint NOT NULL,
        tolerance_minor bigint NOT NULL, is_accelerated bool NOT NULL,
        liable_parties jsonb NOT NULL, taken_over_on date)""",
    "CREATE TABLE episode (loan_id text PRIMARY KEY, number int NOT NULL)",
    """CREATE TABLE payment (
        loan_id text NOT NULL, transaction_id text NOT NULL, amount_minor bigint,
        effective_on date, accepted_at timestamptz, reversed_at timestamptz,
        PRIMARY KEY (loan_id, transaction_id))""",
    """CREATE TABLE agreement (
        agreement_id text PRIMARY KEY, tenant text NOT NULL, loan_id text NOT NULL,
        ordinal int NOT NULL, episode int NOT NULL, rounds int NOT NULL, kind text NOT NULL,
        status text NOT NULL, party_id text NOT NULL, currency text NOT NULL,
        total_minor bigint NOT NULL, paid_minor bigint NOT NULL, paid_before_minor bigint NOT NULL,
        waived_minor bigint NOT NULL, tolerance_minor bigint NOT NULL,
        made_at timestamptz NOT NULL, agreed_on date, agreed_at timestamptz,
        instalments jsonb NOT NULL, offer jsonb, promise_id text, next_due_on date,
        judge_at timestamptz, version bigint NOT NULL, changed_at timestamptz NOT NULL,
        UNIQUE (loan_id, ordinal), UNIQUE (tenant, promise_id))""",
    """CREATE UNIQUE INDEX agreement_open ON agreement (loan_id)
        WHERE status IN ('offered', 'active')""",
)


def upgrade() -> None:
    create_chassis_tables(op)
    for table in TABLES:
        op.execute(table)
