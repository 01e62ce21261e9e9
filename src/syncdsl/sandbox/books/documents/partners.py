"""The other side of a document: the customer or vendor, its addresses and its persons."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.books import contact
from syncdsl.sandbox.books.body import objects
from syncdsl.sandbox.books.contact import ADDRESS_LENGTHS
from syncdsl.sandbox.books.envelope import invalid_value, unknown
from syncdsl.sandbox.store import Record, Store

DOCUMENTS_OF = {
    "customer_id": (
        "books.estimates",
        "books.salesorders",
        "books.invoices",
        "books.expenses",
        "books.customerpayments",
    ),
    "vendor_id": ("books.purchaseorders", "books.expenses"),
}
"""Where a contact's transactions lie, by the key that holds its id."""


def has_transactions(store: Store, contact_id: str | int) -> bool:
    """Return whether any document or payment names a contact; such a contact cannot be deleted."""
    return any(
        store.find(collection, key, str(contact_id))
        for key, collections in DOCUMENTS_OF.items()
        for collection in collections
    )


def partner_of(store: Store, role: str, given: Any, *, current: str = "") -> Record:
    """Return the contact a body names as its customer or vendor, or the one the document has."""
    key = f"{role}_id"
    identity = str(given or current or "")
    if not identity:
        raise invalid_value(key)
    record = store.get(contact.COLLECTION, identity)
    if record is None or record.kind != role:
        raise unknown(role.capitalize(), status=400)
    if record.status == "inactive" and identity != current:
        raise invalid_value(key)
    return record


def address_of(partner: Record, name: str, identity: Any = None) -> dict[str, str]:
    """Return an address of the partner as a document keeps it: the one with an id, else the billing or shipping one."""
    stored: Mapping[str, Any] = partner.document[name]
    if identity:
        known = [partner.document["billing_address"], partner.document["shipping_address"]]
        known += partner.document.get("addresses", [])
        found = [entry for entry in known if entry["address_id"] == str(identity)]
        if not found:
            raise invalid_value(f"{name}_id")
        stored = found[0]
    return {key: stored.get(key, "") for key in ADDRESS_LENGTHS}


def sent_persons(sent: Mapping[str, Any], partner: Record) -> list[str] | None:
    """Return the ids of the persons a body associates, None when it says nothing about them.

    They come as `contact_persons_associated` objects or as the older list `contact_persons` of ids; all belong to the
    partner.
    """
    if "contact_persons_associated" in sent:
        entries = objects(sent["contact_persons_associated"] or [], "contact_persons_associated")
        identities = [str(entry.get("contact_person_id", "")) for entry in entries]
    elif "contact_persons" in sent:
        given = sent["contact_persons"] or []
        if not isinstance(given, list):
            raise invalid_value("contact_persons")
        identities = [str(entry) for entry in given]
    else:
        return None
    known = {person["contact_person_id"] for person in contact.persons_shown(partner)}
    if not known.issuperset(identities):
        raise unknown("Contact person", status=400)
    return identities


def persons_shown(partner: Record | None, identities: list[str]) -> list[dict[str, Any]]:
    """Return `contact_persons_associated`; persons that are gone are left out."""
    persons = {} if partner is None else {one["contact_person_id"]: one for one in contact.persons_shown(partner)}
    return [
        {
            "contact_person_id": identity,
            "contact_person_name": f"{person['first_name']} {person['last_name']}".strip(),
            "first_name": person["first_name"],
            "last_name": person["last_name"],
            "contact_person_email": person["email"],
            "phone": person["phone"],
            "mobile": person["mobile"],
            "communication_preference": {
                "is_email_enabled": True,
                "is_sms_enabled": False,
                "is_whatsapp_enabled": False,
            },
        }
        for identity in identities
        if (person := persons.get(identity)) is not None
    ]
