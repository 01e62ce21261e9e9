"""SD860 to SD865: associating documents with records."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

NOT_ASSOCIABLE = Code(
    id="SD860",
    name="not-associable",
    title="these two cannot be associated",
    exit_code=3,
    explanation=(
        "Quotes, sales orders, invoices and expenses of the accounting system are associated with the record that "
        "`associate:` names in the `transactions` statement of the rules in force. Nothing else is."
    ),
    example="syncdsl associate crm.Accounts/Acme books.invoices/INV-000001",
    instead='syncdsl associate "crm.Deals/Big deal" books.invoices/INV-000001',
)
OTHER_CUSTOMER = Code(
    id="SD861",
    name="other-customer",
    title="the record does not belong to the customer of the document",
    exit_code=3,
    explanation=(
        "The account of the record has to be the partner of the document's customer, or an account whose parent that "
        "is; a record without an account goes by its contact. Nothing was written."
    ),
    example='syncdsl associate "crm.Deals/Deal of Beta" books.invoices/INV-000001',
    instead='syncdsl associations "crm.Deals/Deal of Beta" --search INV',
)
ASSOCIATED_OTHERWISE = Code(
    id="SD862",
    name="associated-otherwise",
    title="the document is associated with another record",
    exit_code=3,
    explanation="A document belongs to one record. Dissociate it from that one first. Nothing was written.",
    example='syncdsl associate "crm.Deals/Second" books.invoices/INV-000001',
    instead='syncdsl dissociate "crm.Deals/First" books.invoices/INV-000001\n'
    'syncdsl associate "crm.Deals/Second" books.invoices/INV-000001',
)
MADE_BY_TRIGGER = Code(
    id="SD863",
    name="made-by-trigger",
    title="the rules made this document for a record",
    exit_code=3,
    explanation=(
        "What a trigger made for a record stays associated with it: that is how syncdsl knows not to make it again, "
        "and what to close when the record is lost. Void the document to be rid of it."
    ),
    example="syncdsl dissociate crm.Deals/Pump books.invoices/INV-000001",
    instead="syncdsl associations crm.Deals/Pump",
)
NOT_ASSOCIATED = Code(
    id="SD864",
    name="not-associated",
    title="the document is not associated with this record",
    exit_code=3,
    explanation="There is nothing to take apart. `syncdsl associations RECORD` lists what a record has.",
    example="syncdsl dissociate crm.Deals/Pump books.invoices/INV-000002",
    instead="syncdsl associations crm.Deals/Pump",
)
ASSOCIATION_FAILED = Code(
    id="SD865",
    name="association-failed",
    title="the accounting system did not take the association",
    exit_code=3,
    explanation=(
        "The message says what the system answered: it refused, the document changed meanwhile, or no answer came. "
        "The same command may be given again: what has arrived is seen, and nothing is done twice."
    ),
    example="syncdsl associate crm.Deals/Pump books.invoices/INV-000001",
    instead="syncdsl associate crm.Deals/Pump books.invoices/INV-000001",
)

CODES: tuple[Code, ...] = (
    NOT_ASSOCIABLE,
    OTHER_CUSTOMER,
    ASSOCIATED_OTHERWISE,
    MADE_BY_TRIGGER,
    NOT_ASSOCIATED,
    ASSOCIATION_FAILED,
)
