"""`history` and `erase`, with two systems in memory behind a whole project."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from jsonschema import validate
from tests.unit.cli.conftest import Here, Result
from tests.unit.cli.dialogue import talk
from tests.unit.engine.world import HEAD, SCHEMAS

from syncdsl.adapters.memory import Store, forget_stores, store_of
from syncdsl.render.history_json import story_schema
from syncdsl.render.runs_json import runs_schema
from syncdsl.schema.snapshot import write_snapshot
from syncdsl.state import Intent, open_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.cli.conftest import Syncdsl

    from syncdsl.state import State

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    map:
        Name <-> name
        Phone <-> phone
        Website <-> website
        Tier -> tier
"""
SETTINGS = """[environments.test]
{extra}
[environments.test.connections.crm]
adapter = "memory"
organization = "crm-1"

[environments.test.connections.books]
adapter = "memory"
organization = "books-1"
"""


@dataclass
class Shop:
    """A project with two systems in memory: Acme was created, edited in the CRM, then in Books; Beta was created."""

    run: Here
    crm: Store
    books: Store
    acme: str
    customer: str

    def settings(self, extra: str) -> None:
        """Set something in the environment."""
        (self.run.folder / "syncdsl.toml").write_text(SETTINGS.format(extra=extra), encoding="utf-8")

    def apply(self) -> Result:
        """Apply."""
        return self.run("apply", "--yes")

    def state(self) -> State:
        """Open the state."""
        return open_state("sqlite:///.syncdsl/test.db", base=self.run.folder)

    def held(self) -> bytes:
        """Return everything that is in the state's files."""
        return b"".join(path.read_bytes() for path in (self.run.folder / ".syncdsl").glob("test.db*"))


@pytest.fixture
def shop(syncdsl: Syncdsl) -> Iterator[Shop]:
    """Return the project, after three runs."""
    forget_stores()
    folder = syncdsl.folder
    (folder / "schema").mkdir()
    (folder / "rules").mkdir()
    for name, snapshot in SCHEMAS.items():
        (folder / "schema" / f"{name}.json").write_text(write_snapshot(snapshot), encoding="utf-8")
    (folder / "rules" / "main.sync").write_text(HEAD + RULES, encoding="utf-8")
    null = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    crm, books = store_of("crm-1"), store_of("books-1")
    crm.schema, books.schema = SCHEMAS["crm"], SCHEMAS["books"]
    acme = crm.insert("Accounts", {"Name": "Acme Limited", "Phone": "+49 30 123", "Tier": "gold"}).id
    crm.insert("Accounts", {"Name": "Beta", "Phone": "+49 30 999"})
    made = Shop(Here(folder, {**syncdsl.environment, **null}), crm, books, acme, "")
    made.settings("")
    made.apply()
    (made.customer,) = (item.id for item in books.living("customers") if item.fields["name"] == "Acme Limited")
    crm.edit("Accounts", acme, {"Phone": "+49 30 456"})
    made.apply()
    books.edit("customers", made.customer, {"website": "https://acme.example/"})
    made.apply()
    yield made
    forget_stores()


def told(text: str) -> list[str]:
    """Return the lines of a story without times, runs and writes, which differ each time."""
    return [re.sub(r" · write \w{8}", " · write", line) for line in text.splitlines() if line.startswith("  ")]


