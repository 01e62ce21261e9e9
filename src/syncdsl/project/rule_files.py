"""Which rule files a command means. Imports nothing heavy: `lint` begins here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE
from syncdsl.project.discovery import CONFIGURATION
from syncdsl.project.levels import read_lint_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIX = ".sync"


def rule_files(paths: Sequence[Path]) -> list[Path]:
    """Return the rule files that paths mean, each once: a file is itself, a project its rules, a folder all in it.

    Sorted by name within a folder, hidden folders left out. Raises Fault SD609 for a path that does not exist and for
    one without any rule file.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = _in_folder(_rules_of(path))
            if not inside:
                raise Fault(
                    UNREADABLE_FILE,
                    f"there is no rule file in `{path}`",
                    help=f"rule files end in `{SUFFIX}`; `syncdsl init DIR` makes a project with one",
                )
            for file in inside:
                found.setdefault(file.absolute(), file)
        elif path.exists():
            found.setdefault(path.absolute(), path)
        else:
            raise Fault(UNREADABLE_FILE, f"there is no file or folder `{path}`")
    return list(found.values())


def _rules_of(folder: Path) -> Path:
    configuration = folder / CONFIGURATION
    if not configuration.is_file():
        return folder
    rules = read_lint_settings(configuration).rules
    if not rules.is_dir():
        raise Fault(
            UNREADABLE_FILE,
            f"the project's folder of rules `{rules}` does not exist",
            help=f"make it, or set `rules` under `[project]` in {CONFIGURATION}",
        )
    return rules


def _in_folder(folder: Path) -> list[Path]:
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place) / name for name in sorted(names) if name.endswith(SUFFIX)]
    return found


def shown_path(path: Path) -> Path:
    """Return a path as messages name it: relative to the current folder where it lies below it."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path
