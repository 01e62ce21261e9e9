"""Which automation of the organisation runs after our writes (Zoho CRM API v8, Insert records, `trigger`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTION = "automation"
KINDS = ("workflow", "approval", "blueprint", "pathfinder", "orchestration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """What runs: `kinds`, or everything that runs when a person edits the record (None)."""

    kinds: tuple[str, ...] | None = None

    @property
    def body(self) -> dict[str, Any]:
        """What the body of a writing call says."""
        return {} if self.kinds is None else {"trigger": list(self.kinds)}

    @property
    def params(self) -> dict[str, str]:
        """What a deleting call says: it knows workflows alone."""
        return {} if self.kinds is None or "workflow" in self.kinds else {"wf_trigger": "false"}


def automation(options: Mapping[str, object], connection: str) -> Automation:
    """Return what a connection's options say: true (the default), false, or a list of kinds.

    Raises Fault SD602 for anything else.
    """
    match options.get(OPTION, True):
        case True:
            return Automation()
        case False:
            return Automation(kinds=())
        case list() | tuple() as kinds if all(kind in KINDS for kind in kinds):
            return Automation(kinds=tuple(kind for kind in KINDS if kind in kinds))
        case _:
            raise Fault(
                BAD_CONFIGURATION,
                f"connection `{connection}`: `{OPTION}` is neither true, false nor a list of kinds",
                help=f"kinds are {', '.join(KINDS)}; false runs none of them after what syncdsl writes",
            )
