"""From a `transactions` statement to pairs: how the documents of each kind stand in the two systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.analysis.accords import KINDS
from syncdsl.analysis.kinds import fits
from syncdsl.analysis.modules import observe_id
from syncdsl.analysis.rows import row_line
from syncdsl.diagnostics.codes.composition import UNKNOWN_KIND
from syncdsl.diagnostics.codes.proofs import BASE_CURRENCIES_DIFFER
from syncdsl.plan.expressions import Coalesce, FieldRead
from syncdsl.plan.pairs import Assignment, Endpoint, Exchange, Lookup, MapLine, Pair
from syncdsl.plan.reads import reads_of
from syncdsl.schema.types import ReferenceType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.plan.accords import TransactionsPlan
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.types import FieldSchema
    from syncdsl.syntax import accords as ast

FOLLOWS = ("draft", "pending_approval", "approved")
"""The states in which a document has not left the house."""
CUSTOM = "cf_"
"""How the names of custom fields begin in the books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a kind of document stands in both systems.

    `customer` is the party on the right, and `parties` the fields on the left that it may stand in, the first one
    first. `number` is what the right calls it by itself. `fields` are pairs of fields that hold the same, `told` those
    that only the right can say.
    """

    customer: str
    parties: tuple[str, ...]
    number: str
    fields: tuple[tuple[str, str], ...]
    told: tuple[tuple[str, str], ...] = ()


_CUSTOMER = ("Account_Name", "Contact_Name")
_TEXTS = (("Description", "notes"), ("Terms_and_Conditions", "terms"))

DOCUMENTS: dict[str, Kind] = {
    "quotes": Kind(
        customer="customer_id",
        parties=_CUSTOMER,
        number="estimate_number",
        fields=(("Valid_Till", "expiry_date"), *_TEXTS),
    ),
    "sales_orders": Kind(
        customer="customer_id",
        parties=_CUSTOMER,
        number="salesorder_number",
        fields=(("Due_Date", "shipment_date"), *_TEXTS),
    ),
    "invoices": Kind(
        customer="customer_id",
        parties=_CUSTOMER,
        number="invoice_number",
        fields=(("Invoice_Date", "date"), ("Due_Date", "due_date"), *_TEXTS),
    ),
    "purchase_orders": Kind(
        customer="vendor_id",
        parties=("Vendor_Name",),
        number="purchaseorder_number",
        fields=(("PO_Date", "date"), ("Due_Date", "delivery_date"), *_TEXTS),
        told=(("PO_Number", "purchaseorder_number"),),
    ),
}
SUBJECT, REFERENCE = "Subject", "reference_number"
CURRENCY, CURRENCY_ID, CURRENCIES, CODE = "Currency", "currency_id", "currencies", "currency_code"


def exchanged_pairs(transactions: Sequence[TransactionsPlan], checker: Checker) -> list[Pair]:
    """Return a pair for each kind of documents that is exchanged; what is in the way is reported."""
    nodes = {node.span.location: node for node in checker.names.transactions}
    found: dict[str, Pair] = {}
    for plan in transactions:
        for kind in plan.kinds:
            pair = _Exchange(plan, kind, nodes[plan.location], checker).pair()
            if pair is not None:
                found.setdefault(pair.name, pair)
    return list(found.values())


class _Exchange:
    """One kind of documents of a statement."""

    def __init__(self, plan: TransactionsPlan, kind: str, node: ast.Transactions, checker: Checker) -> None:
        self._plan = plan
        self._kind = kind
        self._node = node
        self._checker = checker
        self._facts = DOCUMENTS[kind]

    def pair(self) -> Pair | None:
        left, right = self._endpoints()
        if left is None or right is None or not self._one_currency():
            return None
        ours, theirs = (self._schema(left), self._schema(right))
        lines = list(self._lines(left, right, ours, theirs))
        if any(line is None for line in lines):
            return None
        kept = [line for line in lines if line is not None]
        written_left = {line.to_left.target for line in kept if line.to_left is not None}
        written_right = {line.to_right.target for line in kept if line.to_right is not None}
        kept += self._customs(ours, theirs, written_left, written_right)
        return Pair(
            name=f"transactions.{self._kind}",
            location=self._plan.location,
            direction="both",
            left=left,
            right=right,
            exchange=Exchange(status_field=theirs.status_field, follows=FOLLOWS),
            lines=tuple(kept),
        )

    def _endpoints(self) -> tuple[Endpoint | None, Endpoint | None]:
        left = self._endpoint(self._plan.partner, KINDS[self._kind])
        return left, self._endpoint(self._plan.connection, self._kind)

    def _endpoint(self, connection: str, module: str) -> Endpoint | None:
        schema = self._checker.module_schema(connection, module)
        if schema is None:
            return None
        return Endpoint(
            connection=connection,
            module=module,
            key_field=schema.key_field,
            label_field=schema.label_field,
            observe=observe_id(connection, module, None),
        )

    def _schema(self, endpoint: Endpoint) -> ModuleSchema:
        return self._checker.schemas[endpoint.connection].modules[endpoint.module]

    def _one_currency(self) -> bool:
        ours, theirs = (self._checker.schemas[name] for name in (self._plan.partner, self._plan.connection))
        if ours.base_currency == theirs.base_currency:
            return True
        if self._kind == self._plan.kinds[0]:  # said once for a statement
            self._checker.report(
                BASE_CURRENCIES_DIFFER,
                f"`{self._plan.partner}` keeps its books in {ours.base_currency}, `{self._plan.connection}` in "
                f"{theirs.base_currency}, so documents cannot go both ways",
                self._node.span,
                help="leave `transactions` out, and make documents one way with `document`",
            )
        return False

    # -- lines ------------------------------------------------------------------------------------------------------

    def _lines(
        self, left: Endpoint, right: Endpoint, ours: ModuleSchema, theirs: ModuleSchema
    ) -> Iterator[MapLine | None]:
        """Return the lines of the map; None for each that cannot be."""
        yield self._line(
            ours,
            theirs,
            (SUBJECT, REFERENCE),
            to_left=Coalesce(left=FieldRead(path=(REFERENCE,)), right=FieldRead(path=(self._facts.number,))),
            text=f"{SUBJECT} <-> {REFERENCE} ?? {self._facts.number}",
        )
        yield from self._parties(ours, theirs)
        if CURRENCY in ours.fields and CURRENCY_ID in theirs.fields:
            yield self._currency(ours, theirs)
        for pair in self._facts.fields:
            if pair[0] in ours.fields and pair[1] in theirs.fields:
                yield self._line(ours, theirs, pair)
        for mine, theirs_name in self._facts.told:
            if mine in ours.fields and theirs_name in theirs.fields:
                yield self._made(f"{mine} <- {theirs_name}", None, _plain(mine, ours.fields[mine], theirs_name))
        yield row_line(self._checker, self._node, left, right, location=self._plan.location)

    def _line(
        self,
        ours: ModuleSchema,
        theirs: ModuleSchema,
        names: tuple[str, str],
        *,
        to_left: PlanExpression | None = None,
        text: str | None = None,
    ) -> MapLine | None:
        mine, other = names
        if mine not in ours.fields or other not in theirs.fields:
            endpoint, name = (self._plan.partner, mine) if mine not in ours.fields else (self._plan.connection, other)
            self._checker.report(
                UNKNOWN_KIND,
                f"`{endpoint}` has no `{name}` in its {self._kind.replace('_', ' ')}, which are exchanged by it",
                self._node.span,
                help=f"pull its schema again with `syncdsl schema pull {endpoint}`",
            )
            return None
        return self._made(
            text or f"{mine} <-> {other}",
            _plain(other, theirs.fields[other], mine),
            _plain(mine, ours.fields[mine], other, to_left),
        )

    def _made(self, text: str, to_right: Assignment | None, to_left: Assignment | None) -> MapLine:
        return MapLine(location=self._plan.location, text=text, to_right=to_right, to_left=to_left)

    def _parties(self, ours: ModuleSchema, theirs: ModuleSchema) -> Iterator[MapLine | None]:
        """Return the lines of the customer or vendor: the right has one field for it, the left perhaps several.

        Where it is of one module on the left, the fields for the others are empty.
        """
        name = self._facts.customer
        mine = [one for one in self._facts.parties if one in ours.fields]
        if not mine or name not in theirs.fields:
            yield self._line(ours, theirs, (self._facts.parties[0], name))
            return
        value: PlanExpression = FieldRead(path=(mine[0],))
        for one in mine[1:]:
            value = Coalesce(left=value, right=FieldRead(path=(one,)))
        to_right = _plain(name, theirs.fields[name], mine[0], value, partner=True)
        for number, one in enumerate(mine):
            to_left = _plain(one, ours.fields[one], name, partner=True, elsewhere=len(mine) > 1)
            if number == 0:
                yield self._made(f"{' ?? '.join(mine)} <-> {name}", to_right, to_left)
            else:
                yield self._made(f"{one} <- {name}", None, to_left)

    def _currency(self, ours: ModuleSchema, theirs: ModuleSchema) -> MapLine:
        to_right = Assignment(
            target=CURRENCY_ID,
            value=FieldRead(path=(CURRENCY,)),
            reads=((CURRENCY,),),
            type=theirs.fields[CURRENCY_ID].value,
            lookup=Lookup(module=CURRENCIES, field=CODE),
        )
        value = FieldRead(path=(CURRENCY_ID, CODE))
        to_left = Assignment(target=CURRENCY, value=value, reads=reads_of(value), type=ours.fields[CURRENCY].value)
        return self._made(f"{CURRENCY} <-> {CURRENCY_ID}.{CODE}", to_right, to_left)

    def _customs(
        self, ours: ModuleSchema, theirs: ModuleSchema, written_left: set[str], written_right: set[str]
    ) -> Iterator[MapLine]:
        """Return lines for the fields that an organisation has of its own on both sides, by the same label."""
        by_label = {
            field.label.casefold(): (name, field)
            for name, field in sorted(ours.fields.items())
            if name not in written_left and name != ours.key_field and not field.read_only and not field.create_only
        }
        for name, field in sorted(theirs.fields.items()):
            found = by_label.get(field.label.casefold())
            if not name.startswith(CUSTOM) or name in written_right or name == theirs.key_field or found is None:
                continue
            mine, our_field = found
            if field.read_only or isinstance(field.value, ReferenceType) or isinstance(our_field.value, ReferenceType):
                continue
            if fits(our_field.value, field.value).problem or fits(field.value, our_field.value).problem:
                continue
            yield self._made(f"{mine} <-> {name}", _plain(name, field, mine), _plain(mine, our_field, name))


def _plain(
    target: str,
    field: FieldSchema,
    source: str,
    value: PlanExpression | None = None,
    *,
    partner: bool = False,
    elsewhere: bool = False,
) -> Assignment:
    """Return what writes a field with the value of another one."""
    value = value or FieldRead(path=(source,))
    return Assignment(
        target=target,
        value=value,
        reads=reads_of(value),
        type=field.value,
        required=field.required,
        create_only=field.create_only,
        partner=partner,
        elsewhere=elsewhere,
    )
