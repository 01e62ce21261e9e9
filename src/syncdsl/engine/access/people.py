"""The people on both sides: users of a CRM, and users of the books with their roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest
from syncdsl.diagnostics import Fault
from syncdsl.engine.unread import ISOLATED
from syncdsl.plan.accords import MEMBER_FIELDS, PERSON_FIELDS, USERS
from syncdsl.schema.canonical import match_form
from syncdsl.schema.types import EmailType
from syncdsl.schema.values import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context


class UsersUnreadError(Exception):
    """The users of a connection cannot be read, for a reason that concerns nothing else of it."""

    def __init__(self, connection: str, fault: Fault) -> None:
        super().__init__(connection)
        self.connection = connection
        self.fault = fault


ACTIVE, INACTIVE = "active", "inactive"
ADMINISTRATOR = "admin"
"""What the role is called that may do everything, in any case of letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user of a CRM."""

    record: Record
    address: str
    name: str
    profile: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A user of the books; `own` is the one that the connection itself works as."""

    record: Record
    address: str
    name: str
    role: str
    status: str
    own: bool

    @property
    def administers(self) -> bool:
        """Whether this is a user who can administer the organisation now."""
        return self.role.casefold() == ADMINISTRATOR and self.status.casefold() == ACTIVE


def address_form(address: str) -> str:
    """Return the form in which addresses are compared."""
    return str(match_form(address, EmailType()) or "")


def people_of(context: Context, connection: str) -> tuple[list[Person], bool]:
    """Return the users of a CRM, and whether these are all of them. Raises UsersUnreadError, or Fault."""
    records, complete = _read(context, connection, PERSON_FIELDS)
    return [
        Person(
            record=record,
            address=show(record.fields.get("email")),
            name=show(record.fields.get("full_name")),
            profile=show(record.fields.get("profile")),
            active=show(record.fields.get("status")).casefold() == ACTIVE,
        )
        for record in records
    ], complete


def members_of(context: Context, connection: str, known: Sequence[str]) -> tuple[list[Member], bool]:
    """Return the users of the books, and whether these are all of them.

    `known` are ids of users who were there before: one that is missing is asked for by itself before it counts as gone.
    Raises UsersUnreadError, or Fault.
    """
    records, complete = _read(context, connection, MEMBER_FIELDS)
    missing = sorted({*known} - {record.id for record in records})
    if missing:
        names = fields_of(context, connection)
        records += context.run.connections[connection].fetch(USERS, missing, names).values()
    return [member_of(record) for record in records], complete


def member_of(record: Record) -> Member:
    """Return a record of the books as a user."""
    return Member(
        record=record,
        address=show(record.fields.get("email")),
        name=show(record.fields.get("name")),
        role=show(record.fields.get("user_role")),
        status=show(record.fields.get("status")),
        own=record.fields.get("is_current_user") is True,
    )


def fields_of(context: Context, connection: str) -> tuple[str, ...]:
    """Return the fields that are read of the users of the books, as far as the schema has them."""
    users = context.run.schemas[connection].modules.get(USERS)
    return tuple(name for name in MEMBER_FIELDS if users is not None and name in users.fields)


def _read(context: Context, connection: str, wanted: Sequence[str]) -> tuple[list[Record], bool]:
    run = context.run
    task = f"read {connection}.{USERS}"
    run.progress.start(task, None)
    fields = tuple(name for name in wanted if name in context.schema(connection, USERS).fields)
    records: list[Record] = []
    complete = False
    try:
        for item in run.connections[connection].observe(ObserveRequest(module=USERS, fields=fields)):
            if isinstance(item, ObservationEnd):
                complete = item.complete
                context.told_time(item.server_time)
            else:
                records += item.records
                run.progress.advance(task, len(item.records))
    except Fault as fault:
        run.progress.finish(task, "could not be read")
        if fault.code not in ISOLATED:
            raise
        raise UsersUnreadError(connection, fault) from None
    run.progress.finish(task, f"{len(records):,} users")
    return records, complete
