"""`why` and `why-not`, with two systems in memory behind a whole project."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from jsonschema import validate
from tests.unit.cli.shop import HOSTILE, Shop, opened_shop
from tests.unit.engine.world import HEAD, INVOICES

from syncdsl.render.why_json import why_not_schema, why_schema
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.cli.conftest import Syncdsl

RULES = (
    """
module customers: crm.Accounts -> books.customers
    where crm: Region != "X"
    dedupe: Name == name
    map:
        Name -> name
        Phone -> phone
"""
    + INVOICES
    + "guard: amount <= 1_000_000 EUR\n"
)


@pytest.fixture
def shop(syncdsl: Syncdsl) -> Iterator[Shop]:
    """Return the project, its rules in force: Acme is synced, Bolt and Coil are refused, a deal of Acme's is open."""
    with opened_shop(syncdsl) as made:
        write_rules(made, HEAD + RULES)
        (acme,) = (one.id for one in made.crm.living("Accounts") if one.fields["Name"] == "Acme")
        made.crm.insert(
            "Deals", {"Name": "Pump", "Stage": "Open", "Amount": Decimal(12), "Account": Ref("Accounts", acme)}
        )
        assert made.run("apply", "--yes").code == 7
        yield made


def write_rules(shop: Shop, text: str) -> None:
    (shop.run.folder / "rules" / "main.sync").write_text(text, encoding="utf-8")


def lines(text: str) -> list[str]:
    """Return the lines of an answer without times, runs and writes, which differ each time."""
    when = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(, run \w{8})?(, \S+)?( · write \w{8})?")
    return [when.sub("WHEN", one) for one in text.splitlines()]


def won(shop: Shop) -> None:
    """Let the deal be won, and a run see it."""
    (deal,) = (one.id for one in shop.crm.living("Deals"))
    shop.crm.edit("Deals", deal, {"Stage": "Won"})
    shop.takes_all()
    shop.sync()


def test_what_would_make_a_trigger_fire(shop: Shop) -> None:
    """The first hurdle that fails with its line of the rules, what would make it pass, and the rest by name."""
    done = shop.run("why-not", "crm.Deals/Pump")
    assert done.code == 0
    assert lines(done.out)[2:9] == [
        "",
        "create invoice: `deal.stage == won`  rules/main.sync:24",
        "  | when deal.stage == won: create invoice",
        "  passes       syncing is on",
        "  passes       the record is there, and a run has read it from crm.Deals",
        "  passes       the trigger is switched on",
        "  passes       the schema snapshot knows its stage",
    ]
    assert lines(done.out)[9:12] == [
        '  fails        `Stage == won` is false: Stage is "Open"',
        '               → `deal.stage == won` fires when Stage becomes "Won"',
        "  not reached  it turned true since the trigger last looked",
    ]
    assert "--now" in done.out.splitlines()[1]


def test_why_a_document_was_made(shop: Shop) -> None:
    """Named by what it is for: the trigger with its line, the run, the amount, and where each field came from."""
    won(shop)
    (invoice,) = (one.id for one in shop.books.living("invoices"))
    done = shop.run("why", f"books.invoices/{invoice}")
    assert done.code == 0
    shown = lines(done.out)
    (deal,) = (one.id for one in shop.crm.living("Deals"))
    assert shown[3:5] == [
        f"{invoice}  books.invoices/{invoice}  invoice for Pump  rules/main.sync:24",
        "  | when deal.stage == won: create invoice",
    ]
    assert f"  `deal.stage == won` made it for crm.Deals/{deal}; a draft, which follows its record" in shown
    assert '  now `Stage == won` is true: Stage is "Won"' in shown
    assert "  amount 12" in shown
    assert [one.split()[0] for one in shown[-3:]] == ["line", "name", "rate"]
    assert "← Amount" in shown[-1]


def test_why_one_field_of_a_record(shop: Shop) -> None:
    """Both sides, who won, what gave way, the line of the rules and the run; nothing of other fields."""
    shop.takes_all()
    (acme,) = (one.id for one in shop.crm.living("Accounts") if one.fields["Name"] == "Acme")
    shop.crm.edit("Accounts", acme, {"Phone": "1"})
    shop.sync()
    shop.crm.edit("Accounts", acme, {"Phone": "2"})
    shop.sync()
    done = shop.run("why", "crm.Accounts/Acme", "PHONE")
    assert lines(done.out)[8:] == [
        "  Phone -> phone  rules/main.sync:12",
        '    crm    Phone  "2", as when last synced',
        '    books  phone  "2", as when last synced',
        "    only crm had changed it since the last sync, so it travelled to books",
        '    gave way: "1"',
        "    WHEN",
    ]


