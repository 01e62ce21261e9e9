"""A preview as JSON in a versioned form: its verdict and figures, and the change set as it would be saved."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Literal

import orjson

from syncdsl.changes.approvals import Judged
from syncdsl.changes.change_set import ChangeSet
from syncdsl.render.neutral import neutral_json
from syncdsl.render.preview.outline import outline
from syncdsl.render.preview.verdict import unknown_texts, verdict_parts, verdict_text
from syncdsl.render.totals import KINDS
from syncdsl.schema.model import Model, published_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from syncdsl.render.preview.outline import Outline
    from syncdsl.render.totals import Money


class DocumentTotal(Model):
    """Some documents; amounts are decimal text by currency ("" is the base currency), `unknown` have none."""

    count: int
    amounts: dict[str, str]
    unknown: int


class GroupTotal(Model):
    """The changes of one kind that one rule makes in one module for one reason.

    In a reason that differs by the records it names, `…` stands in their place. `documents` is None where none are
    made.
    """

    rule: str
    module: str
    kind: str
    reason: str
    changes: int
    documents: DocumentTotal | None = None


class HeldTotal(Model):
    """What waits for one reason; `why` is the kind of decision."""

    rule: str
    why: str
    reason: str
    count: int


class Summary(Model):
    """The verdict: `verdict` in words, the rest in figures.

    `documents` are by rule. `unreadable` counts the modules that could not be read, `unpreviewed` what could not be
    foreseen; `unknown` names both. `calls` and `seconds` are None where nothing was estimated. `approvals` are as they
    were judged, None where nothing was.
    """

    verdict: str
    changes: int
    kinds: dict[str, int]
    deletes: int
    held: int
    parked: int
    documents: dict[str, DocumentTotal]
    guards: int
    guards_exceeded: int
    unreadable: int
    unpreviewed: int
    unknown: tuple[str, ...]
    calls: int | None
    seconds: int | None
    approvals: tuple[Judged, ...] | None
    groups: tuple[GroupTotal, ...]
    holds: tuple[HeldTotal, ...]


class Preview(Model):
    """What `syncdsl plan --format json` prints. `digest` is that of the change set: what is approved and applied."""

    format: Literal["syncdsl/preview/2"] = "syncdsl/preview/2"
    digest: str
    summary: Summary
    changes: ChangeSet


def render_changes_json(changes: ChangeSet, approvals: Sequence[Judged] | None = None) -> str:
    """Return the JSON of a preview."""
    stream = io.StringIO()
    write_changes_json(changes, stream, approvals)
    return stream.getvalue()


def write_changes_json(changes: ChangeSet, stream: TextIO, approvals: Sequence[Judged] | None = None) -> None:
    """Write the JSON of a preview, one effect after the other: a large one is never in memory as a whole."""
    head = {
        "format": "syncdsl/preview/2",
        "digest": changes.digest,
        "summary": summary(changes, outline(changes, samples=1), approvals).model_dump(mode="json"),
    }
    stream.write(_json(head)[: -len("\n}")])
    stream.write(',\n  "changes": {')
    between = ""
    for name in ChangeSet.model_fields:
        found = changes.model_dump(mode="json", include={name}) if name != "effects" else {name: ()}
        if name not in found:
            continue
        stream.write(f"{between}\n    {json.dumps(name)}: ")
        between = ","
        if name == "effects":
            _write_list(stream, (effect.model_dump(mode="json") for effect in changes.effects))
        else:
            stream.write(_indented(_json(found[name]), 4))
    stream.write("\n  }\n}\n")


def summary(changes: ChangeSet, whole: Outline, approvals: Sequence[Judged] | None = None) -> Summary:
    """Return the verdict of a change set with its figures; `whole` is its outline."""
    totals = whole.totals
    return Summary(
        verdict=verdict_text(verdict_parts(changes, totals, approvals)),
        changes=totals.changes,
        kinds={kind: totals.kinds[kind] for kind in KINDS},
        deletes=totals.kinds["delete"],
        held=totals.waiting,
        parked=totals.parked,
        documents={rule: _documents(money) for rule, money in sorted(totals.money.items())},
        guards=len(changes.guards),
        guards_exceeded=len(changes.exceeded),
        unreadable=len(changes.unreadable),
        unpreviewed=len(changes.unpreviewed),
        unknown=tuple(unknown_texts(changes)),
        calls=changes.calls if changes.estimates else None,
        seconds=changes.seconds if changes.estimates else None,
        approvals=None if approvals is None else tuple(approvals),
        groups=tuple(_groups(whole)),
        holds=tuple(
            HeldTotal(rule=group.rule, why=held.why, reason=group.reason, count=group.count)
            for held in whole.held
            for group in held.groups
        ),
    )


def _groups(whole: Outline) -> Iterator[GroupTotal]:
    for rule in whole.rules:
        for module in rule.modules:
            for group in module.groups:
                yield GroupTotal(
                    rule=rule.rule,
                    module=module.name,
                    kind=group.kind,
                    reason=group.reason,
                    changes=group.count,
                    documents=_documents(group.money) if group.money.documents else None,
                )


def _documents(money: Money) -> DocumentTotal:
    return DocumentTotal(
        count=money.documents,
        amounts={currency: str(amount) for currency, amount in sorted(money.amounts.items())},
        unknown=money.unknown,
    )


def _write_list(stream: TextIO, items: Iterator[Any]) -> None:
    between = "["
    for item in items:
        stream.write(f"{between}\n      {_indented(_json(item), 6)}")
        between = ","
    stream.write("\n    ]" if between == "," else "[]")


def _json(data: Any) -> str:
    try:
        text = orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
    except TypeError:  # a number beyond 64 bits, or a half character
        text = json.dumps(data, indent=2, ensure_ascii=False)
    return neutral_json(text)


def _indented(text: str, spaces: int) -> str:
    # Line breaks inside of texts are escaped: all that are left are those of the form.
    return text.replace("\n", "\n" + " " * spaces)


def preview_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl plan --format json` prints."""
    return published_schema(Preview, "Preview of syncdsl plan")
