"""A plan as people read it: one block for each step, in order, with the places of the rules."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, TypeAlias, assert_never

from syncdsl.plan.steps import GuardStep, MatchStep, MergeStep, ObserveStep, TriggerStep, WriteStep
from syncdsl.plan.wording import expression_text, path_text, quoted
from syncdsl.schema.values import from_json, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.plan.pairs import Assignment, DocumentPlan, Endpoint, MapLine, Pair, TablePlan
    from syncdsl.plan.plan import Plan
    from syncdsl.plan.steps import Step

_WIDTH = 100
_INDENT = "    "

Line: TypeAlias = tuple[str, str]
"""A line of a block and the place of the rule it comes from; no place is an empty text."""


def dump(plan: Plan) -> str:
    """Return the text of a plan: a header with its digest, then its tables and its steps."""
    blocks = [_header(plan)]
    blocks += [_table(name, table) for name, table in sorted(plan.tables.items())]
    blocks += [_step(step, plan) for step in plan.steps]
    blocks += [block for block in (_accords(plan), _renames(plan)) if block]
    width = max((len(text) for block in blocks for text, place in block if place and len(text) <= _WIDTH), default=0)
    return "\n\n".join("\n".join(_placed(*line, width) for line in block) for block in blocks) + "\n"


def _placed(text: str, place: str, width: int) -> str:
    """Return a line with its place, all places in one column."""
    return f"{text.ljust(width)}  {place}" if place else text


def _header(plan: Plan) -> list[Line]:
    facts = [
        (name, found.adapter, found.base_currency, f"schema {found.schema_digest}")
        for name, found in sorted(plan.connections.items())
    ]
    lines = _columns([("connection", *fact) for fact in facts])
    return [(f"plan {plan.digest}", ""), *((_INDENT + line, "") for line in lines)]


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows with their cells under each other."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _table(name: str, table: TablePlan) -> list[Line]:
    """Return a table; rows that stand in both directions are `<->`."""
    right = [(_literal(key), _literal(answer)) for key, answer in table.right]
    left = [(_literal(answer), _literal(key)) for key, answer in table.left]
    rows = [(one, "<->" if (one, other) in left else "->", other) for one, other in right]
    rows += [(one, "<-", other) for one, other in left if (one, other) not in right]
    if table.has_right_rest:
        rows.append(("_", "->", _literal(table.right_rest)))
    if table.has_left_rest:
        rows.append((_literal(table.left_rest), "<-", "_"))
    return [(f"table {name}", ""), *((_INDENT + line, "") for line in _columns(rows))]


def _literal(data: object) -> str:
    value = from_json(data)
    return quoted(value) if isinstance(value, str) else show(value) or "empty"


def _step(step: Step, plan: Plan) -> list[Line]:
    match step:
        case ObserveStep():
            return [(step.id, ""), *_facts([("fields", ", ".join(step.fields) or "none but the id")])]
        case MatchStep():
            pair = plan.pairs[step.pair]
            return [(step.id, pair.location), *_match(pair)]
        case MergeStep():
            pair = plan.pairs[step.pair]
            return [(step.id, pair.location), *_merge(pair)]
        case TriggerStep():
            return _trigger(step, plan)
        case GuardStep():
            limits = [(f"{_INDENT}{limit.text}", limit.location) for limit in step.limits]
            return [(step.id, ""), *(limits or [(f"{_INDENT}no limits", "")])]
        case WriteStep():
            causes = ", ".join(_writers(step, plan))
            return [(step.id, ""), *_facts([("for", causes)])]
        case _:
            assert_never(step)


def _facts(facts: Sequence[tuple[str, str]]) -> list[Line]:
    """Return named facts, the long ones on several lines."""
    width = max((len(name) for name, _ in facts), default=0)
    lines: list[Line] = []
    for name, fact in facts:
        first = f"{_INDENT}{name.ljust(width)}  "
        rest = " " * len(first)
        wrapped = textwrap.wrap(
            fact, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
        )
        lines += [(line, "") for line in wrapped or [first.rstrip()]]
    return lines


def _match(pair: Pair) -> list[Line]:
    arrow = {"right": "->", "left": "<-", "both": "<->"}[pair.direction]
    facts = [("left", _endpoint(pair.left)), ("right", _endpoint(pair.right)), ("arrow", arrow)]
    if pair.adopt is not None:
        facts.append(("adopt", pair.adopt.text))
    facts += [("dedupe" if not index else "then", key.text) for index, key in enumerate(pair.keys)]
    if pair.parent is not None:
        facts.append(("parent", f"{pair.parent.field} of {pair.parent.pair}"))
    if pair.exchange is not None:
        facts.append(("taken", "what people made since the rules were switched on"))
        facts.append(("changed", f"in {pair.right.connection} while {' or '.join(pair.exchange.follows)}"))
    return _facts(facts)


def _endpoint(endpoint: Endpoint) -> str:
    text = f"{endpoint.connection}.{endpoint.module}"
    if endpoint.view is not None:
        text += f", view {quoted(endpoint.view)}"
    if endpoint.where is not None:
        text += f", where {expression_text(endpoint.where)}"
    return text


def _merge(pair: Pair) -> list[Line]:
    sides = {"left": pair.left.connection, "right": pair.right.connection}
    duplicate = pair.on_duplicate.action + (f" in {sides[pair.on_duplicate.into]}" if pair.on_duplicate.into else "")
    facts = [("on duplicate", duplicate), ("on conflict", sides.get(pair.on_conflict, pair.on_conflict))]
    facts += [(f"on delete in {sides[side]}", action) for side, action in sorted(pair.on_delete.items())]
    lines = _facts(facts)
    texts: list[tuple[str, str, str]] = []
    places: list[str] = []
    for line in pair.lines:
        for row in _map_line(line, sides):
            texts.append(row)
            places.append(line.location)
    aligned = _columns([row[:2] for row in texts])
    lines += [(f"{_INDENT}{text}{row[2]}", place) for text, row, place in zip(aligned, texts, places, strict=True)]
    return lines


def _map_line(line: MapLine, sides: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return a map line as left cell, arrow with right cell, and policies; a computed pair takes two rows."""
    policies = f", group {line.group}" if line.group is not None else ""
    policies += ", when empty" if line.when_empty else ""
    policies += ", enforce" if line.enforce else ""
    policies += ", else skip" if line.else_skip else ""
    policies += f", prefer {sides.get(line.prefer, line.prefer)}" if line.prefer is not None else ""
    right, left = line.to_right, line.to_left
    if (
        right is not None
        and left is not None
        and _written_to(right) == _read_by(left)
        and _read_by(right) == _written_to(left)
    ):
        return [(_written_to(left), f"<-> {_written_to(right)}", _partner(right) + policies), *_rows(right, left)]
    rows: list[tuple[str, str, str]] = []
    if right is not None:
        rows.append((_read_by(right), f"->  {_written_to(right)}", _partner(right) + policies))
    if left is not None:
        rows.append((_written_to(left), f"<-  {_read_by(left)}", _partner(left) + policies))
    return rows


