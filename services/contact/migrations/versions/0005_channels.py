"""Hand-overs to providers and their receipts."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: list[str] = [
    """CREATE TABLE handover (
        attempt_id text PRIMARY KEY, tenant text NOT NULL, channel text NOT NULL,
        provider text NOT NULL, state text NOT NULL
            CHECK (state IN ('begun', 'accepted', 'refused', 'unsent', 'unknown')),
        tries int NOT NULL, begun_wall_at timestamptz NOT NULL, ended_wall_at timestamptz)""",
    "CREATE INDEX handover_unknown ON handover (tenant, attempt_id) WHERE state = 'unknown'",
    """CREATE TABLE receipt (
        tenant text NOT NULL, receipt_id text NOT NULL, attempt_id text NOT NULL,
        taken_wall_at timestamptz NOT NULL, PRIMARY KEY (tenant, receipt_id))""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
