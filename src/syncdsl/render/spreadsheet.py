"""Tables for spreadsheets: CSV that computes nothing, and that is read back exactly.

A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a line break for a formula, and record values
come from anywhere: an account called `=HYPERLINK(…)` would run on the desk of whoever reviews it. Such a cell gets an
apostrophe before it; reading takes exactly that apostrophe away. The same is done behind every separator inside a cell,
because a spreadsheet set to another separator than ours splits the cell there. See OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that a file is UTF-8."""

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
GUARD = "'"
_FORMULA = r"(?=['\"\ufeff]*(?:[^\S\t\r\n\v\f]|['\"\ufeff])*[=+\-@\t\r\n\v\f\uff1d\uff0b\uff0d\uff20\u2212])"
_NUMBER = r"(?=['\"\ufeff]*(?:0[0-9]+|[0-9]{12,})\Z)"
"""Digits that a spreadsheet would shorten or round: ids have nineteen of them."""
_START = re.compile(rf"\A(?:{_FORMULA}|{_NUMBER})")
_INSIDE = re.compile(rf"([,;|\t\r\n\v\f]){_FORMULA}")
_GUARDED_START = re.compile(rf"\A{GUARD}(?:{_FORMULA}|{_NUMBER})")
_GUARDED_INSIDE = re.compile(rf"([,;|\t\r\n\v\f]){GUARD}{_FORMULA}")


class NotATableError(ValueError):
    """A text is no table; the message says where and why."""


def guarded(text: str) -> str:
    """Return text that no spreadsheet computes or rounds."""
    return _INSIDE.sub(rf"\g<1>{GUARD}", _START.sub(GUARD, text))


def unguarded(text: str) -> str:
    """Return the text that `guarded` made this of; text that it did not make stays as it is."""
    return _GUARDED_INSIDE.sub(r"\g<1>", _GUARDED_START.sub("", text))


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, str]], *, separator: str = ",") -> str:
    """Return CSV for spreadsheets: a byte order mark, a line of names, every cell in quotes and guarded."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in columns])
    for row in rows:
        writer.writerow([guarded(row.get(column, "")) for column in columns])
    # Other systems do hand out lone surrogates, which no file can hold.
    return BYTE_ORDER_MARK + stream.getvalue().encode("utf-8", "backslashreplace").decode()


def decode_table(data: bytes) -> str:
    """Return the text of a file that a spreadsheet saved: UTF-8, UTF-16 with a mark, else Windows' western letters."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_table(text: str) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of CSV, each with the line it begins in, its cells by lower-case column name.

    Empty rows are left out. The separator is the one that the line of names has. Raises NotATableError.
    """
    lines = text.removeprefix(BYTE_ORDER_MARK)
    skipped = 0
    if lines[:4].casefold() == "sep=":
        # Excel's own first line for the separator.
        lines = lines.partition("\n")[2]
        skipped = 1
    if not lines.strip():
        raise NotATableError("it is empty")
    head = lines.lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS.values(), key=head.count)
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    names: list[str] | None = None
    begins = skipped + 1
    try:
        for cells in reader:
            line, begins = begins, skipped + reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = [unguarded(cell).strip().casefold() for cell in cells]
                continue
            if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                raise NotATableError(f"line {line} has {len(cells)} cells, the line of names has {len(names)}")
            rows.append((line, dict(zip(names, (unguarded(cell) for cell in cells), strict=False))))
    except csv.Error as error:
        raise NotATableError(f"line {begins}: {_in_words(error)}") from None
    return rows


def _in_words(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        return "a quotation mark is opened and never closed"
    if "expected after" in text:
        return "a quotation mark stands inside a cell; it must be doubled"
    return text
