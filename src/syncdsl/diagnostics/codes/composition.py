"""SD22 and SD33: statements that build on other statements, files and records."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

UNKNOWN_BASE = Code(
    id="SD220",
    name="unknown-base",
    title="`like` names nothing that there is",
    explanation=(
        "`like` takes what is not stated here from another module or document: one of these rules by its name, a "
        "nested module as `customers.contacts`, or one of a shipped set as `zoho.accounts`. A module is like a module, "
        "a document like a document."
    ),
    example="module customers: crm.Accounts <-> books.customers\n    like: zoho.acounts",
    instead="module customers: crm.Accounts <-> books.customers\n    like: zoho.accounts",
)
LIKE_ITSELF = Code(
    id="SD221",
    name="like-itself",
    title="a statement is like itself",
    explanation="`like` leads back to the statement it stands in, so nothing says what it takes.",
    example="document quote: books.quotes for deal\n    like: quote",
    instead="document quote: books.quotes for deal\n    like: invoice",
)
UNKNOWN_USE = Code(
    id="SD222",
    name="unknown-use",
    title="`use` names no file and no shipped set",
    explanation=(
        "`use` includes a file of the project, by its path from the file that uses it, or a shipped set by its name. "
        "What does not exist cannot be included."
    ),
    example="use zoho.customer",
    instead='use zoho.customers\nuse "shared/tables.sync"',
)
USE_OUTSIDE = Code(
    id="SD223",
    name="use-outside-project",
    title="`use` leads out of the project",
    explanation=(
        "Rules are read from the project's own folder alone, also after following symbolic links, so that checking a "
        "stranger's branch reads nothing else. Paths are relative and go down or sideways, never out."
    ),
    example='use "../../other/rules.sync"',
    instead='use "shared/rules.sync"',
)
OTHER_CONNECTIONS = Code(
    id="SD224",
    name="other-connections",
    title="a used file connects other systems",
    explanation=(
        "The `connection` lines of a used file stand for those of the file that uses it, by position. Each needs a "
        "counterpart with the same adapter."
    ),
    example="connection crm: zoho_crm\nuse zoho.customers",
    instead="connection crm: zoho_crm\nconnection books: zoho_books\n\nuse zoho.customers",
)
UNKNOWN_KIND = Code(
    id="SD225",
    name="unknown-kind",
    title="this is no kind of document",
    explanation=(
        "`transactions` and `access` are about kinds of documents: `quotes`, `sales_orders`, `invoices` and "
        "`purchase_orders`, which both systems need to have."
    ),
    example="transactions books: bills",
    instead="transactions books: quotes, invoices",
)
UNKNOWN_RIGHT = Code(
    id="SD226",
    name="unknown-right",
    title="this is no right",
    explanation="Users may `create`, `edit` or `view` documents, or `approve` them.",
    example="may make: quotes",
    instead="may create: quotes",
)
UNKNOWN_LABEL = Code(
    id="SD227",
    name="unknown-label",
    title="no record of this test has this label",
    explanation=(
        "In a test, labels name records: `given` and `change` introduce them, and references and `expect` use them. "
        "A label that nothing introduces names no record."
    ),
    example='given deal "D1": Account_Name = "Acme"',
    instead='given crm.Accounts "Acme": Account_Name = "Acme"\ngiven deal "D1": Account_Name = "Acme"',
)
NOT_MOVED = Code(
    id="SD228",
    name="not-moved",
    title="this rename does not fit the rules",
    explanation=(
        "`moved` keeps links and documents through a rename: the old name is gone from the rules, the new one is "
        "there. Every name moved once, and to a name that nothing else moved to."
    ),
    example="moved module clients to customers\n\nmodule clients: crm.Accounts <-> books.customers",
    instead="moved module clients to customers\n\nmodule customers: crm.Accounts <-> books.customers",
)
NOTHING_LEFT_OUT = Code(
    id="SD229",
    name="nothing-left-out",
    title="`without` names a line that there is not",
    explanation=(
        "`without` leaves out lines that `like` would take, by the field that they write, by the name of a group, or "
        "by the name of a nested module."
    ),
    example="like: zoho.accounts\nwithout: fxa",
    instead="like: zoho.accounts\nwithout: fax",
)
NOT_A_PARENT = Code(
    id="SD330",
    name="not-a-parent",
    title="a nested module does not say whose children its records are",
    explanation=(
        "A module that stands `with` another has `parent`: the field of its records that refers to the module it is "
        "nested in. Children sync only for parents that sync."
    ),
    example="with contacts: crm.Contacts -> books.contact_persons\n    parent: Reporting_To",
    instead="with contacts: crm.Contacts -> books.contact_persons\n    parent: Account_Name",
)
NO_SUCH_STATE = Code(
    id="SD331",
    name="no-such-state",
    title="this document can never be in that state",
    explanation="The other system has no such state for documents of this kind, so the action could never be done.",
    example="when deal.stage == won: accept invoice",
    instead="when deal.stage == won: accept quote",
)
TOO_MANY_USERS = Code(
    id="SD332",
    name="too-many-users",
    title="more users than the other system allows",
    explanation="At most a thousand users can have this role. Rights are given to all of them or to none.",
    example='users: "first@example.com", "second@example.com", …  # 1,200 addresses',
    instead='users: profile "Sales"',
)
NEVER_WRITTEN = Code(
    id="SD333",
    name="never-written",
    title="a test expects a value that no rule writes",
    explanation=(
        "A test can expect what the rules write. What the other system computes, such as a total or a number, is "
        "known only there."
    ),
    example="expect create invoice: total == 1200.00",
    instead="expect create invoice: line.rate == 1200.00",
)

CODES: tuple[Code, ...] = (
    UNKNOWN_BASE,
    LIKE_ITSELF,
    UNKNOWN_USE,
    USE_OUTSIDE,
    OTHER_CONNECTIONS,
    UNKNOWN_KIND,
    UNKNOWN_RIGHT,
    UNKNOWN_LABEL,
    NOT_MOVED,
    NOTHING_LEFT_OUT,
    NOT_A_PARENT,
    NO_SUCH_STATE,
    TOO_MANY_USERS,
    NEVER_WRITTEN,
)
