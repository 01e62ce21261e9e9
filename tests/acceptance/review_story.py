"""The systems that the tutorial of reviews plays in, and the snapshot of them that is part of its example.

`python -m tests.acceptance.review_story` starts a sandbox, lives through the beginning of the story and takes the
snapshot anew.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.acceptance.conftest import SECRETS, Project, clean_environment, sandboxes

if TYPE_CHECKING:
    from tests.acceptance.conftest import Sandbox

EXAMPLE = Path(__file__).parents[2] / "examples" / "review"
SNAPSHOT = "production.snapshot"

ACCOUNTS = (
    # name, kind, phone, description in the CRM
    ("Harbour Coffee", "Customer", "+49 40 3311", "Roasts on Fridays"),
    ("Mill Street Bakery", "Customer", "+49 30 7712", "Family business, since 1962"),
    ("Nord Print", "Partner", "+49 431 905", "Prints our leaflets"),
    ("Tall Trees Nursery", "Customer", "+49 7531 44", "Deliveries in spring only"),
    ("Old Post Hotel", "Customer", "+49 821 660", ""),
    ("Glass & Light", "Prospect", "+49 69 1010", "Met at the fair"),
)
NOTES = {
    "Mill Street Bakery": "Agreed: 30 days, 2 % for prompt payment",
    "Nord Print": "see file 12",
    "Tall Trees Nursery": "see file 31",
}
"""What accounting wrote into customers' notes."""

DEALS = (
    ("Espresso machine", "Harbour Coffee", 4200),
    ("Gift cards", "Old Post Hotel", 40),
    ("Oven service", "Mill Street Bakery", 950),
)
"""Deals that are open in the beginning."""


@dataclass(slots=True, kw_only=True)
class Story:
    """The example's project in a folder of its own, pointed at a sandbox, and its records by name."""

    project: Project
    sandbox: Sandbox
    accounts: dict[str, str]
    deals: dict[str, str]

    def customer(self, name: str) -> str:
        """Return the id of a customer in Books."""
        (found,) = (row["contact_id"] for row in self.sandbox.customers() if row["contact_name"] == name)
        return str(found)

    def notes(self, name: str, text: str) -> None:
        """Write into a customer's notes, as accounting does."""
        answer = self.sandbox.books.put(f"/contacts/{self.customer(name)}", json={"notes": text})
        assert answer.is_success, answer.text


def began(sandbox: Sandbox, folder: Path, cache: Path) -> Story:
    """Live through what was before the story: the rules are in force, people went on working since."""
    project = Project(folder / "shop", clean_environment(cache))
    shutil.copytree(EXAMPLE / "shop", project.folder)
    settings = project.folder / "syncdsl.toml"
    text = settings.read_text(encoding="utf-8")
    for old, new in (("http://127.0.0.1:8085", sandbox.crm_url), ("http://127.0.0.1:8086", sandbox.books_url)):
        text = text.replace(old, new)
    settings.write_text(text, encoding="utf-8")
    for system in ("CRM", "BOOKS"):
        project.environment.update({f"SYNCDSL_{system}_{name}": value for name, value in SECRETS.items()})
    accounts = {
        name: sandbox.account(Account_Name=name, Account_Type=kind, Phone=phone, Description=description)
        for name, kind, phone, description in ACCOUNTS
    }
    deals = {
        name: sandbox.deal(Deal_Name=name, Account_Name={"id": accounts[account]}, Amount=amount, Stage="Qualification")
        for name, account, amount in DEALS
    }
    project.run("apply", "--yes")
    story = Story(project=project, sandbox=sandbox, accounts=accounts, deals=deals)
    for name, note in NOTES.items():
        story.notes(name, note)
    project.run("sync")
    for name in ("Espresso machine", "Gift cards"):
        sandbox.change("Deals", deals[name], Stage="Closed Won")
    sandbox.change("Accounts", accounts["Old Post Hotel"], Phone="+49 821 661")
    return story


def take(story: Story) -> Path:
    """Take the snapshot that is committed beside the rules."""
    story.project.run("snapshot", "take", "--pseudonymise", "--all-fields", "--out", SNAPSHOT)
    return story.project.folder / SNAPSHOT


def main() -> None:
    """Take the example's snapshot anew."""
    with TemporaryDirectory() as temporary, sandboxes() as start:
        folder = Path(temporary)
        taken = take(began(start(), folder, folder / "cache"))
        (EXAMPLE / "shop" / SNAPSHOT).write_bytes(taken.read_bytes())
    sys.stdout.write(f"took {EXAMPLE / 'shop' / SNAPSHOT}\n")


if __name__ == "__main__":
    main()
