"""A preview of 100,000 changes in every format: how long it takes, how large it is, and how much memory it needs.

Each format is made in a process of its own that first makes the change set: new records, updates, links, invoices with
lines, and some things that are held. The peak is that of the whole process, so it holds the change set too; the first
row is the change set alone. The page is then opened in a headless browser, where there is one, with 10,000 changes
and with all of them: until it is loaded, and until a search through all of them is shown.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.acceptance.browser import CHROMIUM, browser  # noqa: E402 - tests are no installed package

from syncdsl.changes.change_set import ChangeSet, GuardVerdict  # noqa: E402 - the same
from syncdsl.changes.effects import Create, FieldChange, Hold, Link, RecordName, Update  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.browser import Browser

    from syncdsl.changes.effects import Effect

FORMATS = ("text", "markdown", "html", "json")
MOST_MEMORY = 500
"""Megabytes, for each format with the change set itself."""

MOST_LOADING = 1.0
"""Seconds until a page of 10,000 changes can be used."""

REPORT = Path(__file__).parent / "reports" / "preview_formats.md"


def effects(number: int) -> Iterator[Effect]:
    """Yield so many effects: in twenty there are eight updates, six creates, three links, two invoices and a hold."""
    for index in range(number):
        account = RecordName(
            connection="crm", module="Accounts", id=f"4150868{index:012}", label=f"Company {index} Ltd"
        )
        customer = RecordName(
            connection="books", module="customers", id=f"1465603{index:012}", label=f"Company {index} Ltd"
        )
        told: dict[str, Any] = {"rule": "customers", "location": "rules/customers.sync:8"}
        match index % 20:
            case 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7:
                yield Update(
                    **told,
                    reason="changed in crm",
                    record=customer,
                    side="right",
                    partner=account,
                    fields=(
                        _field("phone", f"+49 30 {index}", f"+49 31 {index}"),
                        _field("billing_address.city", "Berlin", "Hamburg"),
                    ),
                )
            case 8 | 9 | 10 | 11 | 12 | 13:
                yield Create(
                    **told,
                    reason="crm.Accounts has it, books does not",
                    record=customer.model_copy(update={"id": None}),
                    source=account,
                    source_side="left",
                    key=f"sd-{index:020}",
                    fields=tuple(
                        _field(name, None, f"{name} of company {index}")
                        for name in ("contact_name", "phone", "website", "billing_address.city", "notes")
                    ),
                )
            case 14 | 15 | 16:
                yield Link(
                    **told,
                    reason="the records have the same `Account_Name == contact_name`",
                    left=account,
                    right=customer,
                    key=f"sd-{index:020}",
                    key_side="right",
                    write_key=True,
                )
            case 17 | 18:
                yield _invoice(index, account)
            case _:
                yield Hold(
                    **told,
                    reason="both sides differ in `Phone <-> phone` and the rule says review",
                    why="conflict",
                    record=account,
                    field="phone",
                    left=f"+49 30 {index}",
                    right=f"+49 31 {index}",
                )


def _field(name: str, old: object, new: object) -> FieldChange:
    return FieldChange(field=name, old=old, new=new, location="rules/customers.sync:15")


def _invoice(index: int, account: RecordName) -> Create:
    rows = [{"name": f"Pump {index}", "quantity": 1, "rate": {"decimal": f"{index}.50"}}]
    return Create(
        rule="invoice",
        location="rules/customers.sync:45",
        reason="`when deal.stage == won: create invoice`",
        record=RecordName(connection="books", module="invoices", id=None, label=f"Pump {index}"),
        source=account,
        source_side="left",
        key=f"sd-i{index:019}",
        document=True,
        fields=(_field("date", None, {"date": "2026-06-01"}), _field("line_items", None, {"rows": rows})),
        amount=f"{index}.50",
        currency=("EUR", "USD", "CHF")[index % 3],
    )


def change_set(number: int) -> ChangeSet:
    """Return the change set."""
    return ChangeSet(
        environment="production",
        organizations={"crm": "20098765432", "books": "20087654321"},
        plan="b2:0",
        schemas={},
        state="b2:1",
        today="2026-06-01",
        effects=tuple(effects(number)),
        expects={f"books.customers/1465603{index:012}": f"b2:{index:032x}" for index in range(number)},
        baseline={},
        guards=(GuardVerdict(text="creates <= 500", location="a:1", value=f"{number:,}", limit="500", exceeded=True),),
    )


def write(form: str, changes: ChangeSet, path: Path) -> None:
    """Write the change set in a format, as the command does."""
    with path.open("w", encoding="utf-8") as stream:
        match form:
            case "text":
                from syncdsl.render.changes_text import render_changes  # noqa: PLC0415 - each loads its own alone

                stream.write(render_changes(changes))
            case "markdown":
                from syncdsl.render.changes_markdown import render_changes_markdown  # noqa: PLC0415 - the same

                stream.write(render_changes_markdown(changes))
            case "html":
                from syncdsl.render.changes_html import write_changes_html  # noqa: PLC0415 - the same

                write_changes_html(changes, stream)
            case "json":
                from syncdsl.render.changes_json import write_changes_json  # noqa: PLC0415 - the same

                write_changes_json(changes, stream)
            case _:
                pass  # the change set alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one process came to: seconds of the format alone, megabytes of the process, bytes of the file."""

    form: str
    seconds: float
    peak: float
    size: int


