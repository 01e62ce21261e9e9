"""The systems that the tutorial of reviews plays in, and the snapshot of them that is part of its example.

`python -m tests.acceptance.review_story` starts a sandbox, lives through the beginning of the story and takes the
snapshot anew; with a folder behind it, it makes the project there and waits, to be played with.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.acceptance.conftest import SECRETS, Project, clean_environment, sandboxes
from tests.acceptance.forking import REAL

if TYPE_CHECKING:
    from collections.abc import Sequence

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

IDENTITY = {
    "SYNCDSL_USER": "ivo",
    "GIT_AUTHOR_NAME": "Ivo",
    "GIT_AUTHOR_EMAIL": "ivo@shop.example",
    "GIT_COMMITTER_NAME": "Ivo",
    "GIT_COMMITTER_EMAIL": "ivo@shop.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
}
"""Who works at the machine: the integrator of the story."""

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

    def later(self) -> None:
        """Let time go by: systems stamp in seconds, and nobody edits what was written in the same one."""
        self.sandbox.control("clock/advance", {"seconds": 60})

    def begin_repository(self) -> None:
        """Make the project a repository, with its rules on `main`."""
        self.project.environment.update(IDENTITY)
        for line in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "The rules in force"]):
            subprocess.run(["git", *line], cwd=self.project.folder, env=self.project.environment, check=True)

    def take(self) -> Path:
        """Take the snapshot that is committed beside the rules."""
        self.project.run("snapshot", "take", "--pseudonymise", "--all-fields", "--out", SNAPSHOT)
        return self.project.folder / SNAPSHOT


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
    project.environment["SYNCDSL_USER"] = "olga"
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
    story.later()
    for name, note in NOTES.items():
        story.notes(name, note)
    project.run("sync")
    story.later()
    for name in ("Espresso machine", "Gift cards"):
        sandbox.change("Deals", deals[name], Stage="Closed Won")
    sandbox.change("Accounts", accounts["Old Post Hotel"], Phone="+49 821 661")
    return story


def happen(name: str, story: Story) -> None:
    """Have somebody do something while the story goes on."""
    match name:
        case "the operator names the key":
            example = (EXAMPLE / "operator.toml").read_text(encoding="utf-8")
            public = (story.project.folder.parent / "anna.pub").read_text(encoding="utf-8").strip()
            text, count = re.subn(r'"ssh-ed25519 [^"]*"', lambda _: f'"{public}"', example)
            assert count == 1
            (story.project.folder.parent / "operator.toml").write_text(text, encoding="utf-8")
            story.project.environment["SYNCDSL_OPERATOR"] = "../operator.toml"
        case "sales edits an account":
            story.later()
            account = story.accounts["Nord Print"]
            story.sandbox.change("Accounts", account, Description="Prints our leaflets and posters")
        case _:
            raise AssertionError(name)


def main(arguments: Sequence[str]) -> None:
    """Take the example's snapshot anew, or with a folder begin the story there and wait."""
    with TemporaryDirectory() as temporary, sandboxes() as start:
        cache = Path(temporary) / "cache"
        if not arguments:
            taken = began(start(), Path(temporary), cache).take()
            (EXAMPLE / "shop" / SNAPSHOT).write_bytes(taken.read_bytes())
            sys.stdout.write(f"took {EXAMPLE / 'shop' / SNAPSHOT}\n")
            return
        folder = Path(arguments[0]).absolute()
        if folder.exists():
            sys.exit(f"{folder} is there already; move it away to begin anew")
        # Ctrl-C then reaches nobody who would not understand it.
        os.environ[REAL] = "1"
        story = began(start(), folder, cache)
        story.begin_repository()
        variables = [f"export {name}={value}" for name, value in story.project.environment.items() if _ours(name)]
        sys.stdout.write("\n".join([f"cd {story.project.folder}", *variables, "# Ctrl-C here ends both systems", ""]))
        sys.stdout.flush()
        story.sandbox.process.wait()


def _ours(name: str) -> bool:
    return name.startswith(("SYNCDSL_CRM", "SYNCDSL_BOOKS", "SYNCDSL_USER"))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(sys.argv[1:])
