"""Parties and their points, standing, holds, attempts with verdicts, and what was proven."""

from alembic import op

from chassis.database import upgrade as create_chassis_tables

revision = "0001"
down_revision = None

STATEMENTS = [
    """CREATE TABLE party (
        party_id text PRIMARY KEY, tenant text NOT NULL, language text NOT NULL DEFAULT '',
        kind text NOT NULL DEFAULT '', time_zone text NOT NULL DEFAULT '',
        sequence bigint NOT NULL DEFAULT -1, subject_key bytea, name bytea)""",
    """CREATE TABLE contact_point (
        party_id text NOT NULL REFERENCES party, point_id text NOT NULL, kind text NOT NULL,
        value bytea NOT NULL, provenance text NOT NULL, is_verified boolean NOT NULL,
        is_reserved boolean NOT NULL, has_consent boolean NOT NULL, ordinal int NOT NULL,
        is_current boolean NOT NULL DEFAULT true, failures int NOT NULL DEFAULT 0,
        invalid_at timestamptz, PRIMARY KEY (party_id, point_id))""",
    """CREATE TABLE opt_out (
        party_id text NOT NULL, channel text NOT NULL, point_id text NOT NULL, at timestamptz NOT NULL,
        reply_id text NOT NULL, PRIMARY KEY (party_id, channel, point_id))""",
    """CREATE TABLE loan_party (
        loan_id text NOT NULL, party_id text NOT NULL REFERENCES party, role text NOT NULL,
        tenant text NOT NULL, PRIMARY KEY (loan_id, party_id, role))""",
    "CREATE INDEX loan_party_of_party ON loan_party (party_id)",
    """CREATE TABLE standing (
        loan_id text PRIMARY KEY, tenant text NOT NULL, position_version bigint NOT NULL,
        disposition text NOT NULL, episode int NOT NULL, closed_episode int NOT NULL,
        closing_reason text NOT NULL, currency text NOT NULL, overdue_minor bigint NOT NULL,
        disputed_minor bigint NOT NULL, balance_minor bigint NOT NULL,
        minimum_due_minor bigint NOT NULL, oldest_due_on date, as_of date, product text NOT NULL,
        changed_at timestamptz NOT NULL)""",
    """CREATE TABLE hold (
        tenant text NOT NULL, hold_id text NOT NULL, kind text NOT NULL, loan_id text,
        party_id text, blocks text[] NOT NULL, from_at timestamptz NOT NULL, until_at timestamptz,
        review_at timestamptz, amount_minor bigint, has_no_estate boolean NOT NULL,
        evidence text NOT NULL, placed_by text NOT NULL, placed_at timestamptz NOT NULL,
        ended_by text, end_reason text, ended_at timestamptz, PRIMARY KEY (tenant, hold_id),
        CHECK (loan_id IS NOT NULL OR party_id IS NOT NULL))""",
    "CREATE INDEX hold_of_loan ON hold (loan_id) WHERE loan_id IS NOT NULL",
    "CREATE INDEX hold_of_party ON hold (party_id) WHERE party_id IS NOT NULL",
    """CREATE TABLE attempt (
        attempt_id text PRIMARY KEY, tenant text NOT NULL, key text NOT NULL, loan_id text NOT NULL,
        party_id text NOT NULL, debtor_id text NOT NULL, role text NOT NULL, channel text NOT NULL,
        direction text NOT NULL, purpose text NOT NULL, capacity text NOT NULL,
        point_id text NOT NULL, template text NOT NULL, notice text NOT NULL,
        asks_circumstances boolean NOT NULL, episode int NOT NULL, position_version bigint NOT NULL,
        status text NOT NULL, outcome text NOT NULL, from_at timestamptz NOT NULL,
        until_at timestamptz NOT NULL, expires_wall_at timestamptz, confirmed_at timestamptz,
        UNIQUE (tenant, key))""",
    "CREATE INDEX attempt_of_debtor ON attempt (debtor_id, until_at)",
    "CREATE INDEX attempt_of_party ON attempt (party_id, channel, from_at)",
    "CREATE INDEX attempt_of_loan ON attempt (loan_id, from_at)",
    """CREATE TABLE verdict (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, key text NOT NULL,
        loan_id text NOT NULL, party_id text NOT NULL, at timestamptz NOT NULL,
        is_allowed boolean NOT NULL, rule_id text NOT NULL, because text NOT NULL,
        rule_pack text NOT NULL, next_allowed_at timestamptz, facts jsonb NOT NULL)""",
    "CREATE INDEX verdict_refused ON verdict (tenant, rule_id) WHERE NOT is_allowed",
    "CREATE INDEX verdict_of_loan ON verdict (loan_id, id)",
    """CREATE TABLE evidence (
        tenant text NOT NULL, key text NOT NULL, loan_id text NOT NULL, episode int NOT NULL,
        party_id text NOT NULL, channel text NOT NULL, notice text NOT NULL,
        asks_circumstances boolean NOT NULL, status text NOT NULL, tried_at timestamptz NOT NULL,
        delivered_at timestamptz, proof text NOT NULL, PRIMARY KEY (tenant, key))""",
    "CREATE INDEX evidence_of_episode ON evidence (loan_id, episode)",
    """CREATE TABLE circumstances_answer (
        loan_id text NOT NULL, episode int NOT NULL, party_id text NOT NULL,
        answered_at timestamptz NOT NULL, PRIMARY KEY (loan_id, episode, party_id))""",
    """CREATE TABLE reply (
        tenant text NOT NULL, reply_id text NOT NULL, party_id text NOT NULL, loan_id text NOT NULL,
        channel text NOT NULL, kinds text[] NOT NULL, words bytea, amount_minor bigint,
        at timestamptz NOT NULL, PRIMARY KEY (tenant, reply_id))""",
    """CREATE TABLE sandbox_message (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, attempt_id text NOT NULL UNIQUE,
        tenant text NOT NULL, key text NOT NULL, loan_id text NOT NULL, party_id text NOT NULL,
        role text NOT NULL, channel text NOT NULL, purpose text NOT NULL, template text NOT NULL,
        notice text NOT NULL, asks_circumstances boolean NOT NULL, at timestamptz NOT NULL,
        body bytea NOT NULL, is_accepted boolean NOT NULL)""",
    "CREATE INDEX sandbox_message_of_tenant ON sandbox_message (tenant, seq)",
]


def upgrade() -> None:
    create_chassis_tables(op)
    for statement in STATEMENTS:
        op.execute(statement)
