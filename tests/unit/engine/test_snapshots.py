"""Snapshots: what is never in one, what a preview of one decides, and files that somebody made up."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.test_concealment import NAMES, RULES, busy
from tests.unit.engine.test_lineage import RULES as LINEAGE
from tests.unit.engine.test_lineage import subject
from tests.unit.engine.world import HEAD, SCHEMAS, compiled

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_PERMITTED
from syncdsl.engine.run import preview
from syncdsl.engine.snapshot.contents import contents_of
from syncdsl.engine.snapshot.file import read_header, write_lines
from syncdsl.engine.snapshot.needs import needs_of
from syncdsl.engine.snapshot.restoring import opened_snapshot, refuse_unfit
from syncdsl.engine.snapshot.taking import take_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.engine.conftest import World

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.engine.run import Run


PEOPLE = """
module people: crm.Contacts <-> books.vendors
    dedupe: Name == name
    map:
        Name <-> name
"""


def taken(world: World, path: Path, **how: Any) -> str:
    """Take a snapshot of a world and return every byte of it, decompressed, as text."""
    with path.open("wb") as target:
        take_snapshot(world.run(world.state(scratch=True)), target, **how)
    return gzip.decompress(path.read_bytes()).decode("utf-8", "surrogatepass")


@contextmanager
def on_snapshot(world: World, path: Path) -> Iterator[Run]:
    """Yield a run of a world's rules on a snapshot."""
    plan = compiled(world.rules_text)
    with opened_snapshot(path) as snapshot, snapshot.state() as state:
        run = world.run(state)
        yield replace(run, connections=snapshot.connections(plan, SCHEMAS, {}), clock=lambda: snapshot.header.taken)


def offline(world: World, path: Path) -> ChangeSet:
    """Preview a snapshot of a world."""
    with on_snapshot(world, path) as run:
        return preview(run)


def names(text: str) -> list[str]:
    """Return the names of the accounts of a snapshot."""
    lines = [json.loads(line) for line in text.splitlines()]
    return [
        line["fields"]["Name"] for line in lines if line.get("kind") == "record" and line["at"] == ["crm", "Accounts"]
    ]


def kinds(changes: ChangeSet) -> Counter[tuple[str, str]]:
    """Return how many effects there are of each kind and rule, but for updates.

    What a line computes of several values is another value when it is computed of what stands in their place.
    """
    return Counter((effect.kind, effect.rule) for effect in changes.effects if effect.kind != "update")


def test_no_byte_is_a_sensitive_value(world: World, tmp_path: Path) -> None:
    """Of a sensitive field, and of what rules compute from it, nothing is told, in records, bases and questions."""
    busy(world)
    world.apply()
    world.account("Mary Shelley", Secret="canary 7777")
    text = taken(world, tmp_path / "a.snapshot", everything=True)
    assert "Mary Shelley" in text
    assert "canary" not in text.casefold()
    assert kinds(offline(world, tmp_path / "a.snapshot")) == kinds(world.preview())


def test_with_pseudonyms_no_byte_tells_a_person(world: World, tmp_path: Path) -> None:
    """Names and numbers are nowhere, records still match each other, and bases still compare."""
    busy(world)
    world.apply()
    world.account("Rosalind Franklin", Phone="+49 30 4711 0817")
    world.customer("rosalind franklin", phone="+49 30 4711 0818")
    text = taken(world, tmp_path / "a.snapshot", privacy="pseudonyms", everything=True).casefold()
    for canary in (*NAMES, "Rosalind", "Twin", "47110815", "4711 0817", "4711 0818", "canary"):
        assert canary.casefold() not in text, canary
    assert kinds(offline(world, tmp_path / "a.snapshot")) == kinds(world.preview())


def test_no_two_snapshots_have_the_same_pseudonyms(world: World, tmp_path: Path) -> None:
    """The key is made for one file, so that files cannot be laid side by side."""
    world.rules(RULES).account("Ada Lovelace")
    first, second = (names(taken(world, tmp_path / one, privacy="pseudonyms")) for one in ("a.snapshot", "b.snapshot"))
    assert len(first) == len(second) == 1
    assert first != second


def test_equal_worlds_make_equal_files(world: World, tmp_path: Path) -> None:
    """In clear a snapshot is canonical: taken twice at the same time it is the same, byte by byte."""
    busy(world)
    state = world.state(scratch=True)
    run = world.run(state)
    for name in ("a.snapshot", "b.snapshot"):
        with (tmp_path / name).open("wb") as target:
            take_snapshot(run, target, exact=True)
    assert (tmp_path / "a.snapshot").read_bytes() == (tmp_path / "b.snapshot").read_bytes()


