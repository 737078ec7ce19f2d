"""The collectors' call queue and recordings."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS: list[str] = [
    """CREATE TABLE call (
        call_id text PRIMARY KEY, tenant text NOT NULL, key text NOT NULL, direction text NOT NULL,
        party_id text NOT NULL, role text NOT NULL, language text NOT NULL, skill text NOT NULL,
        priority int NOT NULL, touches jsonb NOT NULL, loan_ids text[] NOT NULL,
        due_at timestamptz NOT NULL, not_before timestamptz, window_until timestamptz,
        state text NOT NULL, because text NOT NULL, dials int NOT NULL, collector text NOT NULL,
        lease_wall_at timestamptz, attempt_id text NOT NULL, point_id text NOT NULL,
        point_index text NOT NULL, identity text NOT NULL, identity_failures int NOT NULL,
        identity_at timestamptz, refusal jsonb, opened_at timestamptz NOT NULL,
        UNIQUE (tenant, key))""",
    """CREATE INDEX call_waiting ON call (tenant, priority DESC, due_at, call_id)
        WHERE state = 'queued'""",
    """CREATE INDEX call_leased ON call (lease_wall_at)
        WHERE state IN ('claimed', 'under_way', 'unmatched')""",
    "CREATE INDEX call_of_party ON call (party_id) WHERE state IN ('queued', 'claimed')",
    "CREATE INDEX call_window ON call (window_until) WHERE state = 'queued'",
    "CREATE INDEX call_of_collector ON call (tenant, collector) WHERE state IN ('claimed', 'under_way')",
    "CREATE INDEX call_of_state ON call (tenant, state, call_id)",
    """CREATE TABLE call_disposition (
        attempt_id text PRIMARY KEY, tenant text NOT NULL, call_id text NOT NULL REFERENCES call,
        dial int NOT NULL, code text NOT NULL, codes_version int NOT NULL, outcome text NOT NULL,
        collector text NOT NULL, at timestamptz NOT NULL, recording text NOT NULL,
        is_recording_missing boolean NOT NULL, request text NOT NULL, promised_on date,
        next_action text NOT NULL, next_at timestamptz, next_channel text NOT NULL)""",
    "CREATE INDEX call_disposition_of_call ON call_disposition (call_id, dial)",
    """CREATE INDEX call_recording_missing ON call_disposition (tenant, attempt_id)
        WHERE is_recording_missing""",
    """CREATE TABLE call_identity_check (
        call_id text NOT NULL REFERENCES call, number int NOT NULL, check_id text NOT NULL,
        at timestamptz NOT NULL, collector text NOT NULL, method text NOT NULL,
        matched text[] NOT NULL, missed text[] NOT NULL, passed boolean NOT NULL,
        PRIMARY KEY (call_id, check_id))""",
    """CREATE TABLE trace_task (
        trace_id text PRIMARY KEY, tenant text NOT NULL, party_id text NOT NULL,
        reason text NOT NULL, state text NOT NULL, opened_at timestamptz NOT NULL,
        source text NOT NULL, evidence text NOT NULL, point_id text NOT NULL, closed_by text NOT NULL,
        closed_at timestamptz)""",
    "CREATE UNIQUE INDEX trace_task_open ON trace_task (tenant, party_id) WHERE state = 'open'",
    "CREATE INDEX contact_point_of_value ON contact_point (point_id)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
