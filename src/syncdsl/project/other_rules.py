"""Another version of the project's rules: at a commit, or in another folder."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import NO_PROJECT
from syncdsl.plan.plan import Plan
from syncdsl.project.discovery import CONFIGURATION
from syncdsl.project.git_rules import Repository
from syncdsl.project.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORT = 8
"""How many digits of a commit's id people see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRules:
    """A project that was found: `name` is how people call this version, `root` what its paths are shown without."""

    name: str
    workspace: Workspace
    root: str = ""

    def shown(self, text: str) -> str:
        """Return a text with the paths that the files have in that version."""
        return text.replace(self.root, "") if self.root else text

    def placed(self, plan: Plan) -> Plan:
        """Return a plan whose places are those that the files have in that version; it means the same."""
        if not self.root:
            return plan
        return Plan.model_validate_json(self.shown(plan.model_dump_json()))


@contextmanager
def other_rules(named: str, folder: Path) -> Iterator[OtherRules]:
    """Yield the rules of a commit, branch or tag of the repository that `folder` lies in, or of another folder.

    A folder counts first. Raises Fault: SD601 when there is no project, SD613 for a name that is neither, SD614 when
    git cannot be asked.
    """
    place = Path(named)
    if place.is_dir() and (place / CONFIGURATION).is_file():
        yield OtherRules(name=named, workspace=Workspace(place.absolute()))
        return
    if place.is_dir() and _no_ref(named, folder):
        raise Fault(
            NO_PROJECT,
            f"the folder `{named}` holds no project: it has no `{CONFIGURATION}`",
            help="name the folder that has it, or a commit, branch or tag",
        )
    repository = Repository(folder)
    commit = repository.commit(named)
    with TemporaryDirectory(prefix="syncdsl-") as temporary:
        root = Path(temporary).resolve()
        repository.extract(commit, named, root)
        short = commit[:SHORT]
        name = named if commit.startswith(named) else f"{named} ({short})"
        yield OtherRules(name=name, workspace=Workspace(root), root=f"{root}/")


def _no_ref(named: str, folder: Path) -> bool:
    """Return whether a name is no ref either."""
    try:
        Repository(folder).commit(named)
    except Fault:
        return True
    return False
