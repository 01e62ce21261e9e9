"""The contact persons of a contact: what may be said about one, and which is the primary one."""

from collections.abc import Callable, Mapping
from typing import Any

from syncdsl.sandbox.books.body import objects, texts
from syncdsl.sandbox.books.envelope import invalid_value, unknown

LENGTHS = {
    "salutation": 25,
    "first_name": 100,
    "last_name": 100,
    "email": 100,
    "phone": 50,
    "mobile": 50,
    "designation": 50,
    "department": 50,
    "skype": 50,
}
SWITCHES = ("is_primary_contact", "enable_portal")
PREFERENCES = ("is_sms_enabled", "is_whatsapp_enabled")


def blank(new_id: Callable[[], str]) -> dict[str, Any]:
    """Return a person as it is before anything is said about it."""
    return {"contact_person_id": new_id(), "is_primary_contact": False}


def apply(person: dict[str, Any], sent: Mapping[str, Any]) -> None:
    """Put the keys a client sent into a person; those it did not send stay as they are."""
    person.update(texts(sent, LENGTHS))
    if person.get("email") and "@" not in person["email"]:
        raise invalid_value("email")
    for name in SWITCHES:
        if name in sent:
            person[name] = _switch(sent[name], name)
    if sent.get("communication_preference"):
        preference = sent["communication_preference"]
        if not isinstance(preference, dict):
            raise invalid_value("communication_preference")
        person.update({name: _switch(preference[name], name) for name in PREFERENCES if name in preference})


def persons(existing: list[dict[str, Any]], sent: Any, new_id: Callable[[], str]) -> list[dict[str, Any]]:
    """Return the persons after a body's `contact_persons`: entries with an id are updated, others are added.

    Persons that are not listed are gone.
    """
    known = {person["contact_person_id"]: person for person in existing}
    listed: list[dict[str, Any]] = []
    for given in objects(sent, "contact_persons"):
        identity = str(given.get("contact_person_id") or "")
        if identity and identity not in known:
            raise unknown("Contact person", status=400)
        person = dict(known.get(identity) or blank(new_id))
        apply(person, given)
        listed.append(person)
    settle_primary(listed)
    return listed


def settle_primary(persons: list[dict[str, Any]]) -> None:
    """Make exactly one person the primary one: the last that claims it, else the first."""
    claims = [person for person in persons if person["is_primary_contact"]]
    for person in persons:
        person["is_primary_contact"] = person is (claims[-1] if claims else persons[0])


def primary(persons: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the primary contact person, or an empty mapping."""
    return next((dict(person) for person in persons if person["is_primary_contact"]), {})


def shown(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a person as the API shows it inside its contact."""
    return {
        "contact_person_id": stored["contact_person_id"],
        **{name: stored.get(name, "") for name in LENGTHS},
        "is_primary_contact": stored["is_primary_contact"],
        "communication_preference": {name: stored.get(name, False) for name in PREFERENCES},
        "enable_portal": stored.get("enable_portal", False),
        "is_added_in_portal": stored.get("enable_portal", False),
    }


def _switch(value: Any, name: str) -> bool:
    if not isinstance(value, bool) and value not in {"true", "false"}:
        raise invalid_value(name)
    return value in {True, "true"}
