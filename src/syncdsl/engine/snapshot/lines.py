"""The lines of a snapshot behind its header: rows of the state, and a recording of the systems."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Record
from syncdsl.adapters.recorded import Ending, Shown, Unread
from syncdsl.adapters.stages import StageChange
from syncdsl.schema.values import fields_from_json, fields_to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.recorded import Reading, Recording
    from syncdsl.engine.snapshot.header import Header
    from syncdsl.engine.snapshot.veil import Veil

READINGS: tuple[Reading, Reading] = ("changes", "all")
BATCH = 500


def recording_lines(recording: Recording, veil: Veil, header: Header) -> Iterator[dict[str, Any]]:
    """Return the lines that tell a recording, module by module."""
    for one in header.modules:
        place = (one.connection, one.module)
        for record in recording.every_record(*place):
            yield {
                "kind": "record",
                "at": list(place),
                "id": record.id,
                "version": veil.version(record.version),
                "modified": _stamp(record.modified),
                "created": _stamp(record.created),
                "fields": fields_to_json(veil.fields(*place, record.fields)),
            }
        for view in (None, *one.views):
            fault = recording.failed(*place, view)
            if fault is not None:
                yield {
                    "kind": "unread",
                    "at": [*place, view],
                    "code": fault.code,
                    "message": fault.message,
                    "help": fault.help,
                }
            for reading in READINGS:
                yield from _reading_lines(recording, place, view, reading)
        for record_id in recording.with_stages(*place):
            changes = recording.stages(*place, [record_id])[record_id]
            yield {
                "kind": "stages",
                "at": list(place),
                "id": record_id,
                "changes": [[_stamp(change.at), change.stage] for change in changes],
            }
        survivors = recording.survivors(*place)
        if survivors:
            yield {"kind": "survivors", "at": list(place), "into": survivors}


def _reading_lines(
    recording: Recording, place: tuple[str, str], view: str | None, reading: Reading
) -> Iterator[dict[str, Any]]:
    for shown in recording.shown(*place, view, reading):
        for how, some in groupby(shown, key=lambda item: item.how):
            yield {
                "kind": "shown",
                "at": [*place, view],
                "reading": reading,
                "how": how,
                "ids": [item.id for item in some],
            }
    end = recording.ending(*place, view, reading)
    if end is not None:
        yield {
            "kind": "ending",
            "at": [*place, view],
            "reading": reading,
            "begun": end.begun,
            "complete": end.complete,
            "cursor": end.cursor,
            "server_time": _stamp(end.server_time),
            "steady": end.steady,
        }


class Restoring:
    """Takes the lines of a recording back into one. Raises ValueError, KeyError or TypeError for what is no line."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._records: list[Record] = []
        self._at = ""
        self._numbers: dict[tuple[Any, ...], int] = {}

    def take(self, line: dict[str, Any]) -> None:
        """Take one line."""
        kind = line["kind"]
        if kind == "record":
            self._record(line)
            return
        self.finish()
        at = tuple(line["at"])
        match kind:
            case "shown":
                key = (*at, line["reading"])
                items = [Shown(id=record_id, how=line["how"]) for record_id in line["ids"]]
                first = self._numbers.get(key, 0)
                self._numbers[key] = self._recording.show(at[0], at[1], at[2], line["reading"], first, items)
            case "ending":
                ending = Ending(
                    begun=line["begun"],
                    complete=line["complete"],
                    cursor=line["cursor"],
                    server_time=dt.datetime.fromisoformat(line["server_time"]),
                    steady=line["steady"],
                )
                self._recording.end(at[0], at[1], at[2], line["reading"], ending)
            case "unread":
                unread = Unread(code=line["code"], message=line["message"], help=line["help"])
                self._recording.fail(at[0], at[1], at[2], unread)
            case "stages":
                changes = [
                    StageChange(at=dt.datetime.fromisoformat(moment), stage=stage) for moment, stage in line["changes"]
                ]
                self._recording.put_stages(at[0], at[1], [(line["id"], changes)])
            case "survivors":
                self._recording.put_survivors(at[0], at[1], line["into"].items())
            case _:
                raise ValueError(f"no line of a snapshot: {kind}")

    def finish(self) -> None:
        """Store what waits."""
        if self._records:
            self._recording.put(self._at, self._records)
            self._records = []

    def _record(self, line: dict[str, Any]) -> None:
        connection, module = line["at"]
        if connection != self._at or len(self._records) >= BATCH:
            self.finish()
            self._at = connection
        self._records.append(
            Record(
                module=module,
                id=line["id"],
                version=line["version"],
                modified=_moment(line["modified"]),
                created=_moment(line["created"]),
                fields=fields_from_json(line["fields"]),
            )
        )


def _stamp(at: dt.datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)
