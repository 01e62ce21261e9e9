"""The parts of a contact that have calls of their own (Zoho Books API v3, Contact Persons; Contacts, Addresses)."""

from typing import Any

from syncdsl.sandbox.books import contact, person
from syncdsl.sandbox.books.body import sent_object, texts
from syncdsl.sandbox.books.contact_file import MODULE, ContactFile
from syncdsl.sandbox.books.envelope import IN_USE, invalid_value, refused, unknown
from syncdsl.sandbox.books.listing import paged
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Record


class ContactPersons:
    """The calls on contact persons."""

    def __init__(self, contacts: ContactFile) -> None:
        self._file = contacts

    def list(self, call: Call) -> Reply:
        """Answer `GET /contacts/{id}/contactpersons`."""
        record = self._file.named(call)
        shown = [_person_shown(record, item) for item in record.document["contact_persons"]]
        return paged(call, "contact_persons", "Contact Persons", shown, sort_column="contact_person_id", sort_order="A")

    def detail(self, call: Call) -> Reply:
        """Answer `GET /contacts/contactpersons/{person_id}` and its twin below `/contacts/{id}`."""
        record, found = self._named(call)
        if call.variables.get("id", str(record.id)) != str(record.id):
            raise unknown("Contact person")
        return _answer("success", contact_person=_person_shown(record, found))

    def create(self, call: Call) -> Reply:
        """Answer `POST /contacts/contactpersons`; the first person of a contact is its primary one."""
        sent = sent_object(call)
        if not sent.get("contact_id"):
            raise invalid_value("contact_id")
        record = self._file.get(str(sent["contact_id"]), status=400)
        added = person.blank(self._file.new_id)
        person.apply(added, sent)
        if not added.get("first_name"):
            raise invalid_value("first_name")
        record.document["contact_persons"].append(added)
        person.settle_primary(record.document["contact_persons"])
        self._file.save(record)
        content = {"code": 0, "message": "The contactperson has been Created"}
        return Reply(status=201, content={**content, "contact_person": _person_shown(record, added)}, module=MODULE)

    def update(self, call: Call) -> Reply:
        """Answer `PUT /contacts/contactpersons/{person_id}`."""
        record, found = self._named(call)
        sent = sent_object(call)
        if sent.get("contact_id") and str(sent["contact_id"]) != str(record.id):
            raise invalid_value("contact_id")
        if sent.get("is_primary_contact") in {True, "true"}:
            _make_primary(record, found)
        person.apply(found, sent)
        if not (found.get("first_name") or found.get("last_name") or found.get("email")):
            raise invalid_value("first_name")
        person.settle_primary(record.document["contact_persons"])
        self._file.save(record)
        return _answer("The contactperson details has been updated.", contact_person=_person_shown(record, found))

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /contacts/contactpersons/{person_id}`; after the primary one the first that is left is."""
        record, found = self._named(call)
        record.document["contact_persons"].remove(found)
        person.settle_primary(record.document["contact_persons"])
        self._file.save(record)
        return _answer("The contact person has been deleted.")

    def set_primary(self, call: Call) -> Reply:
        """Answer `POST /contacts/contactpersons/{person_id}/primary`."""
        record, found = self._named(call)
        _make_primary(record, found)
        self._file.save(record)
        return _answer("This contact person has been marked as your primary contact person.")

    def _named(self, call: Call) -> tuple[Record, dict[str, Any]]:
        identity = call.variables["person_id"]
        record = self._file.of_person(identity)
        [found] = [item for item in record.document["contact_persons"] if item["contact_person_id"] == identity]
        return record, found


class ContactAddresses:
    """The calls on the addresses of a contact: billing, shipping, and additional ones."""

    def __init__(self, contacts: ContactFile) -> None:
        self._file = contacts

    def list(self, call: Call) -> Reply:
        """Answer `GET /contacts/{id}/address`: all addresses, billing and shipping first."""
        shown = [contact.address_shown(address) for address in _addresses(self._file.named(call))]
        return _answer("success", addresses=shown)

    def create(self, call: Call) -> Reply:
        """Answer `POST /contacts/{id}/address`: add an additional address."""
        record = self._file.named(call)
        address = {"address_id": self._file.new_id(), **texts(sent_object(call), contact.ADDRESS_LENGTHS)}
        record.document.setdefault("addresses", []).append(address)
        self._file.save(record)
        return _answer("The address has been created.", address_info=contact.address_shown(address))

    def update(self, call: Call) -> Reply:
        """Answer `PUT /contacts/{id}/address/{address_id}`."""
        record = self._file.named(call)
        address = _named_address(call, record)
        address.update(texts(sent_object(call), contact.ADDRESS_LENGTHS))
        self._file.save(record)
        return _answer("The address has been updated.", address_info=contact.address_shown(address))

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /contacts/{id}/address/{address_id}`; only additional addresses can go (assumed)."""
        record = self._file.named(call)
        address = _named_address(call, record)
        if address not in record.document.get("addresses", []):
            raise refused(IN_USE, "The billing address and the shipping address cannot be deleted.")
        record.document["addresses"].remove(address)
        self._file.save(record)
        return _answer("The address has been deleted.")


def _make_primary(record: Record, chosen: dict[str, Any]) -> None:
    for item in record.document["contact_persons"]:
        item["is_primary_contact"] = item is chosen


def _person_shown(record: Record, stored: dict[str, Any]) -> dict[str, Any]:
    return {"contact_id": str(record.id), "contact_name": record.name, **person.shown(stored)}


def _addresses(record: Record) -> list[dict[str, str]]:
    return [*(record.document[name] for name in contact.ADDRESSES), *record.document.get("addresses", [])]


def _named_address(call: Call, record: Record) -> dict[str, str]:
    for address in _addresses(record):
        if address["address_id"] == call.variables["address_id"]:
            return address
    raise unknown("Address")


def _answer(message: str, **content: Any) -> Reply:
    return Reply(content={"code": 0, "message": message, **content}, module=MODULE)
