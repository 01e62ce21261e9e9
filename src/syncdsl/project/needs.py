"""What the rules need of a connection: which modules they read, and what they do with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.adapters.onboarding import Needs, Use
from syncdsl.diagnostics import Fault
from syncdsl.plan.steps import ObserveStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from syncdsl.plan.pairs import Assignment, DocumentPlan, Pair, Side
    from syncdsl.plan.plan import Plan
    from syncdsl.project.workspace import Checked, Workspace
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.syntax.nodes import EntityName

READ = Use()
EVERYTHING = Use(creates=True, updates=True, acts=True)
"""What transactions do with the documents that they keep in step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """The needs, and how well they are known. `exact`: from the compiled plan; else `why` says what hinders that."""

    needs: Needs
    exact: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """The project's rules, checked once; `fault` is what kept them from being checked at all."""

    workspace: Workspace
    checked: Checked | None
    fault: Fault | None = None


def compile_rules(workspace: Workspace) -> Compiled:
    """Check the rules; never raises Fault."""
    try:
        return Compiled(workspace=workspace, checked=workspace.check())
    except Fault as fault:
        return Compiled(workspace=workspace, checked=None, fault=fault)


def needed(compiled: Compiled, connection: str, *, notifications: bool = False) -> Needed:
    """Return what the project's rules need of a connection.

    Rules that do not compile yet (for want of a schema snapshot, before the first sign-in) are taken by the modules
    that they name.
    """
    checked = compiled.checked
    if checked is not None and checked.plan is not None:
        found = needs_of(checked.plan, checked.schemas, connection)
        return Needed(needs=replace(found, notifications=notifications), exact=True)
    why = compiled.fault.message if compiled.fault else "the rules have errors, which `syncdsl check` shows"
    modules = _named(compiled.workspace, connection)
    return Needed(needs=Needs(modules=modules, currencies=True, notifications=notifications), exact=False, why=why)


def adapters_of(workspace: Workspace) -> dict[str, str]:
    """Return the connections that the rules name, each with its adapter; none of a project without rules."""
    from syncdsl.syntax.nodes import Connection  # noqa: PLC0415 - loads the grammar

    return {node.name.text: node.adapter.text for node in _nodes(workspace) if isinstance(node, Connection)}


def needs_of(plan: Plan, schemas: Mapping[str, SchemaSnapshot], connection: str) -> Needs:
    """Return what a plan needs of one of its connections."""
    uses: defaultdict[str, Use] = defaultdict(Use)
    for step in plan.steps:
        if isinstance(step, ObserveStep) and step.connection == connection:
            uses[step.module] = _with(uses[step.module])
    for module, use in _uses(plan, connection):
        uses[module] = _with(uses[module], use)
    roles = tuple(dict.fromkeys(item.role for item in plan.access if item.connection == connection))
    return Needs(modules=dict(sorted(uses.items())), currencies=_carries_currencies(plan, schemas), roles=roles)


def _uses(plan: Plan, connection: str) -> Iterator[tuple[str, Use]]:
    for pair in plan.pairs.values():
        yield from _of_pair(pair, connection)
    for document in plan.documents.values():
        if document.connection == connection:
            yield document.module, Use(creates=True, acts=True)
        record = plan.records[document.record].endpoint
        if document.write_backs and record.connection == connection:
            yield record.module, Use(updates=True)
    for item in plan.transactions:
        modules = {item.connection: item.kinds, item.partner: item.counterparts}
        for module in modules.get(connection, ()):
            yield module, EVERYTHING
    for access in plan.access:
        yield "users", (Use(creates=True, updates=True, deletes=True) if access.connection == connection else READ)


