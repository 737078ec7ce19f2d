"""One function hears one touch or several that share a transaction; what it reads is put together as
text, which nobody takes apart in the database."""

from alembic import op

revision = "0022"
down_revision = "0021"

_HEARINGS = """text, text, timestamptz, text[], text[], text[], text[], text[], text[],
    timestamptz[]"""

_FACTS = "text, text, text, text[], text, text, timestamptz, timestamptz"

STATEMENTS = [
    "DROP FUNCTION hearing(text, text, text, text, text, text, text, text, timestamptz, timestamptz)",
    f"DROP FUNCTION hearing_facts({_FACTS})",
    # As in 0013, as `json`, and with the holds of the tenant alone.
    r"""CREATE FUNCTION hearing_facts(
        _tenant text, _touch text, _consumer text, _loans text[], _party text, _debtor text,
        _since timestamptz, _wall timestamptz) RETURNS json
    LANGUAGE sql STABLE AS $$
        SELECT json_build_object(
            'own', (SELECT json_build_object('attempt_id', attempt_id, 'status', status)
                FROM attempt WHERE tenant = _tenant AND key = _touch),
            'is_parked', EXISTS (SELECT FROM inbox_parked WHERE consumer = _consumer
                AND key = ANY (_loans) AND skipped_at IS NULL),
            'standings', (SELECT json_agg(to_json(s)) FROM standing s
                WHERE loan_id = ANY (_loans)),
            'party', (SELECT to_json(p) FROM party p WHERE party_id = _party),
            'links', (SELECT json_agg(json_build_array(loan_id, party_id, role))
                FROM loan_party WHERE loan_id = ANY (_loans)),
            'points', (SELECT json_agg(to_json(c) ORDER BY ordinal) FROM contact_point c
                WHERE party_id = _party AND is_current),
            'opt_outs', (SELECT json_agg(json_build_array(channel, point_id)) FROM opt_out
                WHERE party_id = _party),
            'terms', (SELECT json_agg(to_json(a) ORDER BY from_at) FROM agreed a
                WHERE party_id = _party),
            'treatments', (SELECT json_agg(json_build_object('treatment', treatment,
                    'from_at', recorded_at, 'until_at', ended_at)) FROM vulnerability
                WHERE party_id = _party),
            'overrides', (SELECT json_agg(to_json(o)) FROM rule_override o
                WHERE party_id = _party AND ended_at IS NULL),
            'notices', (SELECT json_agg(json_build_object('notice', notice, 'loan_id', loan_id,
                    'party_id', party_id, 'tried_at', tried_at, 'delivered_at', delivered_at))
                FROM evidence WHERE loan_id = ANY (_loans) AND tenant = _tenant
                    AND status IN ('sent', 'delivered') AND notice IN ('validation', 'arrears',
                        'assignment', 'pre_due', 'default', 'agent_intimation')),
            'first_contacts', (SELECT json_object_agg(loan, at) FROM (
                SELECT loan, min(from_at) AS at FROM attempt, unnest(loan_ids) loan
                WHERE debtor_id = _debtor AND party_id = _party AND loan = ANY (_loans)
                    AND status IN ('confirmed', 'sent', 'received')
                    AND outcome NOT IN ('undeliverable', 'busy', 'out_of_service', 'no_answer')
                GROUP BY loan) f),
            'placed_until', (SELECT max(until_at) FROM placement
                WHERE loan_id = ANY (_loans) AND status = 'active' AND NOT bank_keeps_contact),
            'reachability', (SELECT state FROM reachability WHERE party_id = _debtor),
            'holds', (SELECT json_agg(to_json(h) ORDER BY hold_id) FROM (
                SELECT * FROM hold WHERE tenant = _tenant AND loan_id = ANY (_loans)
                UNION ALL
                SELECT * FROM hold WHERE tenant = _tenant AND loan_id IS NULL AND party_id IN (
                    SELECT party_id FROM loan_party WHERE loan_id = ANY (_loans))
                ) h WHERE until_at IS NULL OR until_at > from_at),
            'attempts', (SELECT json_agg(json_build_object(
                    'attempt_id', attempt_id, 'loan_ids', loan_ids, 'party_id', party_id,
                    'channel', channel, 'direction', direction, 'purpose', purpose, 'role', role,
                    'capacity', capacity, 'agency', agency, 'point_id', point_id,
                    'outcome', outcome, 'status', status, 'from_at', from_at,
                    'until_at', until_at))
                FROM attempt WHERE debtor_id = _debtor AND until_at >= _since
                    AND (status IN ('confirmed', 'sent', 'undeliverable', 'received')
                        OR (status = 'reserved' AND expires_wall_at > _wall))))
    $$""",
    f"ALTER FUNCTION hearing_facts({_FACTS}) SET plan_cache_mode = force_generic_plan",
    # Locks are taken as everywhere: all keys, then all streams, then all parties, each in order.
    r"""CREATE FUNCTION hearings(
        _topic text, _consumer text, _wall timestamptz, _keys text[], _tenants text[],
        _loans text[], _parties text[], _debtors text[], _touches text[], _sinces timestamptz[])
        RETURNS SETOF json
    LANGUAGE plpgsql AS $$
    DECLARE
        _locked int;
        _streams text[];
        _ids text[];
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(E'business\n' || each, 0))
            FROM (SELECT each FROM unnest(_keys) each ORDER BY each COLLATE "C") ordered;
        -- What was answered before is looked at no more.
        SELECT array_agg(DISTINCT loan), array_agg(DISTINCT party) || array_agg(DISTINCT debtor)
            INTO _streams, _ids
            FROM unnest(_keys, _loans, _parties, _debtors) AS asked (key, loan, party, debtor)
            WHERE NOT EXISTS (SELECT FROM business_result r WHERE r.key = asked.key);
        PERFORM FROM stream WHERE topic = _topic AND loan_id = ANY (_streams)
            ORDER BY loan_id COLLATE "C" FOR UPDATE;
        GET DIAGNOSTICS _locked = ROW_COUNT;
        IF _locked < cardinality(_streams) THEN
            INSERT INTO stream (topic, loan_id) SELECT _topic, each FROM unnest(_streams) each
                ON CONFLICT DO NOTHING;
            PERFORM FROM stream WHERE topic = _topic AND loan_id = ANY (_streams)
                ORDER BY loan_id COLLATE "C" FOR UPDATE;
        END IF;
        PERFORM FROM party WHERE party_id = ANY (_ids) ORDER BY party_id COLLATE "C" FOR UPDATE;
        GET DIAGNOSTICS _locked = ROW_COUNT;
        IF _locked < (SELECT count(DISTINCT each) FROM unnest(_ids) each) THEN
            INSERT INTO party (party_id, tenant)
                SELECT each, min(tenant) FROM unnest(_parties || _debtors, _tenants || _tenants)
                    AS asked (each, tenant)
                WHERE each = ANY (_ids) GROUP BY each
                ON CONFLICT DO NOTHING;
            PERFORM FROM party WHERE party_id = ANY (_ids) ORDER BY party_id COLLATE "C" FOR UPDATE;
        END IF;
        RETURN QUERY SELECT CASE
                WHEN r.key IS NOT NULL
                    THEN json_build_object('first', convert_from(r.result, 'UTF8'))
                ELSE hearing_facts(tenant, touch, _consumer, ARRAY[loan], party, debtor, since,
                    _wall) END
            FROM unnest(_keys, _tenants, _loans, _parties, _debtors, _touches, _sinces)
                WITH ORDINALITY
                AS asked (key, tenant, loan, party, debtor, touch, since, place)
            LEFT JOIN business_result r ON r.key = asked.key ORDER BY place;
    END $$""",
    f"ALTER FUNCTION hearings({_HEARINGS}) SET plan_cache_mode = force_generic_plan",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
