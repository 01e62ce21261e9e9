"""What a user chooses when starting the sandbox."""

from dataclasses import dataclass
from pathlib import Path

from syncdsl.sandbox.organisation import BOOKS_ORGANISATION, CRM_ORGANISATION


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """How one sandbox process is set up.

    A port of 0 takes a free one. `records` is the number of seeded accounts (everything else is sized from
    it; 0 leaves both organisations empty). `data` is the SQLite file that keeps the records between starts;
    without it they live in a private temporary file that vanishes with the process. A data file that holds
    records already is used as it is: `seed` and `records` then have no effect. `key_fields`: the custom fields that
    hold syncdsl's keys exist from the start, as after `syncdsl setup`. `documented_limits`: the limits
    that Zoho documents are in force from the start.
    """

    crm_port: int = 0
    books_port: int = 0
    seed: int = 1
    records: int = 300
    data: Path | None = None
    crm_organisation: str = CRM_ORGANISATION
    books_organisation: str = BOOKS_ORGANISATION
    exit_with_parent: bool = False
    key_fields: bool = True
    documented_limits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Where a sandbox that accepts connections is to be found."""

    crm_url: str
    books_url: str
    crm_organisation: str
    books_organisation: str
    pid: int
