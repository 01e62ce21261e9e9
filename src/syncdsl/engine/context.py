"""What the steps of one run share."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncdsl.changes.effects import RecordName
from syncdsl.engine.concealment import open_concealment
from syncdsl.engine.keys import syncdsl_key
from syncdsl.engine.reviewing import Decisions, item_id
from syncdsl.engine.scope import ConnectionScope
from syncdsl.engine.touched import Touched
from syncdsl.engine.unread import Unread
from syncdsl.engine.view import StateView
from syncdsl.plan.renames import original_name
from syncdsl.schema.canonical import canonical
from syncdsl.schema.digest import fields_digest
from syncdsl.schema.types import FieldType, IdType, TextType
from syncdsl.schema.values import Ref, is_empty, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import Identity, Record
    from syncdsl.changes.change_set import ChangeSet, Privacy, Unreadable
    from syncdsl.changes.effects import Effect, Hold
    from syncdsl.engine.concealment import Concealment
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.matching import MatchResult
    from syncdsl.engine.observation import Observation
    from syncdsl.engine.operations import Operation
    from syncdsl.engine.run import Run
    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import DocumentPlan, Endpoint, Pair
    from syncdsl.plan.renames import MovedKind
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields, Value
    from syncdsl.state import Grant


class Context:
    """Observations, matches and decisions of one run.

    Steps only add to it. No decision is written anywhere until the sink does so. Readings are staged in the state as
    they come; a preview's state is a copy.
    """

    def __init__(
        self,
        *,
        run: Run,
        identities: Mapping[str, Identity],
        fixed_today: dt.date | None,
        privacy: Privacy = "sensitive",
    ) -> None:
        self.run = run
        self.plan = run.plan
        """What is carried out: the run's plan, without the steps that need what could not be read."""
        self.identities = identities
        self.view = StateView(run.state)
        self.reviews = Decisions(run.state, self.item_id)
        self.observations: dict[str, Observation] = {}
        self.unread = Unread()
        self.unreadable: tuple[Unreadable, ...] = ()
        self.held: frozenset[str] = frozenset()
        """Modules and documents of the rules that are left alone because of what could not be read."""
        self.matches: dict[str, MatchResult] = {}
        self.operations: list[Operation] = []
        self.effects: list[Effect] = []
        self.expects: dict[str, str] = {}
        self.baseline: Counter[str] = Counter()
        self.reported: list[str] = []
        self.planned: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
        self.in_doubt: set[tuple[str, str]] = set()
        self.passes: list[Pair] = []
        """Pairs of which every record is looked at."""
        self.again: set[tuple[str, str, str]] = set()
        """Records (connection, module, id) that the next run looks at again, whatever becomes of this one."""
        self.severed: set[str] = set()
        """Links (by uid) of which one record is gone for certain, whatever becomes of the other one."""
        self.leaving: set[str] = set()
        """Links (by uid) whose other record this change set deletes."""
        self.grants_noted: list[Grant] = []
        """Users who have their role without any write: what the state is to remember of them."""
        self.grants_forgotten: list[Grant] = []
        """Users whom no rule names any more, and who stay or are gone already."""
        self.dismissed: defaultdict[str, list[str]] = defaultdict(list)
        """Digests of the writes that are left out because they were refused and dismissed, by the id of their item."""
        self.known_again: set[tuple[str, SideName, str]] = set()
        """Documents (pair, side, id) of an earlier state that are exchanged on, although they are old."""
        self.run_id = ""
        """The run in the history; a preview has none."""
        self._told_times: list[dt.datetime] = []
        self._fixed_today = fixed_today
        self._today: dt.date | None = fixed_today
        self._compiled: dict[int, tuple[PlanExpression, Evaluator]] = {}
        self._origins: dict[tuple[MovedKind, str], str] = {}
        self._scopes = {name: ConnectionScope(self, name) for name in run.connections}
        self._touched: dict[str, Touched] = {}
        self._change_set: ChangeSet | None = None
        self._privacy: Privacy = privacy
        self._unique: dict[tuple[str, str, str], Mapping[Value, Sequence[str]]] = {}

    @cached_property
    def erasure_key(self) -> str | None:
        """The key of the digests that stand for erased values; None when nothing was ever erased."""
        return self.run.state.erasure_key()

    @cached_property
    def concealment(self) -> Concealment | None:
        """What the change set does not show; None where it shows everything."""
        return open_concealment(self, self._privacy)

    # -- time ---------------------------------------------------------------------------------------------------

    @property
    def server_time(self) -> dt.datetime:
        """The latest of the systems' own clocks; never the local one."""
        return max([*(observation.server_time for observation in self.observations.values()), *self._told_times])

    def told_time(self, at: dt.datetime) -> None:
        """Note what a system's clock showed besides the observations of the plan."""
        self._told_times.append(at)

    @property
    def today(self) -> dt.date:
        """The run's date in the time zone of the organisation that documents are made in, by the server's clock."""
        if self._today is None:
            self._today = self.server_time.astimezone(self._zone()).date()
        return self._today

    @cached_property
    def stamp_window(self) -> dt.timedelta:
        """How far apart the stamps of two systems must be to say which is later.

        Their clocks and their seconds differ.
        """
        overlap = max(connection.capabilities.overlap_seconds for connection in self.run.connections.values())
        return dt.timedelta(seconds=min(overlap, 5))

    def _zone(self) -> ZoneInfo:
        if self.plan.documents:
            connection = next(iter(self.plan.documents.values())).connection
        elif self.plan.pairs:
            connection = next(iter(self.plan.pairs.values())).right.connection
        else:
            return ZoneInfo("UTC")
        try:
            return ZoneInfo(self.identities[connection].time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    # -- the change set -----------------------------------------------------------------------------------------

    @property
    def change_set(self) -> ChangeSet:
        """The change set; there is one from the guard step on."""
        if self._change_set is None:
            raise RuntimeError("the change set is made by the guard step")
        return self._change_set

    @change_set.setter
    def change_set(self, changes: ChangeSet) -> None:
        self._change_set = changes

    def add(self, operation: Operation) -> None:
        """Decide on an operation."""
        self.operations.append(operation)
        self.effects.append(operation.effect)

    def hold(self, hold: Hold) -> None:
        """Let something wait, unless a person decided to leave it as it is; either way it is looked at again."""
        if not self.reviews.leaves(hold):
            self.effects.append(hold)
            return
        for record in (hold.record, *hold.candidates):
            self.look_again(record.connection, record.module, record.id or "")

    def look_again(self, connection: str, module: str, record_id: str) -> None:
        """Keep a record on the agenda: something about it may come about without any change of its own."""
        self.again.add((connection, module, record_id))

    def expect(self, connection: str, record: Record) -> None:
        """Make a record's observed fields a precondition of the change set."""
        self.expects[f"{connection}.{record.module}/{record.id}"] = self.expectation(record)

    def expectation(self, record: Record) -> str:
        """Return the digest of a record's observed fields as a change set holds it."""
        plain = fields_digest(record.fields)
        return plain if self.concealment is None else self.concealment.expectation(plain)

    # -- records ------------------------------------------------------------------------------------------------

    def schema(self, connection: str, module: str) -> ModuleSchema:
        """Return a module's schema."""
        return self.run.schemas[connection].modules[module]

    def type_of(self, connection: str, module: str, field: str) -> FieldType:
        """Return a field's type; the record's own id is an id."""
        if field == "id":
            return IdType()
        known = self.schema(connection, module).fields.get(field)
        return known.value if known else TextType()

    def observed_record(self, connection: str, module: str, record_id: str) -> Record | None:
        """Return a record that some step of this run observed."""
        for observation in self.observations.values():
            step = observation.step
            if step.connection == connection and step.module == module:
                found = observation.records.get(record_id)
                if found is not None:
                    return found
        return None

    def unique_values(self, connection: str, module: str, field: str) -> Mapping[Value, Sequence[str]]:
        """Return the ids of a module's observed records by the canonical form of a field that is unique among them."""
        wanted = (connection, module, field)
        if wanted not in self._unique:
            kind = self.type_of(connection, module, field)
            found: defaultdict[Value, set[str]] = defaultdict(set)
            for observation in self.observations.values():
                if (observation.step.connection, observation.step.module) == (connection, module):
                    for some in observation.records.batches():
                        for record in some:
                            found[canonical(record.fields.get(field), kind)].add(record.id)
            self._unique[wanted] = {value: sorted(ids) for value, ids in found.items()}
        return self._unique[wanted]

    def name(self, connection: str, record: Record) -> RecordName:
        """Return a record's name for people."""
        label = show(record.fields.get(self.schema(connection, record.module).label_field))
        return RecordName(connection=connection, module=record.module, id=record.id, label=label or record.id)

    # -- expressions --------------------------------------------------------------------------------------------

    def evaluate(
        self,
        expression: PlanExpression,
        connection: str,
        fields: Mapping[str, Value],
        row: Mapping[str, Value] | None = None,
    ) -> Value:
        """Return the value of an expression over a record's fields, for one of its rows where a line is made for it."""
        known = self._compiled.get(id(expression))
        if known is None:
            known = (expression, self.run.compiling(expression, self.plan.tables))
            # The expression is kept beside its closure, so that its id stays its own.
            self._compiled[id(expression)] = known
        scope = self._scopes[connection]
        return known[1](fields, scope if row is None else scope.within(row))

    def scope(self, connection: str) -> ConnectionScope:
        """Return what expressions over the records of a connection see besides their fields."""
        return self._scopes[connection]

    def in_scope(self, endpoint: Endpoint, record: Record) -> bool:
        """Return whether a record satisfies an endpoint's condition."""
        return endpoint.where is None or bool(self.evaluate(endpoint.where, endpoint.connection, record.fields))

    def canonical_fields(self, connection: str, module: str, fields: Mapping[str, Value], names: set[str]) -> Fields:
        """Return the canonical forms of `names`, empty ones left out: the form in which bases are stored."""
        found: Fields = {}
        for name in sorted(names):
            value = canonical(fields.get(name), self.type_of(connection, module, name))
            if not is_empty(value):
                found[name] = value
        return found

    def touched(self, pair: Pair) -> Touched:
        """Return what tells which lines of a pair have anything to decide."""
        if pair.name not in self._touched:
            self._touched[pair.name] = Touched(pair, self)
        return self._touched[pair.name]

    # -- identity and partners ----------------------------------------------------------------------------------

    def pair_key(self, pair: Pair, source_side: str, source_id: str) -> str:
        """Return the key of the partner of a record in a pair."""
        source = pair.left if source_side == "left" else pair.right
        return syncdsl_key(
            left_organization=self.identities[pair.left.connection].organization,
            right_organization=self.identities[pair.right.connection].organization,
            name=self._original("module", pair.name),
            source_connection=source.connection,
            source_id=source_id,
        )

    def document_key(self, document: DocumentPlan, record_id: str, turn: int, part: str = "") -> str:
        """Return the key of a document's `turn`-th for a record, and for one value of it where there are several."""
        record = self.plan.records[document.record]
        return syncdsl_key(
            left_organization=self.identities[record.endpoint.connection].organization,
            right_organization=self.identities[document.connection].organization,
            name=self._original("document", document.name),
            source_connection=record.endpoint.connection,
            source_id=record_id,
            per=part,
            instance=turn,
        )

    def item_id(self, hold: Hold) -> str:
        """Return the id of the review item that a hold is."""
        return item_id(hold, self._original("document" if hold.rule in self.plan.documents else "module", hold.rule))

    def _original(self, kind: MovedKind, name: str) -> str:
        """Return the oldest name of a module or document; keys and items are made of it: a rename changes none."""
        if (kind, name) not in self._origins:
            self._origins[kind, name] = original_name(self.plan.moved, kind, name)
        return self._origins[kind, name]

    def partner(self, connection: str, reference: Ref, target: str, modules: tuple[str, ...]) -> Ref | None:
        """Return the linked partner, in connection `target` and one of `modules`, of a referenced record."""
        for pair in self.plan.pairs.values():
            for here, there, side in ((pair.left, pair.right, "left"), (pair.right, pair.left, "right")):
                if (here.connection, here.module) != (connection, reference.module):
                    continue
                if there.connection != target or there.module not in modules:
                    continue
                index = self.view.links(pair.name)
                link = (index.by_left if side == "left" else index.by_right).get(reference.id)
                if link is not None and link.status == "active" and link.uid not in self.severed:
                    return Ref(there.module, link.right_id if side == "left" else link.left_id)
        return None

    def plan_partner(self, connection: str, module: str, record_id: str, target: str, target_module: str) -> None:
        """Note that this change set makes or links the partner of a record."""
        self.planned.setdefault((connection, module, record_id), set()).add((target, target_module))

    def planned_partner(self, connection: str, reference: Ref, target: str, modules: tuple[str, ...]) -> str | None:
        """Return the module in which this change set makes a partner of a referenced record."""
        for there, module in sorted(self.planned.get((connection, reference.module, reference.id), ())):
            if there == target and module in modules:
                return module
        return None
