"""Rules put together from pieces, and what the proofs find in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from syncdsl.schema.snapshot import SchemaSnapshot

HEADER = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
DEAL = """record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate
            1 -> quantity

module customers: crm.Accounts -> books.customers
    dedupe: Account_Name == contact_name
    map:
        Account_Name -> contact_name

guard: creates <= 100

"""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: its code, the text it points at, and its words."""

    code: str
    text: str
    message: str
    help: str


class Prove(Protocol):
    """Checks rules against the shipped schemas."""

    def __call__(
        self, text: str, *, notes: bool = False, schemas: dict[str, SchemaSnapshot] | None = None
    ) -> list[Found]:
        """Return the findings; the notes among them only where they are asked for."""


@pytest.fixture(scope="session")
def prove(schemas: dict[str, SchemaSnapshot]) -> Prove:
    """Return what checks rules; a header with the two connections is put before them."""
    shipped = schemas

    def run(text: str, *, notes: bool = False, schemas: dict[str, SchemaSnapshot] | None = None) -> list[Found]:
        source = SourceFile("rules.sync", HEADER + text)
        parsed = parse(source)
        assert not parsed.diagnostics, [item.message for item in parsed.diagnostics]
        return [
            Found(item.code.id, source.text[item.span.start : item.span.end], item.message, item.help or "")
            for item in analyse([(source, parsed.program)], schemas or shipped).diagnostics
            if (item.level is not Severity.NOTE) or (notes and item.code.id.startswith("SD4"))
        ]

    return run


class Module(Protocol):
    """Writes a module statement."""

    def __call__(self, name: str, header: str, *clauses: str, lines: tuple[str, ...] = ()) -> str:
        """Return the statement with its clauses and the lines of its map."""


@pytest.fixture(scope="session")
def module() -> Module:
    """Return what writes a module statement."""

    def write(name: str, header: str, *clauses: str, lines: tuple[str, ...] = ()) -> str:
        body = "".join(f"    {clause}\n" for clause in clauses)
        return f"module {name}: {header}\n{body}    map:\n" + "".join(f"        {line}\n" for line in lines) + "\n"

    return write


@pytest.fixture(scope="session")
def deal() -> str:
    """Return a record with a document, and what the document needs."""
    return DEAL
