"""`transactions`, `access` and `moved` statements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.analysis.associating import associable, parties
from syncdsl.analysis.clauses import clauses_of
from syncdsl.diagnostics.codes.composition import NOT_MOVED, TOO_MANY_USERS, UNKNOWN_KIND, UNKNOWN_RIGHT
from syncdsl.diagnostics.codes.names import UNKNOWN_CONNECTION, UNKNOWN_FIELD, UNKNOWN_RECORD
from syncdsl.diagnostics.codes.types import BAD_MODIFIER
from syncdsl.plan.accords import MAX_USERS, MEMBER_FIELDS, PERSON_FIELDS, USERS, AccessPlan, MovedPlan, TransactionsPlan
from syncdsl.syntax import accords as ast
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.analysis.program import Checker

KINDS: dict[str, str] = {
    "quotes": "Quotes",
    "sales_orders": "Sales_Orders",
    "invoices": "Invoices",
    "purchase_orders": "Purchase_Orders",
}
"""Kinds of documents, and the module that the other system keeps its own ones of a kind in."""
RIGHTS = ("approve", "create", "edit", "view")
_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def lower_transactions(checker: Checker) -> tuple[TransactionsPlan, ...]:
    """Lower the `transactions` statements."""
    return tuple(plan for node in checker.names.transactions if (plan := _transactions(node, checker)) is not None)


def _transactions(node: ast.Transactions, checker: Checker) -> TransactionsPlan | None:
    if not _known_connection(node.connection, checker):
        return None
    record: str | None = None
    for clause in clauses_of(node.clauses, ast.Associate):
        if clause.record.text and clause.record.text not in checker.names.records:
            known = checker.names.records
            checker.undeclared(UNKNOWN_RECORD, "no record is called", clause.record.text, clause.record.span, known)
        else:
            record = clause.record.text or None
    kinds = _kinds(node.kinds, node.connection.text, checker)
    if kinds is None:
        return None
    partner = _other(node.connection.text, checker)
    if partner is None:
        checker.report(
            UNKNOWN_CONNECTION,
            f"`{node.connection.text}` has no other system to exchange documents with",
            node.connection.span,
            help="declare a second connection: `connection crm: zoho_crm`",
        )
        return None
    schema = checker.schemas.get(partner)
    for kind, name in zip(kinds, node.kinds, strict=True):
        if schema is not None and KINDS[kind] not in schema.modules:
            checker.report(
                UNKNOWN_KIND,
                f"`{partner}` has no module `{KINDS[kind]}` to exchange `{kind}` with",
                name.span,
                help=f"pull its schema again with `syncdsl schema pull {partner}`, or leave `{kind}` out",
            )
            return None
    return TransactionsPlan(
        location=node.span.location,
        connection=node.connection.text,
        kinds=kinds,
        partner=partner,
        counterparts=tuple(KINDS[kind] for kind in kinds),
        record=record,
        parties=parties(record, node.connection.text, checker) if record is not None else (),
        associable=associable(node.connection.text, checker) if record is not None else (),
    )


def _known_connection(name: nodes.Identifier, checker: Checker) -> bool:
    if not name.text:
        return False
    if name.text in checker.names.connections:
        return True
    checker.undeclared(UNKNOWN_CONNECTION, "no connection is called", name.text, name.span, checker.names.connections)
    return False


def _kinds(names: tuple[nodes.Identifier, ...], connection: str, checker: Checker) -> tuple[str, ...] | None:
    """Return kinds of documents; a name that is none, or that the system does not have, is reported."""
    failed = False
    schema = checker.schemas.get(connection)
    for name in names:
        if name.text not in KINDS:
            failed = True
            checker.unknown(UNKNOWN_KIND, "there is no kind of document", name.text, name.span, KINDS)
        elif schema is not None and name.text not in schema.modules:
            failed = True
            checker.report(
                UNKNOWN_KIND,
                f"`{connection}` has no `{name.text}`",
                name.span,
                help=f"pull its schema again with `syncdsl schema pull {connection}`, or leave it out",
            )
    return None if failed else tuple(name.text for name in names)


def lower_access(checker: Checker) -> tuple[AccessPlan, ...]:
    """Lower the `access` statements."""
    exchanged: dict[str, set[str]] = {}
    for item in checker.names.transactions:
        exchanged.setdefault(item.connection.text, set()).update(kind.text for kind in item.kinds)
    return tuple(plan for node in checker.names.access if (plan := _access(node, exchanged, checker)) is not None)


def _access(node: ast.Access, exchanged: Mapping[str, set[str]], checker: Checker) -> AccessPlan | None:
    if not _known_connection(node.connection, checker) or any(isinstance(item, nodes.Bad) for item in node.clauses):
        return None
    given = clauses_of(node.clauses, ast.Users)
    users = _users(node, given, checker)
    rights: list[tuple[str, str]] = []
    for clause in clauses_of(node.clauses, ast.May):
        if clause.right.text not in RIGHTS:
            checker.unknown(UNKNOWN_RIGHT, "users cannot", clause.right.text, clause.right.span, RIGHTS)
        kinds = _kinds(clause.kinds, node.connection.text, checker)
        rights += [(clause.right.text, kind) for kind in kinds or ()]
    _check_all_kinds(node, exchanged, checker)
    partner = _partner(node, checker)
    if partner is None:
        return None
    profile = next((item.profile.value for item in given if item.profile is not None), None)
    return AccessPlan(
        location=node.span.location,
        connection=node.connection.text,
        partner=partner,
        role=node.role.value,
        users=users,
        profile=profile,
        rights=tuple(rights),
    )


def _other(connection: str, checker: Checker) -> str | None:
    """Return the first other connection that the rules name."""
    return next((name for name in checker.names.connections if name != connection), None)


def _partner(node: ast.Access, checker: Checker) -> str | None:
    """Return the connection whose users get the role; that there is none, and what a schema lacks, is reported."""
    partner = _other(node.connection.text, checker)
    if partner is None:
        checker.report(
            UNKNOWN_CONNECTION,
            f"`{node.connection.text}` has no other system whose users could get a role",
            node.connection.span,
            help="declare a second connection: `connection crm: zoho_crm`",
        )
        return None
    for name, wanted in ((partner, PERSON_FIELDS), (node.connection.text, MEMBER_FIELDS)):
        missing = _lacking(name, wanted, checker)
        if missing:
            checker.report(
                UNKNOWN_FIELD,
                f"`{name}.{USERS}` has no {' and no '.join(f'`{field}`' for field in missing)}, which access needs",
                node.header,
                help=f"pull its schema again with `syncdsl schema pull {name}`",
            )
            return None
    return partner


def _lacking(connection: str, wanted: tuple[str, ...], checker: Checker) -> tuple[str, ...]:
    """Return the fields that the users of a connection do not have; none where its schema is not known."""
    schema = checker.schemas.get(connection)
    if schema is None:
        return ()
    users = schema.modules.get(USERS)
    return wanted if users is None else tuple(name for name in wanted if name not in users.fields)


def _users(node: ast.Access, given: list[ast.Users], checker: Checker) -> tuple[str, ...]:
    """Return the addresses of users; what is none, too many of them, and nobody at all are reported."""
    addresses = [text for clause in given for text in clause.addresses]
    for text in addresses:
        if text.value and not _ADDRESS.fullmatch(text.value):
            checker.report(
                BAD_MODIFIER,
                f"`{text.value}` is no e-mail address",
                text.span,
                help='users are named by their addresses: `users: "sales@example.com"`; or `users: profile "Sales"`',
            )
    if not given:
        checker.report(
            BAD_MODIFIER,
            f"nobody has the role `{node.role.value}`",
            node.header,
            help='add `users: "sales@example.com"`, or `users: profile "Sales"`',
        )
    if addresses and any(clause.profile is not None for clause in given):
        clause = next(clause for clause in given if clause.profile is not None)
        checker.report(
            BAD_MODIFIER,
            "users are named one by one or by a profile, not both",
            clause.span,
            help="leave one of the two out, or write a second `access` statement",
        )
    if len(addresses) > MAX_USERS:
        checker.report(
            TOO_MANY_USERS,
            f"{len(addresses)} users are more than the {MAX_USERS} that can have this role",
            addresses[MAX_USERS].span,
            help="name fewer users",
        )
    return tuple(dict.fromkeys(text.value for text in addresses))


def _check_all_kinds(node: ast.Access, exchanged: Mapping[str, set[str]], checker: Checker) -> None:
    """Report a role in a system whose documents of all four kinds are not exchanged: it works with all or none."""
    missing = [kind for kind in KINDS if kind not in exchanged.get(node.connection.text, ())]
    doubtful = exchanged.keys() - checker.names.connections.keys() or any(
        not kinds <= KINDS.keys() for kinds in exchanged.values()
    )
    if not missing or doubtful or checker.names.unread or checker.names.opaque:
        return
    listed = ", ".join(KINDS)
    checker.report(
        UNKNOWN_KIND,
        f"this role needs all four kinds of documents, and {', '.join(f'`{kind}`' for kind in missing)} "
        f"{'is' if len(missing) == 1 else 'are'} not exchanged",
        node.header,
        help=f"write `transactions {node.connection.text}: {listed}`",
    )


def lower_moved(checker: Checker) -> tuple[MovedPlan, ...]:
    """Lower the `moved` statements: the new name is there, the old one is gone, and moved once."""
    names = checker.names
    there: dict[ast.MovedKind, Mapping[str, object]] = {
        ast.MovedKind.MODULE: names.modules,
        ast.MovedKind.DOCUMENT: names.documents,
        ast.MovedKind.TABLE: names.tables,
        ast.MovedKind.RECORD: names.records,
    }
    found: list[MovedPlan] = []
    seen: dict[tuple[ast.MovedKind, str], int] = {}
    reached: dict[tuple[ast.MovedKind, str], int] = {}
    moved_on = {(node.kind, node.old.text) for node in names.moved}
    for node in names.moved:
        kind, old, new = node.kind, node.old, node.new
        if not old.text or not new.text:
            continue
        if old.text in there[kind]:
            what, place = f"the {kind.value} `{old.text}` is still there", old
            way = f"remove it, or this line: `moved` tells what `{new.text}` was called before"
        elif (kind, old.text) in seen:
            what, place = f"`{old.text}` was moved already, in line {seen[kind, old.text]}", old
            way = "leave one of the two lines out"
        elif new.text not in there[kind] and (kind, new.text) not in moved_on:
            if names.may_declare(new.text):
                continue
            checker.unknown(NOT_MOVED, f"there is no {kind.value}", new.text, new.span, there[kind])
            continue
        elif (kind, new.text) in reached:
            what = f"`{new.text}` was called something else before, in line {reached[kind, new.text]}"
            place, way = new, "leave one of the two lines out: one thing has one name at a time"
        else:
            seen[kind, old.text] = reached[kind, new.text] = node.span.line
            found.append(MovedPlan(location=node.span.location, kind=kind.value, old=old.text, new=new.text))
            continue
        checker.report(NOT_MOVED, what, place.span, help=way)
    return tuple(found)
