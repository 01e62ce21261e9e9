"""What changed between two plans, as people would tell it: module by module, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from syncdsl.plan.renames import former_names, renames
from syncdsl.plan.steps import GuardStep
from syncdsl.schema.digest import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.plan.pairs import Assignment, DocumentPlan, Endpoint, LimitPlan, MapLine, Pair, TriggerPlan, Winner
    from syncdsl.plan.plan import Plan
    from syncdsl.plan.renames import MovedKind
    from syncdsl.schema.model import Model

Sign: TypeAlias = Literal["+", "-", "~"]
_PLACES = {"location", "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that rules have now, have no more, or have in another form; `place` is where it stands, if anywhere."""

    sign: Sign
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What changed of one statement, or of all statements of a kind; `sign` is that of the statement itself."""

    name: str
    sign: Sign
    changes: tuple[Change, ...] = ()
    place: str = ""


def difference(old: Plan | None, new: Plan) -> tuple[Group, ...]:
    """Return what `new` changes against `old`; nothing when both mean the same. Without `old` everything is new."""
    return (
        *_connections(old, new),
        *_modules(old, new),
        *_documents(old, new),
        *_triggers(old, new),
        *_statements(old, new),
        *_guards(old, new),
    )


def _meaning(item: Model | Sequence[Model] | None) -> str:
    """Return the digest of what something means, wherever it stands."""
    if item is None:
        return ""
    items = [item] if hasattr(item, "model_dump") else list(item)
    return digest([_bare(one.model_dump(mode="json")) for one in items])


def _bare(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _bare(value) for key, value in data.items() if key not in _PLACES or not isinstance(value, str)}
    if isinstance(data, list):
        return [_bare(item) for item in data]
    return data


def _connections(old: Plan | None, new: Plan) -> Iterator[Group]:
    before = old.connections if old is not None else {}
    for name, connection in new.connections.items():
        if name not in before:
            yield Group(name=f"connection {name}", sign="+")
        elif before[name] != connection:
            what = "another schema" if before[name].adapter == connection.adapter else "another adapter"
            yield Group(name=f"connection {name}", sign="~", changes=(Change(sign="~", text=what),))
    for name in before:
        if name not in new.connections:
            yield Group(name=f"connection {name}", sign="-")


# -- modules --------------------------------------------------------------------------------------------------------


def _modules(old: Plan | None, new: Plan) -> Iterator[Group]:
    before = dict(old.pairs) if old is not None else {}
    aliases = renames(new).lines
    for name, pair in new.pairs.items():
        known = _formerly(before, new, "module", name)
        was = before.pop(known) if known is not None else None
        if was is None:
            lines = tuple(Change(sign="+", text=_line_text(line, pair), place=line.location) for line in pair.lines)
            yield Group(name=f"module {name}", sign="+", place=pair.location, changes=lines)
            continue
        changes = [
            *_called(known or name, name),
            *_clauses(was, pair),
            *_lines(was, pair, aliases.get(name, {})),
        ]
        if changes:
            yield Group(name=f"module {name}", sign="~", place=pair.location, changes=tuple(changes))
    for name in before:
        yield Group(name=f"module {name}", sign="-")


def _formerly(before: Mapping[str, object], new: Plan, kind: MovedKind, name: str) -> str | None:
    """Return under which name the older plan has something; None when it has not."""
    return next((one for one in (name, *former_names(new.moved, kind, name)) if one in before), None)


def _called(before: str, now: str) -> Iterator[Change]:
    if before != now:
        yield Change(sign="~", text=f"called `{before}` before; its links stay")


def _clauses(old: Pair, new: Pair) -> Iterator[Change]:
    for text, was, now in (
        ("direction", old.direction, new.direction),
        *_endpoint_clauses(old.left, new.left),
        *_endpoint_clauses(old.right, new.right),
        ("adopt", _meaning(old.adopt), _meaning(new.adopt)),
        ("dedupe", _meaning(old.keys), _meaning(new.keys)),
        ("on duplicate", _meaning(old.on_duplicate), _meaning(new.on_duplicate)),
        ("on delete", sorted(old.on_delete.items()), sorted(new.on_delete.items())),
        ("parent", _parent(old), _parent(new)),
    ):
        if was != now:
            yield Change(sign="~", text=text, place=new.location)
    if old.on_conflict != new.on_conflict:
        text = f"on conflict: {_winner(old.on_conflict, old)} → {_winner(new.on_conflict, new)}"
        yield Change(sign="~", text=text, place=new.location)


def _endpoint_clauses(old: Endpoint, new: Endpoint) -> Iterator[tuple[str, object, object]]:
    side = new.connection
    yield f"the module in {side}", (old.connection, old.module), (side, new.module)
    yield f"view in {side}", old.view, new.view
    yield f"where {side}", _meaning(old.where), _meaning(new.where)


def _parent(pair: Pair) -> tuple[str, str] | None:
    return (pair.parent.side, pair.parent.field) if pair.parent is not None else None


def _lines(old: Pair, new: Pair, aliases: Mapping[str, str]) -> Iterator[Change]:
    gone = {aliases.get(line.digest, line.digest): line for line in old.lines}
    added = [line for line in new.lines if gone.pop(line.digest, None) is None]
    by_target = {_targets(line): name for name, line in gone.items()}
    for line in added:
        text = _line_text(line, new)
        replaced = by_target.pop(_targets(line), None)
        if replaced is None:
            yield Change(sign="+", text=text, place=line.location)
            continue
        was = _line_text(gone.pop(replaced), old)
        yield Change(sign="~", text=text if was == text else f"{was} → {text}", place=line.location)
    for line in gone.values():
        yield Change(sign="-", text=_line_text(line, old))


def _winner(winner: Winner, pair: Pair) -> str:
    """Return who wins as rules write it: the name of a connection, or a word."""
    return {"left": pair.left.connection, "right": pair.right.connection}.get(winner, winner)


def _line_text(line: MapLine, pair: Pair) -> str:
    """Return a line as it is written, with what follows its arrow's commas."""
    parts = [line.text]
    parts += ["when empty"] if line.when_empty else []
    parts += [f"prefer {_winner(line.prefer, pair)}"] if line.prefer is not None else []
    parts += ["enforce"] if line.enforce else []
    parts += ["else skip"] if line.else_skip else []
    return ", ".join(parts)


