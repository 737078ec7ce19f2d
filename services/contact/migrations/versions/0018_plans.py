"""Whether a plan or settlement of a loan is kept; from when a notice counts for what is owed."""

from alembic import op

revision = "0018"
down_revision = "0017"

STATEMENTS = [
    # The hearing reads standing rows whole.
    """ALTER TABLE standing ADD COLUMN arrangement text NOT NULL DEFAULT '',
        ADD COLUMN agreement_version bigint NOT NULL DEFAULT 0""",
    "ALTER TABLE duty ADD COLUMN counts_from timestamptz",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
