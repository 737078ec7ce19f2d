"""Who holds a sold loan now, as the bank told: an institution, which the notice of it names."""

from alembic import op

revision = "0021"
down_revision = "0020"

STATEMENTS = [
    """CREATE TABLE assignment (
        loan_id text PRIMARY KEY, tenant text NOT NULL, sold_on date NOT NULL, name text NOT NULL,
        address text NOT NULL, phone text NOT NULL, email text NOT NULL, purpose text NOT NULL,
        data_kinds text[] NOT NULL, sequence bigint NOT NULL, told_at timestamptz NOT NULL)""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
