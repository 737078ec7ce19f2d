"""Agreements, grievances, preferences and reachability."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS: list[str] = [
    """ALTER TABLE contact_point ADD COLUMN source text NOT NULL DEFAULT '',
        ADD COLUMN owner text NOT NULL DEFAULT 'party', ADD COLUMN time_zone text NOT NULL DEFAULT '',
        ADD COLUMN verified_at timestamptz, ADD COLUMN said_consent boolean,
        ADD COLUMN reassigned_checked_on date, ADD COLUMN is_by_hand boolean NOT NULL DEFAULT false""",
    """CREATE TABLE point_word (
        tenant text NOT NULL, word_id text NOT NULL, party_id text NOT NULL, point_id text NOT NULL,
        channel text NOT NULL, kind text NOT NULL, value text NOT NULL, evidence text NOT NULL,
        said_by text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (tenant, word_id))""",
    "CREATE INDEX point_word_of_party ON point_word (party_id, at)",
    """CREATE TABLE agreed (
        tenant text NOT NULL, agreed_id text NOT NULL, party_id text NOT NULL, kind text NOT NULL,
        channel text NOT NULL, hours_from text NOT NULL, hours_until text NOT NULL, per_day_max int,
        language text NOT NULL, from_at timestamptz NOT NULL, until_at timestamptz,
        evidence text NOT NULL, agreed_by text NOT NULL, agreed_at timestamptz NOT NULL,
        revoked_at timestamptz, revoked_by text, revoke_reason text,
        PRIMARY KEY (tenant, agreed_id))""",
    "CREATE INDEX agreed_of_party ON agreed (party_id)",
    """CREATE TABLE vulnerability (
        tenant text NOT NULL, record_id text NOT NULL, party_id text NOT NULL, category bytea,
        evidence bytea, may_keep boolean NOT NULL, review_at timestamptz NOT NULL,
        treatment jsonb NOT NULL, recorded_by text NOT NULL, recorded_at timestamptz NOT NULL,
        ended_at timestamptz, ended_by text, end_reason text, PRIMARY KEY (tenant, record_id))""",
    "CREATE INDEX vulnerability_of_party ON vulnerability (party_id)",
    """CREATE TABLE reachability (
        party_id text PRIMARY KEY, tenant text NOT NULL, state text NOT NULL, failures int NOT NULL,
        because text NOT NULL, since timestamptz, changed_at timestamptz NOT NULL)""",
    """CREATE TABLE grievance (
        tenant text NOT NULL, grievance_id text NOT NULL, kind text NOT NULL, party_id text NOT NULL,
        loan_id text, amount_minor bigint, owner text NOT NULL, opened_by text NOT NULL,
        reply_id text NOT NULL, evidence text NOT NULL, hold_id text NOT NULL, rule text NOT NULL,
        extensions int[] NOT NULL, due_on date NOT NULL, due_at timestamptz NOT NULL,
        opened_at timestamptz NOT NULL, outcome text NOT NULL DEFAULT '',
        answer_evidence text NOT NULL DEFAULT '', answered_by text, answered_at timestamptz,
        PRIMARY KEY (tenant, grievance_id))""",
    "CREATE INDEX grievance_open ON grievance (tenant, due_at) WHERE answered_at IS NULL",
    "CREATE INDEX grievance_of_party ON grievance (party_id)",
    """CREATE TABLE grievance_extension (
        tenant text NOT NULL, extension_id text NOT NULL, grievance_id text NOT NULL,
        days int NOT NULL, reason text NOT NULL, asked_by text NOT NULL,
        asked_at timestamptz NOT NULL, is_approved boolean, decided_by text,
        decided_at timestamptz, PRIMARY KEY (tenant, extension_id))""",
    "CREATE INDEX extension_of_grievance ON grievance_extension (tenant, grievance_id)",
    "CREATE INDEX reply_by_party ON reply (party_id, at)",
    "ALTER TABLE hold ADD COLUMN variant text NOT NULL DEFAULT ''",
    "CREATE INDEX hold_to_review ON hold (tenant, review_at) WHERE review_at IS NOT NULL",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
