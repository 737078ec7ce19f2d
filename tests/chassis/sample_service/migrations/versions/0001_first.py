"""The chassis' tables and one of the service's own."""

from alembic import op

from chassis.database import upgrade as create_chassis_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables(op)
    op.execute("CREATE TABLE noted (loan_id text PRIMARY KEY, version int NOT NULL)")
