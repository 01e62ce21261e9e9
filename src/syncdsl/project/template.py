"""A new project: settings, one rule file that works, the schemas it is checked against, and what git leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE, USAGE
from syncdsl.project.shipped import shipped_rules

if TYPE_CHECKING:
    from pathlib import Path

FILES = (
    ("template/syncdsl.toml", "syncdsl.toml"),
    ("template/customers.sync", "rules/customers.sync"),
    ("schema/crm.json", "schema/crm.json"),
    ("schema/books.json", "schema/books.json"),
    ("template/gitignore", ".gitignore"),
)
"""What is copied from the shipped rule set, and to where in the project."""

KEPT = ".gitignore"
"""A file that a folder may have before: it stays as it is."""


def create_project(folder: Path) -> tuple[str, ...]:
    """Write a new project into a folder that is missing or has none of its files, and return the files written.

    Raises Fault: SD610 when a file would be overwritten (then nothing is written), SD609 when one cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise Fault(USAGE, f"`{folder}` is a file", help="name a folder that does not exist yet")
    there = [name for _, name in FILES if name != KEPT and (folder / name).exists()]
    if there:
        listed = ", ".join(f"`{name}`" for name in there)
        raise Fault(
            USAGE,
            f"`{folder}` has {listed} already, and nothing is overwritten",
            help="name another folder, or move those files away",
        )
    shipped = shipped_rules().joinpath("zoho")
    contents = {name: shipped.joinpath(*source.split("/")).read_bytes() for source, name in FILES}
    if (folder / KEPT).exists():
        del contents[KEPT]
    try:
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise Fault(UNREADABLE_FILE, f"`{folder}` cannot be written: {error.strerror}") from None
    return tuple(contents)
