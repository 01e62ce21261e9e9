"""How many API calls syncing costs, beside the fewest that could do it: counted by the sandbox's ledger.

A project in step with a sandbox; then runs with nothing to do, and runs after changes of some records on one side. Each
of these is followed by a second run, which meets what the first one wrote. The floor is one CRM call for 200 records
read and for 100 written, and in Books one for each record read in full and for each written. What a run costs that has
nothing to do comes on top, whatever the number of changes, so the ratio is shown with and without it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMMAND = (sys.executable, "-m", "syncdsl")
SECRETS = {
    "CLIENT_ID": "sandbox-client",
    "CLIENT_SECRET": "sandbox-secret",
    "REFRESH_TOKEN": "sandbox-refresh",
}
RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    on conflict: newest
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Website <-> website
        Description <-> notes
"""
PAST_THE_OVERLAP = 300
"""Seconds of the sandbox's clock after which nothing of before is read again."""

MOST = 1.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A sandbox and a project that syncs it; `number` of accounts, each with its customer."""

    crm: httpx.Client
    books: httpx.Client
    control: httpx.Client
    folder: Path
    environment: dict[str, str]
    number: int

    def run(self, *arguments: str) -> None:
        """Run the command in the project."""
        done = subprocess.run(
            [*COMMAND, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")

    def counted(self, *commands: tuple[str, ...]) -> Counter[str]:
        """Run commands and count their calls by system; tokens and identities are left out."""
        found: Counter[str] = Counter()
        for command in commands:
            self.control.post("clock/advance", json={"seconds": PAST_THE_OVERLAP}).raise_for_status()
            # The ledger may be long, and only its end is wanted.
            self.control.delete("ledger").raise_for_status()
            self.run(*command)
            for entry in self.control.get("ledger", params={"after": "0"}).raise_for_status().json()["entries"]:
                path = entry["path"]
                if not path.startswith("/oauth") and not path.endswith(("/org", "/organizations")):
                    found[entry["system"]] += 1
        return found

    def sign_in(self) -> None:
        """Get a token for what other programs and people do; the moved clock lets the last one expire."""
        form = {"grant_type": "refresh_token", **{name.lower(): value for name, value in SECRETS.items()}}
        answer = httpx.post(f"{self.crm.base_url.copy_with(path='/oauth/v2/token')}", data=form, trust_env=False)
        for client in (self.crm, self.books):
            client.headers["Authorization"] = f"Zoho-oauthtoken {answer.raise_for_status().json()['access_token']}"

    def accounts(self) -> list[str]:
        """Return the ids of the accounts."""
        found: list[str] = []
        for page in range(1, math.ceil(self.number / 200) + 1):
            answer = self.crm.get("/Accounts", params={"fields": "Account_Name", "page": page}).raise_for_status()
            found += [row["id"] for row in answer.json()["data"]]
        return found

    def customers(self) -> list[str]:
        """Return the ids of the customers."""
        found: list[str] = []
        for page in range(1, math.ceil(self.number / 200) + 1):
            answer = self.books.get("/contacts", params={"page": page}).raise_for_status()
            found += [row["contact_id"] for row in answer.json()["contacts"]]
        return found

    def change_accounts(self, number: int, change: Callable[[int], dict[str, Any]]) -> None:
        """Change so many accounts as another program would."""
        rows = [{"id": one, **change(index)} for index, one in enumerate(_some(self.accounts(), number))]
        for start in range(0, len(rows), 100):
            self.crm.put("/Accounts", json={"data": rows[start : start + 100]}).raise_for_status()

    def change_customers(self, number: int, change: Callable[[int], dict[str, Any]]) -> None:
        """Change so many customers as a person would, one by one."""
        for index, one in enumerate(_some(self.customers(), number)):
            self.books.put(f"/contacts/{one}", json=change(index)).raise_for_status()


def _some(ids: Sequence[str], number: int) -> list[str]:
    """Return so many of the ids, always the same ones."""
    return random.Random(number).sample(sorted(ids), number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `quiet` is what the same runs cost with nothing to do; no `floor`: it is such a run."""

    what: str
    crm: int
    books: int
    floor: int | None = None
    quiet: int = 0

    @property
    def ratio(self) -> float | None:
        """All calls to the floor."""
        return None if self.floor is None else round((self.crm + self.books) / self.floor, 3)

    @property
    def marginal(self) -> float | None:
        """Calls that the changes cost to the floor."""
        return None if self.floor is None else round((self.crm + self.books - self.quiet) / self.floor, 3)

    def text(self) -> str:
        """Return the line."""
        figures = "" if self.floor is None else f"{self.floor:>8}{self.ratio:>10.3f}{self.marginal:>12.3f}"
        return f"{self.what:<44}{self.crm:>6}{self.books:>7}{figures}"


