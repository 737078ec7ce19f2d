"""Which queues a collector serves; what was raised; overrides, notices, first contacts, limitation."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = [
    "ALTER TABLE call ADD COLUMN queues text[] NOT NULL DEFAULT '{}'",
    """CREATE TABLE rule_override (
        tenant text NOT NULL, override_id text NOT NULL, party_id text NOT NULL,
        loan_id text NOT NULL, rule_id text NOT NULL, channel text NOT NULL, reason text NOT NULL,
        authority text NOT NULL, evidence text NOT NULL, from_at timestamptz NOT NULL,
        until_at timestamptz NOT NULL, recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL, ended_at timestamptz, ended_by text NOT NULL,
        end_reason text NOT NULL, PRIMARY KEY (tenant, override_id))""",
    "CREATE INDEX rule_override_of_party ON rule_override (party_id)",
    # Of those opened before, nobody knows whether a person saw to them: they are left to people.
    """ALTER TABLE grievance ADD COLUMN is_taken_up boolean NOT NULL DEFAULT true,
        ADD COLUMN raised_at timestamptz""",
    "ALTER TABLE grievance ALTER COLUMN is_taken_up SET DEFAULT false",
    """CREATE INDEX grievance_unraised ON grievance (due_at)
        WHERE answered_at IS NULL AND raised_at IS NULL""",
    """ALTER TABLE vulnerability ADD COLUMN raised_at timestamptz,
        ADD COLUMN reviewed_at timestamptz, ADD COLUMN reviewed_by text NOT NULL DEFAULT ''""",
    "CREATE INDEX vulnerability_to_review ON vulnerability (review_at) WHERE ended_at IS NULL",
    """ALTER TABLE standing ADD COLUMN limitation_expires_on date,
        ADD COLUMN matter_version bigint NOT NULL DEFAULT 0""",
    # As in 0009, with overrides of the party addressed, notices given, and when it first heard of
    # each loan.
    r"""CREATE OR REPLACE FUNCTION hearing_facts(
        _tenant text, _touch text, _consumer text, _loans text[], _party text, _debtor text,
        _since timestamptz, _wall timestamptz) RETURNS jsonb
    LANGUAGE sql STABLE AS $$
        SELECT jsonb_build_object(
            'own', (SELECT jsonb_build_object('attempt_id', attempt_id, 'status', status)
                FROM attempt WHERE tenant = _tenant AND key = _touch),
            'is_parked', EXISTS (SELECT FROM inbox_parked WHERE consumer = _consumer
                AND key = ANY (_loans) AND skipped_at IS NULL),
            'standings', (SELECT jsonb_agg(to_jsonb(s)) FROM standing s
                WHERE loan_id = ANY (_loans)),
            'party', (SELECT to_jsonb(p) FROM party p WHERE party_id = _party),
            'links', (SELECT jsonb_agg(jsonb_build_array(loan_id, party_id, role))
                FROM loan_party WHERE loan_id = ANY (_loans)),
            'points', (SELECT jsonb_agg(to_jsonb(c) ORDER BY ordinal) FROM contact_point c
                WHERE party_id = _party AND is_current),
            'opt_outs', (SELECT jsonb_agg(jsonb_build_array(channel, point_id)) FROM opt_out
                WHERE party_id = _party),
            'terms', (SELECT jsonb_agg(to_jsonb(a) ORDER BY from_at) FROM agreed a
                WHERE party_id = _party),
            'treatments', (SELECT jsonb_agg(jsonb_build_object('treatment', treatment,
                    'from_at', recorded_at, 'until_at', ended_at)) FROM vulnerability
                WHERE party_id = _party),
            'overrides', (SELECT jsonb_agg(to_jsonb(o)) FROM rule_override o
                WHERE party_id = _party AND ended_at IS NULL),
            'notices', (SELECT jsonb_agg(jsonb_build_object('notice', notice, 'loan_id', loan_id,
                    'party_id', party_id, 'tried_at', tried_at, 'delivered_at', delivered_at))
                FROM evidence WHERE loan_id = ANY (_loans) AND tenant = _tenant
                    AND status IN ('sent', 'delivered') AND notice IN ('validation', 'arrears',
                        'assignment', 'pre_due', 'default', 'agent_intimation')),
            'first_contacts', (SELECT jsonb_object_agg(loan, at) FROM (
                SELECT loan, min(from_at) AS at FROM attempt, unnest(loan_ids) loan
                WHERE debtor_id = _debtor AND party_id = _party AND loan = ANY (_loans)
                    AND status IN ('confirmed', 'sent', 'received')
                    AND outcome NOT IN ('undeliverable', 'busy', 'out_of_service', 'no_answer')
                GROUP BY loan) f),
            'placed_until', (SELECT max(until_at) FROM placement
                WHERE loan_id = ANY (_loans) AND status = 'active' AND NOT bank_keeps_contact),
            'reachability', (SELECT state FROM reachability WHERE party_id = _debtor),
            'holds', (SELECT jsonb_agg(to_jsonb(h) ORDER BY hold_id) FROM (
                SELECT * FROM hold WHERE loan_id = ANY (_loans)
                UNION ALL
                SELECT * FROM hold WHERE loan_id IS NULL AND party_id IN (
                    SELECT party_id FROM loan_party WHERE loan_id = ANY (_loans))
                ) h WHERE until_at IS NULL OR until_at > from_at),
            'attempts', (SELECT jsonb_agg(jsonb_build_object(
                    'attempt_id', attempt_id, 'loan_ids', loan_ids, 'party_id', party_id,
                    'channel', channel, 'direction', direction, 'purpose', purpose, 'role', role,
                    'capacity', capacity, 'agency', agency, 'point_id', point_id,
                    'outcome', outcome, 'status', status, 'from_at', from_at,
                    'until_at', until_at))
                FROM attempt WHERE debtor_id = _debtor AND until_at >= _since
                    AND (status IN ('confirmed', 'sent', 'undeliverable', 'received')
                        OR (status = 'reserved' AND expires_wall_at > _wall))))
    $$""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
