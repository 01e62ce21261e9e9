"""The README keeps its word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from syncdsl.diagnostics import ALL_CODES

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

README = Path(__file__).parents[2] / "README.md"


def section(title: str) -> list[str]:
    """Return the code blocks of a section."""
    text = README.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_ten_lines_do_what_the_readme_shows(project: Project, sandbox: Sandbox) -> None:
    """The README's rule checks clean, and its preview and apply print what the README prints."""
    rule, preview, applied = section("Ten lines")
    project.rules(rule)
    (project.folder / "rules" / "main.sync").rename(project.folder / "rules" / "customers.sync")
    project.run("check")
    for name, phone in (
        ("Acme GmbH", "+49 30 1234567"),
        ("Müller & Söhne", "+49 89 765432"),
        ("Pumps Ltd", "+44 20 7946 0000"),
    ):
        sandbox.account(Account_Name=name, Phone=phone)
    sandbox.books.post("/contacts", json={"contact_name": "Pumps Ltd", "phone": "+44 20 7946 0999"})
    shown = project.run("plan").stdout
    assert shown.strip() == preview.partition("\n")[2].strip()
    done = project.run("apply", "--yes").stdout
    assert done.splitlines()[-1] in applied
    assert project.run("plan").stdout.splitlines()[0] in applied


def test_the_lines_over_a_shipped_set_check_clean(project: Project) -> None:
    """The README's rule over a shipped set checks clean, and a mistake in it is shown as the README shows it."""
    rule, shown = section("Ready-made rules, and checks people trust")
    project.rules(rule)
    project.run("check")
    project.rules(rule.replace("without: website", "dedupe: Account_Nam == contact_name"))
    (project.folder / "rules" / "main.sync").rename(project.folder / "rules" / "customers.sync")
    found = project.run("check", code=1).stdout
    assert found.partition("\n\n")[0].strip() == shown.partition("\n")[2].strip()


def test_every_exit_code_is_listed() -> None:
    """The README lists every exit code that a documented code can end with."""
    text = README.read_text(encoding="utf-8").partition("Exit codes:")[2].partition("\n\n")[0]
    listed = {int(number) for number in re.findall(r"\b(\d+) ", text)}
    assert {code.exit_code for code in ALL_CODES} <= listed