def _rows(right: Assignment, left: Assignment) -> list[tuple[str, str, str]]:
    """Return what is written into the fields of rows, below the field that holds them."""
    if right.rows is None or left.rows is None:
        return []
    return [
        *((f"{_INDENT}{_read_by(cell)}", f"->  {_written_to(cell)}", _partner(cell)) for cell in right.rows.cells),
        *((f"{_INDENT}{_written_to(cell)}", f"<-  {_read_by(cell)}", _partner(cell)) for cell in left.rows.cells),
    ]


def _read_by(assignment: Assignment) -> str:
    return expression_text(assignment.value)


def _written_to(assignment: Assignment) -> str:
    path = path_text(assignment.target)
    return f"{path}.{path_text(assignment.lookup.field)}" if assignment.lookup is not None else path


def _partner(assignment: Assignment) -> str:
    """Return the mark of a reference: what is written is the partner of the record that is referred to."""
    if assignment.tax is not None:
        return f", the one of {assignment.tax.module} that makes it"
    return ", partner" if assignment.partner else ""


def _trigger(step: TriggerStep, plan: Plan) -> list[Line]:
    record = plan.records[step.record]
    lines = [(step.id, record.location), *_facts([("record", _endpoint(record.endpoint))])]
    verbs: dict[str, None] = {}
    for trigger in plan.triggers:
        if trigger.record == step.record:
            verbs[trigger.document] = None
            sent = ", even sent" if trigger.even_sent else ""
            text = f"when {expression_text(trigger.condition)}: {trigger.verb} {trigger.document}{sent}"
            lines.append((_INDENT + text, trigger.location))
            if trigger.require is not None:
                lines.append((f"{_INDENT * 2}require {expression_text(trigger.require)}", ""))
            if trigger.backfill is not None:
                lines.append((f"{_INDENT * 2}backfill since {trigger.backfill}", ""))
    for name in verbs:
        lines += _document(plan.documents[name])
    return lines


def _document(document: DocumentPlan) -> list[Line]:
    lines = [(f"{_INDENT}document {document.name}: {document.connection}.{document.module}", document.location)]
    if document.per is not None:
        lines.append((f"{_INDENT * 2}per {expression_text(document.per)}", ""))
    rows = [(_read_by(item), f"-> {_written_to(item)}{_partner(item)}") for item in document.assignments]
    rows += [(_written_to(item), f"<- {_read_by(item)}{_partner(item)}") for item in document.write_backs]
    lines += [(f"{_INDENT * 2}{text}", "") for text in _columns(rows)]
    for line in document.lines:
        rows = [(_read_by(item), f"-> {_written_to(item)}{_partner(item)}") for item in line.assignments]
        each = f" for row in {path_text(line.rows)}" if line.rows is not None else ""
        lines += [(f"{_INDENT * 2}line{each}", ""), *((f"{_INDENT * 3}{text}", "") for text in _columns(rows))]
    return lines


def _accords(plan: Plan) -> list[Line]:
    """Return what is switched on between the two systems."""
    lines: list[Line] = []
    for found in plan.transactions:
        lines.append((f"transactions {found.connection}", found.location))
        kinds = ", ".join(
            f"{kind} <-> {found.partner}.{other}" for kind, other in zip(found.kinds, found.counterparts, strict=True)
        )
        lines += _facts([("kinds", kinds), *([("associate", found.record)] if found.record is not None else [])])
    for access in plan.access:
        lines.append((f"access {access.connection} {quoted(access.role)}", access.location))
        users = ", ".join(access.users) if access.profile is None else f"profile {quoted(access.profile)}"
        rights = ", ".join(f"{right} {kind}" for right, kind in access.rights)
        lines += _facts([("users", users), *([("may", rights)] if rights else [])])
    return lines


def _renames(plan: Plan) -> list[Line]:
    return [(f"moved {item.kind} {item.old} to {item.new}", item.location) for item in plan.moved]


def _writers(step: WriteStep, plan: Plan) -> Iterable[str]:
    """Return what may write a module: pairs whose side it is, and documents made in it."""
    where = (step.connection, step.module)
    for pair in plan.pairs.values():
        if where in {(pair.left.connection, pair.left.module), (pair.right.connection, pair.right.module)}:
            yield f"module {pair.name}"
    made = {trigger.document for trigger in plan.triggers}
    for document in plan.documents.values():
        if document.name in made and where == (document.connection, document.module):
            yield f"document {document.name}"