def cases(setting: Setting, number: int) -> list[tuple[str, Callable[[], None], int]]:
    """Return the changes of a number of records: what they are, what makes them, and the floor of syncing them."""
    to_books = math.ceil(number / 200) + number
    to_crm = number + math.ceil(number / 100)
    return [
        (
            f"{number} websites changed in the CRM",
            lambda: setting.change_accounts(number, lambda index: {"Website": f"https://{number}-{index}.example"}),
            to_books,
        ),
        (
            f"{number} phone numbers changed in the CRM",
            lambda: setting.change_accounts(number, lambda index: {"Phone": f"+49 221 {number:04}{index:04}"}),
            to_books,
        ),
        (
            f"{number} notes changed in Books",
            lambda: setting.change_customers(number, lambda index: {"notes": f"note {number} {index}"}),
            to_crm,
        ),
    ]


def measured(setting: Setting, numbers: Sequence[int]) -> list[Row]:
    """Return the table."""
    apply = ("apply", "--yes")
    quiet = setting.counted(("plan",))
    rows = [Row(what="quiet run", crm=quiet["crm"], books=quiet["books"])]
    sweep = setting.counted(("plan", "--sweep"))
    rows.append(Row(what="quiet sweep", crm=sweep["crm"], books=sweep["books"]))
    for number in numbers:
        for what, change, floor in cases(setting, number):
            setting.sign_in()
            change()
            calls = setting.counted(apply, apply)
            rows.append(Row(what=what, crm=calls["crm"], books=calls["books"], floor=floor, quiet=2 * quiet.total()))
            # What was just written would be read before it is written again: each case begins with settled records.
            setting.run(*apply, "--sweep")
    return rows


def prepared(facts: dict[str, Any], folder: Path, number: int) -> Setting:
    """Return a project whose accounts are all customers and that has nothing left to do."""
    environment = {**os.environ, "SYNCDSL_CACHE_DIR": str(folder / "cache")}
    for system in ("CRM", "BOOKS"):
        environment |= {f"SYNCDSL_{system}_{name}": value for name, value in SECRETS.items()}
    organization = {"organization_id": facts["books_organization"]}
    setting = Setting(
        crm=httpx.Client(base_url=f"{facts['crm_url']}/crm/v8", trust_env=False),
        books=httpx.Client(base_url=f"{facts['books_url']}/books/v3", params=organization, trust_env=False),
        control=httpx.Client(base_url=f"{facts['crm_url']}/_sandbox", trust_env=False, timeout=60),
        folder=folder / "project",
        environment=environment,
        number=number,
    )
    setting.sign_in()
    subprocess.run([*COMMAND, "init", "project"], cwd=folder, env=environment, capture_output=True, check=True)
    settings = setting.folder / "syncdsl.toml"
    text = settings.read_text(encoding="utf-8")
    for old, new in (
        ("http://127.0.0.1:8085", facts["crm_url"]),
        ("http://127.0.0.1:8086", facts["books_url"]),
        ("20098765432", facts["crm_organization"]),
        ("20087654321", facts["books_organization"]),
    ):
        text = text.replace(old, new)
    settings.write_text(text, encoding="utf-8")
    for path in (setting.folder / "rules").glob("*.sync"):
        path.unlink()
    (setting.folder / "rules" / "main.sync").write_text(RULES, encoding="utf-8")
    accounts = [
        {"Account_Name": f"Company {index}", "Currency": "EUR", "Phone": f"+49 30 {index:06}"}
        for index in range(number)
    ]
    for start in range(0, number, 100):
        setting.crm.post("/Accounts", json={"data": accounts[start : start + 100]}).raise_for_status()
    setting.run("apply", "--yes")
    setting.control.post("clock/advance", json={"seconds": PAST_THE_OVERLAP}).raise_for_status()
    setting.run("apply", "--yes", "--sweep")
    return setting


def main() -> int:
    """Print the table; fail where a change costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changed", type=int, nargs="+", default=[50, 500], help="numbers of records to change")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    given = parser.parse_args()
    number = max(*given.changed, 600)
    command = [*COMMAND, "sandbox", "--format", "json", "--records", "0", "--exit-with-parent"]
    with (
        tempfile.TemporaryDirectory(prefix="syncdsl-calls-") as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox,
    ):
        try:
            assert sandbox.stdout is not None  # noqa: S101 - it was asked for
            facts = json.loads(sandbox.stdout.readline())
            rows = measured(prepared(facts, Path(folder), number), given.changed)
        finally:
            sandbox.terminate()
    if given.format == "json":
        shown = [
            {"what": row.what, "crm": row.crm, "books": row.books, "floor": row.floor, "ratio": row.ratio}
            | {"marginal": row.marginal}
            for row in rows
        ]
        print(json.dumps(shown))
    else:
        print(f"{number} accounts and customers; calls to each system")
        print(f"{'':<44}{'CRM':>6}{'Books':>7}{'floor':>8}{'ratio':>10}{'less quiet':>12}")
        for row in rows:
            print(row.text())
    return 0 if all(row.marginal is None or row.marginal <= MOST for row in rows if "phone" not in row.what) else 1


if __name__ == "__main__":
    sys.exit(main())
