"""Copying the tables of a schema inside the server: before a migration, before a restore, and for a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from syncdsl.state.postgres_faults import unusable

if TYPE_CHECKING:
    from sqlalchemy import Connection

TEMPORARY = "pg_temp"
"""The schema of the session's own tables, which go with it."""

_TABLES = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = :schema ORDER BY tablename"
_NUMBERED = """
SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE n.nspname = :schema AND c.relkind = 'r' AND pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%'
"""
_CONSTRAINTS = """
SELECT c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = :schema AND k.contype IN ('p', 'u', 'f')
ORDER BY array_position('{p,u,f}', k.contype::text), k.conname
"""
_INDEXES = """
SELECT pg_catalog.pg_get_indexdef(i.indexrelid), ' ON ' || pg_catalog.quote_ident(n.nspname) || '.'
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = :schema AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid)
"""


def tables_of(connection: Connection, schema: str) -> set[str]:
    """Return the names of the tables of a schema; none when there is no such schema."""
    return set(connection.execute(text(_TABLES), {"schema": schema}).scalars())


def make_schema(connection: Connection, place: str, schema: str) -> None:
    """Make a schema unless it is there. Raises Fault SD808 that says what an administrator can do instead."""
    if connection.execute(text("SELECT to_regnamespace(:name)"), {"name": schema}).scalar() is not None:
        return
    may = text("SELECT has_database_privilege(current_database(), 'CREATE'), quote_ident(current_user)")
    allowed, user = connection.execute(may).one()
    if not allowed:
        raise unusable(
            place,
            f"there is no schema `{schema}`, and its user may not make one",
            f"run as an administrator of the database: `CREATE SCHEMA {schema} AUTHORIZATION {user}`",
        )
    connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')


def copy_tables(connection: Connection, source: str, target: str) -> None:
    """Copy every table of a schema into another one, or into the session's own tables (`TEMPORARY`).

    Rows, defaults, indexes, uniqueness and references come along under their names, by which later migrations find
    them. Numbers go on where those of the source are: from sequences of the copy, because those of the source must not
    move. The search path of the connection begins with the source, so that references are written without its name.
    """
    names = sorted(tables_of(connection, source))
    numbered = connection.execute(text(_NUMBERED), {"schema": source}).all()
    constraints = connection.execute(text(_CONSTRAINTS), {"schema": source}).all()
    indexes = connection.execute(text(_INDEXES), {"schema": source}).all()
    kind = "TEMPORARY " if target == TEMPORARY else ""
    for name in names:
        like = f'LIKE "{source}"."{name}" INCLUDING ALL EXCLUDING INDEXES'
        connection.exec_driver_sql(f'CREATE {kind}TABLE {target}."{name}" ({like})')
        connection.exec_driver_sql(f'INSERT INTO {target}."{name}" TABLE "{source}"."{name}"')
    for table, column, number in numbered:
        sequence = f'{target}."{table}_{column}_seq"'
        connection.exec_driver_sql(f"CREATE {kind}SEQUENCE {sequence} AS {number}")
        connection.exec_driver_sql(f'ALTER SEQUENCE {sequence} OWNED BY {target}."{table}"."{column}"')
        connection.exec_driver_sql(
            f'ALTER TABLE {target}."{table}" ALTER COLUMN "{column}" SET DEFAULT nextval(\'{sequence}\')'
        )
        go_on_numbering(connection, f'{target}."{table}"', column, sequence)
    connection.exec_driver_sql(f"SET LOCAL search_path TO {target}")
    for table, name, definition in constraints:
        connection.exec_driver_sql(f'ALTER TABLE {target}."{table}" ADD CONSTRAINT "{name}" {definition}')
    connection.exec_driver_sql(f'SET LOCAL search_path TO "{source}", pg_temp')
    for definition, of_source in indexes:
        connection.exec_driver_sql(definition.replace(of_source, f" ON {target}.", 1))
    for name in names:
        # Nobody else looks at a session's own tables, so nobody else counts their rows for the planner.
        connection.exec_driver_sql(f'ANALYZE {target}."{name}"')


def go_on_numbering(connection: Connection, table: str, column: str, sequence: str) -> None:
    """Let a sequence go on behind the highest number of a column."""
    connection.exec_driver_sql(
        f"SELECT setval('{sequence}', coalesce(max(\"{column}\"), 0) + 1, false) FROM {table}"  # noqa: S608 - names of tables
    )


def number_anew(connection: Connection, schema: str) -> None:
    """Let every sequence of a schema go on behind the rows that were put there."""
    for table, column, _ in connection.execute(text(_NUMBERED), {"schema": schema}).all():
        qualified = f'"{schema}"."{table}"'
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": qualified, "column": column}
        ).scalar_one()
        go_on_numbering(connection, qualified, column, sequence)
