"""Migrations: the revisions of the state, run by Alembic from inside the package."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alembic.runtime.migration import MigrationStep, RevisionStep
    from sqlalchemy import Connection

OWN_TABLES = {"alembic_version", "intent", "lease", "link"}
"""Tables that every revision has, and that no other program has all of."""

_BY_LANGUAGE = """
SELECT c.relname, array_agg(a.attname::text)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND a.atttypid = 'pg_catalog.text'::regtype AND a.attcollation <> 'pg_catalog."C"'::regcollation
GROUP BY c.relname
"""

_FOLDER = Path(__file__).parent / "migrations"

_ALONE = threading.Lock()
"""Alembic keeps what it works on in variables of its module: one thread at a time."""


def _config() -> Config:
    config = Config()
    # Alembic interpolates its options; a folder's name is taken as it is.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def scripts() -> ScriptDirectory:
    """Return the migration scripts."""
    return ScriptDirectory.from_config(_config())


def newest_revision() -> str:
    """Return the revision that this version of the program works with."""
    head = scripts().get_current_head()
    if head is None:
        raise RuntimeError("the package holds no migrations")
    return head


def known_revisions() -> set[str]:
    """Return every revision that this version can migrate from."""
    return {script.revision for script in scripts().walk_revisions()}


def current_revision(connection: Connection) -> str | None:
    """Return the revision a database is at; None when it is new."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(connection: Connection, to: str = "head") -> None:
    """Bring a database to a revision, in the connection's transaction."""
    directory = scripts()

    def upgrade(revision: str | Sequence[str], _context: MigrationContext) -> Sequence[MigrationStep | RevisionStep]:
        return directory._upgrade_revs(to, revision)  # type: ignore[arg-type]  # noqa: SLF001 - the way Alembic's own `upgrade` command does it

    with _ALONE, EnvironmentContext(_config(), directory, fn=upgrade, destination_rev=to) as environment:
        environment.configure(connection=connection, target_metadata=None, transactional_ddl=True)
        with environment.begin_transaction():
            environment.run_migrations()
    if connection.dialect.name == "postgresql":
        _order_by_bytes(connection)


def _order_by_bytes(connection: Connection) -> None:
    """Let every text be ordered by its bytes, as in SQLite and in Python, whatever the server's language is."""
    for table, columns in connection.exec_driver_sql(_BY_LANGUAGE).all():
        changes = ", ".join(f'ALTER COLUMN "{column}" TYPE text COLLATE "C"' for column in columns)
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {changes}')
