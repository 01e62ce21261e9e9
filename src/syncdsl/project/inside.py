"""Where a path that stands in a rule file leads: to a file inside the project, or to a problem.

Whoever lints a stranger's branch must not have other files of the machine read, or named by what they hold. So a path
is judged by where it leads after all links, before anything is opened. What it leads to outside is not told: whether a
file exists out there stays unknown.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE

_LONGEST = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PathProblem:
    """Why a path cannot be used: what is wrong, and the form that is right, both for a finding.

    `outside` is on for a path that leads out of the project or is none that could stay inside; nothing may be looked up
    for it.
    """

    message: str
    help: str
    outside: bool = False


Resolved: TypeAlias = Path | PathProblem


def resolve_inside(project: Path, including: Path, written: str, *, suffix: str = ".sync") -> Resolved:
    """Return the file that `written` names, seen from the folder of the file `including`; else what is wrong with it.

    The result is absolute and without links, so that one file has one name. Paths are written with `/`, are relative,
    name a plain file by its exact spelling, and stay inside `project` on their whole way and after all links. Nothing
    is opened.
    """
    problem = _spelling(written, suffix)
    if problem is not None:
        return problem
    try:
        home = project.resolve(strict=True)
        start = including.parent.resolve(strict=True)
    except (OSError, RuntimeError):
        return _missing(written)
    if not start.is_relative_to(home):
        return _outside(written)
    place = start
    for part in PurePosixPath(written).parts:
        place = place.parent if part == ".." else place / part
        if not place.is_relative_to(home):
            return _outside(written)
        try:
            if part != "..":
                exact = part in os.listdir(place.parent)  # noqa: PTH208 - names are all that is needed
            place = place.resolve(strict=True)
        except (OSError, ValueError, RuntimeError) as error:
            if _escapes(place, home):
                return _outside(written)
            # Before Python 3.13 a circle of links is a RuntimeError.
            circle = isinstance(error, RuntimeError) or getattr(error, "errno", None) == errno.ELOOP
            return _circle(written) if circle else _missing(written)
        if not place.is_relative_to(home):
            return _outside(written)
        if part != ".." and not exact:
            return PathProblem(
                message=f"there is no file `{written}` by this exact spelling",
                help="write capital and small letters as the file's name has them",
            )
    return _plain(place, written)


def _spelling(written: str, suffix: str) -> PathProblem | None:
    form = f'write a path from this file, such as `use "shared/customers{suffix}"`'
    if not written.strip():
        return PathProblem(message="this path is empty", help=form)
    if "\\" in written:
        return PathProblem(
            message=f"`{written}` has backslashes", help="write `/` between folders, on every system", outside=True
        )
    if len(written) > _LONGEST or any(ord(character) < 0x20 or ord(character) == 0x7F for character in written):
        return PathProblem(message="this is no path of a file", help=form, outside=True)
    if written.startswith(("/", "~")) or (len(written) > 1 and written[1] == ":") or "://" in written:
        return PathProblem(
            message=f"`{written}` is no path inside the project",
            help=f"paths start at the file they stand in: {form}",
            outside=True,
        )
    if not written.endswith(suffix):
        return PathProblem(
            message=f"`{written}` is no rule file",
            help=f"rule files end in `{suffix}`; a shipped set stands without quotation marks: `use zoho.accounts`",
        )
    return None


def _escapes(place: Path, home: Path) -> bool:
    """Tell whether what does not exist would lie outside: a link may lead to where nothing is."""
    try:
        return not Path(os.path.realpath(place)).is_relative_to(home)
    except (OSError, ValueError):
        return False


def _plain(place: Path, written: str) -> Resolved:
    try:
        mode = place.stat().st_mode
    except OSError:
        return _missing(written)
    if stat.S_ISDIR(mode):
        return PathProblem(message=f"`{written}` is a folder", help="name one rule file in it")
    if not stat.S_ISREG(mode):
        return PathProblem(message=f"`{written}` is no plain file", help="name a rule file")
    return place


def _missing(written: str) -> PathProblem:
    return PathProblem(
        message=f"there is no file `{written}`", help="paths start at the folder of the file that they stand in"
    )


def _circle(written: str) -> PathProblem:
    return PathProblem(
        message=f"`{written}` leads in a circle", help="make the links on its way lead to a file of the project"
    )


def _outside(written: str) -> PathProblem:
    return PathProblem(
        message=f"`{written}` leads out of the project",
        help="copy what is needed into the project; links are followed only inside it",
        outside=True,
    )


def refuse_outside(path: Path, project: Path) -> None:
    """Let pass a path that lies in the project and leads to it after all links, and one that was never in it.

    Raises Fault SD609 for a path inside the project that leads out of it.
    """
    written = Path(os.path.normpath(path.absolute()))
    try:
        leaves = not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(project))
    except (OSError, ValueError):
        leaves = True
    if leaves and written.is_relative_to(os.path.normpath(project.absolute())):
        raise Fault(
            UNREADABLE_FILE,
            f"`{path}` is not read: it leads out of the project",
            help="copy what is needed into the project; links are followed only inside it",
        )
