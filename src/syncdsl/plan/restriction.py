"""A plan restricted to some of its modules: what is outside is neither read nor changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.lifecycle import UNKNOWN_PART
from syncdsl.plan.reads import reads_of
from syncdsl.plan.steps import GuardStep, MatchStep, MergeStep, ObserveStep, TriggerStep, WriteStep
from syncdsl.schema.types import ReferenceType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from syncdsl.plan.pairs import Assignment, DocumentPlan, Endpoint, Pair
    from syncdsl.plan.plan import Plan
    from syncdsl.plan.steps import Step
    from syncdsl.schema.snapshot import SchemaSnapshot


def restricted(plan: Plan, names: Iterable[str], schemas: Mapping[str, SchemaSnapshot]) -> Plan:
    """Return the plan with only the steps for some modules and what they need.

    A module brings those nested in it, its parent, and the modules whose records it refers to; no triggers. The name of
    a record brings its triggers and documents, with the modules whose records these refer to. Pairs and documents
    outside stay known, so that their links are found where a record refers to them.
    Raises Fault SD833 for a name that is none of the plan's modules or records.
    """
    wanted = [known_part(plan, name) for name in names]
    records = {name for name in wanted if name in plan.records}
    referred = [name for record in sorted(records) for name in _referred_by_documents(plan, record)]
    chosen = _closed(plan, [*(name for name in wanted if name in plan.pairs), *referred])
    needs = _Needs(plan, schemas)
    seen = set().union(
        *(needs.pair(plan.pairs[name]) for name in chosen), *(needs.record(name) for name in sorted(records))
    )
    written = {
        (endpoint.connection, endpoint.module)
        for name in chosen
        for endpoint in (plan.pairs[name].left, plan.pairs[name].right)
    }
    for name in records:
        written.add((plan.records[name].endpoint.connection, plan.records[name].endpoint.module))
        written |= {(one.connection, one.module) for one in plan.documents.values() if one.record == name}
    return without(plan, [step.id for step in plan.steps if not _kept(step, chosen | records, seen, written)])


def parts(plan: Plan) -> tuple[str, ...]:
    """Return what a plan can be restricted to one by one: its modules that stand alone, and records with triggers."""
    alone = [name for name, pair in plan.pairs.items() if pair.parent is None]
    fired = {trigger.record for trigger in plan.triggers}
    return (*alone, *(name for name in plan.records if name in fired and name not in alone))


def modules_read(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return the modules that a plan reads, each once, by connection."""
    found: dict[str, dict[str, None]] = {}
    for step in plan.steps:
        if isinstance(step, ObserveStep):
            found.setdefault(step.connection, {})[step.module] = None
    return {name: tuple(modules) for name, modules in found.items()}


def without(plan: Plan, steps: Collection[str]) -> Plan:
    """Return the plan without some steps, named by their ids."""
    return plan.model_copy(
        update={
            "steps": tuple(
                step.model_copy(update={"after": tuple(one for one in step.after if one not in steps)})
                for step in plan.steps
                if step.id not in steps
            )
        }
    )


def needing(plan: Plan, observed: Collection[str], schemas: Mapping[str, SchemaSnapshot]) -> frozenset[str]:
    """Return the ids of the steps that need one of some observations, and of the observe steps `observed` themselves.

    A module needs both its sides, what its rules reach through references, the scopes beside it, and with its parent
    all that this one needs. The modules of records it only refers to it does not need: such a record waits.
    """
    needs = _Needs(plan, schemas)
    wanted = frozenset(observed)
    return wanted | {step.id for step in plan.steps if wanted & needs.step(step)}


def needed_elsewhere(whole: Plan, part: Plan, schemas: Mapping[str, SchemaSnapshot]) -> frozenset[str]:
    """Return the observe steps of a restricted plan that steps outside of it need as well.

    What changed there is news to those steps too, after the restricted run as before it.
    """
    kept = {step.id for step in part.steps}
    needs = _Needs(whole, schemas)
    wanted = set().union(*(needs.step(step) for step in whole.steps if step.id not in kept))
    return frozenset(wanted & kept)


