"""Statement nodes of a rule file, as written: no names resolved, no types."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.syntax.accords import Access, Moved, Transactions, Use
from syncdsl.syntax.expressions import _Node
from syncdsl.syntax.parts import Bad, Identifier
from syncdsl.syntax.trials import Test

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from syncdsl.diagnostics import Span
    from syncdsl.syntax.expressions import Expression, Path, TextLiteral

__all__ = ["Access", "Bad", "Identifier", "Moved", "Test", "Transactions", "Use"]
# Names of other files that belong to the unions below; what is defined here is public without being listed.


class Arrow(Enum):
    """Direction between the left and the right connection of a header."""

    RIGHT = "->"
    LEFT = "<-"
    BOTH = "<->"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityName(_Node):
    """`crm.Accounts`: a connection and a module of it."""

    connection: Identifier
    module: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(_Node):
    """`language 1`."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(_Node):
    """`connection crm: zoho_crm`."""

    name: Identifier
    adapter: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow(_Node):
    """`"Goods" <-> "goods"`; None stands for `_`, the rest."""

    left: Expression | None
    arrow: Arrow
    right: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(_Node):
    """`table product_kind:` and its rows."""

    name: Identifier
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View(_Node):
    """`view: "All Accounts"`."""

    name: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class Where(_Node):
    """`where books: condition`; in a `record` without a connection."""

    connection: Identifier | None
    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEquality(_Node):
    """`Email == email`: the left side's expression and the right side's."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Key(_Node):
    """One dedupe key: equalities joined by `and`."""

    equalities: tuple[KeyEquality, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt(_Node):
    """`adopt: id == zcrm_account_id`."""

    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Dedupe(_Node):
    """`dedupe: Email == email, then Full_Name == contact_name`."""

    keys: tuple[Key, ...]


class DuplicateAction(Enum):
    """What happens on first contact with a duplicate."""

    OVERWRITE = "overwrite"
    CLONE = "clone"
    SKIP = "skip"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuplicate(_Node):
    """`on duplicate: overwrite in books`."""

    action: DuplicateAction
    connection: Identifier | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnConflict(_Node):
    """`on conflict: newest`: a connection's name, `newest` or `review`."""

    winner: Identifier


class DeleteAction(Enum):
    """What happens to the partner of a deleted record."""

    KEEP = "keep"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDelete(_Node):
    """`on delete in crm: keep`."""

    connection: Identifier
    action: DeleteAction


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenEmpty(_Node):
    """`, when empty`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefer(_Node):
    """`, prefer crm`: a connection's name, `newest` or `review`."""

    winner: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Enforce(_Node):
    """`, enforce`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElseSkip(_Node):
    """`, else skip`."""


Modifier: TypeAlias = WhenEmpty | Prefer | Enforce | ElseSkip


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLine(_Node):
    """`expression -> path`, `path <- expression` or `path <-> path`, with modifiers."""

    left: Expression
    arrow: Arrow
    right: Expression
    modifiers: tuple[Modifier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(_Node):
    """`group NAME:` lines compared and resolved as one value."""

    name: Identifier
    lines: tuple[MapLine | Bad, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBlock(_Node):
    """`line:` one document line; with `row` and `rows`: `line for row in path:`, one per row."""

    row: Identifier | None
    rows: Path | None
    lines: tuple[MapLine | Bad, ...]


MapItem: TypeAlias = "MapLine | Group | LineBlock | Bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Map(_Node):
    """`map:` and its items."""

    items: tuple[MapItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent(_Node):
    """`parent: Account_Name`: the field of a nested module's records that names their parent."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(_Node):
    """`like: NAME` or `like: zoho.accounts`: takes what is not stated here."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Without(_Node):
    """`without: fax, website`: lines that are not taken, by the field they write."""

    paths: tuple[Path, ...]


ModuleClause: TypeAlias = (
    "View | Where | Adopt | Dedupe | OnDuplicate | OnConflict | OnDelete | Map | With | Parent | Like | Without | Bad"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module(_Node):
    """`module customers: crm.Accounts <-> books.customers` and its clauses."""

    name: Identifier
    left: EntityName
    arrow: Arrow
    right: EntityName
    clauses: tuple[ModuleClause, ...]
    header: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class With(_Node):
    """`with contacts: crm.Contacts -> books.contact_persons`: a module nested under the one it stands in."""

    module: Module


@dataclass(frozen=True, slots=True, kw_only=True)
class StageField(_Node):
    """`stage: Stage`."""

    path: Path


RecordClause: TypeAlias = StageField | View | Where | Bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(_Node):
    """`record deal: crm.Deals` and its clauses."""

    name: Identifier
    entity: EntityName
    clauses: tuple[RecordClause, ...]
    header: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Per(_Node):
    """`per: expression`: one live document per value."""

    value: Expression


DocumentClause: TypeAlias = Map | Like | Without | Per | Bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(_Node):
    """`document invoice: books.invoices for deal` and its clauses."""

    name: Identifier
    entity: EntityName
    record: Identifier
    clauses: tuple[DocumentClause, ...]
    header: Span = field(compare=False, repr=False)


class ActionVerb(Enum):
    """What a trigger does with a document."""

    CREATE = "create"
    SEND = "send"
    ACCEPT = "accept"
    DECLINE = "decline"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(_Node):
    """`create invoice`; `even_sent` for `void invoice, even sent`."""

    verb: ActionVerb
    document: Identifier
    even_sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Require(_Node):
    """`require: condition`: a fired edge waits until it holds."""

    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill(_Node):
    """`backfill: since 2026-01-01`; None for a date that does not exist, which was reported."""

    since: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class When(_Node):
    """`when deal.stage == won: create invoice`, with `require` and `backfill` below it."""

    condition: Expression
    actions: tuple[Action | Bad, ...]
    clauses: tuple[Require | Backfill, ...]
    header: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(_Node):
    """`updates <= 20 %`, `amount <= 100_000 EUR per day`: `unit` is None, `%` or a currency; `per_day` or per run."""

    subject: Identifier
    value: Decimal
    unit: str | None
    per_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard(_Node):
    """`guard:` and its limits."""

    limits: tuple[Limit | Bad, ...]


Statement: TypeAlias = (
    Language
    | Connection
    | Table
    | Module
    | Record
    | Document
    | When
    | Guard
    | Transactions
    | Access
    | Test
    | Moved
    | Use
    | Bad
)


@dataclass(frozen=True, kw_only=True)
class Program(_Node):
    """One rule file. It has a `__dict__`, in which `walk` keeps what it found.

    `doubtful` are the lines that were read as what they were probably meant to be.
    """

    statements: tuple[Statement, ...]
    doubtful: frozenset[int] = field(default=frozenset(), compare=False, repr=False)
