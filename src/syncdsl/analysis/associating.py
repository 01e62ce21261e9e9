"""What `associate:` of a `transactions` statement comes to: which documents, and whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.plan.accords import AssociablePlan, PartyPlan
from syncdsl.schema.types import ReferenceType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.analysis.program import Checker

ASSOCIABLE = ("quotes", "sales_orders", "invoices", "expenses")
"""The documents of the books that name a deal; orders to vendors do not."""
PARENT = "Parent_"
"""How the name of the field begins by which an account belongs to another one."""
ID_FIELD, NAME_FIELD, CUSTOMER = "zcrm_potential_id", "zcrm_potential_name", "customer_id"


def associable(connection: str, checker: Checker) -> tuple[AssociablePlan, ...]:
    """Return the documents of a system that can be associated with a record."""
    found: list[AssociablePlan] = []
    for name in ASSOCIABLE:
        schema = checker.module_schema(connection, name)
        if schema is not None and {ID_FIELD, CUSTOMER} <= schema.fields.keys():
            named = NAME_FIELD if NAME_FIELD in schema.fields else None
            found.append(AssociablePlan(module=name, customer=CUSTOMER, id_field=ID_FIELD, name_field=named))
    return tuple(found)


def parties(record: str, connection: str, checker: Checker) -> tuple[PartyPlan, ...]:
    """Return the fields of a record that may name the customer of documents in another system."""
    node = checker.names.records[record]
    here = node.entity.connection.text
    schema = checker.module_schema(here, node.entity.module.text)
    customers = tuple(
        module
        for one in associable(connection, checker)
        for field in _references(connection, one.module, one.customer, checker)
        for module in field
    )
    return tuple(
        PartyPlan(field=name, parent=_parent(here, modules, checker))
        for name in (sorted(schema.fields) if schema is not None and customers else ())
        for modules in _references(here, node.entity.module.text, name, checker)
        if checker.linked(here, modules, connection, customers)
    )


def _references(connection: str, module: str, name: str, checker: Checker) -> Iterator[tuple[str, ...]]:
    schema = checker.module_schema(connection, module)
    field = schema.fields.get(name) if schema is not None else None
    if field is not None and isinstance(field.value, ReferenceType):
        yield field.value.modules


def _parent(connection: str, modules: tuple[str, ...], checker: Checker) -> str | None:
    """Return the field by which a record of some modules belongs to another one of them."""
    for module in modules:
        schema = checker.module_schema(connection, module)
        for name, field in sorted(schema.fields.items()) if schema is not None else ():
            if name.startswith(PARENT) and isinstance(field.value, ReferenceType) and field.value.modules == (module,):
                return name
    return None
