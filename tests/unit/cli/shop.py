"""A project with two systems in memory behind it: the books take one customer and refuse two others."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.unit.cli.conftest import Here, Result
from tests.unit.engine.world import HEAD, SCHEMAS

from syncdsl.adapters.memory import Fate, Store, forget_stores, store_of
from syncdsl.adapters.protocol import NewRecord, Rejected
from syncdsl.schema.snapshot import write_snapshot
from syncdsl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.cli.conftest import Syncdsl

    from syncdsl.state import State

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name
        Phone <-> phone
"""
SETTINGS = """[environments.test]
[environments.test.connections.crm]
adapter = "memory"
organization = "crm-1"

[environments.test.connections.books]
adapter = "memory"
organization = "books-1"
"""
NULL = "keyring.backends.null.Keyring"
HOSTILE = "not on Mondays\x1b[31m ::error::"


@dataclass
class Shop:
    """A project with two systems in memory: Acme was created, the books refuse Bolt and Coil."""

    run: Here
    crm: Store
    books: Store
    bolt: str
    coil: str

    def takes_all(self) -> None:
        """Let the books take everything from now on."""
        self.books.interfere = None

    def state(self) -> State:
        """Open the state."""
        return open_state("sqlite:///.syncdsl/test.db", base=self.run.folder)

    def json(self, *arguments: str) -> Any:
        """Return what a command prints as JSON."""
        done = self.run(*arguments, "--format", "json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    def sync(self, code: int = 0) -> Result:
        """Sync, and require an exit code."""
        done = self.run("sync")
        assert done.code == code, done.out + done.err
        return done

    def customers(self) -> list[str]:
        """Return the names of the customers."""
        return sorted(str(record.fields["name"]) for record in self.books.living("customers"))


def refusing(_module: str, write: object) -> Fate | None:
    refused = isinstance(write, NewRecord) and write.fields["name"] != "Acme"
    return Fate(outcome=Rejected(code="15", message=HOSTILE), lands=False) if refused else None


@contextmanager
def opened_shop(syncdsl: Syncdsl) -> Iterator[Shop]:
    """Return the project, after one apply."""
    forget_stores()
    folder = syncdsl.folder
    (folder / "schema").mkdir()
    (folder / "rules").mkdir()
    for name, snapshot in SCHEMAS.items():
        (folder / "schema" / f"{name}.json").write_text(write_snapshot(snapshot), encoding="utf-8")
    (folder / "rules" / "main.sync").write_text(HEAD + RULES, encoding="utf-8")
    (folder / "syncdsl.toml").write_text(SETTINGS, encoding="utf-8")
    null = {"PYTHON_KEYRING_BACKEND": NULL}
    crm, books = store_of("crm-1"), store_of("books-1")
    crm.schema, books.schema = SCHEMAS["crm"], SCHEMAS["books"]
    books.interfere = refusing
    crm.insert("Accounts", {"Name": "Acme"})
    bolt, coil = (crm.insert("Accounts", {"Name": name}).id for name in ("Bolt", "Coil"))
    made = Shop(Here(folder, {**syncdsl.environment, **null}), crm, books, bolt, coil)
    assert made.run("apply", "--yes").code == 7
    yield made
    forget_stores()
