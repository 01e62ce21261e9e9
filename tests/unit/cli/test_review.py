"""`syncdsl review`: listing, showing, deciding, and deciding in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
import stat
from typing import TYPE_CHECKING, TypeVar

import pytest
from jsonschema import validate
from tests.unit.cli.conftest import Here
from tests.unit.cli.dialogue import talk

from syncdsl.project.template import create_project
from syncdsl.render.review_json import reviews_schema
from syncdsl.state import ReviewItem, StoredRecord, open_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syncdsl.state import State

T = TypeVar("T")
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


def record(number: int, label: str) -> dict[str, str]:
    return {"connection": "books", "module": "customers", "id": str(number), "label": label}


def item(item_id: str, kind: str, label: str, **facts: object) -> ReviewItem:
    given = {
        "rule": "customers",
        "location": "rules/customers.sync:8",
        "reason": "because",
        "connection": "crm",
        "module": "Accounts",
        "record_id": "1",
        "opened": NOW - 3 * DAY,
        "opened_run": "r",
        **facts,
    }
    return ReviewItem(id=item_id, kind=kind, label=label, **given)  # type: ignore[arg-type]


CONFLICT = item(
    "bq4xk7wt",
    "conflict",
    "Acme",
    field="Phone <-> phone",
    left="+49 1",
    right="+49 2",
    candidates=[record(9, "Acme")],
    choices=["crm", "books"],
)
HOSTILE = item(
    "c3hvqf7d",
    "conflict",
    '=HYPERLINK("http://x")\x1b[31m',
    record_id="2",
    field="City",
    left="-Bonn",
    right="@Köln",
    candidates=[record(8, "Bolt")],
    choices=["crm", "books"],
)
MATCH = item(
    "d7tnr2xz",
    "match",
    "Coil",
    record_id="3",
    candidates=[record(6, "Coil GmbH"), record(7, "Coil Ltd")],
    choices=["link 6", "link 7", "new", "skip"],
)
VALUE = item("f5ktr2xz", "value", "Echo", record_id="4", field="Fax -> fax", left="x", choices=["skip", "retry"])


@pytest.fixture
def here(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Here:
    """Return the command in a project with four open items."""
    folder = tmp_path / "my-sync"
    create_project(folder)
    with_state(folder, lambda state: state.open_reviews([CONFLICT, HOSTILE, MATCH, VALUE]))
    return Here(
        folder,
        {
            "SYNCDSL_CACHE_DIR": str(tmp_path_factory.getbasetemp() / "cache"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        },
    )


def with_state(folder: Path, act: Callable[[State], T]) -> T:
    """Do something with the state of the project."""
    state = open_state("sqlite:///.syncdsl/sandbox.db", base=folder)
    try:
        return act(state)
    finally:
        state.close()


def stored(here: Here, item_id: str) -> ReviewItem | None:
    """Return one item."""
    return with_state(here.folder, lambda state: state.review(item_id))


def decided(here: Here) -> dict[str, str]:
    """Return which items are decided, and how."""
    items = with_state(here.folder, lambda state: state.reviews(states=["decided"]))
    return {one.id: one.decision.get("side", one.decision["choice"]) for one in items if one.decision is not None}


# -- list and show ----------------------------------------------------------------------------------------------------


def test_the_list_counts_and_groups_what_waits(here: Here) -> None:
    """By kind, with record, question and age; nothing of it reaches the terminal as a command."""
    done = here("review", "list")
    assert done.code == 0
    assert done.out.startswith("4 open: 2 conflicts, 1 disputed match, 1 value\n")
    assert "bq4xk7wt  Acme  crm.Accounts/1" in done.out
    assert '3 days\n            Phone <-> phone: crm "+49 1", books "+49 2"' in done.out
    assert "one of Coil GmbH (6), Coil Ltd (7)" in done.out
    assert "\x1b" not in done.out
    assert "HYPERLINK" in done.out
    assert max(map(len, done.out.splitlines())) <= 100


def test_the_list_is_filtered(here: Here) -> None:
    """By kind, module and state; a module needs its connection."""
    assert here("review", "list", "--kind", "match").out.startswith("1 open: 1 disputed match")
    assert here("review", "list", "--module", "books.customers").out == "Nothing waits for a decision.\n"
    here("review", "resolve", "bq4xk7wt", "crm")
    assert "bq4xk7wt" not in here("review", "list", "--state", "open").out
    both = here("review", "list").out
    assert "1 decided, carried out by the next `syncdsl apply`" in both
    assert "decided: crm, by" in both
    wrong = here("review", "list", "--module", "Accounts")
    assert (wrong.code, "name it with its connection" in wrong.err) == (3, True)


def test_the_list_as_json(here: Here) -> None:
    """Everything a program needs, in the published form."""
    data = json.loads(here("review", "list", "--format", "json").out)
    validate(data, reviews_schema())
    assert "records" not in data
    assert data["format"] == "syncdsl/reviews/1"
    first = next(one for one in data["items"] if one["id"] == "bq4xk7wt")
    assert (first["kind"], first["state"], first["left"], first["choices"]) == (
        "conflict",
        "open",
        "+49 1",
        ["crm", "books"],
    )
    assert first["record"] == {"connection": "crm", "module": "Accounts", "id": "1", "label": "Acme"}


def test_show_compares_the_sides_and_gives_the_commands(here: Here) -> None:
    """Values, mapped fields as read last with what differs marked, the rule's line, and what each choice does."""

    def stage(state: State) -> None:
        for step, fields in (
            ("crm.Accounts", {"Account_Name": "Acme", "Phone": "+49 1"}),
            ("books.customers", {"contact_name": "Acme", "phone": "+49 2"}),
        ):
            state.begin_observation(step)
            state.stage(step, [(StoredRecord(id="1" if "crm" in step else "9", fields=dict(fields)), None)])

    with_state(here.folder, stage)
    done = here("review", "show", "bq4xk7wt")
    assert done.code == 0
    assert "conflict  waits since" in done.out
    assert "rules/customers.sync:8\n      module customers: crm.Accounts <-> books.customers" in done.out
    assert '≠ "+49 1"' in done.out
    assert re.search(r'Account_Name <-> contact_name +"Acme" +"Acme"', done.out)
    assert "syncdsl review resolve bq4xk7wt crm    the value in crm counts" in done.out
    data = json.loads(here("review", "show", "bq4xk7wt", "--format", "json").out)
    validate(data, reviews_schema())
    assert [one["fields"] for one in data["records"]][1] == {"contact_name": "Acme", "phone": "+49 2"}


