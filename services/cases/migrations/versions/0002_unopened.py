"""The first overdue position of a delinquency that no run has opened an episode for yet."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE unopened (
            loan_id text PRIMARY KEY, version bigint NOT NULL, payload jsonb NOT NULL)"""
    )
