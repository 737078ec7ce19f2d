"""Agencies and the loans placed with them, duties, and what may be deleted when."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = [
    """CREATE TABLE agency_entry (
        tenant text NOT NULL, agency_id text NOT NULL, version int NOT NULL, title text NOT NULL,
        listed_from date NOT NULL, listed_until date, evaluated_on date NOT NULL,
        contract_until date NOT NULL, products text[] NOT NULL, has_certified_agents boolean NOT NULL,
        is_published boolean NOT NULL, status text NOT NULL, proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL, decided_by text, decided_at timestamptz, reason text,
        PRIMARY KEY (tenant, agency_id, version))""",
    "CREATE UNIQUE INDEX agency_entry_open ON agency_entry (tenant, agency_id) WHERE status = 'proposed'",
    "CREATE UNIQUE INDEX agency_entry_current ON agency_entry (tenant, agency_id) WHERE status = 'approved'",
    """CREATE TABLE placement (
        tenant text NOT NULL, placement_id text NOT NULL, loan_id text NOT NULL,
        agency_id text NOT NULL, status text NOT NULL, purposes text[] NOT NULL,
        from_at timestamptz NOT NULL, until_at timestamptz NOT NULL,
        commission_basis_points int NOT NULL, commission_kind text NOT NULL,
        data_kinds text[] NOT NULL, return_days int NOT NULL, bank_keeps_contact boolean NOT NULL,
        proposed_by text NOT NULL, proposed_at timestamptz NOT NULL, decided_by text,
        decided_at timestamptz, next_look_at timestamptz, recall_cause text NOT NULL DEFAULT '',
        recall_reason text NOT NULL DEFAULT '', recalled_by text NOT NULL DEFAULT '',
        stopped_at timestamptz, data_due_at timestamptz, data_manner text,
        data_evidence text, data_receipt_by text, data_receipt_at timestamptz,
        PRIMARY KEY (tenant, placement_id))""",
    "CREATE UNIQUE INDEX placement_open ON placement (loan_id) WHERE status IN ('proposed', 'active')",
    "CREATE INDEX placement_of_loan ON placement (loan_id, placement_id)",
    "CREATE INDEX placement_of_agency ON placement (tenant, agency_id, placement_id)",
    "CREATE INDEX placement_to_look_at ON placement (next_look_at) WHERE next_look_at IS NOT NULL",
    "CREATE INDEX placement_data_due ON placement (tenant, data_due_at) WHERE data_receipt_at IS NULL",
    """CREATE TABLE agency_act (
        tenant text NOT NULL, agency_id text NOT NULL, act_id text NOT NULL, key text NOT NULL,
        placement_id text NOT NULL, loan_id text NOT NULL, attempt_id text NOT NULL,
        touch jsonb NOT NULL, window_from timestamptz NOT NULL, window_until timestamptz NOT NULL,
        recording text NOT NULL DEFAULT '', reported_at timestamptz, hand_over_id text,
        PRIMARY KEY (tenant, agency_id, act_id), UNIQUE (tenant, key))""",
    "CREATE INDEX agency_act_of_loan ON agency_act (loan_id, agency_id)",
    """CREATE TABLE agency_hand_over (
        tenant text NOT NULL, agency_id text NOT NULL, hand_over_id text NOT NULL,
        from_at timestamptz NOT NULL, until_at timestamptz NOT NULL, is_complete boolean NOT NULL,
        records jsonb NOT NULL, gaps jsonb NOT NULL, handed_over_by text NOT NULL,
        at timestamptz NOT NULL, PRIMARY KEY (tenant, agency_id, hand_over_id))""",
    """CREATE TABLE duty (
        tenant text NOT NULL, loan_id text NOT NULL, party_id text NOT NULL, kind text NOT NULL,
        occasion text NOT NULL, rule_id text NOT NULL, owed_by timestamptz NOT NULL,
        created_at timestamptz NOT NULL, done_at timestamptz, proof text NOT NULL DEFAULT '',
        raised_at timestamptz, dropped_at timestamptz, dropped_because text NOT NULL DEFAULT '',
        PRIMARY KEY (loan_id, party_id, kind, occasion))""",
    """CREATE INDEX duty_open ON duty (owed_by)
        WHERE done_at IS NULL AND dropped_at IS NULL AND raised_at IS NULL""",
    "CREATE INDEX duty_of_tenant ON duty (tenant, owed_by, loan_id)",
    """CREATE TABLE recording (
        tenant text NOT NULL, reference text NOT NULL, attempt_id text NOT NULL,
        loan_ids text[] NOT NULL, party_id text NOT NULL, recorded_at timestamptz NOT NULL,
        deleted_at timestamptz, deleted_by text, evidence text, kept_until date, because text,
        PRIMARY KEY (tenant, reference))""",
    "CREATE INDEX recording_kept ON recording (tenant, recorded_at, reference) WHERE deleted_at IS NULL",
    """CREATE TABLE legal_hold (
        tenant text NOT NULL, legal_hold_id text NOT NULL, loan_id text NOT NULL,
        reason text NOT NULL, placed_by text NOT NULL, placed_at timestamptz NOT NULL,
        ended_by text, ended_at timestamptz, PRIMARY KEY (tenant, legal_hold_id))""",
    "CREATE INDEX legal_hold_of_loan ON legal_hold (loan_id) WHERE ended_at IS NULL",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
