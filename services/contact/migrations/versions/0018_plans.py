"""Whether a loan's debtor has a plan or a settlement in force; the hearing reads standing rows whole."""

from alembic import op

revision = "0018"
down_revision = "0017"

STATEMENTS = [
    """ALTER TABLE standing ADD COLUMN arrangement text NOT NULL DEFAULT '',
        ADD COLUMN agreement_version bigint NOT NULL DEFAULT 0""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
