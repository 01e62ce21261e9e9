"""Tables for spreadsheets: nothing computes, everything is read back exactly."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncdsl.render.spreadsheet import (
    BYTE_ORDER_MARK,
    SEPARATORS,
    NotATableError,
    decode_table,
    guarded,
    read_table,
    unguarded,
    write_table,
)

TRICKY = st.text(st.sampled_from("=+-@\t\r\n\v\f'\" ,;|aé\uff1d\uff0b\uff0d\uff20\ufeff\xa0"))
TEXTS = TRICKY | st.text(st.characters(exclude_categories=["Cs"]))
FORMULA = re.compile(r"[\s'\"\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
GUARD = "'"


@given(TEXTS)
@example("'=1")
@example("''=1")
@example("a;'=1")
@example("\t\t=1")
@example("\ufeff=1")
def test_guarding_is_undone_exactly(text: str) -> None:
    """Any text comes back, also one that begins with the apostrophe itself."""
    assert unguarded(guarded(text)) == text


@given(TEXTS)
def test_no_cell_is_computed_however_it_is_split(text: str) -> None:
    """Neither the cell nor a part of it behind any separator begins like a formula, spaces and quotes aside."""
    for part in re.split(r"[,;|\t\r\n\v\f]", guarded(text)):
        assert not FORMULA.match(part) or part.startswith(GUARD)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5), st.sampled_from(list(SEPARATORS.values())))
def test_a_table_is_read_back_as_it_was_written(rows: list[tuple[str, str]], separator: str) -> None:
    """With any separator, every cell and the line it stands in; also rows that hold line breaks."""
    table = write_table(["id", "text"], [{"id": f"x{one}", "text": two} for one, two in rows], separator=separator)
    assert table.startswith(BYTE_ORDER_MARK)
    found = read_table(decode_table(table.encode()))
    assert [(cells["id"], cells["text"]) for _, cells in found] == [(f"x{one}", two) for one, two in rows]
    lines = [line for line, _ in found]
    assert lines == sorted(set(lines))


@pytest.mark.parametrize(
    "payload",
    [
        '=cmd|" /C calc"!A0',
        "+1+1",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "\t=1",
        "\r=1",
        " =1",
        '"=1',
        "\uff1d1+1",
        'Acme",=1+1,"',
        "Acme;=1+1",
    ],
)
def test_known_injections_are_plain_text(payload: str) -> None:
    """The payloads that OWASP lists do nothing in a reader of commas, of semicolons or of tabs."""
    table = write_table(["id", "label"], [{"id": "b", "label": payload}]).removeprefix(BYTE_ORDER_MARK)
    for separator in SEPARATORS.values():
        for row in csv.reader(io.StringIO(table, newline=""), delimiter=separator):
            assert not any(FORMULA.match(cell) and not cell.startswith(GUARD) for cell in row), row


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_spreadsheets_save_is_understood(encoding: str, separator: str) -> None:
    """Their encodings and separators, cells without quotes, other capitals, empty rows, and Excel's own first line."""
    text = f"ID{separator} Décision\r\nb{separator}crm\r\n{separator}\r\nc{separator}\r\n"
    expected = [(2, {"id": "b", "décision": "crm"}), (4, {"id": "c", "décision": ""})]
    assert read_table(decode_table(text.encode(encoding))) == expected
    shifted = read_table(decode_table(f"sep={separator}\r\n{text}".encode(encoding)))
    assert shifted == [(line + 1, cells) for line, cells in expected]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("\ufeff\r\n", "it is empty"),
        ('id,decision\nb,"crm\nc,crm\n', "line 2: a quotation mark is opened and never closed"),
        ('id,decision\nb,crm\nc,"cr"m\n', "line 3: a quotation mark stands inside a cell"),
        ("id,decision\nb,crm,x\n", "line 2 has 3 cells, the line of names has 2"),
    ],
)
def test_a_mangled_table_is_refused_with_its_line(text: str, problem: str) -> None:
    """Whoever mended the file by hand is told where."""
    with pytest.raises(NotATableError, match=re.escape(problem)):
        read_table(text)


def test_a_lone_surrogate_is_shown_by_its_number() -> None:
    """Other systems hand them out, and no file can hold them."""
    assert "\\ud83d" in write_table(["id"], [{"id": "\ud83d"}])


@pytest.mark.parametrize("text", ["4876876000000123456", "007", "123456789012"])
def test_ids_stay_text(text: str) -> None:
    """Digits that a spreadsheet would round or shorten stay as they are."""
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Acme", "42", "0", "sd-abc", "12:30"])
def test_plain_text_stays_plain(text: str) -> None:
    """Nothing else is touched."""
    assert guarded(text) == text