def test_show_works_with_rules_that_do_not_compile(here: Here) -> None:
    """A queue can be read while its rules are being rewritten."""
    (here.folder / "rules" / "customers.sync").write_text("language 1\n\nmodule\n", encoding="utf-8")
    done = here("review", "show", "d7tnr2xz")
    assert done.code == 0
    assert "syncdsl review resolve d7tnr2xz link 7  Coil Ltd is the partner" in done.out


# -- resolve ----------------------------------------------------------------------------------------------------------


def test_items_are_decided_and_taken_back(here: Here) -> None:
    """One, several with a comment, by candidate, and `--undo` before a run carried it out."""
    assert here("review", "resolve", "bq4xk7wt", "c3hvqf7d", "books", "--comment", "by phone").code == 0
    first = stored(here, "bq4xk7wt")
    assert first is not None
    assert (first.state, first.decision) == ("decided", {"choice": "take", "side": "right", "comment": "by phone"})
    assert here("review", "resolve", "d7tnr2xz", "link", "--candidate", "books.customers/7").code == 0
    assert decided(here) == {"bq4xk7wt": "right", "c3hvqf7d": "right", "d7tnr2xz": "link"}
    assert "Nothing new" in here("review", "resolve", "d7tnr2xz", "link", "7").out
    done = here("review", "resolve", "bq4xk7wt", "d7tnr2xz", "--undo")
    assert "2 decisions taken back." in done.out
    assert decided(here) == {"c3hvqf7d": "right"}
    here("review", "resolve", "f5ktr2xz", "skip")
    here("review", "resolve", "f5ktr2xz", "retry")
    assert "f5ktr2xz" not in decided(here)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["bq4xk7wt", "yes"], "SD821", "`crm` or `books` do"),
        (["d7tnr2xz", "link"], "SD821", "say which candidate"),
        (["d7tnr2xz", "link", "8"], "SD821", "`8` is no candidate"),
        (["bq4xk7wt", "d7tnr2xz", "crm"], "SD821", "`d7tnr2xz`: `crm` does not decide it"),
        (["bq4xk7ww", "crm"], "SD820", "did you mean `bq4xk7wt`?"),
        (["acme", "crm"], "SD610", "`acme` is no id"),
        ([], "SD610", "say which items"),
        (["bq4xk7wt"], "SD610", "`bq4xk7wt` is no id"),
        (["--all", "bq4xk7wt", "crm"], "SD610", "not both"),
        (["--kind", "conflict", "bq4xk7wt", "crm"], "SD610", "go with `--all`"),
        (["--undo", "bq4xk7wt", "crm"], "SD610", "takes ids alone"),
        (["--all", "crm", "--yes"], "SD821", "`crm` does not decide it"),
        (["--all", "--kind", "conflict", "crm"], "SD611", "no terminal"),
    ],
)
def test_what_is_unclear_or_wrong_decides_nothing(here: Here, words: list[str], code: str, said: str) -> None:
    """The message says what is wrong and what can be chosen; all items of a call are decided or none."""
    done = here("review", "resolve", *words)
    assert done.code == 3
    assert f"[{code}]" in done.err
    assert said in done.err
    assert decided(here) == {}