def test_what_syncdsl_never_touched(shop: Shop) -> None:
    """It says so and why: the refusal in the words of the system, made harmless, with the command that tries again."""
    done = shop.run("why", "crm.Accounts/Bolt")
    assert "syncdsl never wrote or linked it. Why not:" in done.out
    assert "not on Mondays␛[31m ::error::" in done.out
    assert HOSTILE not in done.out
    assert f"→ try it now: `syncdsl runs retry crm.Accounts/{shop.bolt}`" in done.out


def test_answers_as_json(shop: Shop) -> None:
    """Both are there for programs in their published forms, with the lines of the rules."""
    won(shop)
    answer = shop.json("why", "crm.Accounts/Acme")
    validate(answer, why_schema())
    assert answer["format"] == "syncdsl/why/1"
    assert [one["reason"] for one in answer["links"][0]["fields"]] == ["created", "the same"]
    assert answer["sources"]["rules/main.sync:12"] == "Phone -> phone"
    other = shop.json("why-not", "crm.Deals/Pump", "invoice")
    validate(other, why_not_schema())
    assert other["format"] == "syncdsl/why-not/1"
    (found,) = other["answers"]
    assert found["verdict"] == "done"
    assert [one["hurdle"] for one in found["hurdles"] if one["outcome"] == "fails"] == ["edge"]


def test_now_reads_one_record_and_nothing_is_kept(shop: Shop) -> None:
    """A change that no run has seen counts with `--now` alone; nothing is written anywhere, the state included."""
    (deal,) = (one.id for one in shop.crm.living("Deals"))
    shop.crm.edit("Deals", deal, {"Stage": "Won"})
    before = held(shop), shop.crm.sequence, shop.books.sequence
    on_file, now = shop.run("why-not", "crm.Deals/Pump"), shop.run("why-not", "crm.Deals/Pump", "--now")
    shop.run("why", "crm.Accounts/Acme", "--now")
    assert 'Stage is "Open"' in on_file.out
    assert "nothing is in the way: the next run makes books.invoices `invoice for Pump`" in now.out
    assert "As it is now: read just now, nothing was written." in now.out
    assert (held(shop), shop.crm.sequence, shop.books.sequence) == before


def held(shop: Shop) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((shop.run.folder / ".syncdsl").glob("test.db*")))


def test_what_no_run_knows(shop: Shop) -> None:
    """By its id it is read with `--now`; what the system does not have either is said, and where to look."""
    zinc = shop.crm.insert("Accounts", {"Name": "Zinc", "Region": "X"}).id
    unknown = shop.run("why-not", f"crm.Accounts/{zinc}")
    assert (unknown.code, "SD825" in unknown.err, "`--now` asks the system" in unknown.err) == (3, True, True)
    now = shop.run("why-not", f"crm.Accounts/{zinc}", "--now")
    assert '`where crm: Region != "X"` is false: Region is "X"' in now.out
    assert '→ it comes into scope when Region becomes anything but "X"' in now.out
    nobody = shop.run("why", "crm.Accounts/77", "--now")
    assert (nobody.code, "SD890" in nobody.err, "syncdsl find" in nobody.err) == (3, True, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("why", "crm.Accounts/Acne"), "SD825", "did you mean `crm.Accounts/Acme`?"),
        (("why-not", "crm.Account/1"), "SD828", "did you mean `crm.Accounts`?"),
        (("why-not", "crm.Deals/Pump", "invoise"), "SD891", "did you mean `invoice`?"),
        (("why-not", "crm.Deals/Pump", "customers"), "SD891", "`customers` is not about crm.Deals"),
        (("why", "crm.Accounts/Acme", "Fone"), "SD892", "did you mean `Phone`?"),
    ],
)
def test_mistakes_are_said_with_what_was_meant(shop: Shop, arguments: tuple[str, ...], code: str, words: str) -> None:
    """Each with its code and the nearest name there is."""
    done = shop.run(*arguments)
    assert done.code == 3
    assert code in done.err
    assert words in done.err


def test_the_rules_in_force_explain_and_not_the_files(shop: Shop) -> None:
    """Other rules in the files are said to wait; their lines are not shown as those of the rules in force."""
    write_rules(shop, HEAD + RULES.replace('"X"', '"Y"').replace("\nrecord", "\n\nrecord"))
    done = shop.run("why-not", "crm.Deals/Pump")
    assert "changed rules wait" in done.err
    assert "rules/main.sync:24" in done.out
    assert "  | " not in done.out


def test_colour_for_people_alone(shop: Shop) -> None:
    """A pipe gets plain text."""
    assert "\x1b[" not in shop.run("why-not", "crm.Deals/Pump").out
    assert "\x1b[1;31m" in shop.run("why-not", "crm.Deals/Pump", FORCE_COLOR="1").out
