"""Mistakes planted into the reference program: one each, with the one report that it must make."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.syntax import Bad, BadExpression, ParseResult, parse, walk

REFERENCE = (Path(__file__).parents[2] / "golden" / "parse" / "reference.sync").read_text(encoding="utf-8")


class Broken(NamedTuple):
    """A piece of the reference program, what it is replaced by, and the report: its line and code."""

    piece: str
    replacement: str
    line: int
    code: str


TABLE = [
    Broken("        Phone <-> phone\n", "        Phone phone\n", 24, "SD102"),
    Broken("        Phone <-> phone\n", "        Phone => phone\n", 24, "SD103"),
    Broken("        Phone <-> phone\n", "        Phone --> phone\n", 24, "SD103"),
    Broken("        Phone <-> phone\n", "        Téléphone <-> phone\n", 24, "SD111"),
    Broken("        Phone <-> phone\n", "        Pho ne <-> phone\n", 24, "SD101"),
    Broken("        Phone <-> phone\n", "        open <- phone\n", 24, "SD112"),
    Broken("        Phone <-> phone\n", "        Phone <-> \n", 24, "SD105"),
    Broken("        Phone <-> phone\n", "        <-> phone\n", 24, "SD105"),
    Broken("        Phone <-> phone\n", "        Phone <--> phone\n", 24, "SD103"),
    Broken("        Phone <-> phone\n", "        trim(Phone -> phone\n", 24, "SD109"),
    Broken("        Phone <-> phone\n", "          Phone -> phone\n", 24, "SD115"),
    Broken("        Phone <-> phone\n", "\tPhone -> phone\n", 24, "SD117"),
    Broken("        Website <-> website, prefer crm\n", "        Website <-> website prefer crm\n", 25, "SD114"),
    Broken("        Website <-> website, prefer crm\n", "        Website <-> website, prefr crm\n", 25, "SD101"),
    Broken('        "business" -> customer_sub_type\n', '        "business -> customer_sub_type\n', 23, "SD107"),
    Broken('        "business" -> customer_sub_type\n', '        business" -> customer_sub_type\n', 23, "SD107"),
    Broken('    "Goods" <-> "goods"', '    "Goods <-> "goods"', 7, "SD107"),
    Broken('    view: "All Accounts"\n', '    view: "All Accounts\n', 12, "SD107"),
    Broken('    view: "All Accounts"\n', '    view: All Accounts"\n', 12, "SD107"),
    Broken('    view: "All Accounts"\n', "    view: All Accounts\n", 12, "SD107"),
    Broken('    view: "All Accounts"\n', "    view: 'All Accounts'\n", 12, "SD108"),
    Broken('    view: "All Accounts"\n', '    view: "All Accounts";\n', 12, "SD110"),
    Broken('    view: "All Accounts"\n', '    veiw: "All Accounts"\n', 12, "SD106"),
    Broken('    view: "All Accounts"\n', '    filter: "All Accounts"\n', 12, "SD106"),
    Broken('    view: "All Accounts"\n', '    view "All Accounts"\n', 12, "SD104"),
    Broken("module customers", "modul customers", 11, "SD106"),
    Broken("module customers:", "module customers", 11, "SD104"),
    Broken("module customers: crm.Accounts <-> ", "module customers: crm.Accounts ", 11, "SD102"),
    Broken(
        "    map:\n        Account_Name <-> contact_name", "    map\n        Account_Name <-> contact_name", 20, "SD104"
    ),
    Broken(
        "    map:\n        Account_Name <-> contact_name", "map:\n        Account_Name <-> contact_name", 20, "SD115"
    ),
    Broken("    map:\n        Account_Name <-> contact_name", "        Account_Name <-> contact_name", 20, "SD115"),
    Broken(
        "    map:\n        Account_Name <-> contact_name",
        "    mpa:\n        Account_Name <-> contact_name",
        20,
        "SD106",
    ),
    Broken(
        '    where books: customer_sub_type == "business"',
        '    where books: customer_sub_type = "business"',
        13,
        "SD113",
    ),
    Broken(
        '    where books: customer_sub_type == "business"',
        '    where books customer_sub_type == "business"',
        13,
        "SD104",
    ),
    Broken(
        '    where books: customer_sub_type == "business"',
        '    where books: customer_sub_type in ("business"',
        13,
        "SD109",
    ),
    Broken(
        '    where books: customer_sub_type == "business"',
        '    where books: customer_sub_type in ["business"]',
        13,
        "SD110",
    ),
    Broken(
        '    where books: customer_sub_type == "business"',
        '    where books: customer_sub_type == "business" && x == 1',
        13,
        "SD113",
    ),
    Broken('    where books: customer_sub_type == "business"', "    where books: customer_sub_type <-5", 13, "SD113"),
    Broken("    on duplicate: overwrite in books", "    on duplicate overwrite in books", 16, "SD104"),
    Broken("    on duplicate: overwrite in books", "    on dupe: overwrite in books", 16, "SD101"),
    Broken("    on duplicate: overwrite in books", "    on duplicate: overwrite books", 16, "SD105"),
    Broken("    on duplicate: overwrite in books", "    on duplicate: replace in books", 16, "SD101"),
    Broken("        group billing_address:", "        group billing_address", 28, "SD104"),
    Broken(
        "dedupe: Email == email, then Full_Name == contact_name",
        "dedupe: Email == email, Full_Name == contact_name",
        49,
        "SD114",
    ),
    Broken(
        "dedupe: Email == email, then Full_Name == contact_name",
        "dedupe: Email == email then Full_Name == contact_name",
        49,
        "SD114",
    ),
    Broken("dedupe: Email == email, then Full_Name == contact_name", "dedupe: Email = email", 49, "SD113"),
    Broken("dedupe: Email == email, then Full_Name == contact_name", "dedupe: Email -> email", 49, "SD113"),
    Broken("document invoice: books.invoices for deal", "document invoice: books.invoices deal", 85, "SD105"),
    Broken("when deal.stage == won: create invoice", "when deal.stage == won create invoice", 102, "SD104"),
    Broken("when deal.stage == won: create invoice", "when deal.stage == won: creat invoice", 102, "SD101"),
    Broken("when deal.stage == won: create invoice", "when deal.stage == won:", 102, "SD118"),
    Broken("when deal.stage == won: create invoice", "When deal.stage == won: create invoice", 102, "SD106"),
    Broken("guard: deletes <= 0", "guard: deletes < 0", 113, "SD113"),
    Broken("guard: deletes <= 0", "guard deletes <= 0", 113, "SD104"),
    Broken("guard: deletes <= 0, ", "guard: deletes <= 0 ", 113, "SD114"),
    Broken("language 1\n", "langauge 1\n", 1, "SD106"),
    Broken("language 1\n", "language\n", 1, "SD105"),
    Broken("connection crm: zoho_crm", "connection crm zoho_crm", 3, "SD104"),
    Broken("connection crm: zoho_crm", 'connection crm: "zoho_crm"', 3, "SD101"),
    Broken("    expect nothing else", "    expect nothing els", 120, "SD101"),
    Broken('    change deal "D1": Stage = "Closed Won"', '    change deal "D1": Stage == "Closed Won"', 118, "SD113"),
    Broken("        Phone <-> phone\n", "        Phone = phone\n", 24, "SD103"),
    Broken("        Phone <-> phone\n", "        Phone → phone\n", 24, "SD103"),
    Broken("        Phone <-> phone\n", "        Phone <=> phone\n", 24, "SD103"),
    Broken("        Phone <-> phone\n", "        Phone > phone\n", 24, "SD103"),
    Broken("        Phone <-> phone\n", "        Phone: phone\n", 24, "SD102"),
    Broken("        Phone <-> phone\n", "        Phone <-> phone,\n", 24, "SD105"),
    Broken("        Phone <-> phone\n", "        Phone <-> phone when empty\n", 24, "SD114"),
    Broken("        Phone <-> phone\n", "        `Phone <-> phone\n", 24, "SD107"),
    Broken("        Phone <-> phone\n", "        Phone <-> phone)\n", 24, "SD109"),
    Broken("        Phone <-> phone\n", "        Phone <-> phone;\n", 24, "SD110"),
    Broken("        Phone <-> phone\n", "        Phone <-> 1phone\n", 24, "SD111"),
    Broken("        Phone <-> phone\n", "        Phone <-> and\n", 24, "SD112"),
    Broken("        Phone <-> phone\n", "        Phone ?? -> phone\n", 24, "SD105"),
    Broken("        Phone <-> phone\n", '        Phone ? "x" -> phone\n', 24, "SD113"),
    Broken("        Phone <-> phone\n", '        "{Phone" -> phone\n', 24, "SD121"),
    Broken("        Phone <-> phone\n", '        "{Phone Fax}" -> phone\n', 24, "SD121"),
    Broken("        Phone <-> phone\n", '        "C:\\x" -> phone\n', 24, "SD120"),
    Broken("        Phone <-> phone\n", '        if Phone is empty then "x" -> phone\n', 24, "SD105"),
    Broken("        Phone <-> phone\n", "      Phone <-> phone\n", 24, "SD115"),
    Broken("        Phone <-> phone\n", "    Phone <-> phone\n", 24, "SD115"),
    Broken("        Phone <-> phone\n", "        Phone is created -> phone\n", 24, "SD127"),
    Broken("        Phone <-> phone\n", "        2026-02-30 -> phone\n", 24, "SD119"),
    Broken("        Phone <-> phone\n", "        1__0 -> phone\n", 24, "SD119"),
    Broken("    stage: Stage\n", "    stage = Stage\n", 83, "SD104"),
    Broken("    stage: Stage\n", "    stag: Stage\n", 83, "SD106"),
    Broken("    stage: Stage\n", "    stage:\n", 83, "SD105"),
    Broken("record deal: crm.Deals", "record deal: crm Deals", 82, "SD105"),
    Broken("record deal: crm.Deals", "record: crm.Deals", 82, "SD105"),
    Broken("record deal: crm.Deals", "reocrd deal: crm.Deals", 82, "SD106"),
    Broken(
        '    where books: customer_sub_type == "business"',
        '    where books: customer_sub_type == business" ',
        13,
        "SD107",
    ),
    Broken(
        '    where books: customer_sub_type == "business"',
        '    where books: customer_sub_type == "business" or',
        13,
        "SD105",
    ),
    Broken(
        '    where books: customer_sub_type == "business"', "    where books: customer_sub_type is nothing", 13, "SD101"
    ),
    Broken(
        '    where books: customer_sub_type == "business"',
        '    where books: customer_sub_type === "business"',
        13,
        "SD113",
    ),
    Broken(
        '    where books: customer_sub_type == "business"',
        '    where books: customer_sub_type <> "business"',
        13,
        "SD113",
    ),
    Broken("    on delete in crm: keep", "    on delete crm: keep", 18, "SD105"),
    Broken("    on delete in crm: keep", "    on delete in crm keep", 18, "SD104"),
    Broken("    on conflict: newest", "    on conflict newest", 17, "SD104"),
    Broken("    on conflict: newest", "    on conflict:", 17, "SD105"),
    Broken("when deal.stage == lost: void invoice", "when deal.stage = lost: void invoice", 103, "SD113"),
    Broken("when deal.stage == lost: void invoice", "when deal.stage == lost: void", 103, "SD105"),
    Broken("when deal.stage == lost: void invoice", "wehn deal.stage == lost: void invoice", 103, "SD106"),
    Broken("when deal is created: create quote", "when deal is create: create quote", 99, "SD101"),
    Broken("when deal is created: create quote", "when deal.Name is created: create quote", 99, "SD127"),
    Broken("updates <= 20 %", "updates <= %", 113, "SD105"),
    Broken("creates <= 500", "creates => 500", 113, "SD113"),
    Broken("    like: invoice", "    like invoice", 97, "SD104"),
    Broken("table product_kind:", "table product_kind", 6, "SD104"),
    Broken("table product_kind:", "tabel product_kind:", 6, "SD106"),
    Broken('    "Services" <-> "service"\n', '    "Services" "service"\n', 8, "SD102"),
    Broken('    "Services" <-> "service"\n', '    “Services” <-> "service"\n', 8, "SD108"),
    Broken("        line:\n", "        line\n", 90, "SD104"),
    Broken("    associate: deal", "    asociate: deal", 106, "SD106"),
    Broken("language 1\n", "language 2\n", 1, "SD123"),
    Broken("connection books: zoho_books", "language 1\nconnection books: zoho_books", 4, "SD124"),
    Broken("        Phone <-> phone\n", "        " + "(" * 201 + "Phone" + ")" * 201 + " -> phone\n", 24, "SD126"),
    Broken("        Phone <-> phone\n", "        " + "not " * 250 + "Phone -> phone\n", 24, "SD126"),
]


@cache
def read(text: str) -> ParseResult:
    """Parse a text; the same one only once."""
    return parse(SourceFile("a.sync", text))


def broken(case: Broken) -> str:
    """Return the program with the mistake."""
    assert case.piece in REFERENCE
    return REFERENCE.replace(case.piece, case.replacement, 1)


@pytest.mark.parametrize("case", TABLE, ids=[f"{case.code}-{number}" for number, case in enumerate(TABLE)])
def test_one_mistake_makes_one_report(case: Broken) -> None:
    """Each mistake has exactly one report, on its line, with its code."""
    assert [(item.code.id, item.span.line) for item in read(broken(case)).diagnostics] == [(case.code, case.line)]


@pytest.mark.parametrize("case", TABLE, ids=[f"{case.code}-{number}" for number, case in enumerate(TABLE)])
def test_healthy_lines_survive(case: Broken) -> None:
    """Every node of a line other than the broken one stands in the tree as it does without the mistake."""
    good = read(REFERENCE).program
    text = broken(case)
    program = read(text).program
    if any(isinstance(node, Bad) for node in walk(program)):
        return  # a header that nobody can read takes its lines with it
    more = len(text.splitlines()) - len(REFERENCE.splitlines())
    there = {(node.span.line, node) for node in walk(program)}
    lost = [
        (type(node).__name__, REFERENCE[node.span.start : node.span.end])
        for node in walk(good)
        if node.span.line == node.span.end_line
        and abs(node.span.line - case.line) > 1
        and not {(node.span.line, node), (node.span.line + more, node)} & there
    ]
    assert lost == []


def test_recall_and_cascade() -> None:
    """Of the table's mistakes all are found, with one report each, and nearly all lines stay in the tree."""
    found = reports = kept = 0
    for case in TABLE:
        diagnostics = read(broken(case)).diagnostics
        found += any(abs(item.span.line - case.line) <= 1 for item in diagnostics)
        reports += len(diagnostics)
        program = read(broken(case)).program
        kept += not any(isinstance(node, Bad) for node in walk(program))
    share = kept / len(TABLE)
    figures = f"{len(TABLE)} mistakes: {found} found, {reports} reports, {share:.0%} of the faulty lines kept"
    print(figures)  # noqa: T201 - shown by `pytest -s`
    assert found == len(TABLE)
    assert reports == len(TABLE)
    assert share > 0.9


