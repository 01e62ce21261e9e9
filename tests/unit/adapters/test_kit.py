"""The conformance kit itself: it passes what is right, and notices what is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.conformance import Report, Subject, Verdict, run_kit, steps, subject_of
from syncdsl.adapters.memory import MemoryConnection, Store
from syncdsl.adapters.protocol import Change, NewRecord, Outcome, Page, Rejected, Tier, Written
from syncdsl.schema.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest, Record
    from syncdsl.schema.values import Value

SNAPSHOT = read_snapshot(Path(__file__).parents[3] / "rules" / "zoho" / "schema" / "books.json")


class Healthy(MemoryConnection):
    """The memory adapter; subclasses break it in one way."""

    def __init__(self) -> None:
        super().__init__(Store("organisation", SNAPSHOT), connection="memory")


class Twice(Healthy):
    """Forgets that a key is taken: creates sent twice make two records."""

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records with their key as an ordinary field, without looking whether it is taken."""
        made = [self.store.insert(module, {**new.fields, "cf_syncdsl_key": new.key}) for new in records]
        return [Written(id=one.id) for one in made] if not safe else super().create(module, records, safe=True)


class Overwriting(Healthy):
    """Never looks at what an update was based on."""

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update without the base."""
        return super().update(module, [replace(change, based_on=None) for change in changes])


class Trimming(Healthy):
    """Takes spaces and capitals away."""

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records with coerced texts."""

        def coerced(value: Value) -> Value:
            return value.strip().upper() if isinstance(value, str) and not value.startswith("sd-") else value

        sent = [
            replace(new, fields={name: coerced(value) for name, value in new.fields.items()})
            if "notes" in new.fields
            else new
            for new in records
        ]
        return super().create(module, sent, safe=safe)


class Hiding(Healthy):
    """Leaves inactive records out of its lists."""

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read without the inactive ones."""
        for item in super().observe(request):
            if isinstance(item, Page):
                shown = tuple(record for record in item.records if record.id not in self.store.inactive)
                yield replace(item, records=shown)
            else:
                yield item


class Guessing(Healthy):
    """Takes any record for the survivor of one that is gone."""

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:
        """Invent survivors."""
        living = [record.id for record in self.store.living(module)]
        return {one: living[0] for one in ids if one not in living}


class Generous(Healthy):
    """Finds more than it was asked for."""

    def search(self, module: str, text: str, fields: Sequence[str], limit: int) -> list[Record]:
        """Search without a limit."""
        return super().search(module, text, fields, limit + 1)


class Breaking(Healthy):
    """Breaks off when it is asked to look records up."""

    def find(self, *_arguments: Any, **_named: Any) -> dict[Value, list[Any]]:
        """Fail."""
        raise KeyError("internal")


@pytest.fixture(autouse=True)
def _no_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing: the memory adapter's versions are certain at once."""
    monkeypatch.setattr("syncdsl.adapters.conformance.grounds.FRESH_SECONDS", 0)


def checked(connection: MemoryConnection) -> Report:
    """Run the kit on customers."""
    subject = subject_of(SNAPSHOT, "customers")
    assert subject is not None
    return run_kit(connection, subject)


def worse(report: Report) -> set[str]:
    """Return the names of what falls behind what is declared."""
    return {item.name for item in report.worse}


def test_the_memory_adapter_passes_and_leaves_nothing() -> None:
    """Every test holds, everything declared is measured so, and the records of the kit are gone."""
    connection, told = Healthy(), list[str]()
    subject = subject_of(SNAPSHOT, "customers")
    assert subject is not None
    report = run_kit(connection, subject, advance=told.append)
    assert [item.otherwise for item in report.failed] == []
    assert worse(report) == set()
    assert report.kept == ()
    assert connection.store.living("customers") == []
    assert len(told) == steps()
    assert {item.group for item in report.measurements} == {
        "creates",
        "updates",
        "reading",
        "records",
        "values",
        "time",
    }


def test_a_key_that_does_not_hold_is_noticed() -> None:
    """An adapter whose creates come twice is told from one that declares more than it keeps."""
    report = checked(Twice())
    assert {"tier", "unique under a race"} <= worse(report)
    assert any("duplicate" in item.name for item in report.failed)


def test_an_update_that_overwrites_is_noticed() -> None:
    """Writing over what somebody else just wrote falls behind."""
    report = checked(Overwriting())
    assert worse(report) == {"an outdated update"}
    assert [item.name for item in report.failed] == ["update_of_a_moved_record_writes_nothing"]


@pytest.mark.parametrize(
    ("connection", "noticed"),
    [
        (Hiding, "inactive_record_stays"),
        (Guessing, "only_merged_records_have_a_survivor"),
        (Generous, "search_finds_records_by_name"),
    ],
)
def test_what_is_wrong_with_what_happens_besides_edits_is_noticed(connection: type[Healthy], noticed: str) -> None:
    """Inactive records that vanish from lists, invented survivors and a search without an end each fail one test."""
    assert noticed in {item.name for item in checked(connection()).failed}


def test_coercions_are_in_the_table() -> None:
    """What a system makes of texts is measured, whatever its documentation says."""
    measured = {item.name: item.measured for item in checked(Trimming()).measurements}
    assert measured["capitals"] == "upper case"
    assert measured["spaces around"] == "'  a b  ' reads 'A B'"
    assert {item.name: item.measured for item in checked(Healthy()).measurements}["capitals"] == "kept"


def test_an_adapter_that_breaks_off_is_a_finding_not_the_end() -> None:
    """An unexpected error fails the tests that meet it; the others run, and everything is tidied up."""
    connection = Breaking()
    report = checked(connection)
    assert any("broke off: KeyError" in (item.otherwise or "") for item in report.failed)
    assert any(item.otherwise is None for item in report.expectations)
    assert connection.store.living("customers") == []


def test_a_lower_tier_is_measured_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps more than it declares fits."""
    capabilities = Healthy().capabilities
    monkeypatch.setattr(MemoryConnection, "capabilities", property(lambda _self: replace(capabilities, tier=Tier.T3)))
    [tier] = [item for item in checked(Healthy()).measurements if item.name == "tier"]
    assert (tier.declared, tier.measured[:2], tier.verdict) == ("T3", "T1", Verdict.FITS)


def test_a_record_that_cannot_be_deleted_is_named() -> None:
    """What the system keeps is listed, for a person to delete."""

    class Keeping(Healthy):
        def delete(self, module: str, ids: Sequence[str]) -> list[Outcome]:
            return [
                Written(id=one)
                if self.store.get(module, one) is None
                else Rejected(code="IN_USE", message="it has transactions")
                for one in ids
            ]

    report = checked(Keeping())
    assert report.kept
    assert all(module == "customers" for module, _ in report.kept)


@pytest.mark.parametrize(
    ("module", "suits"), [("customers", True), ("items", True), ("invoices", False), ("taxes", False)]
)
def test_a_subject_is_made_up_only_from_what_the_schema_tells(module: str, suits: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Modules that need a reference or lines to be created, or that cannot be written, suit nobody."""
    subject = subject_of(SNAPSHOT, module)
    assert isinstance(subject, Subject) is suits
