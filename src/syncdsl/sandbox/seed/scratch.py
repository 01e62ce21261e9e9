"""What seeding must remember while it runs: in temporary tables, so that memory does not grow with the records."""

from collections.abc import Iterator
from contextlib import contextmanager

from syncdsl.sandbox.store import Store, fold

TABLES = (
    "CREATE TEMP TABLE taken_name (kind TEXT, name TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID",
    """CREATE TEMP TABLE individual (
        number INTEGER PRIMARY KEY, salutation TEXT, first_name TEXT, last_name TEXT, email TEXT, country INTEGER
    )""",
)


class Scratch:
    """Temporary tables of one seeding."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, kind: str, name: str) -> bool:
        """Remember a name (compared folded) and return whether it was new among those of its kind."""
        sql = "INSERT OR IGNORE INTO taken_name VALUES (?, ?) RETURNING 1"
        return bool(self._store.rows(sql, (kind, fold(name))))

    def add_individual(self, salutation: str, first_name: str, last_name: str, email: str, country: int) -> None:
        """Remember a person that belongs to no account; `country` is its place in the list of countries."""
        self._store.rows(
            "INSERT INTO individual (salutation, first_name, last_name, email, country) VALUES (?, ?, ?, ?, ?)",
            (salutation, first_name, last_name, email, country),
        )

    def individuals(self) -> int:
        """Return how many people belong to no account."""
        [(count,)] = self._store.rows("SELECT count(*) FROM individual")
        return int(count)

    def individual(self, position: int) -> tuple[str, str, str, str, int]:
        """Return salutation, first name, last name, e-mail and country of one of them, counted from 0."""
        [row] = self._store.rows(
            "SELECT salutation, first_name, last_name, email, country FROM individual WHERE number = ?",
            (position + 1,),
        )
        return row[0], row[1], row[2], row[3], row[4]


@contextmanager
def scratch(store: Store) -> Iterator[Scratch]:
    """Yield the temporary tables and drop them at the end."""
    for statement in TABLES:
        store.rows(statement)
    try:
        yield Scratch(store)
    finally:
        for name in ("taken_name", "individual"):
            store.rows(f"DROP TABLE {name}")