def test_two_mistakes_make_two_reports() -> None:
    """Mistakes on different lines are reported one by one."""
    text = REFERENCE.replace("Phone <-> phone", "Phone phone", 1).replace("stage: Stage", "stage Stage")
    assert [item.code.id for item in read(text).diagnostics] == ["SD102", "SD104"]


def test_a_fix_makes_the_text_right() -> None:
    """Putting a report's fix into the text removes the report."""
    for case in TABLE:
        text = broken(case)
        (found,) = read(text).diagnostics
        for fix in found.fixes:
            fixed = text[: fix.span.start] + fix.replacement + text[fix.span.end :]
            assert read(fixed).diagnostics == (), (case, fix)


def test_placeholders_are_bad_expressions() -> None:
    """What recovery puts in for a missing value is no path of the user's."""
    text = REFERENCE.replace("Phone <-> phone", "Phone <->", 1)
    nodes = list(walk(read(text).program))
    assert sum(isinstance(node, BadExpression) for node in nodes) == 1


def test_a_line_that_nobody_can_read_is_bad_with_its_deeper_lines() -> None:
    """A bad header is one report; the lines below it are silent, the statements after it stand."""
    text = REFERENCE.replace("module vendors: crm.Vendors <-> books.vendors", "vendors: @@ 12 vendors")
    result = read(text)
    assert len(result.diagnostics) == 1
    assert not result.complete
    assert sum(isinstance(item, Bad) for item in result.program.statements) == 1
    assert len(result.program.statements) == 20


