"""What can be associated: records and documents as a person names them, and whom each of them is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.changes.effects import RecordName
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.associations import NOT_ASSOCIABLE
from syncdsl.diagnostics.codes.history import NO_RECORD_NAME, SEVERAL_RECORDS
from syncdsl.diagnostics.codes.runs import NO_SUCH_RECORD
from syncdsl.schema.values import Ref, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.run import Run
    from syncdsl.plan.accords import AssociablePlan, PartyPlan, TransactionsPlan

LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A record that documents are associated with; `parties` are those it is for, `above` what these belong to.

    It is for the first one that it names: a deal of an account is not for the account's contact.
    """

    name: RecordName
    plan: TransactionsPlan
    parties: tuple[Ref, ...]
    above: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document, the id of the record it is associated with (empty without), and its customer."""

    name: RecordName
    plan: AssociablePlan
    record: Record
    record_id: str
    customer: Ref | None


class Associable:
    """Finds records and documents, in the two systems themselves: nothing has to be on file for that.

    Raises Fault SD860 when the rules associate nothing.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.plans = [plan for plan in run.plan.transactions if plan.record is not None]
        if not self.plans:
            raise Fault(
                NOT_ASSOCIABLE,
                "the rules associate documents with nothing",
                help="add `associate: deal` to the `transactions` statement, deal being a `record` of the rules",
            )

    # -- records ----------------------------------------------------------------------------------------------------

    def subject(self, text: str) -> Subject:
        """Return the record that a text names; raises Fault SD860, SD817 and SD826."""
        connection, module, wanted = _parts(text)
        plan = next((one for one in self.plans if self._place(one) == (connection, module)), None)
        if plan is None:
            places = " or ".join(f"`{'.'.join(self._place(one))}`" for one in self.plans)
            raise Fault(
                NOT_ASSOCIABLE,
                f"documents are associated with records of {places}, and `{text}` is none",
                help='name the record first and the document second: `syncdsl associate "crm.Deals/Pump" '
                "books.invoices/INV-000001`",
            )
        return self.subject_of(plan, self._one(connection, module, wanted, self._record_fields(plan)))

    def subject_of(self, plan: TransactionsPlan, record: Record) -> Subject:
        """Return a record with those it is for."""
        connection, _ = self._place(plan)
        named = [(party, value) for party in plan.parties if isinstance(value := record.fields.get(party.field), Ref)]
        above = [parent for party, value in named for parent in self._above(connection, party, value)]
        return Subject(
            name=self._name(connection, record),
            plan=plan,
            parties=tuple(value for _, value in named),
            above=tuple(above),
        )

    def record_name(self, record_id: str) -> RecordName:
        """Return the name of a record by its id, whether it is there or not."""
        connection, module = self._place(self.plans[0])
        label = self._run.schemas[connection].modules[module].label_field
        found = self._run.connections[connection].fetch(module, [record_id], (label,)).get(record_id)
        if found is None:
            return RecordName(connection=connection, module=module, id=record_id, label=record_id)
        return self._name(connection, found)

    def party_names(self, subject: Subject) -> list[str]:
        """Return the names of those a record is for."""
        return [self._called(subject.name.connection, one) for one in subject.parties]

    def search(self, text: str, limit: int) -> list[Subject]:
        """Return the records whose name contains a text; deleted ones are not among them."""
        found: list[Subject] = []
        for plan in self.plans:
            connection, module = self._place(plan)
            records = self._run.connections[connection].search(module, text, self._record_fields(plan), limit)
            found += [self.subject_of(plan, record) for record in records]
        return found

    # -- documents --------------------------------------------------------------------------------------------------

    def document(self, text: str) -> Document:
        """Return the document that a text names; raises Fault SD860, SD817 and SD826."""
        connection, module, wanted = _parts(text)
        for transactions in self.plans:
            for plan in transactions.associable:
                if (transactions.connection, plan.module) == (connection, module):
                    record = self._one(connection, module, wanted, self._document_fields(connection, plan))
                    return self._document(connection, plan, record)
        places = ", ".join(f"`{one.connection}.{plan.module}`" for one in self.plans for plan in one.associable)
        raise Fault(NOT_ASSOCIABLE, f"`{text}` is no document that can be associated", help=f"there are {places}")

    def documents_of(self, subject: Subject) -> Iterator[Document]:
        """Return the documents that are associated with a record, kind by kind."""
        for plan in subject.plan.associable:
            yield from self._found(subject.plan.connection, plan, plan.id_field, subject.name.id or "")

    def documents_for(self, subject: Subject) -> Iterator[Document]:
        """Return the documents of the customers that a record may have documents of."""
        customers = self._customers(subject)
        for plan in subject.plan.associable:
            for customer in customers:
                yield from self._found(subject.plan.connection, plan, plan.customer, customer)

    def made_by_rules(self, subject: Subject) -> Iterator[Document]:
        """Return the documents that the rules made for a record and that are still there."""
        for plan in self._run.plan.documents.values():
            known = next((one for one in subject.plan.associable if one.module == plan.module), None)
            if plan.connection != subject.plan.connection or known is None:
                continue
            ids = [
                one.doc_id
                for one in self._run.state.instances(plan.name)
                if one.record_id == subject.name.id and one.doc_id is not None
            ]
            fields = self._document_fields(plan.connection, known)
            for record in (
                self._run.connections[plan.connection].fetch(plan.module, ids, fields).values() if ids else ()
            ):
                yield self._document(plan.connection, known, record)

    def made_for(self, document: Document) -> str | None:
        """Return the id of the record that the rules made a document for; None for any other document."""
        place = (document.name.connection, document.name.module)
        for plan in self._run.plan.documents.values():
            if (plan.connection, plan.module) == place:
                for instance in self._run.state.instances(plan.name):
                    if instance.doc_id == document.name.id:
                        return instance.record_id
        return None

    def customer_name(self, document: Document) -> str:
        """Return the name of a document's customer; empty without one."""
        return self._called(document.name.connection, document.customer) if document.customer is not None else ""

    def belongs(self, subject: Subject, document: Document) -> bool:
        """Return whether a record is for the customer of a document, or for one that belongs to it."""
        return document.customer is not None and document.customer in self._customers(subject)

    # -- helpers ----------------------------------------------------------------------------------------------------

    def _place(self, plan: TransactionsPlan) -> tuple[str, str]:
        endpoint = self._run.plan.records[plan.record or ""].endpoint
        return endpoint.connection, endpoint.module

    def _record_fields(self, plan: TransactionsPlan) -> tuple[str, ...]:
        connection, module = self._place(plan)
        label = self._run.schemas[connection].modules[module].label_field
        return tuple(dict.fromkeys((label, *(party.field for party in plan.parties))))

    def _document_fields(self, connection: str, plan: AssociablePlan) -> tuple[str, ...]:
        schema = self._run.schemas[connection].modules[plan.module]
        names = (schema.label_field, plan.customer, plan.id_field, plan.name_field, schema.status_field)
        return tuple(dict.fromkeys(name for name in names if name is not None))

    def _above(self, connection: str, party: PartyPlan, value: Ref) -> Iterator[Ref]:
        """Return what a party belongs to."""
        if party.parent is None:
            return
        found = self._run.connections[connection].fetch(value.module, [value.id], (party.parent,)).get(value.id)
        parent = found.fields.get(party.parent) if found is not None else None
        if isinstance(parent, Ref):
            yield parent

    def _customers(self, subject: Subject) -> set[Ref]:
        """Return the partners, where documents are, of those a record is for."""
        found: set[Ref] = set()
        for party in (*subject.parties, *subject.above):
            for pair in self._run.plan.pairs.values():
                here, there = (pair.left.connection, pair.left.module), pair.right
                if here != (subject.name.connection, party.module) or there.connection != subject.plan.connection:
                    continue
                link = self._run.state.links_by(pair.name, "left", [party.id]).get(party.id)
                if link is not None and link.status == "active":
                    found.add(Ref(there.module, link.right_id))
        return found

    def _found(self, connection: str, plan: AssociablePlan, field: str, value: str | Ref) -> list[Document]:
        fields = self._document_fields(connection, plan)
        found = self._run.connections[connection].find(plan.module, field, [value], fields)
        return [self._document(connection, plan, record) for records in found.values() for record in records]

    def _document(self, connection: str, plan: AssociablePlan, record: Record) -> Document:
        customer = record.fields.get(plan.customer)
        return Document(
            name=self._name(connection, record),
            plan=plan,
            record=record,
            record_id=show(record.fields.get(plan.id_field)),
            customer=customer if isinstance(customer, Ref) else None,
        )

    def _one(self, connection: str, module: str, wanted: str, fields: Sequence[str]) -> Record:
        """Return the record with an id, or the only one with a name or number."""
        system = self._run.connections[connection]
        if wanted.isdigit():
            by_id = system.fetch(module, [wanted], fields).get(wanted)
            if by_id is not None:
                return by_id
        label = self._run.schemas[connection].modules[module].label_field
        found = system.find(module, label, [wanted], fields).get(wanted, [])
        if not found:
            raise Fault(
                NO_SUCH_RECORD,
                f"`{connection}.{module}` has no record with the id, name or number `{wanted}`",
                help="`syncdsl associations --search TEXT` finds records, with a record its documents",
            )
        if len(found) > 1:
            listed = "\n".join(f"{connection}.{module}/{record.id}" for record in found[:LISTED])
            raise Fault(
                SEVERAL_RECORDS,
                f"{len(found):,} records of `{connection}.{module}` are called `{wanted}`:\n{listed}",
                help="name one of them by its id",
            )
        return found[0]

    def _name(self, connection: str, record: Record) -> RecordName:
        label = show(record.fields.get(self._run.schemas[connection].modules[record.module].label_field))
        return RecordName(connection=connection, module=record.module, id=record.id, label=label or record.id)

    def _called(self, connection: str, reference: Ref) -> str:
        label = self._run.schemas[connection].modules[reference.module].label_field
        found = self._run.connections[connection].fetch(reference.module, [reference.id], (label,)).get(reference.id)
        return show(found.fields.get(label)) if found is not None else reference.id


def _parts(text: str) -> tuple[str, str, str]:
    place, slash, wanted = text.partition("/")
    connection, dot, module = place.partition(".")
    if slash and dot and connection and module and wanted:
        return connection, module, wanted
    raise Fault(
        NO_RECORD_NAME,
        f"`{text}` names no record",
        help="write `connection.Module/id`, or its name or number in place of the id",
    )