def test_a_module_that_cannot_be_read_is_recorded_as_such(world: World, tmp_path: Path) -> None:
    """A preview of the snapshot holds back what one of the systems would, for the same reason."""
    world.rules(RULES + PEOPLE).account("Ada Lovelace")
    world.record(world.crm, "Contacts", Name="Grace Hopper")

    def refuse(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe" and arguments[0].module == "customers":
            raise Fault(NOT_PERMITTED, "may not be read", help="ask somebody")
        return answer

    world.answered = refuse
    taken(world, tmp_path / "a.snapshot")
    online = world.preview()
    found = offline(world, tmp_path / "a.snapshot")
    assert found.unreadable == online.unreadable
    assert len(found.unreadable) == 1
    assert contents_of(tmp_path / "a.snapshot").unread[0][:3] == ("books", "customers", "SD703")


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "row", "table": "journal_event", "row": {}},
        {"kind": "row", "table": "link", "row": {"uid": "1"}},
        {"kind": "row", "table": "switch", "row": {"name": 7, "value": None, "by": "", "at": "2026-01-01T00:00:00Z"}},
        {"kind": "row", "table": "switch", "row": {"name": "x", "value": None, "by": "", "at": "yesterday"}},
        {"kind": "record", "at": ["crm"], "id": "1"},
        {
            "kind": "record",
            "at": ["crm", "Accounts"],
            "id": [],
            "version": 1,
            "modified": 5,
            "created": {},
            "fields": 0,
        },
        {"kind": "ending", "at": ["crm", "Accounts", None], "reading": "all"},
        {"kind": "shown", "at": 3},
        {"kind": "shown", "at": ["crm", "Accounts", None], "reading": "all", "how": "record", "ids": [[]]},
        {"kind": "shown", "at": ["crm", "Accounts", None], "reading": "half", "how": "record", "ids": []},
        {"kind": "survivors", "at": ["crm", "Accounts"], "into": {"1": 2}},
        {"kind": "nothing", "at": []},
        {"at": []},
    ],
)
def test_a_made_up_line_is_refused(world: World, tmp_path: Path, line: dict[str, Any]) -> None:
    """Whoever writes a digest that fits is told that a line is none of a snapshot; nothing is half believed."""
    world.rules(RULES).account("Ada Lovelace")
    path = tmp_path / "a.snapshot"
    taken(world, path)
    header = read_header(path)
    with path.open("wb") as target:
        write_lines(target, header, [line])
    with pytest.raises(Fault, match=r"SD895"), opened_snapshot(path):
        pass


def test_what_does_not_fit_is_said(world: World, tmp_path: Path) -> None:
    """Another environment, another adapter, and fields, modules and views that are not held: each is named."""
    world.rules(RULES).account("Ada Lovelace")
    path = tmp_path / "a.snapshot"
    taken(world, path)
    header, plan = read_header(path), compiled(world.rules_text)
    with pytest.raises(Fault, match=r"SD898.*environment `test`, not of `live`"):
        refuse_unfit(header, path, "live", plan, SCHEMAS)
    crm = header.connections["crm"].model_copy(update={"adapter": "x"})
    other = header.model_copy(update={"connections": {**header.connections, "crm": crm}})
    with pytest.raises(Fault, match=r"SD898.*`crm` as `x`, the rules say `memory`"):
        refuse_unfit(other, path, "test", plan, SCHEMAS)
    more = RULES.replace("    dedupe", '    view: "Some"\n    dedupe', 1) + "        City -> city\n"
    with pytest.raises(Fault, match=r"SD896.*`city` of `books.customers`; `City` of `crm.Accounts`; the view `Some`"):
        refuse_unfit(header, path, "test", compiled(HEAD + more), SCHEMAS)


def test_all_fields_are_those_of_the_modules_that_rules_read() -> None:
    """With everything there are all fields of each such module, and no other module."""
    plan = compiled(HEAD + RULES)
    needs, every = needs_of([plan], SCHEMAS), needs_of([plan], SCHEMAS, everything=True)
    assert [need.module for need in needs] == [need.module for need in every] == ["customers", "Accounts"]
    assert set(every[1].fields) == set(SCHEMAS["crm"].modules["Accounts"].fields)
    assert set(needs[1].fields) < set(every[1].fields)


@pytest.mark.parametrize("edited", ["nothing", "left", "right", "both"])
def test_erased_values_stay_erased_and_decide_as_before(world: World, tmp_path: Path, edited: str) -> None:
    """Without the key of erased values in it, a preview of a snapshot still tells what was edited since they were."""
    left = world.rules(LINEAGE).account("Acme", Phone="+49 1", Website="https://acme.example")
    world.settle()
    (link,) = world.state().links("customers")
    world.state().erase(subject(world), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "anna")
    if edited in {"left", "both"}:
        world.edit(left, Phone="+49 2", Website=None)
    if edited in {"right", "both"}:
        world.edit(link.right_id, phone="+49 3")
    key = world.state().erasure_key()
    assert key is not None
    assert key not in taken(world, tmp_path / "a.snapshot")
    online = world.preview()
    assert bool(online.effects) == (edited != "nothing")
    assert offline(world, tmp_path / "a.snapshot").effects == online.effects