def test_every_report_shows_the_right_form() -> None:
    """Whatever is reported, its help says how it is written, in backticks, on one line."""
    for case in TABLE:
        (found,) = read(broken(case)).diagnostics
        assert found.help is not None, found
        assert "`" in found.help or found.code.id in {"SD115", "SD117", "SD126"}, found
        assert "\n" not in found.help


def test_the_right_form_is_the_line_as_it_was_meant() -> None:
    """The help shows the broken line itself, mended, with `…` for what has to be filled in."""
    forms = {
        "        Phone phone\n": "write `Phone -> phone`",
        "        Phone <-> \n": "write `Phone <-> …`",
        "        trim(Phone -> phone\n": "write `trim(Phone) -> phone`",
        "        Phone: phone\n": "write `Phone -> phone`",
        "        Phone <-> phone,\n": "write `Phone <-> phone`",
        "        Phone <-> phone when empty\n": "write `Phone <-> phone, when empty`",
    }
    for line, form in forms.items():
        (found,) = read(REFERENCE.replace("        Phone <-> phone\n", line, 1)).diagnostics
        assert found.help == form


def test_words_of_other_tools() -> None:
    """A statement word or a comment of another tool is answered with this language's own, and nothing else is lost."""
    for piece, other, word in (
        ("    map:\n        Full_Name", "    fields:\n        Full_Name", "map"),
        ("    where crm:", "    filter crm:", "where"),
        ("    like: invoice", "    extends: invoice", "like"),
        ("when deal is created", "on deal is created", "when"),
        ("        Phone <-> phone", "        // telephone\n        Phone <-> phone", "#"),
        ("        Phone <-> phone", "        -- telephone\n        Phone <-> phone", "#"),
    ):
        result = read(REFERENCE.replace(piece, other, 1))
        (found,) = result.diagnostics
        assert f"`{word}" in str(found.help)
        assert not any(isinstance(node, Bad) for node in walk(result.program))


def test_words_that_open_a_line_after_an_unreadable_one() -> None:
    """After a line that nobody can read, a name that is also a statement word is a name all the same."""
    text = REFERENCE.replace("        today() -> date", "        }\n        today() -> date")
    assert [item.code.id for item in read(text).diagnostics] == ["SD110"]


def test_the_width_of_indentation_is_told_beside_other_mistakes() -> None:
    """A block that is regular but not by four spaces is a warning, whatever else is wrong."""
    text = REFERENCE.replace("    stage: Stage", "      stage: Stage").replace("Phone <-> phone", "Phone phone", 1)
    assert [item.code.id for item in read(text).diagnostics] == ["SD102", "SD116"]
