"""What a loan's balance is, and what became of each promise that a reply gave."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    # Unknown until the ledger next speaks of the loan.
    "ALTER TABLE loan ADD COLUMN balance_minor bigint",
    # The latest revision heard; either an agreement of its own, or why there is none.
    """CREATE TABLE reply_promise (
        tenant text NOT NULL, loan_id text NOT NULL, reply_id text NOT NULL,
        revision int NOT NULL, agreement_id text, code text NOT NULL,
        PRIMARY KEY (tenant, loan_id, reply_id))""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
