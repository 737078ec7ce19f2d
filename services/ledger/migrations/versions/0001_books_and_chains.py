"""The loans' facts and positions, the double-entry journal, and the hash-chained history."""

from alembic import op

from chassis.database import upgrade as create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = [
    """CREATE TABLE loan (
        loan_id text COLLATE "C" PRIMARY KEY, tenant text NOT NULL,
        costs_minor bigint NOT NULL DEFAULT 0, interest_minor bigint NOT NULL DEFAULT 0,
        principal_minor bigint NOT NULL DEFAULT 0, suspense_minor bigint NOT NULL DEFAULT 0,
        journals int NOT NULL DEFAULT 0, judged_at timestamptz NOT NULL,
        grace_ends_at timestamptz, version bigint NOT NULL DEFAULT 0,
        position bytea NOT NULL DEFAULT '', published bytea NOT NULL DEFAULT '')""",
    "CREATE INDEX loan_tenant ON loan (tenant, loan_id)",
    """CREATE INDEX loan_grace_ends ON loan (grace_ends_at)
        WHERE grace_ends_at IS NOT NULL""",
    """CREATE TABLE fact (
        loan_id text COLLATE "C" NOT NULL, fact_id text NOT NULL, sequence bigint NOT NULL,
        occurred_at timestamptz NOT NULL, told_on date NOT NULL, body bytea NOT NULL,
        PRIMARY KEY (loan_id, fact_id))""",
    """CREATE TABLE journal (
        loan_id text COLLATE "C" NOT NULL, number int NOT NULL, tenant text NOT NULL,
        key text NOT NULL UNIQUE, kind text NOT NULL, fact_id text NOT NULL,
        effective_on date NOT NULL, recorded_at timestamptz NOT NULL, reverses text UNIQUE,
        PRIMARY KEY (loan_id, number))""",
    """CREATE TABLE entry (
        loan_id text COLLATE "C" NOT NULL, number int NOT NULL, account text NOT NULL,
        tenant text NOT NULL, currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
        PRIMARY KEY (loan_id, number, account),
        FOREIGN KEY (loan_id, number) REFERENCES journal)""",
    """CREATE TABLE chain (
        loan_id text COLLATE "C" PRIMARY KEY, tenant text NOT NULL, seq bigint NOT NULL DEFAULT 0,
        digest bytea NOT NULL)""",
    "CREATE INDEX chain_tenant ON chain (tenant, loan_id)",
    """CREATE TABLE record (
        loan_id text COLLATE "C" NOT NULL, seq bigint NOT NULL, source text NOT NULL,
        version bigint NOT NULL, envelope bytea NOT NULL, value bytea NOT NULL,
        digest bytea NOT NULL, PRIMARY KEY (loan_id, seq))""",
]

# One check per statement, over the journals it touched: no posting leaves money over.
BALANCED = [
    """CREATE FUNCTION refuse_imbalance() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE wrong record;
    BEGIN
        SELECT e.loan_id, e.number, e.currency, sum(e.amount_minor) AS total INTO wrong
        FROM entry e WHERE (e.loan_id, e.number) IN (SELECT loan_id, number FROM posted)
        GROUP BY e.loan_id, e.number, e.currency HAVING sum(e.amount_minor) <> 0 LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'journal % of loan % sums to % %, not to nothing',
                wrong.number, wrong.loan_id, wrong.total, wrong.currency
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER entry_balanced AFTER INSERT ON entry REFERENCING NEW TABLE AS posted
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_imbalance()""",
]

NEVER_EDITED = [
    """CREATE FUNCTION refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is never edited: post a reversal, or record what happened',
            TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$""",
    *[
        f"""CREATE TRIGGER {table}_never_edited BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit()"""
        for table in ("fact", "journal", "entry", "record")
    ],
]


def upgrade() -> None:
    create_chassis_tables(op)
    for statement in [*TABLES, *BALANCED, *NEVER_EDITED]:
        op.execute(statement)
