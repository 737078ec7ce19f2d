"""A hearing's plans are made once per connection, not at every hearing.

PostgreSQL guesses that a list of loans or parties has ten members and therefore plans anew for each
list, which cost five times what the reading costs. Every lookup here is by key, whatever the values.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = [
    f"ALTER FUNCTION {name} SET plan_cache_mode = force_generic_plan"
    for name in (
        "hearing(text, text, text, text, text, text, text, text, timestamptz, timestamptz)",
        "hearing_facts(text, text, text, text[], text, text, timestamptz, timestamptz)",
    )
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
