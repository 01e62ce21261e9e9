"""Users of the Books organisation and their roles (Zoho Books API v3, Users).

Books' roles are not those of the CRM. There is no call that lists them: clients find a role's id on the users
that have it. A deleted user is no longer found; Books has no list of deleted ones.
"""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.books.body import amount, sent_object, text
from syncdsl.sandbox.books.envelope import IN_USE, NAME_TAKEN_ELSEWHERE, invalid_value, refused, unknown
from syncdsl.sandbox.books.listing import paged
from syncdsl.sandbox.books.numbering import next_record
from syncdsl.sandbox.clock import Clock, stamp_without_colon
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import BOOKS_ZONE, CURRENT_USER, USERS, books_identity
from syncdsl.sandbox.store import Clause, Record, Store, fold

COLLECTION = "books.users"
MODULE = "users"
ROLES = {
    books_identity(6005): "admin",
    books_identity(6007): "staff",
    books_identity(6009): "timesheetstaff",
    books_identity(6011): "Integration User (Zoho CRM)",
}
"""Role names by `role_id`: the three the API describes, and the one of people who work in the CRM alone."""

ADMIN, STAFF = books_identity(6005), books_identity(6007)
STATUSES = {
    "Status.All": frozenset({"active", "inactive", "invited"}),
    "Status.Active": frozenset({"active"}),
    "Status.Inactive": frozenset({"inactive"}),
    "Status.Invited": frozenset({"invited"}),
    "Status.Deleted": frozenset[str](),
}
SORTS = ("name", "email", "user_role", "status")


def user_id(number: int) -> str:
    """Return the Books id of a user that both systems start with."""
    return books_identity(number)


def found_users(store: Store, second: int) -> None:
    """Store the users that the organisation starts with: those of the CRM."""
    for user in USERS:
        role = ADMIN if user is CURRENT_USER else STAFF
        document = {"email": user.email, "role_id": role, "cost_rate": 0.0, "current": user is CURRENT_USER}
        record = Record(
            id=int(user_id(user.number)),
            created=second,
            modified=second,
            name=user.full_name,
            document=document,
            status="active" if user.active else "inactive",
        )
        store.insert(COLLECTION, record, {"email": user.email})


