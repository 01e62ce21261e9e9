"""Rule sets for simulations: their text, their schemas, and what each line means, told again in plain Python.

The second telling is what makes oracles independent of the engine: it knows nothing of plans and evaluators.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.plan.pairs import Exchange
from syncdsl.schema.canonical import canonical
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot, StageClass, StageSchema
from syncdsl.schema.types import (
    ChoiceType,
    DateType,
    EmailType,
    FieldSchema,
    FieldType,
    IdType,
    MoneyType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
    UrlType,
)
from syncdsl.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.plan.plan import Plan
    from syncdsl.schema.values import Fields, Value

SideName: TypeAlias = Literal["left", "right"]
HEAD = "language 1\n\nconnection crm: memory\nconnection books: memory\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One map line: the fields it joins and what it makes of a whole record, per direction that it has.

    A line without a field on one side is a constant or an expression over several fields.
    """

    text: str
    left: str = ""
    right: str = ""
    to_right: Callable[[Fields], Value] | None = None
    to_left: Callable[[Fields], Value] | None = None
    group: str | None = None
    when_empty: bool = False
    prefer: str | None = None
    constant: bool = False
    reference: bool = False


def two_way(left: str, right: str, *, text: str = "", **facts: object) -> Line:
    """Return a line that copies both ways."""
    return Line(
        text=text or f"{left} <-> {right}",
        left=left,
        right=right,
        to_right=lambda fields: fields.get(left),
        to_left=lambda fields: fields.get(right),
        **facts,  # type: ignore[arg-type]  # the facts of `Line`, by name
    )


NAME = two_way("Name", "name")
PHONE = two_way("Phone", "phone")
EMAIL = two_way("Email", "mail")
WEBSITE = two_way("Website", "website", text="Website <-> website, prefer crm", prefer="left")
CREDIT = two_way("Credit", "credit")
SINCE = two_way("Since", "since")
NOTES = two_way("Notes", "notes", text="Notes <-> notes, when empty", when_empty=True)
PARENT = two_way("Parent", "parent", reference=True)
STREET = two_way("Street", "street", group="address")
CITY = two_way("City", "city", group="address")
REGION = Line(
    text="upper(Region) -> region",
    left="Region",
    right="region",
    to_right=lambda fields: str(fields["Region"]).upper() if fields.get("Region") else None,
)
COMPANY = Line(
    text='"{Name} & co" -> company', left="Name", right="company", to_right=lambda fields: f"{fields.get('Name')} & co"
)
LIMITED = Line(
    text='"{Name} Ltd" -> company', left="Name", right="company", to_right=lambda fields: f"{fields.get('Name')} Ltd"
)
KIND = Line(text='"business" -> kind', right="kind", to_right=lambda _: "business", constant=True)
TIER = Line(text="Tier <- tier", left="Tier", right="tier", to_left=lambda fields: fields.get("tier"))

