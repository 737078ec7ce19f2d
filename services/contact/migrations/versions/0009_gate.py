"""All that a hearing looks at, locked in the one order and read in one round trip."""

from alembic import op

revision = "0009"
down_revision = "0008"

# Each statement of a function sees what was committed before it began: what is read after the
# locks is what stands under them.
STATEMENTS = [
    r"""CREATE FUNCTION hearing_facts(
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
    r"""CREATE FUNCTION hearing(
        _key text, _topic text, _consumer text, _tenant text, _loan text, _party text,
        _debtor text, _touch text, _since timestamptz, _wall timestamptz) RETURNS jsonb
    LANGUAGE plpgsql AS $$
    DECLARE
        _first bytea;
        _found jsonb;
        _ids text[] := ARRAY(SELECT each FROM unnest(ARRAY[_party, _debtor]) each
            GROUP BY each ORDER BY each COLLATE "C");
        _locked int;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(E'business\n' || _key, 0));
        SELECT result INTO _first FROM business_result WHERE key = _key;
        IF FOUND THEN
            RETURN jsonb_build_object('first', convert_from(_first, 'UTF8'));
        END IF;
        PERFORM FROM stream WHERE topic = _topic AND loan_id = _loan FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO stream (topic, loan_id) VALUES (_topic, _loan) ON CONFLICT DO NOTHING;
            PERFORM FROM stream WHERE topic = _topic AND loan_id = _loan FOR UPDATE;
        END IF;
        PERFORM FROM party WHERE party_id = ANY (_ids) ORDER BY party_id COLLATE "C" FOR UPDATE;
        GET DIAGNOSTICS _locked = ROW_COUNT;
        IF _locked < cardinality(_ids) THEN
            INSERT INTO party (party_id, tenant) SELECT each, _tenant FROM unnest(_ids) each
            ON CONFLICT DO NOTHING;
            PERFORM FROM party WHERE party_id = ANY (_ids) ORDER BY party_id COLLATE "C" FOR UPDATE;
        END IF;
        SELECT hearing_facts(_tenant, _touch, _consumer, ARRAY[_loan], _party, _debtor, _since,
            _wall) INTO _found;
        RETURN _found;
    END $$""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