class Users:
    """The calls on users."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list(self, call: Call) -> Reply:
        """Answer `GET /users`; without `filter_by` all of them."""
        filter_by = call.query.get("filter_by") or "Status.All"
        column = call.query.get("sort_column") or "name"
        direction = call.query.get("sort_order") or "A"
        if filter_by not in STATUSES:
            raise invalid_value("filter_by")
        if column not in SORTS:
            raise invalid_value("sort_column")
        if direction not in {"A", "D"}:
            raise invalid_value("sort_order")
        users = [_row(record) for record in _all(self._store) if record.status in STATUSES[filter_by]]
        users.sort(key=lambda row: (fold(row[column]), row["user_id"]), reverse=direction == "D")
        return paged(call, "users", "Users", users, sort_column=column, sort_order=direction, applied_filter=filter_by)

    def me(self, _call: Call) -> Reply:
        """Answer `GET /users/me`: whom the tokens belong to."""
        [current] = [record for record in _all(self._store) if record.document["current"]]
        return _answer("success", _detail(current))

    def detail(self, call: Call) -> Reply:
        """Answer `GET /users/{id}`."""
        return _answer("success", _detail(self._named(call)))

    def create(self, call: Call) -> Reply:
        """Answer `POST /users`: the user is invited, and counts as active after accepting.

        Nobody reads mail here, so `POST /users/{id}/active` stands for accepting too. The answer carries the
        user although the description leaves it out, as clients need the id (assumed).
        """
        sent = sent_object(call)
        second = self._clock.now()
        document: dict[str, Any] = {"email": "", "role_id": STAFF, "cost_rate": 0.0, "current": False}
        record = Record(
            id=next_record(self._store),
            created=second,
            modified=second,
            name="",
            document=document,
            status="invited",
        )
        self._apply(record, sent)
        self._store.insert(COLLECTION, record, {"email": document["email"]})
        content = {"code": 0, "message": "Your invitation has been sent.", "user": _detail(record)}
        return Reply(content=content, module=MODULE, created=(str(record.id),))

    def update(self, call: Call) -> Reply:
        """Answer `PUT /users/{id}`."""
        record = self._named(call)
        self._apply(record, sent_object(call))
        self._save(record)
        return _answer("The user information has been updated.", _detail(record))

    def invite(self, call: Call) -> Reply:
        """Answer `POST /users/{id}/invite`: send the invitation once more."""
        if self._named(call).status != "invited":
            raise refused(IN_USE, "This user has accepted the invitation already.")
        return _answer("Your invitation has been sent.")

    def activate(self, call: Call) -> Reply:
        """Answer `POST /users/{id}/active`."""
        return self._set_status(call, "active")

    def deactivate(self, call: Call) -> Reply:
        """Answer `POST /users/{id}/inactive`."""
        return self._set_status(call, "inactive")

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /users/{id}`."""
        record = self._named(call)
        _forbid_current(record)
        self._store.delete(COLLECTION, record, created_by=CURRENT_USER.id, at=self._clock.now())
        return _answer("The user has been removed from your organization.")

    def _apply(self, record: Record, sent: Mapping[str, Any]) -> None:
        document = record.document
        if "name" in sent or not record.name:
            record.name = text(sent.get("name"), "name", 200)
        if "email" in sent or not document["email"]:
            document["email"] = text(sent.get("email"), "email", 100)
        if not record.name:
            raise invalid_value("name")
        if "@" not in document["email"]:
            raise invalid_value("email")
        if set(self._store.find(COLLECTION, "email", document["email"])) - {record.id}:
            raise refused(NAME_TAKEN_ELSEWHERE, f'The user "{document["email"]}" already exists.')
        if sent.get("role_id"):
            document["role_id"] = str(sent["role_id"])
            if document["role_id"] not in ROLES:
                raise unknown("Role", status=400)
        if "cost_rate" in sent:
            document["cost_rate"] = float(amount(sent["cost_rate"], "cost_rate"))

    def _set_status(self, call: Call, status: str) -> Reply:
        record = self._named(call)
        _forbid_current(record)
        if record.status != status:
            record.status = status
            self._save(record)
        return _answer(f"The user has been marked as {status}.")

    def _save(self, record: Record) -> None:
        record.modified = max(self._clock.now(), record.modified)
        self._store.replace(COLLECTION, record, {"email": record.document["email"]})

    def _named(self, call: Call) -> Record:
        record = self._store.get(COLLECTION, call.variables["id"])
        if record is None:
            raise unknown("User")
        return record


def _all(store: Store) -> list[Record]:
    return store.select(COLLECTION, Clause("1"), order="id", limit=10_000)


def _forbid_current(record: Record) -> None:
    if record.document["current"]:
        raise refused(IN_USE, "You cannot do this to your own user.")


def _row(record: Record) -> dict[str, Any]:
    return {
        "user_id": str(record.id),
        "role_id": record.document["role_id"],
        "name": record.name,
        "email": record.document["email"],
        "user_role": ROLES[record.document["role_id"]],
        "status": record.status,
        "is_current_user": record.document["current"],
        "photo_url": "",
        "is_customer_segmented": False,
        "is_vendor_segmented": False,
        "user_type": "zoho",
    }


def _detail(record: Record) -> dict[str, Any]:
    return {
        **_row(record),
        "email_ids": [{"email": record.document["email"], "is_selected": True}],
        "cost_rate": record.document["cost_rate"],
        "is_employee": False,
        "custom_fields": "",
        "created_time": stamp_without_colon(record.created, BOOKS_ZONE),
    }


def _answer(message: str, user: dict[str, Any] | None = None) -> Reply:
    shown = {} if user is None else {"user": user}
    return Reply(content={"code": 0, "message": message, **shown}, module=MODULE)
