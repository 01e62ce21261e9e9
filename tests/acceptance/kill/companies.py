"""The companies of both systems, what people do to them, and what both systems must hold in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from tests.acceptance.conftest import Sandbox

RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    on duplicate: overwrite in books
    on conflict: newest
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Website <-> website

guard: creates <= 100_000, updates <= 100 %
"""

SHARED = 0.125
"""Share of all records, on each side, whose company the other side knows as well."""

AT_FIRST = 0.6
"""Share of the records that are there before the first run; the others come while the runs are killed."""

BATCH = 100
"""Records that the CRM takes in one call."""


@dataclass(slots=True, kw_only=True)
class Company:
    """A company: where people entered it, and what both systems must say of it when all is quiet."""

    name: str
    in_crm: bool
    in_books: bool
    phone: str
    website: str
    account: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is wrong in the end; nothing of it may be."""

    duplicates: tuple[str, ...]
    lost: tuple[str, ...]
    differing: tuple[str, ...]


class Companies:
    """Makes companies in both systems and edits them, through the systems' own APIs, and judges what came of it.

    A telephone number is edited in the CRM only, an address of the web in Books only and not where both sides knew the
    company, whose first contact the CRM wins: so no two people ever disagree, and every edit has to arrive.
    """

    def __init__(self, sandbox: Sandbox, random: Random, records: int) -> None:
        self._sandbox = sandbox
        self._random = random
        self._entered: list[Company] = []
        self._waiting = list(_invented(records))
        random.shuffle(self._waiting)

    @property
    def number(self) -> int:
        """How many companies were entered so far."""
        return len(self._entered)

    @property
    def waiting(self) -> int:
        """How many companies are still to be entered."""
        return len(self._waiting)

    def enter(self, number: int) -> None:
        """Let people enter that many of the waiting companies."""
        come, self._waiting = self._waiting[:number], self._waiting[number:]
        accounts = [company for company in come if company.in_crm]
        for start in range(0, len(accounts), BATCH):
            self._enter_accounts(accounts[start : start + BATCH])
        for company in come:
            if company.in_books:
                # Where both sides know it they differ; the rules let the CRM win.
                phone = "+49 30 1" if company.in_crm else company.phone
                website = "" if company.in_crm else company.website
                body = {"contact_name": company.name, "phone": phone, "website": website}
                answer = self._sandbox.books.post("/contacts", json=body)
                assert answer.status_code == 201, answer.text
                company.customer = str(answer.json()["contact"]["contact_id"])
        self._entered += come

    def edit(self, number: int) -> None:
        """Let people edit that many companies."""
        for company in self._random.sample(self._entered, min(number, len(self._entered))):
            value = str(self._random.randrange(10**6, 10**7))
            if company.in_crm:
                company.phone = f"+49 30 {value}"
                self._sandbox.change("Accounts", company.account, Phone=company.phone)
            else:
                company.website = f"https://www.{value}.example"
                answer = self._sandbox.books.put(f"/contacts/{company.customer}", json={"website": company.website})
                assert answer.status_code == 200, answer.text

    def judge(self) -> Judgement:
        """Compare both systems with each other and with what people entered."""
        accounts = [
            (row["Account_Name"], row["Syncdsl_Key"], row["Phone"], row["Website"])
            for row in _accounts(self._sandbox, "Account_Name", "Syncdsl_Key", "Phone", "Website")
        ]
        customers = [
            (row["contact_name"], row.get("cf_syncdsl_key"), row["phone"], row["website"])
            for row in _customers(self._sandbox)
        ]
        duplicates: list[str] = []
        lost: list[str] = []
        differing: list[str] = []
        for system, rows in (("crm", accounts), ("books", customers)):
            names = [name for name, *_ in rows]
            keys = [key for _, key, *_ in rows if key]
            duplicates += [f"{system}: name {name}" for name in _repeated(names)]
            duplicates += [f"{system}: key {key}" for key in _repeated(keys)]
            held = {name: (phone, website) for name, _, phone, website in rows}
            strangers = held.keys() - {company.name for company in self._entered}
            duplicates += [f"{system}: nobody entered {name}" for name in sorted(strangers)]
            for company in self._entered:
                if company.name not in held:
                    lost.append(f"{system}: no {company.name}")
                    continue
                phone, website = held[company.name]
                if (phone or "").replace(" ", "") != company.phone.replace(" ", ""):
                    lost.append(f"{system}: phone of {company.name} is {phone}, should be {company.phone}")
                if (website or "") != company.website:
                    lost.append(f"{system}: website of {company.name} is {website}, should be {company.website}")
        sides = [{name: rest for name, _, *rest in rows} for rows in (accounts, customers)]
        differing += [name for name in sorted(sides[0].keys() | sides[1].keys()) if not _agree(name, sides)]
        return Judgement(duplicates=tuple(duplicates), lost=tuple(lost), differing=tuple(differing))

    def _enter_accounts(self, companies: Sequence[Company]) -> None:
        data = [
            {"Account_Name": item.name, "Phone": item.phone, "Website": item.website, "Currency": "EUR"}
            for item in companies
        ]
        answer = self._sandbox.crm.post("/Accounts", json={"data": data})
        assert answer.status_code == 201, answer.text
        for company, made in zip(companies, answer.json()["data"], strict=True):
            company.account = str(made["details"]["id"])


def _invented(records: int) -> Iterator[Company]:
    """Invent companies that make up that many records in both systems together, half of them on each side."""
    shared = int(records * SHARED)
    alone = records // 2 - shared
    for number in range(shared + 2 * alone):
        yield Company(
            name=f"Company {number:05} GmbH",
            in_crm=number < shared + alone,
            in_books=number < shared or number >= shared + alone,
            phone=f"+49 30 {2_000_000 + number}",
            website=f"https://www.company-{number}.example",
        )


def _repeated(values: list[str]) -> list[str]:
    folded = [value.strip().casefold() for value in values]
    return sorted({value for value in folded if folded.count(value) > 1}) if len(set(folded)) < len(folded) else []


def _agree(name: str, sides: list[dict[str, list[Any]]]) -> bool:
    one, other = ([str(value or "").replace(" ", "") for value in side.get(name, ["absent"])] for side in sides)
    return one == other


def _accounts(sandbox: Sandbox, *fields: str) -> Iterator[dict[str, Any]]:
    more: dict[str, str] = {}
    while True:
        answer = sandbox.crm.get("/Accounts", params={"fields": ",".join(fields), "per_page": "200", **more})
        if not answer.content:
            return
        data = answer.json()
        yield from data["data"]
        if not data["info"]["more_records"]:
            return
        more = {"page_token": data["info"]["next_page_token"]}


def _customers(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    page, more = 1, True
    while more:
        params = {"contact_type": "customer", "page": str(page), "per_page": "200"}
        data = sandbox.books.get("/contacts", params=params).json()
        yield from data["contacts"]
        page, more = page + 1, data["page_context"]["has_more_page"]