def known_module(plan: Plan, name: str) -> str:
    """Return the name of a module of the plan as it is; raises Fault SD833 when it is none."""
    return _known(plan.pairs, name)


def known_part(plan: Plan, name: str) -> str:
    """Return the name of a module or a record of the plan as it is; raises Fault SD833 when it is neither."""
    return _known((*plan.pairs, *plan.records), name)


def _known(names: Collection[str], name: str) -> str:
    if name in names:
        return name
    near = did_you_mean(name, names)
    listed = ", ".join(f"`{known}`" for known in names)
    raise Fault(
        UNKNOWN_PART,
        f"the rules in force have no module `{name}`",
        help=f"did you mean `{near}`?" if near else f"they have {listed}" if listed else "they have none at all",
    )


def _closed(plan: Plan, names: list[str]) -> set[str]:
    """Return the modules with those they need, and those nested in the ones asked for."""
    pending = [name for name in plan.pairs if any(name == one or name.startswith(f"{one}.") for one in names)]
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += _required(plan, plan.pairs[name])
    return found


def _required(plan: Plan, pair: Pair) -> Iterator[str]:
    """Return the modules whose links a pair needs: its parent's, and those of the records it refers to."""
    if pair.parent is not None:
        yield pair.parent.pair
    for line in pair.lines:
        for assignment, here, there in ((line.to_right, pair.right, pair.left), (line.to_left, pair.left, pair.right)):
            if assignment is not None:
                yield from _partnering(plan, assignment, here.connection, there.connection)


def _referred_by_documents(plan: Plan, record: str) -> Iterator[str]:
    """Return the modules whose records the documents of a record refer to, such as the customer of an invoice."""
    source = plan.records[record].endpoint.connection
    for document in plan.documents.values():
        lines = [assignment for line in document.lines for assignment in line.assignments]
        for assignment in (*document.assignments, *lines) if document.record == record else ():
            yield from _partnering(plan, assignment, document.connection, source)


def _partnering(plan: Plan, assignment: Assignment, target: str, source: str) -> Iterator[str]:
    """Return the modules that link the records which an assignment in `target` refers to with those in `source`."""
    referred = {
        module
        for cell in assignment.cells
        if cell.partner and isinstance(cell.type, ReferenceType)
        for module in cell.type.modules
    }
    for name, other in plan.pairs.items() if referred else ():
        for there, here in ((other.right, other.left), (other.left, other.right)):
            if (there.connection, here.connection) == (target, source) and there.module in referred:
                yield name


