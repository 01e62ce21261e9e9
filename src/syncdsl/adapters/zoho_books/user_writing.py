"""Invites users, changes their names and roles, and switches them on and off.

Zoho Books API v3, Users: Create, Update, Mark as active, Mark as inactive, Delete. Nothing lists roles: a role is known
when some user has it, and what it allows is set up by a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Ambiguous, MovedOn, Outcome, Record, Rejected, Written
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_books.dialect import single, succeeded
from syncdsl.adapters.zoho_books.values import write_value
from syncdsl.schema.canonical import canonical, match_form
from syncdsl.schema.values import Fields, is_empty

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Change, NewRecord
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.outcomes import Outcomes
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Value

UNKNOWN_ROLE = "UNKNOWN_ROLE"
ROLE, ROLE_ID, STATUS = "user_role", "role_id", "status"
SHOWN = ("name", "email", ROLE, ROLE_ID, STATUS)
"""What the answer to an invitation has to show for the user to be known from it."""
SWITCHES = frozenset({"active", "inactive"})


class UserWriter:
    """Writes the users of one organisation."""

    def __init__(self, api: Api, reader: Reader, outcomes: Outcomes) -> None:
        self._api = api
        self._reader = reader
        self._outcomes = outcomes
        self._roles: dict[str, str] = {}

    def create(self, module: Module, schema: ModuleSchema, record: NewRecord, *, safe: bool) -> Outcome:  # noqa: ARG002 - e-mail addresses are unique anyway
        """Invite a user; where the answer does not show it whole, it is looked up by its address."""
        body = self._body(module, schema, record.fields)
        if isinstance(body, Rejected):
            return body
        came = self._api.write("POST", module.path, body=body)
        if not isinstance(came, Answer):
            return came
        if not succeeded(came):
            return self._outcomes.refused(came)
        told = single(came, module.single)
        if told is not None and all(name in told for name in (module.id_field, *SHOWN)):
            shown = self._reader.record(module, schema, told, tuple(schema.fields), self._api.now(came))
            return self._switched(module, Written(id=shown.id, record=shown), record.fields.get(STATUS))
        kind = schema.fields["email"].value
        wanted = match_form(record.fields.get("email"), kind)
        for user in self._reader.all_records(module.name, tuple(schema.fields)):
            if match_form(user.fields.get("email"), kind) == wanted:
                return self._switched(module, Written(id=user.id, record=user), record.fields.get(STATUS))
        return Ambiguous(reason="the user was invited and is not in the list")

    def update(self, module: Module, schema: ModuleSchema, change: Change) -> Outcome:
        """Change a user unless it changed since the change was decided on."""
        users = self._reader.all_records(module.name, tuple(schema.fields))
        current = next((user for user in users if user.id == change.id), None)
        if current is None:
            if change.based_on is not None:
                return MovedOn()
            return Rejected(code="1002", message=f"there is no record `{change.id}` in `{module.name}`")
        if change.based_on is not None and not all(
            canonical(current.fields.get(name), schema.fields[name].value)
            == canonical(change.based_on.fields.get(name), schema.fields[name].value)
            for name in change.fields
        ):
            return MovedOn()
        kept = {name: current.fields[name] for name in ("name", "email", ROLE_ID) if name in current.fields}
        changed = {name: value for name, value in change.fields.items() if name != STATUS}
        outcome: Outcome = Written(id=change.id)
        if changed:
            if not is_empty(changed.get(ROLE)):
                kept.pop(ROLE_ID, None)
            body = self._body(module, schema, {**kept, **changed})
            if isinstance(body, Rejected):
                return body
            outcome = self._outcomes.plain(
                self._api.write("PUT", self._api.record_path(module, change.id), body=body), change.id
            )
        return self._switched(module, outcome, change.fields.get(STATUS))

    def _body(self, module: Module, schema: ModuleSchema, fields: Fields) -> dict[str, object] | Rejected:
        """Return the body for a user, with the id of a role that is named."""
        body = {name: write_value(value) for name, value in fields.items() if name not in {ROLE, STATUS}}
        name, identifier = fields.get(ROLE), fields.get(ROLE_ID)
        if is_empty(identifier) and not is_empty(name):
            wanted = str(name).casefold()
            if wanted not in self._roles:
                users = self._reader.all_records(module.name, tuple(schema.fields))
                self._roles = {
                    str(user.fields.get(ROLE) or "").casefold(): str(user.fields.get(ROLE_ID) or "") for user in users
                }
                if not self._roles.get(wanted):
                    return self._no_role(str(name), users)
            body[ROLE_ID] = self._roles[wanted]
        return body

    def _no_role(self, wanted: str, users: list[Record]) -> Rejected:
        seen = sorted({str(user.fields.get(ROLE)) for user in users if user.fields.get(ROLE)})
        listed = ", ".join(f"`{name}`" for name in seen) or "none"
        return Rejected(
            code=UNKNOWN_ROLE,
            message=f"no user has the role `{wanted}` yet, so its id is not known; roles in use: {listed}",
            field=ROLE,
        )

    def _switched(self, module: Module, outcome: Outcome, state: Value) -> Outcome:
        """Switch a user on or off after it was written; other states are not set but come about."""
        if not isinstance(outcome, Written) or state not in SWITCHES:
            return outcome
        if outcome.record is not None and outcome.record.fields.get(STATUS) == state:
            return outcome
        came = self._api.write("POST", f"{self._api.record_path(module, outcome.id)}/{state}")
        switched = self._outcomes.plain(came, outcome.id)
        return switched if isinstance(switched, Written) or outcome.record is None else Written(id=outcome.id)
