"""What a snapshot holds, in figures: read to its end, so that damage is noticed, and nothing of it kept."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.engine.snapshot.file import SnapshotReader, damaged

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.engine.snapshot.header import Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A snapshot: `records` by connection and module, `rows` of the state by table, modules that were not readable.

    `unread` are connection, module, code and message of each.
    """

    header: Header
    digest: str
    records: dict[tuple[str, str], int]
    rows: dict[str, int]
    unread: tuple[tuple[str, str, str, str], ...]


def contents_of(path: Path) -> Contents:
    """Return what a snapshot holds.

    Raises Fault: SD609 when it cannot be read, SD895 when it is no snapshot, or not whole.
    """
    records: Counter[tuple[str, str]] = Counter()
    rows: Counter[str] = Counter()
    unread: list[tuple[str, str, str, str]] = []
    with closing(SnapshotReader(path)) as reader:
        try:
            for line in reader.lines():
                kind = line["kind"]
                if kind == "row":
                    rows[str(line["table"])] += 1
                elif kind == "record":
                    connection, module = line["at"]
                    records[connection, module] += 1
                elif kind == "unread":
                    connection, module, _view = line["at"]
                    unread.append((connection, module, line["code"], line["message"]))
        except (KeyError, ValueError, TypeError):
            raise damaged(path, "a line of it is none of a snapshot") from None
        return Contents(
            header=reader.header,
            digest=reader.digest,
            records=dict(records),
            rows=dict(rows),
            unread=tuple(unread),
        )
