"""A comparison in every format: golden files, room for a comment, and strangers' text that stays text."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncdsl.changes.change_set import GuardVerdict
from syncdsl.changes.comparison import Beginning, Comparison, Version, compare
from syncdsl.changes.effects import Create, Effect, FieldChange, Hold, RecordName, Update
from syncdsl.render.comparison_json import comparison_schema, render_comparison_json
from syncdsl.render.comparison_markdown import MOST_BYTES, render_comparison_markdown
from syncdsl.render.comparison_text import render_comparison
from syncdsl.render.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GOLDEN = Path(__file__).parents[2] / "golden" / "comparison"
TAKEN = dt.datetime(2026, 1, 5, 10, 30, tzinfo=dt.UTC)
HOSTILE = "Robert`|\n### x\x1b[2J<img src=x>@octocat [a](b)\u202e::error::x"


def record(module: str, record_id: str | None, label: str) -> RecordName:
    """Return a record's name."""
    connection = "crm" if module[0].isupper() else "books"
    return RecordName(connection=connection, module=module, id=record_id, label=label)


def invoice(number: int, amount: str, label: str = "Pumps") -> Create:
    """Return an invoice for a deal."""
    rows = {"rows": [{"name": label, "rate": {"decimal": amount}, "quantity": 1}]}
    return Create(
        rule="invoice",
        location="rules/deals.sync:12",
        reason="deal.stage == won",
        record=record("invoices", None, f"invoice for {label}"),
        source=record("Deals", f"4{number:04}", label),
        source_side="left",
        key=f"sd-{number}",
        document=True,
        amount=amount,
        currency="EUR",
        fields=(FieldChange(field="line_items", new=rows, location="rules/deals.sync:14"),),
    )


def update(number: int, label: str = "Acme GmbH", **fields: str) -> Update:
    """Return an update of a customer."""
    return Update(
        rule="customers",
        location="rules/customers.sync:8",
        reason="changed",
        record=record("customers", f"1{number:04}", label),
        side="right",
        partner=record("Accounts", f"4{number:04}", label),
        fields=tuple(FieldChange(field=name, old="was", new=new, location="x:1") for name, new in fields.items()),
    )


def hold(number: int, label: str = "Both Ltd") -> Hold:
    """Return a conflict."""
    return Hold(
        rule="customers",
        location="rules/customers.sync:9",
        reason="both sides changed",
        why="conflict",
        record=record("Accounts", f"4{number:04}", label),
        field="Phone",
        left="1",
        right="2",
    )


def comparison(before: Sequence[Effect], after: Sequence[Effect], name: str = "main (1a2b3c4d)") -> Comparison:
    """Return a comparison of two lists of effects."""
    begins = (Beginning(text="deal.stage == won and deal.Amount > 0", location="rules/deals.sync:30"),)
    limit = GuardVerdict(text="amount <= 100", location="x:1", value="300", limit="100", exceeded=True)
    old = Version(name=name, rules="b2:old", effects=tuple(before), baseline={"conditions noted": 1})
    new = Version(
        name="these files",
        rules="b2:new",
        effects=tuple(after),
        baseline={"conditions noted": 3},
        begins=begins,
        limits=(limit,),
        reported=("crm.Accounts/4 was deleted; its invoice stays",),
    )
    return compare(old, new, environment="production", taken=TAKEN)


@pytest.fixture
def everything() -> Comparison:
    """Return a comparison with one of everything."""
    before: list[Effect] = [
        invoice(1, "100.00"),
        invoice(2, "20.50"),
        update(3, Phone="1", City="Rome"),
        hold(4),
        update(5, Fax="9"),
    ]
    after: list[Effect] = [
        invoice(1, "200.00"),
        update(3, Phone="2", Street="High St"),
        update(5, Fax="9"),
        update(6, Phone="7"),
    ]
    return comparison(before, after)


def test_a_comparison_as_text(everything: Comparison, golden: Callable[[Path, str], None]) -> None:
    """The verdict, figures side by side, and only what differs, as the golden file has it; colour changes no word."""
    golden(GOLDEN / "everything.txt", render_comparison(everything))
    coloured = render_comparison(everything, Style(colour=True))
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured).split() == render_comparison(everything).replace("`", "").split()


def test_a_comparison_as_markdown(everything: Comparison, golden: Callable[[Path, str], None]) -> None:
    """Tables and lists for a pull request, as the golden file has them."""
    golden(GOLDEN / "everything.md", render_comparison_markdown(everything))


def test_a_comparison_as_json(everything: Comparison) -> None:
    """It has a version, the figures of both, what differs and nothing else, and fits its published schema."""
    told = json.loads(render_comparison_json(everything))
    assert told["format"] == "syncdsl/comparison/1"
    assert told["before"]["documents"]["invoice"]["amounts"] == {"EUR": "120.50"}
    assert told["after"]["documents"]["invoice"]["amounts"] == {"EUR": "200.00"}
    assert told["same"] == 1
    assert "effects" not in told["before"]
    assert set(told) == set(comparison_schema()["properties"])


def test_markdown_has_room_in_a_comment() -> None:
    """Whatever there is to tell, it stays below the limit, and what is left out is counted."""
    after: list[Effect] = [
        update(number, "Ä" * 70, **{f"field_{field}": "ö" * 200 for field in range(30)}) for number in range(500)
    ]
    after += [invoice(number, "1.00", "x" * 500) for number in range(500)]
    text = render_comparison_markdown(comparison([hold(number) for number in range(2_000)], after))
    assert len(text.encode()) <= MOST_BYTES
    assert re.search(r"- … and [\d,]+ more", text)


def test_strangers_text_stays_text() -> None:
    """No control character reaches a terminal; in Markdown names stand in code spans that they cannot leave."""
    found = comparison([hold(1, HOSTILE)], [update(2, HOSTILE, Phone=HOSTILE)], name="feature/`x`|<b>@me")
    text = render_comparison(found)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    marked = render_comparison_markdown(found)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", marked)
    outside = re.sub(r"`[^`\n]*`", "", marked)
    assert "<" not in outside
    assert "@" not in outside
    assert "](" not in outside
    assert [line for line in marked.splitlines() if line.startswith("### ")] == [
        line for line in marked.splitlines() if line.startswith(("### Only", "### Left", "### New", "### Remembered"))
    ]


def test_no_difference_is_one_line() -> None:
    """Where both do the same, that is all there is to say."""
    found = compare(
        Version(name="main", rules="b2:a", effects=(update(1, Phone="1"),), baseline={}),
        Version(name="these files", rules="b2:b", effects=(update(1, Phone="1"),), baseline={}),
        environment="production",
        taken=TAKEN,
    )
    told = (
        "No difference: these files and `main` would do the same in production on the records of 2026-01-05 10:30 UTC, "
        "1 effect each.\n"
    )
    assert render_comparison(found) == told
    assert render_comparison_markdown(found).count("\n") == 1