def _of_pair(pair: Pair, connection: str) -> Iterator[tuple[str, Use]]:
    if pair.left.connection == connection:
        creates = pair.direction != "right" or _clones(pair, "left")
        # Without records made there it is written by map lines alone: a link's key stands on the right.
        updates = creates or any(line.to_left is not None for line in pair.lines) or pair.right.key_field is None
        yield pair.left.module, _side(pair, gone="right", creates=creates, updates=updates)
    if pair.right.connection == connection:
        creates = pair.direction != "left" or _clones(pair, "right")
        yield pair.right.module, _side(pair, gone="left", creates=creates, updates=True)


def _side(pair: Pair, *, gone: Side, creates: bool, updates: bool) -> Use:
    """Return what is done with one side's module, `gone` being the other side, whose records may be deleted."""
    action = pair.on_delete.get(gone, "keep")
    return Use(creates=creates, updates=updates, deletes=action == "delete", acts=action == "deactivate")


def _clones(pair: Pair, side: Side) -> bool:
    return pair.on_duplicate.action == "clone" and pair.on_duplicate.into in {side, None}


def _with(use: Use, more: Use = READ) -> Use:
    return Use(
        creates=use.creates or more.creates,
        updates=use.updates or more.updates,
        deletes=use.deletes or more.deletes,
        acts=use.acts or more.acts,
    )


def _carries_currencies(plan: Plan, schemas: Mapping[str, SchemaSnapshot]) -> bool:
    return any(
        (found := schemas.get(connection)) is not None
        and (described := found.modules.get(module)) is not None
        and described.currency_field is not None
        and any(item.target == described.currency_field or _names_currency(item) for item in assignments)
        for connection, module, assignments in _assignments(plan)
    )


def _names_currency(item: Assignment) -> bool:
    return item.lookup is not None and item.lookup.module == "currencies"


def _assignments(plan: Plan) -> Iterator[tuple[str, str, Iterable[Assignment]]]:
    for pair in plan.pairs.values():
        right = [line.to_right for line in pair.lines if line.to_right is not None]
        left = [line.to_left for line in pair.lines if line.to_left is not None]
        yield pair.right.connection, pair.right.module, right
        yield pair.left.connection, pair.left.module, left
    documents: Iterable[DocumentPlan] = plan.documents.values()
    for document in documents:
        yield document.connection, document.module, document.assignments


def _named(workspace: Workspace, connection: str) -> dict[str, Use]:
    """Return the modules of a connection that the rules name, with what the statements that name them do."""
    from syncdsl.syntax.nodes import Arrow, Document, Like, MapLine, Module, Record  # noqa: PLC0415 - loads the grammar
    from syncdsl.syntax.traversal import walk  # noqa: PLC0415 - the same

    uses: defaultdict[str, Use] = defaultdict(Use)
    sides: tuple[tuple[EntityName, Use], ...]
    for node in _nodes(workspace):
        match node:
            case Module(left=left, right=right, arrow=arrow):
                back = any(
                    isinstance(part, Like) or (isinstance(part, MapLine) and part.arrow is not Arrow.RIGHT)
                    for part in walk(node)
                )
                sides = (
                    (left, Use(creates=arrow is not Arrow.RIGHT, updates=arrow is not Arrow.RIGHT or back)),
                    (right, Use(creates=arrow is not Arrow.LEFT, updates=True)),
                )
            case Document(entity=entity):
                sides = ((entity, Use(creates=True, acts=True)),)
            case Record(entity=entity):
                sides = ((entity, READ),)
            case _:
                continue
        for entity, use in sides:
            if entity.connection.text == connection:
                uses[entity.module.text] = _with(uses[entity.module.text], use)
    return dict(sorted(uses.items()))


def _nodes(workspace: Workspace) -> Iterator[object]:
    from syncdsl.lint.paths import read_sources  # noqa: PLC0415 - loads the grammar
    from syncdsl.syntax import parse  # noqa: PLC0415 - the same
    from syncdsl.syntax.traversal import walk  # noqa: PLC0415 - the same

    try:
        sources = read_sources(workspace.rule_files())
    except Fault:
        return  # a project without rules names nothing
    for source in sources:
        yield from walk(parse(source).program)