def child(form: str, number: int, path: Path) -> None:
    """Make the change set, write it, and print what it took."""
    changes = change_set(number)
    begin = time.perf_counter()
    write(form, changes, path)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"form": form, "seconds": seconds, "peak": peak, "size": path.stat().st_size}))


def measured(form: str, number: int, path: Path) -> Row:
    """Run a process for a format."""
    command = [sys.executable, __file__, "--child", form, "--changes", str(number), "--file", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Row(**json.loads(done.stdout.splitlines()[-1]))


def looked_at(page: Browser, path: Path, number: int) -> tuple[int, float, float]:
    """Return how many changes a page has, and the seconds until it is loaded and until a search is shown."""
    page.look()
    page.open(path)
    loaded = float(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")) / 1000
    search = (
        "new Promise(done => { const search = document.getElementById('search'), begin = performance.now(); "
        f"search.value = 'company {number - 7} changed'; search.dispatchEvent(new Event('input')); "
        "const look = () => document.getElementById('count').textContent.startsWith('All') "
        "? requestAnimationFrame(look) : done(performance.now() - begin); look(); })"
    )
    return number, loaded, float(page.evaluate(search)) / 1000


def report(number: int, rows: list[Row], pages: list[tuple[int, float, float]]) -> str:
    """Return the report as Markdown."""
    about = (
        f"{number:,} effects; written by `benchmarks/preview_formats.py` on Python {platform.python_version()}. "
        f"Each format in a process of its own. Goal: at most {MOST_MEMORY} MB at the peak, with the change set itself."
    )
    lines = [
        "# Previews in every format",
        "",
        about,
        "",
        "| format | seconds | peak MB | size MB | goal |",
        "|---|---:|---:|---:|---|",
        *(
            f"| {row.form} | {row.seconds:.1f} | {row.peak:,.0f} | {row.size / 1e6:,.2f} "
            f"| {'met' if row.peak <= MOST_MEMORY else 'MISSED'} |"
            for row in rows
        ),
        "",
    ]
    if pages:
        about = (
            f"The page in headless Chromium. Goal: 10,000 changes loaded within {MOST_LOADING:.0f} second. A search "
            "waits 0.08 s for the next key before it begins."
        )
        lines += [
            about,
            "",
            "| changes | loaded, s | searched, s |",
            "|---:|---:|---:|",
            *(f"| {count:,} | {loaded:.2f} | {searched:.2f} |" for count, loaded, searched in pages),
            "",
        ]
    return "\n".join(lines)


def main() -> int:
    """Print and write the report; fail where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=100_000)
    parser.add_argument("--child")
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    number: int = chosen.changes
    if chosen.child:
        child(chosen.child, number, chosen.file)
        return 0
    pages: list[tuple[int, float, float]] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        rows = [measured(form, number, place / f"preview.{form}") for form in ("the change set alone", *FORMATS)]
        if CHROMIUM:
            measured("html", 10_000, place / "small.html")
            with browser(place / "profile") as page:
                pages = [
                    looked_at(page, place / "small.html", 10_000),
                    looked_at(page, place / "preview.html", number),
                ]
    text = report(number, rows, pages)
    print(text)
    if number == 100_000:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(text, encoding="utf-8")
    slow = bool(pages) and pages[0][1] > MOST_LOADING
    return int(slow or any(row.peak > MOST_MEMORY for row in rows))


if __name__ == "__main__":
    sys.exit(main())