def _targets(line: MapLine) -> tuple[str | None, str | None]:
    return line.to_right.target if line.to_right else None, line.to_left.target if line.to_left else None


# -- documents and triggers -----------------------------------------------------------------------------------------


def _documents(old: Plan | None, new: Plan) -> Iterator[Group]:
    before = dict(old.documents) if old is not None else {}
    for name, document in new.documents.items():
        known = _formerly(before, new, "document", name)
        was = before.pop(known) if known is not None else None
        if was is None:
            yield Group(name=f"document {name}", sign="+", place=document.location)
            continue
        changes = [*_called(known or name, name), *_fields(was, document)]
        if changes:
            yield Group(name=f"document {name}", sign="~", place=document.location, changes=tuple(changes))
    for name in before:
        yield Group(name=f"document {name}", sign="-")


def _fields(old: DocumentPlan, new: DocumentPlan) -> Iterator[Change]:
    was, now = _by_target(old.assignments), _by_target(new.assignments)
    for target in sorted(was.keys() | now.keys()):
        if target not in was:
            yield Change(sign="+", text=target, place=new.location)
        elif target not in now:
            yield Change(sign="-", text=target)
        elif _meaning(was[target]) != _meaning(now[target]):
            yield Change(sign="~", text=target, place=new.location)
    for text, one, other in (
        ("lines", _meaning(old.lines), _meaning(new.lines)),
        ("per", _meaning(old.per), _meaning(new.per)),
        ("what is written back", _meaning(old.write_backs), _meaning(new.write_backs)),
        ("where it is made", (old.connection, old.module), (new.connection, new.module)),
    ):
        if one != other:
            yield Change(sign="~", text=text, place=new.location)


def _by_target(assignments: Sequence[Assignment]) -> dict[str, Assignment]:
    return {assignment.target: assignment for assignment in assignments}


def _triggers(old: Plan | None, new: Plan) -> Iterator[Group]:
    aliases = renames(new).triggers
    gone = {aliases.get(one.digest, one.digest): one for one in (old.triggers if old is not None else ())}
    changes = [
        Change(sign="+", text=_trigger_text(one), place=one.location)
        for one in new.triggers
        if gone.pop(one.digest, None) is None
    ]
    changes += [Change(sign="-", text=_trigger_text(one)) for one in gone.values()]
    if changes:
        yield Group(name="triggers", sign="~", changes=tuple(changes))


def _trigger_text(trigger: TriggerPlan) -> str:
    sent = ", even sent" if trigger.even_sent else ""
    return f"when {trigger.text}: {trigger.verb} {trigger.document}{sent}"


# -- everything else ------------------------------------------------------------------------------------------------


def _statements(old: Plan | None, new: Plan) -> Iterator[Group]:
    before = old.tables if old is not None else {}
    for name, table in new.tables.items():
        known = _formerly(before, new, "table", name)
        if known is None:
            yield Group(name=f"table {name}", sign="+")
        elif before[known] != table:
            yield Group(name=f"table {name}", sign="~")
    records = old.records if old is not None else {}
    for name, record in new.records.items():
        known = _formerly(records, new, "record", name)
        if known is not None and _meaning(records[known].endpoint) != _meaning(record.endpoint):
            yield Group(name=f"record {name}", sign="~", place=record.location)
    for kind, was, now in (
        ("transactions", old.transactions if old is not None else (), new.transactions),
        ("access", old.access if old is not None else (), new.access),
    ):
        if _meaning(was) != _meaning(now):
            yield Group(name=kind, sign="~" if was and now else "+" if now else "-")


def _guards(old: Plan | None, new: Plan) -> Iterator[Group]:
    was = {_meaning(limit): limit for limit in (_limits(old) if old is not None else ())}
    now = {_meaning(limit): limit for limit in _limits(new)}
    changes = [
        *(Change(sign="+", text=limit.text, place=limit.location) for key, limit in now.items() if key not in was),
        *(Change(sign="-", text=limit.text) for key, limit in was.items() if key not in now),
    ]
    if changes:
        yield Group(name="guard", sign="~", changes=tuple(changes))


def _limits(plan: Plan) -> tuple[LimitPlan, ...]:
    return next((step.limits for step in plan.steps if isinstance(step, GuardStep)), ())
