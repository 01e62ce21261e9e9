"""Users, currencies and webhooks of Books, over HTTP against the sandbox."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, cast

import pytest

from syncdsl.adapters.notifications import Notifying, Subscribing
from syncdsl.adapters.protocol import Change, MovedOn, NewRecord, ObserveRequest, Page, Record, Rejected, Written
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.zoho_books.connection import BooksConnection

FIELDS = ("name", "email", "user_role", "role_id", "status", "is_current_user")


@pytest.fixture
def books(sandbox: Sandbox) -> Iterator[BooksConnection]:
    """Return a connection to Books."""
    connection = sandbox.connect("books")
    yield cast("BooksConnection", connection)
    connection.close()


def users(books: BooksConnection, **more: Any) -> dict[str, Record]:
    pages = list(books.observe(ObserveRequest(module="users", fields=FIELDS, **more)))
    return {record.id: record for page in pages if isinstance(page, Page) for record in page.records}


def invited(books: BooksConnection, **fields: Any) -> str:
    address = f"{secrets.token_hex(6)}@example.com"
    [outcome] = books.create(
        "users", [NewRecord(fields={"name": "New", "email": address, **fields}, key=None)], safe=True
    )
    assert isinstance(outcome, Written), outcome
    return outcome.id


def test_a_user_is_invited_with_a_role_that_exists(books: BooksConnection) -> None:
    """A role is named as other users have it; one that nobody has is refused with those in use."""
    role = next(str(user.fields["user_role"]) for user in users(books).values())
    identifier = invited(books, user_role=role.upper())
    held = users(books)[identifier].fields
    assert (held["user_role"], held["status"]) == (role, "invited")
    new = NewRecord(fields={"name": "N", "email": "n@example.com", "user_role": "Emperor"}, key=None)
    [refused] = books.create("users", [new], safe=True)
    assert isinstance(refused, Rejected)
    assert refused.field == "user_role"
    assert f"`{role}`" in refused.message


def test_an_invitation_is_one_call_once_the_role_is_known(books: BooksConnection, sandbox: Sandbox) -> None:
    """Its answer shows the user, and the id of a role is looked up once: a thousand users are a thousand calls."""
    role = next(str(user.fields["user_role"]) for user in users(books).values())
    invited(books, user_role=role)
    before = sandbox.calls(0)
    invited(books, user_role=role)
    assert len(sandbox.calls(0)) - len(before) == 1


def test_a_user_is_switched_changed_and_deleted(books: BooksConnection) -> None:
    identifier = invited(books)
    for fields in ({"status": "active"}, {"status": "inactive", "name": "Other"}, {"status": "active"}):
        assert isinstance(books.update("users", [Change(id=identifier, fields=dict(fields))])[0], Written)
        assert books.fetch("users", [identifier], FIELDS)[identifier].fields.items() >= fields.items()
    based = books.fetch("users", [identifier], FIELDS)[identifier]
    books.update("users", [Change(id=identifier, fields={"name": "Theirs"})])
    assert books.update("users", [Change(id=identifier, fields={"name": "Ours"}, based_on=based)]) == [MovedOn()]
    assert books.delete("users", [identifier]) == [Written(id=identifier)]
    assert books.delete("users", [identifier]) == [Written(id=identifier)]
    assert books.fetch("users", [identifier], ()) == {}


def test_one_user_is_the_one_the_connection_works_as(books: BooksConnection) -> None:
    """The owner of the tokens, and nobody else."""
    assert [user.fields["is_current_user"] for user in users(books).values()].count(True) == 1


def test_known_users_are_unchanged(books: BooksConnection) -> None:
    versions = {identifier: user.version for identifier, user in users(books).items()}
    assert users(books, known=versions.get) == {}


def test_a_missing_currency_is_created_and_then_named_by_its_code(books: BooksConnection) -> None:
    code = "ISK"
    new = NewRecord(fields={"contact_name": secrets.token_hex(6), "currency_code": code}, key=None)
    [refused] = books.create("customers", [new], safe=False)
    assert isinstance(refused, Rejected)
    assert refused.field == "currency_code"
    [made] = books.create("currencies", [NewRecord(fields={"currency_code": code}, key=None)], safe=False)
    assert isinstance(made, Written)
    assert books.find("currencies", "currency_code", [code], ())[code][0].id == made.id
    [outcome] = books.create("customers", [new], safe=False)
    assert isinstance(outcome, Written)
    held = books.fetch("customers", [outcome.id], ("currency_id", "currency_code"))[outcome.id]
    assert held.fields == {"currency_id": Ref("currencies", made.id), "currency_code": code}
    again = books.create("currencies", [NewRecord(fields={"currency_code": code}, key=None)], safe=False)[0]
    assert isinstance(again, Rejected)


def test_what_books_fixes_is_not_written(books: BooksConnection) -> None:
    """Taxes are read only, currencies are neither changed nor deleted."""
    assert isinstance(books.create("taxes", [NewRecord(fields={"tax_name": "x"}, key=None)], safe=True)[0], Rejected)
    for module in ("taxes", "currencies"):
        assert isinstance(books.update(module, [Change(id="1", fields={})])[0], Rejected)
        assert isinstance(books.delete(module, ["1"])[0], Rejected)


def test_books_calls_back_and_cannot_be_asked_to(books: BooksConnection) -> None:
    """A person sets web hooks up; there is no call for it."""
    assert isinstance(books, Notifying)
    assert not isinstance(books, Subscribing)
