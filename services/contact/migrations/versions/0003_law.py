"""What verdicts were founded on, and which agency made an attempt."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = [
    "ALTER TABLE attempt ADD COLUMN agency text NOT NULL DEFAULT ''",
    """ALTER TABLE verdict ADD COLUMN strength text NOT NULL DEFAULT '',
        ADD COLUMN episode int NOT NULL DEFAULT 0,
        ADD COLUMN position_version bigint NOT NULL DEFAULT 0,
        ADD COLUMN findings jsonb NOT NULL DEFAULT '[]'""",
    "CREATE INDEX verdict_of_tenant ON verdict (tenant, id)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
