"""What changed between two sets of rules, told module by module."""

from __future__ import annotations

from tests.unit.engine.world import HEAD, compiled

from syncdsl.plan.difference import difference
from syncdsl.render.rules_difference import render_difference

RULES = """
table tiers:
    "gold" <-> "G"

module customers: crm.Accounts <-> books.customers
    where books: kind == "business"
    dedupe: Name == name
    on conflict: newest
    map:
        Name <-> name
        Phone <-> phone
        "business" -> kind
        tiers(Tier) <-> tier
        Notes -> notes, when empty

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account -> customer
        line:
            deal.Name -> name
            deal.Amount -> rate

when deal.stage == won: create invoice

guard: creates <= 5
"""


def told(new: str, old: str | None = RULES) -> list[str]:
    """Return the lines that tell what the rules change, without places."""
    groups = difference(compiled(HEAD + old) if old is not None else None, compiled(HEAD + new))
    return [line.split("  main.sync")[0].rstrip() for line in render_difference(groups).splitlines()]


def changed(old: str, new: str) -> list[str]:
    """Return what is told when a part of the rules becomes another."""
    assert old in RULES
    return told(RULES.replace(old, new))


def test_rules_that_mean_the_same_change_nothing() -> None:
    """Comments, places and the order of statements say nothing."""
    assert told("# A comment.\n" + RULES) == []
    head, guard = RULES.split("guard:")
    assert told(f"guard:{guard}\n{head}") == []


def test_lines_are_told_one_by_one() -> None:
    """A line is there now, gone, or another one over the same fields."""
    assert changed("        Phone <-> phone\n", "        Website <-> website\n") == [
        "~ module customers",
        "    + Website <-> website",
        "    - Phone <-> phone",
    ]
    assert changed(", when empty", "") == ["~ module customers", "    ~ Notes -> notes, when empty → Notes -> notes"]


def test_clauses_are_told_by_name() -> None:
    """What pairs and decides is named, with both values where they are words."""
    assert changed("newest", "review") == ["~ module customers", "    ~ on conflict: newest → review"]
    assert changed("Name == name", "Phone == phone") == ["~ module customers", "    ~ dedupe"]
    assert changed('kind == "business"', 'kind in ("business", "individual")') == [
        "~ module customers",
        "    ~ where books",
    ]


def test_statements_come_and_go() -> None:
    """Modules with all their lines, documents, triggers, guards and tables."""
    vendors = (
        'module vendors: crm.Accounts -> books.vendors\n    where crm: Tier == "V"\n    map:\n        Name -> name\n'
    )
    assert told(RULES + vendors) == ["+ module vendors", "    + Name -> name"]
    assert told(RULES, RULES + vendors) == ["- module vendors"]
    assert changed("create invoice\n", "create invoice\nwhen deal.stage == lost: void invoice\n") == [
        "~ triggers",
        "    + when deal.stage == lost: void invoice",
    ]
    assert changed("creates <= 5", "creates <= 50") == ["~ guard", "    + creates <= 50", "    - creates <= 5"]
    assert changed('"gold" <-> "G"', '"gold" <-> "H"') == ["~ table tiers"]
    assert changed("deal.Amount -> rate", "deal.Amount * 2 -> rate") == ["~ document invoice", "    ~ lines"]


def test_the_first_rules_are_all_new() -> None:
    """With nothing in force every statement and line is told."""
    first = told(RULES, None)
    assert first[:2] == ["+ connection crm", "+ connection books"]
    assert {"+ module customers", "    + Phone <-> phone", "+ document invoice"} <= set(first)


def test_renames_are_told_as_such() -> None:
    """Nothing but the name is told to have changed, neither lines over a renamed table nor triggers."""
    renamed = RULES.replace("customers:", "clients:").replace("invoice", "bill").replace("tiers", "levels")
    renamed = renamed.replace("books.bills", "books.invoices")
    moved = "moved module customers to clients\nmoved document invoice to bill\nmoved table tiers to levels\n"
    assert told(moved + renamed) == [
        "~ module clients",
        "    ~ called `customers` before; its links stay",
        "~ document bill",
        "    ~ called `invoice` before; its links stay",
    ]