LINES: dict[str, tuple[Line, ...]] = {
    "plain": (NAME, PHONE, EMAIL),
    "rich": (NAME, PHONE, EMAIL, WEBSITE, CREDIT, SINCE, NOTES, REGION, KIND, TIER, STREET, CITY),
    "derived": (NAME, PHONE, COMPANY),
    "reworded": (NAME, PHONE, EMAIL, WEBSITE, CREDIT, SINCE, NOTES, REGION, LIMITED, KIND, TIER, STREET, CITY),
    "references": (NAME, PHONE, PARENT),
    "one way": (
        Line(text="Name -> name", left="Name", right="name", to_right=lambda fields: fields.get("Name")),
        Line(text="Phone -> phone", left="Phone", right="phone", to_right=lambda fields: fields.get("Phone")),
        REGION,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A rule set. `keyless` are the sides without a key field; `mirrored` has the accounting system on the left.

    `deletes` is what becomes of the partner when a record is deleted on the left and on the right. With `nested`, the
    same for children on both sides, contacts are synced below their accounts. With `exchange` the records are taken as
    the documents of a `transactions` statement are: none from before the first run, none that syncdsl made.
    """

    lines: str = "rich"
    duplicate: str = "overwrite in books"
    conflict: str = "newest"
    direction: Literal["<->", "->", "<-"] = "<->"
    dedupe: str = "Name == name"
    where: str = ""
    view: str = ""
    deletes: tuple[str, str] = ("keep", "keep")
    guard: str = ""
    keyless: tuple[SideName, ...] = ()
    mirrored: bool = False
    nested: str = ""
    extra: str = ""
    exchange: bool = False

    @property
    def map(self) -> tuple[Line, ...]:
        """The lines."""
        return LINES[self.lines]

    @property
    def text(self) -> str:
        """The rule file."""
        sides = ("crm.Accounts", "books.customers")
        left, right = reversed(sides) if self.mirrored else sides
        out = [f"module customers: {left} {self.direction} {right}"]
        if self.view:
            out.append(f'    view: "{self.view}"')
        if self.where:
            out.append(f"    {self.where}")
        if self.dedupe:
            keys = " == ".join(reversed(self.dedupe.split(" == "))) if self.mirrored else self.dedupe
            out.append(f"    dedupe: {keys}")
        out += [f"    on duplicate: {self.duplicate}", f"    on conflict: {self.conflict}"]
        out += [
            f"    on delete in {name}: {action}"
            for name, action in zip(("crm", "books"), self.deletes, strict=True)
            if action != "keep"
        ]
        out.append("    map:")
        group: str | None = None
        for line in self.map:
            if line.group is not None and line.group != group:
                out.append(f"        group {line.group}:")
            group = line.group
            text = " <-> ".join(reversed(line.text.split(" <-> "))) if self.mirrored else line.text
            out.append(("            " if group else "        ") + text)
        out += self._children()
        if self.guard:
            out += ["", f"guard: {self.guard}"]
        return HEAD + "\n".join(out) + "\n" + self.extra

    def _children(self) -> list[str]:
        if not self.nested:
            return []
        return [
            f"    with contacts: crm.Contacts {self.direction} books.persons",
            "        parent: Account",
            "        dedupe: Email == mail",
            *(f"        on delete in {name}: {self.nested}" for name in ("crm", "books") if self.nested != "keep"),
            "        map:",
            *(f"            {line.text}" for line in (NAME, EMAIL)),
        ]

    @property
    def schemas(self) -> dict[str, SchemaSnapshot]:
        """The schemas it is written against."""
        return schemas(keyless=self.keyless)

    @property
    def plan(self) -> Plan:
        """The compiled plan; every mistake in the rules fails."""
        plan = compiled(self.text, self.keyless)
        if not self.exchange:
            return plan
        taken = Exchange(status_field=None, follows=())
        pairs = {name: pair.model_copy(update={"exchange": taken}) for name, pair in plan.pairs.items()}
        return plan.model_copy(update={"pairs": pairs})

    def held(self, side: SideName, name: str, value: Value) -> Value:
        """Return the canonical form of a value of a field of the pair."""
        module = (
            self.schemas["crm"].modules["Accounts"] if side == "left" else self.schemas["books"].modules["customers"]
        )
        return canonical(value, module.fields[name].value)


@functools.cache
def compiled(text: str, keyless: tuple[SideName, ...] = ()) -> Plan:
    """Return the plan of a rule file."""
    source = SourceFile(path="main.sync", text=text)
    parsed = parse(source)
    analysis = analyse([(source, parsed.program)], schemas(keyless=keyless))
    wrong = [item for item in (*parsed.diagnostics, *analysis.diagnostics) if item.level is Severity.ERROR]
    if wrong or analysis.plan is None:
        raise AssertionError("\n".join(f"{item.code}: {item.message}" for item in wrong) + "\n" + text)
    return analysis.plan


# -- schemas --------------------------------------------------------------------------------------------------------


VARIED = (
    Rules(lines="rich"),
    Rules(lines="rich", conflict="review"),
    Rules(lines="references", conflict="crm"),
    Rules(lines="plain", duplicate="clone in books", conflict="books"),
    Rules(lines="one way", direction="->"),
)
"""One rule set of each kind, for what has to hold whatever the rules say."""


def _of(kind: FieldType, **facts: bool) -> FieldSchema:
    return FieldSchema(label="", value=kind, **facts)


def _text(length: int | None = None, *, required: bool = False, unique: bool = False) -> FieldSchema:
    return _of(TextType(length=length), required=required, unique=unique)


_ID = _of(IdType(), unique=True, read_only=True)
_KEY = _text(50, unique=True)


@functools.cache
def schemas(*, keyless: tuple[SideName, ...] = ()) -> dict[str, SchemaSnapshot]:
    """Return the schemas of both systems; a side without its key field offers tier T4."""
    accounts = {
        "id": _ID,
        "Key": _KEY,
        "Name": _text(100, required=True),
        "Phone": _of(PhoneType()),
        "Email": _of(EmailType()),
        "Website": _of(UrlType()),
        "Notes": _text(),
        "Tier": _text(),
        "Street": _text(),
        "City": _text(),
        "Region": _text(),
        "Credit": _of(MoneyType(scale=2)),
        "Since": _of(DateType()),
        "Parent": _of(ReferenceType(modules=("Accounts",))),
        "Private": _text(),
    }
    contacts = {
        "id": _ID,
        "key": _KEY,
        "name": _text(100, required=True),
        "company": _text(),
        "phone": _of(PhoneType()),
        "mail": _of(EmailType()),
        "website": _of(UrlType()),
        "notes": _text(),
        "tier": _text(8),
        "kind": _of(ChoiceType(options=("business", "individual"))),
        "street": _text(),
        "city": _text(12),
        "region": _text(),
        "credit": _of(MoneyType(scale=2)),
        "since": _of(DateType()),
        "parent": _of(ReferenceType(modules=("customers",))),
        "private": _text(),
        "status": _of(ChoiceType(options=("active", "inactive"))),
    }
    left, right = "left" in keyless, "right" in keyless
    crm = ModuleSchema(
        label="Accounts",
        store="Accounts",
        label_field="Name",
        key_field=None if left else "Key",
        views=("All", "Some"),
        fields={name: known for name, known in accounts.items() if name != "Key" or not left},
    )
    books = ModuleSchema(
        label="Customers",
        store="contacts",
        label_field="name",
        key_field=None if right else "key",
        status_field="status",
        fields={name: known for name, known in contacts.items() if name != "key" or not right},
    )
    return {
        "crm": SchemaSnapshot(
            adapter="memory",
            base_currency="EUR",
            modules={
                "Accounts": crm,
                CHILDREN["left"]: _contacts(),
                "Leads": _beside(crm, "Leads"),
                DEALS["left"]: _deals(),
            },
        ),
        "books": SchemaSnapshot(
            adapter="memory",
            base_currency="EUR",
            modules={
                "customers": books,
                CHILDREN["right"]: _persons(),
                "vendors": _beside(books, "vendors"),
                DEALS["right"]: _invoices(),
            },
        ),
    }


def _beside(module: ModuleSchema, name: str) -> ModuleSchema:
    """Return another module like one, for a pair beside that of a simulation."""
    return module.model_copy(update={"label": name, "store": name})


def _deals() -> ModuleSchema:
    stages = (
        StageSchema(value="Open", stage_class=StageClass.OPEN),
        StageSchema(value="Won", stage_class=StageClass.WON),
        StageSchema(value="Lost", stage_class=StageClass.LOST),
    )
    return ModuleSchema(
        label="Deals",
        store="Deals",
        label_field="Name",
        stage_field="Stage",
        stages=stages,
        fields={
            "id": _ID,
            "Name": _text(100, required=True),
            "Stage": _of(ChoiceType(options=tuple(stage.value for stage in stages))),
            "Amount": _of(MoneyType(scale=2)),
            "Notes": _text(),
            "Account": _of(ReferenceType(modules=("Accounts",))),
        },
    )


def _invoices() -> ModuleSchema:
    line = {"name": _text(), "rate": _of(MoneyType(scale=2), required=True)}
    return ModuleSchema(
        label="Invoices",
        store="invoices",
        label_field="reference",
        key_field="key",
        status_field="status",
        lines_field="lines",
        fields={
            "id": _ID,
            "key": _KEY,
            "reference": _text(),
            "notes": _text(),
            "date": _of(DateType()),
            "customer": _of(ReferenceType(modules=("customers",)), required=True),
            "status": _of(ChoiceType(options=("draft", "sent", "paid", "void")), read_only=True),
            "lines": _of(RowsType(fields=line), required=True),
        },
    )


def _contacts() -> ModuleSchema:
    return ModuleSchema(
        label="Contacts",
        store="Contacts",
        label_field="Name",
        key_field="Key",
        fields={
            "id": _ID,
            "Key": _KEY,
            "Name": _text(100, required=True),
            "Email": _of(EmailType()),
            "Account": _of(ReferenceType(modules=("Accounts",))),
        },
    )


def _persons() -> ModuleSchema:
    return ModuleSchema(
        label="Persons",
        store="persons",
        label_field="name",
        key_field="key",
        parent_field="contact",
        fields={
            "id": _ID,
            "key": _KEY,
            "name": _text(100, required=True),
            "mail": _of(EmailType()),
            "contact": _of(ReferenceType(modules=("customers",)), required=True, create_only=True),
        },
    )


MODULES: dict[SideName, str] = {"left": "Accounts", "right": "customers"}
CHILDREN: dict[SideName, str] = {"left": "Contacts", "right": "persons"}
DEALS: dict[SideName, str] = {"left": "Deals", "right": "invoices"}
"""What documents are made for, and the documents."""
PARENTS: dict[SideName, str] = {"left": "Account", "right": "contact"}
"""The fields in which children name their parents."""
CHILD_PAIR = "customers.contacts"
KEYS: dict[SideName, str] = {"left": "Key", "right": "key"}