def test_a_record_and_its_partner_are_one_story(shop: Shop) -> None:
    """In order: linked, written, seen to change, written on; each with old and new, and the line behind it."""
    done = shop.run("history", f"crm.Accounts/{shop.acme}")
    assert done.code == 0
    assert told(done.out) == [
        f"  crm.Accounts/{shop.acme} = books.customers/{shop.customer}  customers, in sync",
        f"  linked  crm.Accounts/{shop.acme} = books.customers/{shop.customer}, made from the l…  rules/main.sync:7",
        '  wrote   books  name     (empty) → "Acme Limited"  rules/main.sync:11 · write',
        '  wrote   books  phone    (empty) → "+49 30 123"  rules/main.sync:12 · write',
        '  wrote   books  tier     (empty) → "gold"  rules/main.sync:14 · write',
        '  saw     crm    Phone    "+4930123" → "+4930456"',
        '  wrote   books  phone    "+49 30 123" → "+49 30 456"  rules/main.sync:12 · write',
        '  saw     books  website  (empty) → "https://acme.example/"',
        '  wrote   crm    Website  (empty) → "https://acme.example/"  rules/main.sync:13 · write',
    ]
    assert len(re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d  run [0-9a-f]{8}, \S+$", done.out, re.MULTILINE)) == 3
    assert "Beta" not in done.out
    assert told(shop.run("history", f"books.customers/{shop.customer}").out) == told(done.out)


@pytest.mark.parametrize("name", ["Acme Limited", "acme limited"])
def test_a_record_is_found_by_its_name(shop: Shop, name: str) -> None:
    """The name or a unique number stands for the id, whatever its case."""
    done = shop.run("history", f"crm.Accounts/{name}")
    assert done.out.startswith(f"Acme Limited  crm.Accounts/{shop.acme}\n")


def test_several_of_one_name_are_listed(shop: Shop) -> None:
    """Nobody is guessed: every record of the name is listed with its id."""
    other = shop.crm.insert("Accounts", {"Name": "Beta"}).id
    shop.apply()
    done = shop.run("history", "crm.Accounts/Beta")
    assert done.code == 3
    assert "SD826" in done.err
    assert f"crm.Accounts/{other}" in done.err


@pytest.mark.parametrize(
    ("record", "code", "words"),
    [
        ("crm.Accounts/nobody", "SD825", "the id, name or number `nobody`"),
        ("crm.Account/1", "SD828", "did you mean `crm.Accounts`?"),
        ("Acme", "SD828", "connection.Module/id"),
        ("crm./1", "SD828", "names no record"),
        ("crm.Accounts/", "SD828", "names no record"),
    ],
)
def test_what_names_no_record(shop: Shop, record: str, code: str, words: str) -> None:
    """Each mistake in a name is said with what to do about it."""
    done = shop.run("history", record)
    assert done.code == 3
    assert code in done.err
    assert words in done.err


def test_one_field_with_what_is_mapped_with_it(shop: Shop) -> None:
    """`--field` takes either side's name and shows both sides of the line, nothing else."""
    done = shop.run("history", f"crm.Accounts/{shop.acme}", "--field", "PHONE")
    fields = [line.split()[:3] for line in told(done.out)[1:]]
    assert fields == [["wrote", "books", "phone"], ["saw", "crm", "Phone"], ["wrote", "books", "phone"]]


def test_the_last_events_only(shop: Shop) -> None:
    """`--limit` keeps the last ones, and the story says how many are not shown."""
    done = shop.run("history", f"crm.Accounts/{shop.acme}", "--limit", "2")
    assert [line.split()[0] for line in told(done.out)[1:]] == ["saw", "wrote"]
    assert "… 6 earlier events" in done.out


def test_a_story_as_json(shop: Shop) -> None:
    """Everything is there for programs, in the published form; all of it, unless a limit is given."""
    done = shop.run("history", f"crm.Accounts/{shop.acme}", "--format", "json")
    story = json.loads(done.out)
    validate(story, story_schema())
    assert story["format"] == "syncdsl/history/1"
    assert [event["what"] for event in story["events"]] == ["linked", *["wrote"] * 3, "saw", "wrote", "saw", "wrote"]
    last = story["events"][-1]
    assert (last["record"], last["field"], last["old"]) == (f"crm.Accounts/{shop.acme}", "Website", None)
    assert (last["new"], last["location"]) == ("https://acme.example/", "rules/main.sync:13")
    assert last["at"]
    assert last["by"]
    assert last["intent"]
    assert story["links"][0]["status"] == "active"


def test_colour_for_people_alone(shop: Shop) -> None:
    """A pipe gets plain text; the words are the same."""
    plain = shop.run("history", f"crm.Accounts/{shop.acme}").out
    coloured = shop.run("history", f"crm.Accounts/{shop.acme}", FORCE_COLOR="1").out
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain != coloured


def test_what_was_refused_is_told(shop: Shop) -> None:
    """A write that the other system refused is part of the story, with its words."""
    shop.crm.edit("Accounts", shop.acme, {"Tier": "far too long a tier"})
    shop.crm.insert("Accounts", {"Name": "acme LIMITED"})
    shop.apply()
    state = shop.state()
    facts = {"connection": "books", "module": "customers", "pair_or_document": "customers", "payload": {}}
    facts |= {"source_connection": "crm", "source_module": "Accounts", "source_id": shop.acme, "payload_hash": "h"}
    state.add_intents([Intent(iid="i1", op="update", record_id=shop.customer, fence=1, **facts)])  # type: ignore[arg-type]  # text fields
    state.resolve_intent("i1", "rejected", detail="the tier is too long")
    state.close()
    done = shop.run("history", f"crm.Accounts/{shop.acme}")
    assert f"refused  books.customers/{shop.customer}: update: the tier is too long" in done.out


def test_the_last_runs(shop: Shop) -> None:
    """Without a record, runs are listed, the newest last; one that never ended says so."""
    state = shop.state()
    (newest, *_) = state.runs(1)
    state.start_run("dead00000000", "apply", "", newest.started.replace(year=newest.started.year + 1))
    state.close()
    lines = shop.run("history").out.splitlines()
    assert lines == shop.run("runs").out.splitlines()
    heads = lines[0].split()
    assert (heads[:3], heads[-5:]) == (["began", "took", "run"], ["added", "updated", "deleted", "failed", "held"])
    assert [line.split()[-5:] for line in lines[1:-1]] == [["2", *"----"], ["-", "1", *"---"], ["-", "1", *"---"]]
    assert lines[-1].endswith("under way, or cut short")
    assert len(shop.run("history", "--limit", "2").out.splitlines()) == 3
    data = json.loads(shop.run("history", "--format", "json").out)
    validate(data, runs_schema())
    assert [run["ended"] is None for run in data["runs"]] == [True, False, False, False]


def test_nothing_on_disk_changes(shop: Shop) -> None:
    """Asking writes nothing."""
    before = shop.held()
    shop.run("history")
    shop.run("history", f"crm.Accounts/{shop.acme}")
    assert shop.held() == before


def test_old_history_is_let_go_by_hand(shop: Shop) -> None:
    """`--prune` needs a limit, removes what is older, says how much, and leaves links told and nothing in the file."""
    refused = shop.run("history", "--prune")
    assert refused.code == 3
    assert "history_days" in refused.err
    shop.settings("history_days = 30")
    assert "0 rows of old history let go; what is younger than 30 days is kept" in shop.run("history", "--prune").err
    state = shop.state()
    with state.transaction() as connection:
        connection.exec_driver_sql("UPDATE history SET at = '2020-01-01 00:00:00.000000'")
        connection.exec_driver_sql("UPDATE intent SET finished_at = '2020-01-01 00:00:00.000000'")
        connection.exec_driver_sql("UPDATE run SET started = '2020-01-01 00:00:00.000000'")
    state.close()
    done = shop.run("history", "--prune")
    assert re.search(r"1\d rows of old history, 3 old runs and what 4 old writes sent let go", done.err)
    assert b"+4930123" not in shop.held()
    state = shop.state()
    assert {uid: link.left_base for uid, link in state.lineage().items()} == {
        link.uid: link.left_base for link in state.links("customers")
    }
    state.close()
    assert "what was before is no longer kept" in shop.run("history", f"crm.Accounts/{shop.acme}").out


@pytest.mark.parametrize("arguments", [("--prune", "crm.Accounts/1"), ("--field", "Name"), ("--limit", "0")])
def test_options_that_make_no_sense(shop: Shop, arguments: tuple[str, ...]) -> None:
    """They are refused as usage."""
    assert shop.run("history", *arguments).code == 3


def test_a_deleted_person_is_erased(shop: Shop) -> None:
    """Deleted in both systems and erased, no value is left in any file of the state; the story is still told."""
    shop.crm.delete("Accounts", shop.acme)
    shop.books.delete("customers", shop.customer)
    shop.run("apply", "--yes", "--sweep")
    values = (b"Acme Limited", b"+49 30 123", b"+4930123", b"+49 30 456", b"+4930456", b"https://acme.example/")
    assert all(value in shop.held() for value in values)
    done = shop.run("erase", f"crm.Accounts/{shop.acme}", "--yes")
    assert done.code == 0
    assert "10 rows of the history" in done.out
    assert "Erased." in done.out
    assert "still there" not in done.out
    assert not any(value in shop.held() for value in values)
    assert b"+49 30 999" in shop.held()
    state = shop.state()
    assert {uid: link.left_base for uid, link in state.lineage().items()} == {
        link.uid: link.left_base for link in state.links("customers")
    }
    state.close()
    story = shop.run("history", f"crm.Accounts/{shop.acme}").out
    assert re.search(r"saw +crm +Phone +erased [0-9a-f]{8} → erased [0-9a-f]{8}", story)
    assert "No changes." in shop.apply().out
    assert not any(value in shop.held() for value in values)
    assert "  erase  " in shop.run("history").out.splitlines()[-2]
    assert "Nothing that could be erased is on file." in shop.run("erase", f"crm.Accounts/{shop.acme}", "--yes").out


def test_a_live_person_is_erased_as_far_as_that_goes(shop: Shop) -> None:
    """What the systems still hold is read again, and that is said; what was is gone, and nothing is written."""
    done = shop.run("erase", f"books.customers/{shop.customer}", "--yes")
    assert "read again by the next one" in done.out
    assert b"Acme Limited" not in shop.held()
    assert "No changes." in shop.apply().out
    assert b"Acme Limited" in shop.held()
    assert b"+49 30 123" not in shop.held()
    shop.crm.edit("Accounts", shop.acme, {"Phone": "+49 30 789"})
    assert "1 change" in shop.apply().out
    assert shop.books.records[shop.customer].fields["phone"] == "+49 30 789"


def test_nothing_is_erased_without_a_yes(shop: Shop) -> None:
    """Without a terminal `--yes` has to be said; at a terminal what would go is shown, and no is the default."""
    before = shop.held()
    refused = shop.run("erase", f"crm.Accounts/{shop.acme}")
    assert refused.code == 3
    assert "SD611" in refused.err
    environment = {**os.environ, **shop.run.environment, "HOME": str(shop.run.folder)}
    code, text = talk(
        shop.run.folder, environment, "erase", f"crm.Accounts/{shop.acme}", answers=[("cannot be undone", "")]
    )
    assert code == 0
    assert "10" in text
    assert "Nothing was erased." in text
    assert b"Acme Limited" in shop.held()
    assert before.count(b"Acme Limited") <= shop.held().count(b"Acme Limited")


def test_what_is_under_way_is_not_erased(shop: Shop) -> None:
    """A write that nobody knows about needs its values, and a run under way keeps the state: both are said."""
    state = shop.state()
    facts = {"connection": "books", "module": "customers", "pair_or_document": "customers", "payload": {}}
    facts |= {"source_connection": "crm", "source_module": "Accounts", "source_id": shop.acme, "payload_hash": "h"}
    state.add_intents([Intent(iid="i1", op="update", record_id=shop.customer, fence=1, **facts)])  # type: ignore[arg-type]  # text fields
    refused = shop.run("erase", f"crm.Accounts/{shop.acme}", "--yes")
    assert (refused.code, "SD827" in refused.err) == (3, True)
    (run,) = state.runs(1)
    state.acquire_lease("anna", os.getpid(), os.uname().nodename, run.started.replace(year=run.started.year + 1))
    busy = shop.run("erase", f"crm.Accounts/{shop.acme}", "--yes")
    assert (busy.code, "SD804" in busy.err) == (8, True)
    state.close()


def test_copies_are_named(shop: Shop) -> None:
    """A copy that a migration left beside the state still holds everything: erasing says where it is."""
    (shop.run.folder / ".syncdsl" / "test.db.backup-0004").write_bytes(b"")
    done = shop.run("erase", f"crm.Accounts/{shop.acme}", "--yes")
    assert "Not erased in copies of the state: " in done.out
    assert "test.db.backup-0004" in done.out
