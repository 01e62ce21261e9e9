"""Plans: the order of steps, joined lines, and digests that follow meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from typing import Protocol

    from syncdsl.analysis import Analysis
    from syncdsl.plan.plan import Plan

    class Analyse(Protocol):
        """Checks rules against the shipped schemas."""

        def __call__(self, text: str) -> Analysis:
            """Return what the rules come to."""


HEADER = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
ACCOUNTS = """module accounts: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    map:
        Account_Name <-> contact_name
"""
PAIR = """module accounts: crm.Accounts -> books.customers
    map:
        Account_Name -> contact_name
        {first}
        {second}
"""


def _plan(analysed: Analyse, text: str) -> Plan:
    found = analysed(text)
    assert found.plan is not None, [item.message for item in found.diagnostics]
    return found.plan


def _errors(analysed: Analyse, text: str) -> list[str]:
    return [item.code.id for item in analysed(text).diagnostics if item.level is Severity.ERROR]


@pytest.mark.parametrize("rules", ["template", "every_clause"])
def test_order(rules: str, analysed: Analyse, request: pytest.FixtureRequest) -> None:
    """Every step comes after those it needs: observations, pairs, triggers, the guard, writes; documents last."""
    plan = _plan(analysed, request.getfixturevalue(rules))
    done: set[str] = set()
    for step in plan.steps:
        assert set(step.after) <= done, step.id
        assert step.id not in done
        done.add(step.id)
    order = ["observe", "pair", "trigger", "guard", "write"]
    ranks = [order.index({"match": "pair", "merge": "pair"}.get(step.step, step.step)) for step in plan.steps]
    assert ranks == sorted(ranks)
    assert plan.steps[-1].id == "write books.invoices"


def test_observed(analysed: Analyse, every_clause: str) -> None:
    """What a map, a key, a condition, a view or a path through a reference needs is observed."""
    plan = _plan(analysed, every_clause)
    fields = {step.id: set(step.fields) for step in plan.steps if step.step == "observe"}
    assert {"Account_Type", "Employees", "Fax", "Phone", "Syncdsl_Key"} <= fields[
        'observe crm.Accounts view "Customers"'
    ]
    assert {"full_name"} <= fields["observe crm.users"]
    assert {"Amount", "Type", "Owner", "Stage"} <= fields['observe crm.Deals view "Open Deals"']
    assert {"zcrm_account_id", "cf_syncdsl_key"} <= fields["observe books.customers"]


def test_one_way_lines_join(analysed: Analyse) -> None:
    """`->` and `<-` over the same two fields are one line, wherever they stand; others stay as they are."""
    text = HEADER + PAIR.format(first="Phone <- phone", second="Phone ?? Fax -> phone")
    lines = _plan(analysed, text).pairs["accounts"].lines
    assert [(bool(line.to_right), bool(line.to_left)) for line in lines] == [(True, False), (True, True)]


def test_two_way_lines_join_with_nothing(analysed: Analyse) -> None:
    """A `<->` line never takes up a one-way line: both stay in the plan."""
    text = HEADER + ACCOUNTS + "        Phone <- phone\n        Website -> website\n        Employees <- 4\n"
    lines = _plan(analysed, text).pairs["accounts"].lines
    assert [line.text for line in lines] == [
        "Account_Name <-> contact_name",
        "Phone <- phone",
        "Website -> website",
        "Employees <- 4",
    ]


def test_every_line_is_in_the_plan(analysed: Analyse, every_clause: str) -> None:
    """No line of a map gets lost on the way to the plan."""
    plan = _plan(analysed, every_clause)
    written = every_clause.splitlines()
    for pair in plan.pairs.values():
        begin = int(pair.location.rpartition(":")[2])
        block = [line for line in written[begin:] if "module " in line or line.startswith("record")]
        end = written.index(block[0], begin)
        arrows = [
            line for line in written[begin:end] if any(arrow in line for arrow in ("->", "<-")) and "==" not in line
        ]
        assert len(arrows) == sum(1 + ("; " in line.text) for line in pair.lines), pair.name


def test_moving_changes_no_digest(analysed: Analyse, template: str) -> None:
    """Where a rule stands is no part of what it means."""
    before = _plan(analysed, template)
    after = _plan(analysed, template.replace("# Accounts and", "\n\n# moved\n# Accounts and"))
    assert before != after
    assert before.digest == after.digest
    assert [line.digest for line in before.pairs["customers"].lines] == [
        line.digest for line in after.pairs["customers"].lines
    ]
    assert [trigger.digest for trigger in before.triggers] == [trigger.digest for trigger in after.triggers]


def test_wording_changes_no_digest(analysed: Analyse, template: str) -> None:
    """Neither spaces, parentheses nor comments are part of what a rule means."""
    after = template.replace("deal.stage == won", "(deal.stage   ==  won)").replace(
        "Phone <-> phone", "(Phone) <-> phone"
    )
    assert _plan(analysed, template).digest == _plan(analysed, after).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Website <-> website, prefer crm", "Website <-> website, prefer books"),
        ("Website <-> website, prefer crm", "Website <-> website"),
        ("Website <-> website, prefer crm", "Website -> website, prefer crm"),
        ("Phone <-> phone", "Phone <-> mobile"),
        ("group billing_address", "group address"),
        ('"business" -> customer_sub_type', '"business" -> company_name'),
        ("deal.stage == won", "deal.stage == open"),
        ("deal.stage == won", "deal.stage == won and deal.Amount > 0"),
        ("newest", "review"),
        ("overwrite in books", "skip"),
        ('"All Accounts"', '"My Accounts"'),
        ("1 -> quantity", "2 -> quantity"),
        ("creates <= 500", "creates <= 501"),
    ],
)
def test_meaning_changes_the_digest(old: str, new: str, analysed: Analyse, template: str) -> None:
    """Another meaning is another plan."""
    assert old in template
    assert _plan(analysed, template).digest != _plan(analysed, template.replace(old, new)).digest


def test_line_and_trigger_digests(analysed: Analyse, template: str) -> None:
    """A line and a trigger have another digest when they mean something else, and only they."""
    before = _plan(analysed, template)
    changed = template.replace(", prefer crm", "").replace("deal.stage == lost", "deal.Amount > 5")
    after = _plan(analysed, changed)
    lines = zip(before.pairs["customers"].lines, after.pairs["customers"].lines, strict=True)
    assert [one.text for one, other in lines if one.digest != other.digest] == ["Website <-> website"]
    triggers = zip(before.triggers, after.triggers, strict=True)
    assert [one.verb for one, other in triggers if one.digest != other.digest] == ["void"]


@pytest.mark.parametrize(
    ("where", "line", "code"),
    [
        ('customer_sub_type == "business"', "", None),  # it has a default
        ('customer_sub_type == "business"', '"business" -> customer_sub_type', None),
        ('customer_sub_type == "business"', '"individual" -> customer_sub_type', "SD401"),
        ('customer_sub_type in ("business", "individual")', '"individual" -> customer_sub_type', None),
        ('mobile == "1"', "", "SD401"),
        ('mobile == "1"', "Phone -> mobile", "SD401"),  # an account may have another telephone
        ("contact_name is not empty", "", None),  # a record without its name is not created
        ("mobile is empty", "", None),
        ("mobile is empty", '"1" -> mobile', "SD401"),
        ("mobile is not empty", "", "SD401"),
        ('mobile == "1" or email == "a@b.c"', "", "SD401"),
        ('mobile == "1" or email == "a@b.c"', '"1" -> mobile', None),
        ('not mobile == "1"', "", None),
        ('mobile == "1" and phone is empty', "", "SD401"),
        ('starts_with(notes, "x")', '"xyz" -> notes', None),
        ('status == "active"', "", None),  # the system sets it
    ],
)
def test_established(where: str, line: str, code: str | None, analysed: Analyse) -> None:
    """The map has to make a condition on the created side true, for every record that is made."""
    text = HEADER + ACCOUNTS.replace("    dedupe", f"    where books: {where}\n    dedupe")
    text += f"        {line}\n" if line else ""
    assert _errors(analysed, text) == ([code] if code else [])


def test_guards(analysed: Analyse, every_clause: str) -> None:
    """All limits of all guards stand in the guard's step, with their units."""
    plan = _plan(analysed, every_clause)
    (guard,) = [step for step in plan.steps if step.step == "guard"]
    assert [(item.subject, item.value, item.percent, item.per_day) for item in guard.limits] == [
        ("deletes", "0", False, False),
        ("creates", "500", False, False),
        ("updates", "20", True, False),
        ("amount", "5000.50", False, True),
    ]


def test_referenced_modules_first(analysed: Analyse) -> None:
    """A module whose lines refer to records of another comes after it, in whatever order they are written."""
    deals = """module deals: crm.Deals <- books.invoices
    map:
        Deal_Name <- invoice_number
        Account_Name <- customer_id
        Stage <- "Qualification"

"""
    plan = _plan(analysed, HEADER + deals + ACCOUNTS)
    assert [step.id for step in plan.steps if step.step in {"match", "merge"}] == [
        "match accounts",
        "merge accounts",
        "match deals",
        "merge deals",
    ]
    (reference,) = [line.to_left for line in plan.pairs["deals"].lines if "customer_id" in line.text]
    assert reference is not None
    assert reference.partner
