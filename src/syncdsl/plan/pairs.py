"""What a plan knows of modules, documents and triggers: the static facts its steps work with."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, TypeAlias

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from syncdsl.plan.expressions import PlanExpression
from syncdsl.schema.digest import digest
from syncdsl.schema.model import Model
from syncdsl.schema.types import FieldType

Side: TypeAlias = Literal["left", "right"]
Winner: TypeAlias = Literal["left", "right", "newest", "review"]


class Endpoint(Model):
    """One side of a pair: a module of a connection, and which of its records are in scope.

    `key_field` is the field the syncdsl key is written to (None: none); `unique_name_store` names the
    collection whose names are unique.
    """

    connection: str
    module: str
    view: str | None = None
    where: PlanExpression | None = None
    key_field: str | None = None
    label_field: str
    observe: str
    """Id of the step that observes the records of this side."""


class Lookup(Model):
    """The written reference is found by a unique field: the record of `module` whose `field` has the value."""

    module: str
    field: str


class _Sparse(Model):
    """A model that leaves out what hardly any of them has, so that digests of the others do not depend on it."""

    @model_serializer(mode="wrap")
    def _leave_out(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = write(self)
        return {name: value for name, value in written.items() if name not in _RARE or value}


_RARE = frozenset({"elsewhere", "tax", "rows", "exchange"})


class TaxMatch(Model):
    """The written reference is the tax of which `percentage` per cent of `net` make the amount that the value is."""

    module: str
    percentage: str
    net: PlanExpression


class Assignment(_Sparse):
    """What one map line writes into one side: `target` takes `value`, computed from the other side's record.

    `reads` are the paths that the value depends on. `partner`: the value is a reference in the other
    connection, and the partner of that record is written; `elsewhere`: where it has one in another module alone,
    nothing is. `lookup`: the value names the referenced record by a unique field; `tax`: by an amount. `rows`: the
    value is a list of rows, each of which is written as a row.
    """

    target: str
    value: PlanExpression
    reads: tuple[tuple[str, ...], ...]
    type: FieldType
    required: bool = False
    create_only: bool = False
    partner: bool = False
    elsewhere: bool = False
    lookup: Lookup | None = None
    tax: TaxMatch | None = None
    rows: RowMap | None = None

    @property
    def cells(self) -> tuple[Assignment, ...]:
        """What single values are written by: this one, or those of a row."""
        return (self,) if self.rows is None else self.rows.cells


class RowMap(Model):
    """How a row of one side is written as a row of the other one: `cells` are computed from the fields of the row.

    `amount` is what a row makes (over its fields), and `total` the field of the record that holds what all of them
    make: an amount that is in no row cannot travel with them.
    """

    cells: tuple[Assignment, ...]
    amount: PlanExpression
    total: str | None = None


Assignment.model_rebuild()


class MapLine(Model):
    """One line of a map, or a `->`/`<-` pair over the same two fields.

    Lines of one `group` are compared and resolved as one value. `enforce`: corrected also when nothing changed.
    `else_skip`: a value that does not fit skips the record. `digest` changes when the line's meaning does, not when it
    moves.
    """

    location: str
    text: str
    group: str | None = None
    to_right: Assignment | None = None
    to_left: Assignment | None = None
    when_empty: bool = False
    prefer: Winner | None = None
    enforce: bool = False
    else_skip: bool = False

    @cached_property
    def digest(self) -> str:
        """Identity of the line's meaning."""
        return digest(self.model_dump(mode="json", exclude={"location", "text"}))


class KeyPart(Model):
    """One equality of a dedupe key, compared as `as_type`, text without regard to case."""

    left: PlanExpression
    right: PlanExpression
    as_type: FieldType


class MatchKey(Model):
    """All parts must be equal and none empty. `text` is the key as written."""

    text: str
    parts: tuple[KeyPart, ...]


class DuplicateRule(Model):
    """What happens on first contact; `into` is the side that takes the values or the copy."""

    action: Literal["overwrite", "clone", "skip", "review"] = "review"
    into: Side | None = None


class ParentPlan(Model):
    """Children belong to the records of `pair`: `field` of `side` refers to the parent there, `other` beyond.

    Among the pair's lines is one that writes the one from the other.
    """

    pair: str
    side: Side
    field: str
    other: str

    def field_of(self, side: Side) -> str:
        """Return the field that refers to the parent on a side."""
        return self.field if side == self.side else self.other


DeleteAction: TypeAlias = Literal["keep", "deactivate", "delete", "review"]


