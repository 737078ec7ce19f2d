"""One function hears one touch or several that share a transaction."""

from alembic import op

revision = "0022"
down_revision = "0017"

_SIGNATURE = """text, text, timestamptz, text[], text[], text[], text[], text[], text[],
    timestamptz[]"""

STATEMENTS = [
    # Locks are taken as everywhere: all keys, then all streams, then all parties, each in order.
    r"""CREATE FUNCTION hearings(
        _topic text, _consumer text, _wall timestamptz, _keys text[], _tenants text[],
        _loans text[], _parties text[], _debtors text[], _touches text[], _sinces timestamptz[])
        RETURNS SETOF jsonb
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
                    THEN jsonb_build_object('first', convert_from(r.result, 'UTF8'))
                ELSE hearing_facts(tenant, touch, _consumer, ARRAY[loan], party, debtor, since,
                    _wall) END
            FROM unnest(_keys, _tenants, _loans, _parties, _debtors, _touches, _sinces)
                WITH ORDINALITY
                AS asked (key, tenant, loan, party, debtor, touch, since, place)
            LEFT JOIN business_result r ON r.key = asked.key ORDER BY place;
    END $$""",
    f"ALTER FUNCTION hearings({_SIGNATURE}) SET plan_cache_mode = force_generic_plan",
    "DROP FUNCTION hearing(text, text, text, text, text, text, text, text, timestamptz, timestamptz)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
