"""Which rule files a command means. Imports nothing heavy: `lint` begins here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE
from syncdsl.project.discovery import CONFIGURATION, find_project
from syncdsl.project.inside import refuse_outside
from syncdsl.project.levels import read_lint_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIX = ".sync"
_OF_OTHER_LANGUAGES = frozenset({".toml", ".json", ".md", ".yaml", ".yml"})


def rule_files(paths: Sequence[Path]) -> list[Path]:
    """Return the rule files that paths mean, each once: a file is itself, a project its rules, a folder all in it.

    Sorted by name within a folder, hidden folders left out. Raises Fault SD609 for a path that does not exist, for a
    file that is none of rules, for a folder without any, and for a link that leads out of the project, or out of the
    folder where there is none.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        project = find_project(path if path.is_dir() else path.parent)
        if project is not None:
            refuse_outside(path, project)
        if path.is_dir():
            inside = _in_folder(_rules_of(path), project or path)
            if not inside:
                raise Fault(
                    UNREADABLE_FILE,
                    f"there is no rule file in `{path}`",
                    help=f"rule files end in `{SUFFIX}`; `syncdsl init DIR` makes a project with one",
                )
            for file in inside:
                found.setdefault(file.absolute(), file)
        elif path.suffix in _OF_OTHER_LANGUAGES and path.is_file():
            raise Fault(UNREADABLE_FILE, f"`{path}` is no rule file", help=f"rule files end in `{SUFFIX}`")
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


def _in_folder(folder: Path, home: Path) -> list[Path]:
    refuse_outside(folder, home)
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=_unreadable):  # links to folders are not followed
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files = [Path(place) / name for name in sorted(names) if name.endswith(SUFFIX)]
        for file in files:
            if file.is_symlink():
                refuse_outside(file, home)
        found += files
    return found


def _unreadable(error: OSError) -> None:
    raise Fault(UNREADABLE_FILE, f"the folder `{error.filename}` cannot be read: {error.strerror}")


def shown_path(path: Path) -> Path:
    """Return a path as messages name it: relative to the current folder where it lies below it."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path
