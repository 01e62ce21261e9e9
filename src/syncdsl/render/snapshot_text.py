"""What a snapshot holds, for people and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.changes.change_set import Privacy
from syncdsl.render.moment import Moment
from syncdsl.render.neutral import neutral, neutral_json
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.table import table_lines
from syncdsl.schema.model import Model, published_schema

if TYPE_CHECKING:
    from syncdsl.engine.snapshot.contents import Contents

_FIELDS = 6
"""How many fields of a module are named."""


class HeldModule(Model):
    """A module in a snapshot: which fields of its records, which views, how many records."""

    connection: str
    module: str
    records: int
    fields: tuple[str, ...]
    views: tuple[str, ...]


class UnreadModule(Model):
    """A module that could not be read when the snapshot was taken."""

    connection: str
    module: str
    code: str
    message: str


class SnapshotFile(Model):
    """What `syncdsl snapshot show --format json` prints. `rows` counts what it holds of the state, by table."""

    format: Literal["syncdsl/snapshot-contents/1"] = "syncdsl/snapshot-contents/1"
    digest: str
    environment: str
    taken: Moment
    rules: str
    privacy: Privacy
    everything: bool
    organizations: dict[str, str]
    modules: tuple[HeldModule, ...]
    sensitive: tuple[str, ...]
    rows: dict[str, int]
    unread: tuple[UnreadModule, ...]


def render_snapshot(held: Contents, style: Style = PLAIN) -> str:
    """Return what a snapshot holds as text."""
    header = held.header
    lines = [
        f"{style('bold', neutral(header.environment))}, taken {header.taken:%Y-%m-%d %H:%M:%S} UTC",
        f"  digest {held.digest}",
        f"  rules  {neutral(header.rules)}",
    ]
    for name, system in sorted(header.connections.items()):
        called = f" {system.identity.name}" if system.identity.name else ""
        what = f"{name}: {system.adapter}, organisation {system.identity.organization}{called}"
        lines.append(f"  {neutral(what)}, {neutral(system.identity.base_currency)}")
    if header.privacy == "pseudonyms":
        lines.append("  pseudonyms stand for all that could tell a person")
    elif header.sensitive:
        lines.append(
            f"  without the values of {counted(len(header.sensitive), 'sensitive field')}; all others in clear"
        )
    else:
        lines.append("  in clear: it holds customers' data")
    if header.everything:
        lines.append("  with every readable field")
    rows = []
    for one in header.modules:
        named = ", ".join(neutral(name) for name in one.fields[:_FIELDS])
        more = f" and {len(one.fields) - _FIELDS:,} more" if len(one.fields) > _FIELDS else ""
        count = held.records.get((one.connection, one.module), 0)
        rows.append((neutral(f"{one.connection}.{one.module}"), f"{count:,}", ", ".join(one.views), named + more))
    lines += ["", *table_lines(("module", "records", "views", "fields"), rows, style, right=("records",))]
    counts = [
        f"{counted(held.rows.get(table, 0), noun, plural)}" for table, noun, plural in _NOUNS if held.rows.get(table)
    ]
    lines += ["", f"of the state: {', '.join(counts) or 'nothing yet'}"]
    for connection, module, code, message in held.unread:
        lines.append(f"not readable: {neutral(f'{connection}.{module}: {code}: {message}')}")
    return "\n".join(lines) + "\n"


_NOUNS = (
    ("link", "link", None),
    ("instance", "document", None),
    ("set_aside", "record set aside", "records set aside"),
    ("truth", "truth", None),
    ("access_grant", "role", None),
    ("intent", "write", None),
    ("review", "question", None),
    ("rules", "set of rules in force", None),
)


def render_snapshot_json(held: Contents) -> str:
    """Return what a snapshot holds as JSON."""
    header = held.header
    told = SnapshotFile(
        digest=held.digest,
        environment=header.environment,
        taken=header.taken.isoformat(),
        rules=header.rules,
        privacy=header.privacy,
        everything=header.everything,
        organizations={name: system.identity.organization for name, system in sorted(header.connections.items())},
        modules=tuple(
            HeldModule(
                connection=one.connection,
                module=one.module,
                records=held.records.get((one.connection, one.module), 0),
                fields=one.fields,
                views=one.views,
            )
            for one in header.modules
        ),
        sensitive=tuple(".".join(place) for place in header.sensitive),
        rows=dict(sorted(held.rows.items())),
        unread=tuple(
            UnreadModule(connection=connection, module=module, code=code, message=message)
            for connection, module, code, message in held.unread
        ),
    )
    return neutral_json(json.dumps(told.model_dump(mode="json"), indent=2, ensure_ascii=False)) + "\n"


def snapshot_contents_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl snapshot show --format json` prints."""
    return published_schema(SnapshotFile, "Contents of syncdsl snapshot show")
