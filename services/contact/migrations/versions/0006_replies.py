"""What waits for a person to read."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS: list[str] = [
    # Revision 0 is what was understood at once; a later one is what a person made of it.
    """CREATE TABLE reply_understanding (
        tenant text NOT NULL, reply_id text NOT NULL, revision int NOT NULL,
        loan_ids text[] NOT NULL, labels jsonb NOT NULL, topics text[] NOT NULL,
        amount_minor bigint, due_on date, wished_at timestamptz, point_id text NOT NULL,
        attempt_id text NOT NULL, understood_by text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (tenant, reply_id, revision))""",
    """CREATE TABLE desk_task (
        task_id text PRIMARY KEY, tenant text NOT NULL, kind text NOT NULL, priority int NOT NULL,
        due_at timestamptz NOT NULL, reply_id text NOT NULL, party_id text NOT NULL,
        loan_id text NOT NULL, created_at timestamptz NOT NULL, claimed_by text,
        lease_until timestamptz, completed_at timestamptz, completed_by text, note bytea)""",
    """CREATE INDEX desk_task_open ON desk_task (tenant, priority, due_at, task_id)
        WHERE completed_at IS NULL""",
    "CREATE INDEX desk_task_of_reply ON desk_task (tenant, reply_id)",
    """CREATE TABLE words_read (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL,
        reply_id text NOT NULL, task_id text NOT NULL, read_by text NOT NULL,
        read_at timestamptz NOT NULL)""",
    "CREATE INDEX words_read_of_reply ON words_read (tenant, reply_id)",
    """CREATE TABLE answer_owed (
        tenant text NOT NULL, reply_id text NOT NULL, loan_id text NOT NULL, template text NOT NULL,
        party_id text NOT NULL, channel text NOT NULL, point_id text NOT NULL, facts jsonb NOT NULL,
        owed_at timestamptz NOT NULL, taken_at timestamptz,
        PRIMARY KEY (tenant, reply_id, loan_id, template))""",
    "CREATE INDEX answer_owed_open ON answer_owed (owed_at) WHERE taken_at IS NULL",
    # A reply from an address that is nobody's: kept under a key of its own until a person looked.
    """CREATE TABLE stray_reply (
        tenant text NOT NULL, reply_id text NOT NULL, channel text NOT NULL, kinds text[] NOT NULL,
        subject_key bytea NOT NULL, content bytea NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (tenant, reply_id))""",
    "CREATE INDEX contact_point_by_id ON contact_point (point_id)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
