"""Owed acts that contact does itself, and the instalments and payments that reminders hang on."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = [
    # `planned_at` is when contact means to do it, none where a person does; leases run on the wall;
    # `round` counts the refusals, `may_return` marks what the platform itself dropped.
    """ALTER TABLE duty
        ADD COLUMN planned_at timestamptz, ADD COLUMN lease_wall_at timestamptz,
        ADD COLUMN tries int NOT NULL DEFAULT 0, ADD COLUMN round int NOT NULL DEFAULT 0,
        ADD COLUMN put_off_because text NOT NULL DEFAULT '',
        ADD COLUMN may_return boolean NOT NULL DEFAULT false""",
    """CREATE INDEX duty_planned ON duty (planned_at)
        WHERE planned_at IS NOT NULL AND done_at IS NULL""",
    """CREATE TABLE instalment (
        tenant text NOT NULL, loan_id text NOT NULL, number int NOT NULL, due_on date NOT NULL,
        amount_minor bigint NOT NULL, currency text NOT NULL, sequence bigint NOT NULL,
        told_at timestamptz NOT NULL, PRIMARY KEY (loan_id, number))""",
    """CREATE TABLE instalment_payment (
        tenant text NOT NULL, loan_id text NOT NULL, transaction_id text NOT NULL,
        effective_on date NOT NULL, arrears_minor bigint NOT NULL, beyond_minor bigint NOT NULL,
        is_reversed boolean NOT NULL DEFAULT false, PRIMARY KEY (loan_id, transaction_id))""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
