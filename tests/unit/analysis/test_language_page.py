"""Every example of docs/language.md does what the page says.

A comment before an example names what stands above it (`with`) and what is found in it (`finds`); nothing is found in
the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.lint.engine import lint
from syncdsl.project.uses import library_for, resolve_uses
from syncdsl.syntax import Connection, parse

if TYPE_CHECKING:
    from syncdsl.schema.snapshot import SchemaSnapshot

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "language.md"
DEAL = """
record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    like: zoho.invoice

document quote: books.quotes for deal
    like: zoho.quote
"""
PARTS = {
    "head": "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n",
    "customers": "\nmodule customers: crm.Accounts <-> books.customers\n    like: zoho.accounts\n",
    "deal": DEAL,
    "won": "\nwhen deal.stage == won: create invoice\nwhen deal is created: create quote\n",
    "guard": "\nguard: creates <= 500, deletes <= 10\n",
}
BLOCK = re.compile(
    r"(?:<!-- with: (?P<parts>[a-z, ]+?)(?:; finds: (?P<finds>SD\d+))? -->\n)?```sync\n(?P<text>.*?)```", re.DOTALL
)


@dataclass(frozen=True)
class Example:
    """A block of the page, with what stands above it and below it."""

    line: int
    text: str
    finds: str | None

    def __str__(self) -> str:
        return f"line {self.line}"


def examples() -> list[Example]:
    """Return all blocks of the page."""
    page = PAGE.read_text(encoding="utf-8")
    found = []
    for match in BLOCK.finditer(page):
        names = [name.strip() for name in (match["parts"] or "").split(",") if name.strip()]
        above = "".join(PARTS[name] for name in names if name != "guard")
        below = PARTS["guard"] if "guard" in names else ""
        text = f"{above}\n{match['text']}{below}" if above else match["text"]
        found.append(Example(page.count("\n", 0, match.start("text")), text, match["finds"]))
    return found


EXAMPLES = examples()
KNOWN_WITHOUT_EFFECT = {"SD503"}
"""A document that nothing creates: some examples show a document or a trigger alone."""


def test_every_block_is_an_example() -> None:
    """No block of rules on the page is left out."""
    assert len(EXAMPLES) == PAGE.read_text(encoding="utf-8").count("```sync")


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_does_what_the_page_says(example: Example, schemas: dict[str, SchemaSnapshot]) -> None:
    """It checks clean and has a plan, or has just the one finding that the page names."""
    source = SourceFile("rules.sync", example.text)
    parsed = parse(source)
    programs = [(source, parsed.program)]
    uses = resolve_uses(programs, ROOT)
    library = library_for([parsed.program, *(file.program for file in uses.files)])
    names = [item.name.text for item in parsed.program.statements if isinstance(item, Connection)]
    known = {name: schemas.get(name, schemas["crm"]) for name in names}
    analysis = analyse(programs, known, used=uses.files, library=library)
    found = [*lint([source], {}, today=date(2026, 6, 1)), *uses.findings, *analysis.diagnostics]
    codes = {item.code.id: item.message for item in found if item.level is not Severity.NOTE}
    for code in KNOWN_WITHOUT_EFFECT:
        codes.pop(code, None)
    if example.finds is None:
        assert codes == {}
        assert analysis.plan is not None
    else:
        assert list(codes) == [example.finds]