class Exchange(Model):
    """What holds for documents that a `transactions` statement exchanges.

    Taken are only those made since it was switched on. A document on the right is changed while its `status_field` has
    one of the values `follows`; in any other state a person decides.
    """

    status_field: str | None
    follows: tuple[str, ...]


class Pair(_Sparse):
    """A `module` statement: two endpoints and how their records are matched and merged.

    `direction` limits what is created: right, left or both. A module nested `with` another is named `PARENT.NAME` and
    has a `parent`. `on_delete` says by side what happens to the partner of a record that was deleted there. A kind of
    documents of a `transactions` statement is a pair, too, named `transactions.KIND`, and has an `exchange`.
    """

    name: str
    location: str
    direction: Literal["right", "left", "both"]
    left: Endpoint
    right: Endpoint
    adopt: MatchKey | None = None
    keys: tuple[MatchKey, ...] = ()
    on_duplicate: DuplicateRule = DuplicateRule()
    on_conflict: Winner = "review"
    on_delete: dict[Side, DeleteAction] = Field(default_factory=dict)
    parent: ParentPlan | None = None
    exchange: Exchange | None = None
    lines: tuple[MapLine, ...] = ()

    @cached_property
    def one_way_lines(self) -> tuple[MapLine, ...]:
        """The lines that go one way, always, and by themselves: what they write follows from the other side alone."""
        return tuple(
            line
            for line in self.lines
            if not line.when_empty and line.group is None and (line.to_right is None) != (line.to_left is None)
        )


class RecordPlan(Model):
    """A `record` statement: the module whose records fire triggers."""

    name: str
    location: str
    endpoint: Endpoint


class DocumentLine(Model):
    """One line of a document, or one for each row of the list field `rows`: assignments to the fields of a row."""

    assignments: tuple[Assignment, ...]
    rows: tuple[str, ...] | None = None


class DocumentPlan(Model):
    """A `document` statement: what is made in `connection.module` for a record.

    `closed` are the values of `status_field` in which an instance is no longer live; `untouched` those of drafts, which
    follow their record; `paid` those in which only a person changes anything. Any other one is that of a document that
    was sent.
    """

    name: str
    location: str
    record: str
    connection: str
    module: str
    observe: str
    key_field: str | None
    status_field: str | None
    lines_field: str | None
    currency_field: str | None = None
    closed: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()
    per: PlanExpression | None = None
    assignments: tuple[Assignment, ...] = ()
    write_backs: tuple[Assignment, ...] = ()
    lines: tuple[DocumentLine, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Identity of what is made: drafts take on what other rules make of their record."""
        made = self.model_dump(mode="json", include={"assignments", "lines", "write_backs", "per"})
        return digest({"document": self.name, **made})


Verb: TypeAlias = Literal["create", "send", "accept", "decline", "void"]


class TriggerPlan(Model):
    """A `when` statement: an edge of `condition` over a record's stored truth.

    `require`: a fired edge waits until it holds. `backfill`: what was true since that day (ISO 8601) counts as an edge
    when the rules are switched on. `even_sent`: acts on a document that was sent, too.
    """

    location: str
    text: str
    record: str
    condition: PlanExpression
    verb: Verb
    document: str
    even_sent: bool = False
    require: PlanExpression | None = None
    backfill: str | None = None

    @cached_property
    def digest(self) -> str:
        """Identity: record, condition, action; a changed condition is another trigger and begins with a baseline.

        What an edge waits for, and whether it acts on what was sent, may change while it waits.
        """
        return digest(self.identity)

    @property
    def identity(self) -> dict[str, Any]:
        """What the digest is made of."""
        return self.model_dump(mode="json", exclude={"location", "text", "require", "even_sent"})


class TablePlan(Model):
    """A value table in both directions, in the form of `schema.values.to_json`; `rest` answers what no row names."""

    right: tuple[tuple[object, object], ...] = ()
    left: tuple[tuple[object, object], ...] = ()
    right_rest: object | None = None
    left_rest: object | None = None
    has_right_rest: bool = False
    has_left_rest: bool = False


class LimitPlan(Model):
    """A limit of a `guard`: `percent` for updates, `per_day` over all runs of the last 24 hours."""

    location: str
    text: str
    subject: Literal["deletes", "creates", "updates", "amount"]
    value: str
    percent: bool = False
    per_day: bool = False


class ConnectionPlan(Model):
    """A connection as rules name it, with the digest of the schema that the plan was compiled against."""

    adapter: str
    base_currency: str
    schema_digest: str = Field(description="digest of the schema snapshot")
