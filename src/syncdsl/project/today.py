"""Which day it is, by which suppressions end. A day can be set, so that a result can be had again."""

from __future__ import annotations

import os
from datetime import date, datetime

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import USAGE

TODAY_VARIABLE = "SYNCDSL_TODAY"


def today() -> date:
    """Return the day that `SYNCDSL_TODAY` names, else the local one.

    Raises Fault SD610 when the variable holds no day.
    """
    written = os.environ.get(TODAY_VARIABLE)
    if not written:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Fault(
            USAGE, f"`{TODAY_VARIABLE}` holds no day: `{written}`", help="write it as 2026-12-31, or unset it"
        ) from None
