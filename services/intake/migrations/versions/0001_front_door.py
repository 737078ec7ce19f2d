"""Intake's first tables: identities, receipts, quarantine, dead letters and the tally."""

from alembic import op

from chassis import database

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = [
    # A row appears when a reference is first heard of; registered_at says whether it is a loan.
    """CREATE TABLE loan (
        loan_id text PRIMARY KEY, tenant text NOT NULL, loan_ref text NOT NULL,
        registered_at timestamptz, registered_sequence bigint NOT NULL DEFAULT 0,
        registered_occurred_at timestamptz, currency text NOT NULL DEFAULT '',
        snapshot_as_of date, snapshot_sequence bigint, snapshot_says bytea,
        UNIQUE (tenant, loan_ref))""",
    """CREATE TABLE party (
        party_id text PRIMARY KEY, tenant text NOT NULL, party_ref text NOT NULL,
        person_sequence bigint NOT NULL DEFAULT 0, person_occurred_at timestamptz,
        UNIQUE (tenant, party_ref))""",
    """CREATE TABLE loan_party (
        loan_id text NOT NULL, party_id text NOT NULL, role text NOT NULL, place int NOT NULL,
        is_current boolean NOT NULL, PRIMARY KEY (loan_id, party_id, role))""",
    """CREATE TABLE receipt (
        tenant text NOT NULL, kind text NOT NULL, event_id text NOT NULL, content bytea NOT NULL,
        disposition text NOT NULL, subject_id text, quarantine_id text,
        received_at timestamptz NOT NULL, PRIMARY KEY (tenant, kind, event_id))""",
    "CREATE INDEX receipt_quarantined ON receipt (quarantine_id) WHERE quarantine_id IS NOT NULL",
    """CREATE TABLE movement (
        tenant text NOT NULL, transaction_id text NOT NULL, is_reversal boolean NOT NULL,
        loan_id text NOT NULL, amount_minor bigint NOT NULL, currency text NOT NULL,
        effective_on date NOT NULL, PRIMARY KEY (tenant, transaction_id, is_reversal))""",
    """CREATE TABLE quarantine (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, quarantine_id text NOT NULL UNIQUE,
        tenant text NOT NULL, kind text NOT NULL, event_id text NOT NULL,
        subject_ref text NOT NULL, subject_id text, content bytea NOT NULL, sealed bytea NOT NULL,
        code text NOT NULL, reason text NOT NULL, status text NOT NULL,
        received_at timestamptz NOT NULL, resolved_at timestamptz, resolved_by text,
        resolution text)""",
    "CREATE INDEX quarantine_status ON quarantine (tenant, status, seq)",
    "CREATE INDEX quarantine_event ON quarantine (tenant, kind, event_id, content)",
    """CREATE INDEX quarantine_waits ON quarantine (subject_id, seq)
        WHERE status = 'waiting' AND code = 'intake/unknown_loan'""",
    """CREATE TABLE dead_letter (
        origin text PRIMARY KEY, tenant text NOT NULL, kind text NOT NULL, error text NOT NULL,
        sealed bytea, received_at timestamptz NOT NULL)""",
    # Several rows per count, so that concurrent transactions rarely wait for each other.
    """CREATE TABLE tally (
        tenant text NOT NULL, kind text NOT NULL, name text NOT NULL, shard smallint NOT NULL,
        amount bigint NOT NULL, PRIMARY KEY (tenant, kind, name, shard))""",
]


def upgrade() -> None:
    database.upgrade(op)
    for statement in STATEMENTS:
        op.execute(statement)