def test_all_of_a_kind_are_decided_at_once(here: Here) -> None:
    """`--all` takes the open items that the filters leave."""
    assert here("review", "resolve", "--all", "--kind", "conflict", "crm", "--yes").code == 0
    assert decided(here) == {"bq4xk7wt": "left", "c3hvqf7d": "left"}
    assert "Nothing to decide" in here("review", "resolve", "--all", "--kind", "conflict", "crm", "--yes").out
    here("review", "resolve", "--all", "--kind", "conflict", "--undo")
    assert decided(here) == {}


def test_all_of_a_kind_asks_first(here: Here) -> None:
    """At a terminal what would be decided is shown, and the answer counts."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(here.folder), "NO_COLOR": "1", **here.environment}
    words = ("review", "resolve", "--all", "--kind", "conflict", "crm")
    code, shown = talk(here.folder, environment, *words, answers=[("Decide 2 items so?", "n")])
    assert (code, decided(here), "Nothing was decided." in shown) == (0, {}, True)
    code, _ = talk(here.folder, environment, *words, answers=[("Decide 2 items so?", "y")])
    assert (code, len(decided(here))) == (0, 2)


def test_a_settled_item_cannot_be_decided(here: Here) -> None:
    """Neither decided nor undone: a run has carried it out, or there is nothing left to decide."""
    with_state(here.folder, lambda state: state.close_reviews(["bq4xk7wt"], NOW))
    for words in (["crm"], ["--undo"]):
        done = here("review", "resolve", "bq4xk7wt", *words)
        assert (done.code, "is settled" in done.err) == (3, True)
    assert "settled without a decision" in here("review", "list", "--state", "closed").out


# -- files ------------------------------------------------------------------------------------------------------------


def filled(here: Here, decisions: dict[str, str], *, separator: str = ",", encoding: str = "utf-8-sig") -> None:
    """Fill in an exported file as a spreadsheet would save it: another order, fewer quotes, its own encoding."""
    path = here.folder / "open.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    stream = io.StringIO()
    names = ["decision", "comment", *(name for name in rows[0] if name not in {"decision", "comment"})]
    writer = csv.DictWriter(stream, names, delimiter=separator)
    writer.writeheader()
    writer.writerows({**row, "decision": decisions.get(row["id"], row["decision"])} for row in rows[::-1])
    path.write_bytes(stream.getvalue().encode(encoding, "replace"))


def test_an_export_is_private_and_computes_nothing(here: Here) -> None:
    """Only its owner reads it, Excel sees UTF-8, and hostile text stands behind an apostrophe."""
    done = here("review", "export", "open.csv")
    assert (done.code, "4 items" in done.err, done.out) == (0, True, "")
    path = here.folder / "open.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_bytes().decode("utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert rows["c3hvqf7d"]["label"].startswith("'=HYPERLINK")
    assert (rows["c3hvqf7d"]["left value"], rows["c3hvqf7d"]["right value"]) == ("'-Bonn", "'@Köln")
    assert rows["bq4xk7wt"]["choices"] == "crm | books"
    assert rows["d7tnr2xz"]["candidates"] == "Coil GmbH (books.customers/6); Coil Ltd (books.customers/7)"
    assert {row["decision"] for row in rows.values()} == {""}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_filled_in_sheet_decides_once(here: Here, separator: str, encoding: str) -> None:
    """What is filled in is decided, what is empty is not, and importing it again changes nothing."""
    here("review", "export", "open.csv")
    filled(here, {"bq4xk7wt": " Books ", "d7tnr2xz": "link 6"}, separator=separator, encoding=encoding)
    done = here("review", "import", "open.csv", "--yes")
    assert (done.code, "Decided 2 items" in done.out) == (0, True), done.err
    assert decided(here) == {"bq4xk7wt": "right", "d7tnr2xz": "link"}
    again = here("review", "import", "open.csv", "--yes")
    assert (again.code, "Nothing new: 2 items were decided so already." in again.out) == (0, True)
    with_state(here.folder, lambda state: state.close_reviews(["bq4xk7wt"], NOW))
    assert here("review", "import", "open.csv", "--yes").code == 0


def test_json_goes_the_same_way(here: Here) -> None:
    """For programs: the same columns by name."""
    here("review", "export", "open.json", "--kind", "match")
    path = here.folder / "open.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["items"][0]["decision"] = "new"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert here("review", "import", "open.json", "--yes").code == 0
    assert decided(here) == {"d7tnr2xz": "new"}
    here("review", "export", "all.json", "--state", "all")
    rows = {row["id"]: row["decision"] for row in json.loads((here.folder / "all.json").read_text())["items"]}
    assert (rows["d7tnr2xz"], rows["bq4xk7wt"]) == ("new", "")
    assert "Nothing new" in here("review", "import", "all.json", "--yes").out


def test_one_wrong_row_stops_all_with_a_line_for_each(here: Here) -> None:
    """An item that is settled, one that never was, a choice that is none, two decisions for one item."""
    with_state(here.folder, lambda state: state.close_reviews(["f5ktr2xz"], NOW))
    (here.folder / "open.csv").write_text(
        "id,decision\nbq4xk7wt,crm\nf5ktr2xz,skip\nzzzzzzzz,crm\nd7tnr2xz,yes\nbq4xk7wt,books\nc3hvqf7d,\n,crm\n",
        encoding="utf-8",
    )
    done = here("review", "import", "open.csv", "--yes")
    assert (done.code, "[SD823]" in done.err) == (5, True)
    for said in (
        "5 rows of `open.csv` cannot be taken",
        "line 3: `f5ktr2xz` (Echo) is settled by now",
        "line 4: there is no item `zzzzzzzz`",
        "line 5: `d7tnr2xz`: `yes` does not decide it; `link 6`, `link 7`, `new` or `skip` do",
        "line 6: `bq4xk7wt` is decided otherwise in line 2",
        "line 8: the id is missing",
    ):
        assert said in done.err
    assert decided(here) == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"PK\x03\x04rest", "it is a workbook; save the sheet as CSV"),
        (b"name,decision\nx,crm\n", "there is no column `id` (line 2)"),
        (b"id;choice\nx;crm\n", "there is no column `decision` (line 2)"),
        (b'id,decision\n"x,crm\n', "line 2: a quotation mark is opened and never closed"),
        (b"{oops", "line 1: it is no JSON"),
        (b'{"format": "other"}', "it is no JSON of the format `syncdsl/review/1`"),
        (b'{"format": "syncdsl/review/1", "items": [{"id": 5}]}', "item 1: `id`, `decision` and `comment` are text"),
        (b'{"format": "syncdsl/review/1", "items": [7]}', "there is no column `id` (item 1)"),
    ],
)
def test_a_mangled_file_is_refused_with_its_place(here: Here, data: bytes, said: str) -> None:
    """The message says where, and what to do; nothing is decided."""
    (here.folder / "open.csv").write_bytes(data)
    done = here("review", "import", "open.csv", "--yes")
    assert (done.code, "[SD822]" in done.err, said in done.err) == (3, True, True), done.err


def test_importing_asks_first(here: Here) -> None:
    """At a terminal the decisions are shown, and the answer counts; without one `--yes` is needed."""
    (here.folder / "open.csv").write_text("id,decision\nbq4xk7wt,crm\n", encoding="utf-8")
    assert "[SD611]" in here("review", "import", "open.csv").err
    environment = {"PATH": os.environ["PATH"], "HOME": str(here.folder), "NO_COLOR": "1", **here.environment}
    code, shown = talk(here.folder, environment, "review", "import", "open.csv", answers=[("Decide these 1?", "y")])
    assert code == 0
    assert "bq4xk7wt  conflict  Acme  Phone <-> phone  crm" in shown
    assert decided(here) == {"bq4xk7wt": "left"}
    assert "[SD609]" in here("review", "import", "missing.csv", "--yes").err
