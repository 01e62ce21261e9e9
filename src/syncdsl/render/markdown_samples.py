"""The changes of one group in Markdown: what is alike once, with some of its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.markdown_text import inert, inert_code, inert_prose, more, table
from syncdsl.render.preview.shown import Shown, shown, shown_hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.render.preview.folding import Fold
    from syncdsl.render.preview.outline import Group, HoldGroup
    from syncdsl.render.preview.shown import ShownField

FOLDS = 4
"""How many folds of a group are shown."""

FIELDS = 20
"""How many fields of a change are shown."""

_VALUE = 60
_NAME = 60


def fold_blocks(group: Group, samples: int) -> Iterator[str]:
    """Yield the blocks of a group, each ending with a line break: up to `samples` changes of each of some folds."""
    for fold in group.folds[:FOLDS]:
        if fold.same and fold.count > 1:
            yield _alike(fold, samples)
        elif group.kind in {"create", "update"}:
            yield from _changed(fold, samples, created=group.kind == "create", varied=group.varied)
        else:
            yield _records([shown(effect) for effect in fold.samples[:samples]]) + _more(fold, samples)
    rest = sum(fold.count for fold in group.folds[FOLDS:])
    if rest:
        yield f"… and {rest:,} more\n"


def hold_table(group: HoldGroup, samples: int) -> str:
    """Return some records that wait for the same reason."""
    views = [shown_hold(hold) for hold in group.samples[:samples]]
    head = f"{inert_prose(group.reason)} ({inert_code(group.location, 100)})\n\n"
    if any(view.fields for view in views):
        rows = [
            (_name(view), inert(field.name, _NAME), inert(field.before or "", _VALUE), inert(field.after, _VALUE))
            for view in views
            for field in view.fields
        ]
        return head + table(("record", "field", "left", "right"), rows) + more(group.count - len(views))
    return head + _records(views) + more(group.count - len(views))


def _alike(fold: Fold, samples: int) -> str:
    """Return the values that all changes of a fold have in common, and the records they are in."""
    views = [shown(effect) for effect in fold.samples[:samples]]
    names = ", ".join(f"{inert(view.label, _NAME)} (<sub>{inert(view.record, 80)}</sub>)" for view in views)
    others = f" and {fold.count - len(views):,} more" if fold.count > len(views) else ""
    rows = [(inert(field.name, _NAME), *_both(field)) for field in views[0].fields[:FIELDS]]
    return (
        f"{fold.count:,} times the same:\n\n"
        f"{table(('field', 'before', 'after'), rows)}{more(len(views[0].fields) - FIELDS)}\n"
        f"in {names}{others}\n"
    )


def _changed(fold: Fold, samples: int, *, created: bool, varied: bool) -> Iterator[str]:
    """Yield a table with a row for each field of some changes."""
    rows: list[Sequence[str]] = []
    effects = fold.samples[:samples]
    for effect in effects:
        view = shown(effect)
        name = _name(view, inert_prose(effect.reason) if varied else "")
        if not view.fields:
            rows.append((name, "", *([""] if created else ["", ""])))
        for field in view.fields[:FIELDS]:
            both = _both(field)
            rows.append((name, inert(field.name, _NAME), *(both[1:] if created else both)))
            name = ""
        if len(view.fields) > FIELDS:
            rows.append(("", f"… and {len(view.fields) - FIELDS} more", *([""] if created else ["", ""])))
    heads = ("record", "field", "value") if created else ("record", "field", "before", "after")
    yield table(heads, rows) + _more(fold, samples)


def _both(field: ShownField) -> tuple[str, str]:
    after = "<br>".join(inert(row, 2 * _VALUE) for row in field.rows[:5]) if field.rows else inert(field.after, _VALUE)
    return inert(field.before or "", _VALUE), after


def _records(views: Sequence[Shown]) -> str:
    return table(("record", "what"), [(_name(view), "" if not view.told else inert(view.told)) for view in views])


def _name(view: Shown, reason: str = "") -> str:
    """Return what people call a record, with where it is below it."""
    amount = f" **{inert(view.amount, 60)}**" if view.amount else ""
    under = view.record or view.told
    return (
        f"{inert(view.label, _NAME)}{amount}"
        + (f"<br><sub>{inert(under, 120)}</sub>" if under else "")
        + (f"<br>{reason}" if reason else "")
    )


def _more(fold: Fold, samples: int) -> str:
    return more(fold.count - min(len(fold.samples), samples))
