"""`module` statements: endpoints, keys, policies and map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from syncdsl.analysis.clauses import check_clauses, clauses_of
from syncdsl.analysis.dedupe import dedupe_keys, lower_key
from syncdsl.analysis.joining import join_two_way
from syncdsl.analysis.laws import check_laws
from syncdsl.analysis.maps import MapLowering, winner
from syncdsl.analysis.nesting import Above, check_enforced, check_parent, check_sides, parent_line
from syncdsl.analysis.scope import Scope
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics.codes.names import UNKNOWN_CONNECTION, UNKNOWN_MODULE, UNKNOWN_VIEW
from syncdsl.diagnostics.codes.proofs import BASE_CURRENCIES_DIFFER
from syncdsl.diagnostics.codes.types import (
    BAD_MODIFIER,
    NOT_CREATABLE,
    REQUIRED_NOT_MAPPED,
)
from syncdsl.plan.pairs import DuplicateRule, Endpoint, MapLine, MatchKey, Pair
from syncdsl.schema.types import ReferenceType
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.analysis.program import Checker
    from syncdsl.diagnostics import Span
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import DeleteAction, Side, Winner


def entity_scope(entity: nodes.EntityName, checker: Checker, *, record: str | None = None) -> Scope | None:
    """Return the scope of `crm.Accounts`; an unknown connection or module is reported."""
    connection, module = entity.connection.text, entity.module.text
    if not connection or not module:
        return None
    if connection not in checker.names.connections:
        known = checker.names.connections
        if not known and not checker.names.may_declare(connection):
            checker.report(
                UNKNOWN_CONNECTION,
                f"no connection is called `{connection}`",
                entity.connection.span,
                help="declare both systems above: `connection crm: zoho_crm` and `connection books: zoho_books`",
            )
            return None
        checker.undeclared(UNKNOWN_CONNECTION, "no connection is called", connection, entity.connection.span, known)
        return None
    schema = checker.schemas.get(connection)
    if schema is None:
        return None
    found = schema.modules.get(module)
    if found is None:
        checker.unknown(UNKNOWN_MODULE, f"`{connection}` has no module", module, entity.module.span, schema.modules)
        return None
    return Scope(connection=connection, module=module, schema=found, record=record)


def lower_module(node: nodes.Module, checker: Checker, above: Above | None = None) -> list[Pair]:
    """Lower a module statement and what is nested in it, parents first.

    `above` is what it is nested in. What cannot be part of a plan is left out, for reasons that were reported.
    """
    with checker.within(node):
        pair = _lower(node, checker, above)
        pairs = [pair] if pair is not None else []
        for nested in clauses_of(node.clauses, nodes.With):
            name = f"{above.name}.{node.name.text}" if above is not None else node.name.text
            pairs += lower_module(nested.module, checker, Above(name=name, node=node))
    return pairs


def _lower(node: nodes.Module, checker: Checker, above: Above | None) -> Pair | None:
    left, right = entity_scope(node.left, checker), entity_scope(node.right, checker)
    if left is None or right is None or not check_sides(node, checker, above):
        return None
    direction: Literal["right", "left", "both"] = {"->": "right", "<-": "left", "<->": "both"}[node.arrow.value]  # type: ignore[assignment]  # the three values of Arrow
    check_clauses(node, checker)
    if not _check_sides(node, checker, left, right, direction):
        return None
    wheres = _wheres(node, checker, left, right)
    views = _views(node, checker, left, right)
    lines = _map(node, checker, left, right, wheres)
    incomplete = any(isinstance(item, nodes.Bad | nodes.Like) for item in node.clauses) or lines is None
    incomplete = incomplete or checker.names.guessed(node.span)
    parent = check_parent(node, checker, left, right, above)
    if parent is not None and lines is not None:
        lines = (parent_line(clauses_of(node.clauses, nodes.Parent)[0], parent, left, right, direction), *lines)
    pair = Pair(
        name=node.name.text if above is None else f"{above.name}.{node.name.text}",
        location=node.span.location,
        direction=direction,
        left=_endpoint(left, views.get("left"), wheres.get("left")),
        right=_endpoint(right, views.get("right"), wheres.get("right")),
        adopt=_adopt(node, checker, left, right),
        keys=dedupe_keys(node, checker, left, right),
        on_duplicate=_on_duplicate(node, checker, left, right, direction),
        on_conflict=_on_conflict(node, checker, left, right),
        on_delete=_on_delete(node, checker, left, right, direction),
        parent=parent,
        lines=lines or (),
    )
    check_enforced(node, pair, checker)
    if not incomplete:
        sides: tuple[Side, Side] = ("right", "left")
        written = {side: left if side == "left" else right for side in sides if direction in {side, "both"}}
        _check_required(node, checker, pair, written)
    return pair


def _check_sides(node: nodes.Module, checker: Checker, left: Scope, right: Scope, direction: str) -> bool:
    """Return whether records can be created where the arrow points; what is wrong with the two sides is reported."""
    creatable = True
    for scope, entity, wanted in ((right, node.right, "right"), (left, node.left, "left")):
        if direction in {wanted, "both"} and not scope.schema.creatable:
            creatable = False
            checker.report(
                NOT_CREATABLE,
                f"`{scope.connection}.{scope.module}` can only be read",
                entity.span,
                help="turn the arrow",
            )
    ours, theirs = checker.schemas[left.connection].base_currency, checker.schemas[right.connection].base_currency
    if direction == "both" and ours != theirs:
        checker.report(
            BASE_CURRENCIES_DIFFER,
            f"`{left.connection}` keeps its books in {ours}, `{right.connection}` in {theirs}",
            node.header,
            help="let the module go one way only",
        )
    return creatable


def _endpoint(scope: Scope, view: str | None, where: PlanExpression | None) -> Endpoint:
    return Endpoint(
        connection=scope.connection,
        module=scope.module,
        view=view,
        where=where,
        key_field=scope.schema.key_field,
        label_field=scope.schema.label_field,
        observe=observe_id(scope.connection, scope.module, view),
    )


def observe_id(connection: str, module: str, view: str | None) -> str:
    """Return the id of the step that observes a module."""
    return f"observe {connection}.{module}" + (f' view "{view}"' if view else "")


def _unknown_side(checker: Checker, name: nodes.Identifier, left: Scope, right: Scope) -> None:
    checker.unknown(
        UNKNOWN_CONNECTION, "this module does not connect", name.text, name.span, (left.connection, right.connection)
    )


def _side(name: nodes.Identifier, left: Scope, right: Scope) -> Side | None:
    # Two modules of one connection: the header's right side is meant, which is where things are made.
    if name.text == right.connection:
        return "right"
    return "left" if name.text == left.connection else None


def _wheres(node: nodes.Module, checker: Checker, left: Scope, right: Scope) -> dict[Side, PlanExpression]:
    found: dict[Side, PlanExpression] = {}
    for clause in clauses_of(node.clauses, nodes.Where):
        if clause.connection is None:
            continue
        side = _side(clause.connection, left, right)
        if side is None:
            _unknown_side(checker, clause.connection, left, right)
            continue
        condition = Lowering(checker, left if side == "left" else right).condition(clause.condition)
        if condition is not None:
            found[side] = condition
    return found


def _views(node: nodes.Module, checker: Checker, left: Scope, right: Scope) -> dict[Side, str]:
    for clause in clauses_of(node.clauses, nodes.View):
        side: Side = "right" if right.schema.views and not left.schema.views else "left"
        scope = right if side == "right" else left
        if check_view(clause, checker, scope):
            return {side: clause.name.value}
    return {}


def check_view(clause: nodes.View, checker: Checker, scope: Scope) -> bool:
    """Report a view that the module does not have."""
    if not clause.name.value:
        return False
    if clause.name.value in scope.schema.views:
        return True
    place = f"`{scope.connection}.{scope.module}` has no view"
    checker.unknown(UNKNOWN_VIEW, place, clause.name.value, clause.name.span, scope.schema.views)
    return False


def _adopt(node: nodes.Module, checker: Checker, left: Scope, right: Scope) -> MatchKey | None:
    return next(
        (
            key
            for clause in clauses_of(node.clauses, nodes.Adopt)
            if (key := lower_key(clause.key, checker, left, right)) is not None
        ),
        None,
    )


def _on_duplicate(node: nodes.Module, checker: Checker, left: Scope, right: Scope, direction: str) -> DuplicateRule:
    for clause in clauses_of(node.clauses, nodes.OnDuplicate):
        needs_place = clause.action in {nodes.DuplicateAction.OVERWRITE, nodes.DuplicateAction.CLONE}
        word = clause.action.value
        if clause.connection is None:
            if needs_place and direction == "both":
                checker.report(
                    BAD_MODIFIER,
                    f"`{word}` does not say where, and this module goes both ways",
                    clause.span,
                    help=f"write `on duplicate: {word} in {right.connection}`",
                )
                return DuplicateRule()
            into: Side = "left" if direction == "left" else "right"
            return DuplicateRule(action=clause.action.value, into=into if needs_place else None)
        if not needs_place:
            checker.report(BAD_MODIFIER, f"`{word}` takes no place", clause.span, help=f"write `on duplicate: {word}`")
            return DuplicateRule()
        side = _side(clause.connection, left, right)
        if side is None:
            _unknown_side(checker, clause.connection, left, right)
            return DuplicateRule()
        if direction not in {side, "both"}:
            if checker.names.guessed(node.header):
                return DuplicateRule()  # the arrow was
            other = right if side == "left" else left
            checker.report(
                BAD_MODIFIER,
                f"this module writes into `{other.connection}` only, so nothing happens in `{clause.connection.text}`",
                clause.span,
                help=f"write `on duplicate: {word} in {other.connection}`",
            )
            return DuplicateRule()
        return DuplicateRule(action=clause.action.value, into=side)
    return DuplicateRule()


def _on_conflict(node: nodes.Module, checker: Checker, left: Scope, right: Scope) -> Winner:
    for clause in clauses_of(node.clauses, nodes.OnConflict):
        if clause.winner.text:
            return winner(clause.winner, left.connection, right.connection, checker) or "review"
    return "review"


def _on_delete(
    node: nodes.Module, checker: Checker, left: Scope, right: Scope, direction: str
) -> dict[Side, DeleteAction]:
    """Return what happens to the partner of a record that was deleted, by the side it was deleted on."""
    found: dict[Side, DeleteAction] = {}
    for clause in clauses_of(node.clauses, nodes.OnDelete):
        side = _side(clause.connection, left, right)
        if side is None:
            _unknown_side(checker, clause.connection, left, right)
            continue
        word: DeleteAction = clause.action.value
        if side == direction and clause.action not in {nodes.DeleteAction.KEEP, nodes.DeleteAction.REVIEW}:
            checker.report(
                BAD_MODIFIER,
                f"this module does not write into the other side, so a record deleted in `{clause.connection.text}` "
                f"cannot {word} its partner",
                clause.span,
                help=f"write `on delete in {clause.connection.text}: keep` or `review`",
            )
            continue
        partner = left if side == "right" else right
        status = partner.schema.fields.get(partner.schema.status_field or "")
        if clause.action is nodes.DeleteAction.DEACTIVATE and status is None:
            checker.report(
                BAD_MODIFIER,
                f"`{partner.connection}.{partner.module}` has no status, so its records cannot be deactivated",
                clause.span,
                help=f"write `on delete in {clause.connection.text}: review`",
            )
            continue
        found[side] = word
    return found


def _map(
    node: nodes.Module,
    checker: Checker,
    left: Scope,
    right: Scope,
    wheres: Mapping[Side, PlanExpression],
) -> tuple[MapLine, ...] | None:
    """Lower the map; None when one of its lines could not be: nobody complains about what it might have said."""
    lowering = MapLowering(checker, left, right)
    written: list[tuple[nodes.MapLine | nodes.Bad, str | None]] = []
    complete = True
    for clause in clauses_of(node.clauses, nodes.Map):
        for item in clause.items:
            match item:
                case nodes.MapLine() | nodes.Bad():
                    written.append((item, None))
                case nodes.Group():
                    written += [(line, item.name.text) for line in item.lines]
                case nodes.LineBlock():
                    checker.report(
                        BAD_MODIFIER,
                        "`line:` belongs to documents",
                        item.span,
                        help="write the lines directly under `map:`",
                    )
                    complete = False
    lines: list[tuple[MapLine, Span]] = []
    for line, group in written:
        found = lowering.line(line, group) if isinstance(line, nodes.MapLine) else None
        complete = complete and found is not None
        lines += [(found, line.span)] if found is not None else []
    joined = join_two_way(lines, checker)
    if len(wheres) == len(list(clauses_of(node.clauses, nodes.Where))):  # else nobody knows what is in scope
        check_laws(joined, lines, left, right, wheres, checker)
    return _once(joined) if complete else None


def _once(lines: tuple[MapLine, ...]) -> tuple[MapLine, ...]:
    """Keep the first line into each field; lint reports the others."""
    written: set[tuple[str, str]] = set()
    kept: list[MapLine] = []
    for line in lines:
        mine = {
            (side, assignment.target)
            for side, assignment in (("right", line.to_right), ("left", line.to_left))
            if assignment is not None
        }
        if not mine & written:
            kept.append(line)
        written |= mine
    return tuple(kept)


def _check_required(node: nodes.Module, checker: Checker, pair: Pair, scopes: Mapping[Side, Scope]) -> None:
    """Report, once for a module, the required fields of the sides it writes that no line writes."""
    missing = [(side, scope, name) for side, scope in scopes.items() for name in _missing(pair, scope, side)]
    if not missing:
        return
    wanted = [f"`{scope.connection}.{scope.module}` requires `{name}`" for _, scope, name in missing]
    arrows = {"->" if side == "right" else "<-" for side, _, _ in missing}
    lines = [f"`… -> {name}`" if side == "right" else f"`{name} <- …`" for side, _, name in missing]
    by_side = {side: [name for other, _, name in missing if other == side] for side, _, _ in missing}
    if by_side.keys() == {"left", "right"} and len(missing) == 2:
        lines = [f"`{by_side['left'][0]} <-> {by_side['right'][0]}`"]
    how = f"`{arrows.pop()}` or `<->` writes" if len(arrows) == 1 else "`->`, `<-` or `<->` writes"
    checker.report(
        REQUIRED_NOT_MAPPED,
        f"{' and '.join(wanted)}, and no line with {how} {'it' if len(missing) == 1 else 'them'}",
        node.header,
        help=f"add {'a line' if len(lines) == 1 else 'lines'} to the map: {', '.join(lines)}",
    )


def _missing(pair: Pair, scope: Scope, side: Side) -> Iterator[str]:
    """Return the required fields of one side that no line writes."""
    written = {
        assignment.target
        for line in pair.lines
        if (assignment := line.to_right if side == "right" else line.to_left) is not None
    }
    for name, field in scope.schema.fields.items():
        if not field.required or field.default or field.read_only or name in written or name == scope.schema.key_field:
            continue
        if pair.parent is not None and isinstance(field.value, ReferenceType):
            continue  # the parent is written because the module is nested
        yield name
