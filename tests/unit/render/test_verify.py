"""A verification as text and as JSON."""

from __future__ import annotations

import json

from jsonschema import validate

from syncdsl.changes.effects import RecordName
from syncdsl.changes.verification import (
    Agreement,
    Difference,
    FieldTotal,
    Gone,
    Missing,
    SharedKey,
    Verification,
    percent_of,
)
from syncdsl.render.verify_json import render_verification_json, verification_schema
from syncdsl.render.verify_text import duration_text, render_verdict, render_verification

ACME = RecordName(connection="crm", module="Accounts", id="1", label="Acme\x1b[2J")
PARTNER = RecordName(connection="books", module="customers", id="2", label="Acme")
FOUND = Verification(
    environment="production",
    read={"crm.Accounts": 2, "books.customers": 1},
    modules=(
        Agreement(
            name="customers",
            location="main.sync:3",
            linked=1_234,
            compared=12_340,
            agree=12_339,
            percent=percent_of(12_339, 12_340),
            pending=1,
            missing_right=1,
            gone=1,
            shared_keys=1,
            fields=(FieldTotal(line="Phone <-> phone", field="phone", location="main.sync:9", kinds={"pending": 1}),),
            oldest_lag_seconds=90_061,
        ),
    ),
    differences=(
        Difference(
            kind="pending",
            rule="customers",
            location="main.sync:9",
            line="Phone <-> phone",
            field="phone",
            direction="both",
            left=ACME,
            right=PARTNER,
            left_value="1",
            right_value=None,
            changed="left",
            lag_seconds=90_061,
        ),
    ),
    missing=(Missing(rule="customers", location="main.sync:3", record=ACME, held=False, lag_seconds=5),),
    gone=(Gone(rule="customers", location="main.sync:3", left=ACME, right=PARTNER, sides=("right",)),),
    shared_keys=(SharedKey(key="sd-x", records=(PARTNER, PARTNER)),),
)


def test_everything_that_was_found_is_in_the_text() -> None:
    """Verdict, table, fields, difference with both values and its rule, missing, gone and shared keys are shown."""
    text = render_verification(FOUND)
    for piece in (
        "Not in sync. production: 99.99 % of 12,340 compared fields agree.",
        "3 records read anew",
        "1,234  99.99 %",
        "1 d 1 h",
        '"1" | (empty)',
        "changed in crm at least 1 d 1 h ago; Phone <-> phone (main.sync:9)",
        "Without a partner",
        "books.customers/2 is gone",
        "sd-x: Acme (books.customers/2), Acme (books.customers/2)",
    ):
        assert piece in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_verdict_never_says_in_sync_when_something_differs() -> None:
    """What is left alone is no failure and no full agreement either; the share is rounded down."""
    module = FOUND.modules[0].model_copy(
        update={"pending": 0, "missing_right": 0, "gone": 0, "shared_keys": 0, "left_alone": 1, "fields": ()}
    )
    alone = Verification(environment="e", modules=(module,))
    assert (alone.as_ruled, alone.in_sync) == (True, False)
    assert "In sync" not in render_verdict(alone)
    assert "1 differ and are left alone" in render_verdict(alone)
    assert percent_of(999_999, 1_000_000) == "99.99"
    assert percent_of(0, 0) is None


def test_durations_have_two_units() -> None:
    """A duration is told in its largest units."""
    assert [duration_text(item) for item in (None, 0, 59, 61, 3_600, 90_061)] == [
        "-",
        "0 s",
        "59 s",
        "1 min",
        "1 h",
        "1 d 1 h",
    ]


def test_the_json_is_of_its_published_form() -> None:
    """The JSON validates against its schema and carries the figures."""
    data = json.loads(render_verification_json(FOUND))
    validate(data, verification_schema())
    assert data["summary"]["percent"] == "99.99"
    assert data["summary"]["differing"] == 4
    assert "\x1b" not in render_verification_json(FOUND)
