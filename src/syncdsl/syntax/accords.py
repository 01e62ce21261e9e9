"""Nodes of the statements that switch something on between the two systems, or tie files and names together."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.syntax.expressions import _Node

if TYPE_CHECKING:
    from syncdsl.diagnostics import Span
    from syncdsl.syntax.expressions import Path, TextLiteral
    from syncdsl.syntax.parts import Bad, Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Associate(_Node):
    """`associate: deal`: documents can be associated with records of this kind."""

    record: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Transactions(_Node):
    """`transactions books: quotes, invoices` and its clauses."""

    connection: Identifier
    kinds: tuple[Identifier, ...]
    clauses: tuple[Associate | Bad, ...]
    header: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Users(_Node):
    """`users: "a@example.com", …`, or `users: profile "Sales"` with `profile` set and no addresses."""

    addresses: tuple[TextLiteral, ...]
    profile: TextLiteral | None


@dataclass(frozen=True, slots=True, kw_only=True)
class May(_Node):
    """`may create: quotes, sales_orders`."""

    right: Identifier
    kinds: tuple[Identifier, ...]


AccessClause: TypeAlias = "Users | May | Bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access(_Node):
    """`access books "Integration User (Zoho CRM)":` and its clauses."""

    connection: Identifier
    role: TextLiteral
    clauses: tuple[AccessClause, ...]
    header: Span = field(compare=False, repr=False)


class MovedKind(Enum):
    """What was renamed."""

    MODULE = "module"
    DOCUMENT = "document"
    TABLE = "table"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(_Node):
    """`moved module clients to customers`."""

    kind: MovedKind
    old: Identifier
    new: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Use(_Node):
    """`use "common.sync"` or `use zoho.customers`: a file of the project, or a shipped set by its name."""

    what: TextLiteral | Path
