"""What a plan knows of transactions, access and renames."""

from __future__ import annotations

from typing import Literal

from syncdsl.schema.model import Model

USERS = "users"
"""The module in which a system keeps the people who work in it."""

PERSON_FIELDS = ("full_name", "email", "status", "profile")
"""What is read of the users of a CRM: name, address, whether they are active, and their profile."""

MAX_USERS = 1000
"""Most users with one role, as the native integration allows."""

MEMBER_FIELDS = ("name", "email", "user_role", "status", "is_current_user")
"""What is read of the users of the books: name, address, role, state, and which of them the connection works as."""


class PartyPlan(Model):
    """A field of a record that names whom it is for; `parent` is that one's field for what it belongs to itself."""

    field: str
    parent: str | None = None


class AssociablePlan(Model):
    """Documents that can be associated with a record: its id is kept in `id_field`, its name in `name_field`."""

    module: str
    customer: str
    id_field: str
    name_field: str | None = None


class TransactionsPlan(Model):
    """A `transactions` statement: kinds of documents of `connection` that are synced with their counterparts.

    `counterparts` are the modules of `partner`, one for each kind in its order. Documents can be associated with
    `record`: those of `associable`, when one of the record's `parties` is their customer.
    """

    location: str
    connection: str
    kinds: tuple[str, ...]
    partner: str
    counterparts: tuple[str, ...]
    record: str | None = None
    parties: tuple[PartyPlan, ...] = ()
    associable: tuple[AssociablePlan, ...] = ()


class AccessPlan(Model):
    """An `access` statement: users of `partner` who have `role` in `connection`.

    They are named by their addresses or by a `profile`. `rights` are pairs of a right and a kind of document.
    """

    location: str
    connection: str
    partner: str
    role: str
    users: tuple[str, ...] = ()
    profile: str | None = None
    rights: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What effects, questions and journal call the statement."""
        return access_name(self.connection, self.role)


def access_name(connection: str, role: str) -> str:
    """Return the name of the `access` statements that give a role: the users of several of them are put together."""
    return f'access {connection} "{role}"'


def is_access(rule: str) -> bool:
    """Return whether the rule of an effect is an `access` rule; no name of a module or document has a space."""
    return rule.startswith("access ")


class MovedPlan(Model):
    """A `moved` statement: what was called `old` is called `new`."""

    location: str
    kind: Literal["module", "document", "table", "record"]
    old: str
    new: str
