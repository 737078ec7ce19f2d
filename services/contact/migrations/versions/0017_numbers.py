"""Phone numbers are kept under one form of each; those kept under a spelling are still to be moved."""

from alembic import op

revision = "0017"
down_revision = "0014"

STATEMENTS = [
    # Numbers are encrypted, so no statement can tell their form: the service moves them.
    "ALTER TABLE contact_point ADD COLUMN is_normal bool NOT NULL DEFAULT false",
    "ALTER TABLE contact_point ALTER COLUMN is_normal SET DEFAULT true",
    "UPDATE contact_point SET is_normal = true WHERE kind <> 'phone'",
    "CREATE INDEX contact_point_to_move ON contact_point (party_id) WHERE NOT is_normal",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
