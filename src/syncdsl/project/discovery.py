"""Where the project is: the nearest folder, upward, with a `syncdsl.toml`."""

from __future__ import annotations

from pathlib import Path

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import NO_PROJECT

CONFIGURATION = "syncdsl.toml"


def find_project(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upward, that holds a `syncdsl.toml`; None when there is none."""
    folder = start.absolute()
    return next((place for place in (folder, *folder.parents) if (place / CONFIGURATION).is_file()), None)


def locate_project(named: Path | None, start: Path | None = None) -> Path:
    """Return the folder of the project: the one named with `--project`, else the one that `start` lies in.

    Raises Fault SD601 when there is none.
    """
    if named is not None:
        folder = named.parent if named.name == CONFIGURATION else named
        if not (folder / CONFIGURATION).is_file():
            raise Fault(
                NO_PROJECT,
                f"`{named}` has no `{CONFIGURATION}`",
                help=f"make a project there with `syncdsl init {named}`, or name another one with `--project DIR`",
            )
        return folder.absolute()
    begin = start or Path.cwd()
    found = find_project(begin)
    if found is None:
        raise Fault(
            NO_PROJECT,
            f"there is no `{CONFIGURATION}` in `{begin.absolute()}` or above it",
            help="change into a project, name one with `--project DIR`, or make one with `syncdsl init DIR`",
        )
    return found