class _Needs:
    """Which observations something reads."""

    def __init__(self, plan: Plan, schemas: Mapping[str, SchemaSnapshot]) -> None:
        self._plan = plan
        self._schemas = schemas
        self._steps = [step for step in plan.steps if isinstance(step, ObserveStep)]

    def step(self, step: Step) -> set[str]:
        """Return what a step that decides reads."""
        match step:
            case MatchStep() | MergeStep():
                return self.pair(self._plan.pairs[step.pair])
            case TriggerStep():
                return self.record(step.record)
            case ObserveStep() | GuardStep() | WriteStep():
                return set()

    def pair(self, pair: Pair) -> set[str]:
        """Return what matching and merging a pair reads."""
        found = self._endpoint(pair.left) | self._endpoint(pair.right)
        if pair.parent is not None:
            found |= self.pair(self._plan.pairs[pair.parent.pair])
        for key in (*pair.keys, *((pair.adopt,) if pair.adopt is not None else ())):
            for part in key.parts:
                found |= self._paths(pair.left, reads_of(part.left)) | self._paths(pair.right, reads_of(part.right))
        for line in pair.lines:
            for assignment, source, target in (
                (line.to_right, pair.left, pair.right),
                (line.to_left, pair.right, pair.left),
            ):
                if assignment is not None:
                    found |= self._assignment(assignment, source, target.connection)
        if pair.on_duplicate.action == "clone":
            found |= self._names_beside(pair.left) | self._names_beside(pair.right)
        return found | self._scopes_beside(pair)

    def record(self, name: str) -> set[str]:
        """Return what the triggers of a record and their documents read."""
        endpoint = self._plan.records[name].endpoint
        found = self._endpoint(endpoint)
        for trigger in self._plan.triggers:
            if trigger.record == name:
                found |= self._paths(endpoint, reads_of(trigger.condition))
                found |= self._paths(endpoint, reads_of(trigger.require)) if trigger.require is not None else set()
        for document in self._plan.documents.values():
            if document.record == name:
                found |= self._document(document, endpoint)
        return found

    def _document(self, document: DocumentPlan, endpoint: Endpoint) -> set[str]:
        found = {document.observe}
        for assignment in (*document.assignments, *(item for line in document.lines for item in line.assignments)):
            found |= self._assignment(assignment, endpoint, document.connection)
        return found

    def _endpoint(self, endpoint: Endpoint) -> set[str]:
        within = self._paths(endpoint, reads_of(endpoint.where)) if endpoint.where is not None else set()
        return {endpoint.observe} | within

    def _assignment(self, assignment: Assignment, source: Endpoint, target: str) -> set[str]:
        looked_up = self._module(target, assignment.lookup.module) if assignment.lookup is not None else set()
        for cell in assignment.cells if assignment.rows is not None else ():
            if cell.tax is not None:
                looked_up |= self._module(target, cell.tax.module)
        return self._paths(source, assignment.reads) | looked_up

    def _paths(self, endpoint: Endpoint, paths: Iterable[tuple[str, ...]]) -> set[str]:
        return set().union(*(self._path(endpoint.connection, endpoint.module, path) for path in paths))

    def _path(self, connection: str, module: str, path: tuple[str, ...]) -> set[str]:
        """Return the observations of the modules that a path steps into."""
        field = self._schemas[connection].modules[module].fields.get(path[0])
        if len(path) < 2 or field is None or not isinstance(field.value, ReferenceType):
            return set()
        found: set[str] = set()
        for target in field.value.modules:
            if target in self._schemas[connection].modules:
                found |= self._module(connection, target) | self._path(connection, target, path[1:])
        return found

    def _module(self, connection: str, module: str) -> set[str]:
        return {step.id for step in self._steps if (step.connection, step.module) == (connection, module)}

    def _names_beside(self, endpoint: Endpoint) -> set[str]:
        """Return the observations of every module whose names share a collection: a copy's name is free in all."""
        modules = self._schemas[endpoint.connection].modules
        store = modules[endpoint.module].store
        return {
            step.id
            for step in self._steps
            if step.connection == endpoint.connection and modules[step.module].store == store
        }

    def _scopes_beside(self, pair: Pair) -> set[str]:
        """Return the scopes that records of a pair may have moved from: other pairs over one of its modules."""
        found: set[str] = set()
        for other in self._plan.pairs.values():
            if (other.left.connection, other.right.connection) == (pair.left.connection, pair.right.connection):
                for mine, theirs in ((pair.left, other.left), (pair.right, other.right)):
                    if mine.module == theirs.module:
                        found |= self._endpoint(theirs) | self._above(other)
        return found

    def _above(self, pair: Pair) -> set[str]:
        """Return the observations of the parents that the records of a pair are in scope with."""
        if pair.parent is None:
            return set()
        above = self._plan.pairs[pair.parent.pair]
        return self._endpoint(above.left) | self._endpoint(above.right) | self._above(above)


def _kept(step: Step, chosen: set[str], observed: set[str], written: set[tuple[str, str]]) -> bool:
    match step:
        case ObserveStep():
            return step.id in observed
        case MatchStep() | MergeStep():
            return step.pair in chosen
        case TriggerStep():
            return step.record in chosen
        case GuardStep():
            return True
        case WriteStep():
            return (step.connection, step.module) in written
