"""A preview as one page of HTML: everything in it, asks for nothing from anywhere, and runs nothing but its own script.

What is shown first is in the page itself, so that it is read without the script as well. All other changes stand in a
block of data, and the script makes their rows when they are asked for. Texts of strangers are neutral, and escaped by
the template or, in the data, so that none of them ends the block.
"""

from __future__ import annotations

import io
import json
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from syncdsl.changes.effects import Hold
from syncdsl.render.changes_samples import SIGNS
from syncdsl.render.neutral import cut, neutral
from syncdsl.render.preview.facts import (
    TITLES,
    headline,
    kind_count,
    limits,
    noted_text,
    privacy_text,
    unpreviewed_text,
)
from syncdsl.render.preview.outline import outline
from syncdsl.render.preview.shown import shown, shown_hold
from syncdsl.render.preview.verdict import documents_noun, duration_text, verdict_parts
from syncdsl.render.style import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from syncdsl.changes.approvals import Judged
    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.render.preview.outline import Outline
    from syncdsl.render.preview.shown import Shown
    from syncdsl.render.preview.verdict import Part

SAMPLES = 20
"""How many changes of a fold are in the page itself."""

OPEN = 10
"""Groups of no more changes than these are unfolded at first."""

REPORTED = 500
"""How many of the differences that are left alone are told."""

LONGEST = 400
"""Of a longer reason or remark only the beginning is shown, in columns."""

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def render_changes_html(
    changes: ChangeSet, approvals: Sequence[Judged] | None = None, *, title: str | None = None
) -> str:
    """Return the page of a preview."""
    stream = io.StringIO()
    write_changes_html(changes, stream, approvals, title=title)
    return stream.getvalue()


def write_changes_html(
    changes: ChangeSet, stream: TextIO, approvals: Sequence[Judged] | None = None, *, title: str | None = None
) -> None:
    """Write the page of a preview piece by piece: that of a large change set is never in memory as a whole.

    `title` stands in its heading. `approvals` are as they were judged, None where nothing was judged.
    """
    pages = _pages()
    loader = pages.loader
    assert loader is not None  # noqa: S101 - made above
    style = loader.get_source(pages, "preview.css")[0]
    script = loader.get_source(pages, "preview.js")[0]
    whole = outline(changes, samples=SAMPLES)
    verdict = verdict_parts(changes, whole.totals, approvals)
    pieces = pages.get_template("preview.html").generate(
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        data=_data(changes, whole),
        title=neutral(title) if title is not None else f"Preview of {neutral(changes.environment)}",
        today=neutral(changes.today),
        author=neutral(changes.author),
        state=_state(verdict),
        verdict=verdict,
        headline=headline(changes, whole.totals),
        totals=whole.totals,
        limits=limits(changes),
        estimates=changes.estimates,
        calls=f"{changes.calls:,}",
        seconds=duration_text(changes.seconds),
        unreadable=changes.unreadable,
        unpreviewed=changes.unpreviewed,
        rules=whole.rules,
        held=whole.held,
        folds=len(whole.folds),
        reported=changes.reported,
        noted=noted_text(changes),
        privacy=privacy_text(changes),
        digest=changes.digest,
    )
    stream.writelines(_writable(piece) for piece in pieces)


def _pages() -> Environment:
    pages = Environment(
        loader=PackageLoader("syncdsl.render", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters |= {"neutral": neutral, "prose": _prose}
    pages.globals |= {
        "counted": counted,
        "documents_noun": documents_noun,
        "duration_text": duration_text,
        "kind_count": kind_count,
        "most_reported": REPORTED,
        "open": OPEN,
        "samples": SAMPLES,
        "shown": shown,
        "shown_hold": shown_hold,
        "signs": SIGNS,
        "titles": TITLES,
        "unpreviewed_text": unpreviewed_text,
    }
    return pages


def _policy(style: str, script: str) -> str:
    """Return the policy of the page's content: its own style and script by their digests, and nothing else at all."""
    return (
        f"default-src 'none'; style-src '{_source(style)}'; script-src '{_source(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _state(verdict: Sequence[Part]) -> str:
    """Return what the banner looks like: something stops it, something is open, or all is well."""
    meanings = {part.meaning for part in verdict}
    if "over" in meanings:
        return "over"
    return "open" if meanings & {"open", "unknown"} else "fine"


def _prose(text: str) -> Markup:
    """Return text of ours that quotes: what stands between backticks becomes code."""
    parts = cut(neutral(text), LONGEST).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )


def _data(changes: ChangeSet, whole: Outline) -> Iterator[Markup]:
    """Yield the data that the script shows: each effect as `[fold, label, record, told, amount, fields, reason]`.

    A field is `[name, before, after]` with the rows of a list behind; names are numbers, told at the end.
    """
    names: dict[str, int] = {}
    index, first_hold = whole.index, len(whole.folds)
    between = '{"rows":['
    for effect in changes.effects:
        if isinstance(effect, Hold):
            held = index.hold_group(effect)
            row = _row(first_hold + held.number, shown_hold(effect), names)
            varied = held.varied
        else:
            row = _row(index.fold(effect).number, shown(effect), names)
            varied = index.group(effect).varied
        row.append(neutral(effect.reason) if varied else "")
        yield _json(between, row)
        between = ",\n"
    if not changes.effects:
        yield Markup(between)  # noqa: S704 - it is ours
    yield _json('],"names":', list(names))
    yield Markup("}")


def _row(number: int, view: Shown, names: dict[str, int]) -> list[Any]:
    fields = [
        [names.setdefault(field.name, len(names)), field.before, field.after, *([field.rows] if field.rows else [])]
        for field in view.fields
    ]
    return [number, view.label, view.record, view.told, view.amount, fields]


def _json(before: str, data: Any) -> Markup:
    """Return JSON that stands in a page: no character of it can end the block."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return Markup(before + text)  # noqa: S704 - just escaped


def _writable(text: str) -> str:
    """Return text that UTF-8 can hold: half characters do come from other systems."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
