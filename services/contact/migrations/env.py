"""For Alembic's own command line; a starting service migrates through `chassis.database`."""

from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(
    context.config.get_main_option("sqlalchemy.url", ""), poolclass=pool.NullPool
)
with engine.begin() as connection:
    context.configure(connection=connection, transactional_ddl=True)
    context.run_migrations()
