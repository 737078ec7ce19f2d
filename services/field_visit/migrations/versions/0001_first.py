"""The first tables of field_visit."""

from alembic import op

from chassis.database import upgrade as create_chassis_tables

revision = "0001"
down_revision = None

TABLES = (
    """CREATE TABLE visit (
        visit_id text PRIMARY KEY, tenant text NOT NULL, loan_id text NOT NULL,
        episode int NOT NULL, party_id text NOT NULL, area text NOT NULL, day date NOT NULL,
        slot text NOT NULL, window_from timestamptz NOT NULL, window_until timestamptz NOT NULL,
        status text NOT NULL, outcome text NOT NULL, agent_ids jsonb NOT NULL, report_id text,
        note_sealed bytea, because text NOT NULL, version bigint NOT NULL,
        changed_at timestamptz NOT NULL)""",
    "CREATE INDEX visit_listed ON visit (tenant, status, visit_id)",
    """CREATE UNIQUE INDEX visit_open ON visit (loan_id)
        WHERE status IN ('booked', 'under_way')""",
    """CREATE TABLE booked_window (
        tenant text NOT NULL, area text NOT NULL, day date NOT NULL, slot text NOT NULL,
        visits int NOT NULL CHECK (visits >= 0), PRIMARY KEY (tenant, area, day, slot))""",
)


def upgrade() -> None:
    create_chassis_tables(op)
    for table in TABLES:
        op.execute(table)
