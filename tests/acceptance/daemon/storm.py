"""A storm: people edit as fast as they can while the daemon is told of it, badly, and is killed; then both sides agree.

The same edits are made in a second pair of systems without a daemon, where `syncdsl sync` runs until it is quiet: what
both pairs hold in the end has to be the same.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from tests.acceptance.conftest import wait_until
from tests.acceptance.daemon.serving import Serving, serving

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    on duplicate: overwrite in books
    on conflict: crm
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Website <-> website

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        today() -> date
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate
            1 -> quantity

when deal.stage == won: create invoice

guard: creates <= 100_000 per day
"""
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "webhook", "how": "lose", "probability": 0.1, "seed": 1},
    {"kind": "webhook", "how": "duplicate", "probability": 0.1, "seed": 2},
    {"kind": "webhook", "how": "reorder", "probability": 0.1, "seed": 3},
    {"kind": "webhook", "how": "forge", "forged": "proof", "probability": 0.05, "seed": 4},
)
"""Each with a seed of its own: of one seed all would strike the same calls."""

THREADS = 4
BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit: of an account's phone, a customer's website, or a deal that is won."""

    what: str
    number: int
    value: str


@dataclass(slots=True, kw_only=True)
class Result:
    """What happened."""

    edits: int
    seconds: float = 0.0
    call_backs: int = 0
    refused: int = 0
    struck: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    kills: int = 0
    settled: float = 0.0
    wrong: list[str] = field(default_factory=list)


class People:
    """Those who edit in one pair of systems. Edits of one record are made in their order, by one thread."""

    def __init__(self, sandbox: Sandbox, companies: int) -> None:
        self.sandbox = sandbox
        self._companies = companies
        self.accounts: list[str] = []
        self.deals: list[str] = []
        self.customers: dict[str, str] = {}

    def enter(self) -> None:
        """Enter companies, each with a deal that is open."""
        for start in range(0, self._companies, BATCH):
            numbers = range(start, min(start + BATCH, self._companies))
            self.accounts += self._made(
                "Accounts", [{"Account_Name": _name(number), "Currency": "EUR"} for number in numbers]
            )
            self.deals += self._made(
                "Deals",
                [
                    {
                        "Deal_Name": f"Deal {number:04}",
                        "Stage": "Qualification",
                        "Amount": 100 + number,
                        "Account_Name": {"id": self.accounts[number]},
                        "Currency": "EUR",
                    }
                    for number in numbers
                ],
            )

    def know_customers(self) -> None:
        """Look up which customers the first sync made."""
        page, more = 1, True
        while more:
            params = {"contact_type": "customer", "page": str(page), "per_page": "200"}
            data = self.sandbox.books.get("/contacts", params=params).json()
            self.customers |= {row["contact_name"]: row["contact_id"] for row in data["contacts"]}
            page, more = page + 1, data["page_context"]["has_more_page"]

    def edit(self, edits: list[Edit], rate: float) -> float:
        """Make edits, at most `rate` a second, and return how many seconds it took."""
        begin = time.monotonic()
        threads = [
            threading.Thread(
                target=self._edit_some, args=([one for one in edits if one.number % THREADS == own], begin, rate)
            )
            for own in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - begin

    def _edit_some(self, edits: list[Edit], begin: float, rate: float) -> None:
        for number, one in enumerate(edits):
            pause = begin + number * THREADS / rate - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            self._make(one)

    def _make(self, one: Edit) -> None:
        match one.what:
            case "phone":
                self.sandbox.change("Accounts", self.accounts[one.number], Phone=one.value)
            case "won":
                self.sandbox.change("Deals", self.deals[one.number], Stage="Closed Won")
            case _:
                customer = self.customers[_name(one.number)]
                answer = self.sandbox.books.put(f"/contacts/{customer}", json={"website": one.value})
                assert answer.status_code == 200, answer.text

    def _made(self, module: str, data: list[dict[str, Any]]) -> list[str]:
        answer = self.sandbox.crm.post(f"/{module}", json={"data": data})
        assert answer.status_code == 201, answer.text
        return [str(one["details"]["id"]) for one in answer.json()["data"]]

    def held(self) -> dict[str, Any]:
        """Return what both systems hold, told without ids."""
        found: dict[str, Any] = {}
        more: dict[str, str] = {}
        while True:
            answer = self.sandbox.crm.get("/Accounts", params={"fields": "Account_Name,Phone,Website", **more})
            data = answer.json()
            for row in data["data"]:
                found[f"crm {row['Account_Name']}"] = (row["Phone"], row["Website"])
            if not data["info"]["more_records"]:
                break
            more = {"page_token": data["info"]["next_page_token"]}
        for kind, name in (("contacts", "contact_name"), ("invoices", "total")):
            page, last = 1, False
            while not last:
                data = self.sandbox.books.get(f"/{kind}", params={"page": page, "per_page": 200}).json()
                for row in data[kind]:
                    key = f"books {kind} {row[name] if kind == 'contacts' else row['customer_name']}"
                    value = (row["phone"], row["website"]) if kind == "contacts" else row[name]
                    found.setdefault(key, []).append(value)
                page, last = page + 1, not data["page_context"]["has_more_page"]
        return found


def script(random: Random, companies: int, edits: int) -> list[Edit]:
    """Return edits in the order in which they are made: each deal is won once, everything else changes often."""
    won = [Edit(what="won", number=number, value="") for number in range(companies)]
    others = []
    for _ in range(max(0, edits - companies)):
        number = random.randrange(companies)
        if random.random() < 0.6:
            others.append(Edit(what="phone", number=number, value=f"+49 30 {random.randrange(10**6, 10**7)}"))
        else:
            others.append(Edit(what="website", number=number, value=f"https://www.{random.randrange(10**6)}.example"))
    made = won + others
    random.shuffle(made)
    return made[:edits]


def storm(
    project: Project,
    sandbox: Sandbox,
    quiet_project: Project,
    quiet_sandbox: Sandbox,
    *,
    seed: int,
    companies: int,
    edits: int,
    seconds: float,
) -> Result:
    """Let a storm pass over one pair of systems, and the same edits over another one; compare."""
    made = script(Random(seed), companies, edits)
    result = Result(edits=len(made))
    people, others = People(sandbox, companies), People(quiet_sandbox, companies)
    for here, who in ((project, people), (quiet_project, others)):
        here.rules(RULES)
        who.enter()
        here.run("apply", "--yes", "--quiet", code=None, seconds=600)
        here.run("sync", "--quiet", code=None, seconds=600)
        who.know_customers()
    with serving(project, sandbox) as daemon:
        daemon.wait_until_ready()
        for fault in FAULTS:
            sandbox.control("faults", fault)
        killer = threading.Thread(target=_kill_twice, args=(daemon, seconds, result))
        killer.start()
        result.seconds = people.edit(made, len(made) / seconds)
        killer.join()
        sandbox.control("deliveries/flush", {})
        begin = time.monotonic()
        daemon.wait_until_ready()
        wait_until(lambda: _rests(daemon), "the daemon comes to rest", seconds=300)
        result.settled = time.monotonic() - begin
        result.call_backs = int(daemon.metric("syncdsl_call_backs_total"))
        result.refused = int(daemon.metric("syncdsl_call_backs_refused_total"))
        for row in sandbox.control("deliveries?after=0")["deliveries"]:
            for fault in row["faults"]:
                result.struck[fault] = result.struck.get(fault, 0) + 1
        result.runs = int(daemon.metric("syncdsl_runs_total"))
        assert daemon.stop() == 0
    # What was lost is read by polls and sweeps, as their schedule would.
    _sync_until_quiet(project)
    others.edit(made, 10_000)
    _sync_until_quiet(quiet_project)
    one, other = people.held(), others.held()
    result.wrong = [
        f"{name}: {one.get(name)} and not {other.get(name)}"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]
    invoices = sum(len(value) for name, value in one.items() if name.startswith("books invoices"))
    if invoices != companies:
        result.wrong.append(f"{invoices} invoices for {companies} deals that were won")
    return result


def _rests(daemon: Serving) -> bool:
    return daemon.metric("syncdsl_dirty_records") == 0 and daemon.state() == "idle"


def _kill_twice(daemon: Serving, seconds: float, result: Result) -> None:
    for _ in range(2):
        time.sleep(seconds / 3)
        daemon.kill()
        result.kills += 1


def _sync_until_quiet(project: Project) -> None:
    """Poll until nothing is left; first everything is read, as once in a day."""
    project.run("sync", "--quiet", "--sweep", code=None, seconds=600)
    for _ in range(8):
        if project.run("plan", "--in-force", "--detailed-exitcode", "--quiet", code=None, seconds=600).returncode == 0:
            return
        done = project.run("sync", "--quiet", code=None, seconds=600)
        assert done.returncode in {0, 7}, done.stdout + done.stderr
    raise AssertionError("it does not come to rest")


def _name(number: int) -> str:
    return f"Company {number:04} GmbH"
