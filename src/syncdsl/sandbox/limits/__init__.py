"""Limits of both systems and of Zoho Accounts; without any unless they are put in force."""

from syncdsl.sandbox.limits.gate import Gate
from syncdsl.sandbox.limits.meters import Entry
from syncdsl.sandbox.limits.settings import DOCUMENTED, Limits, limits_of

__all__ = ["DOCUMENTED", "Entry", "Gate", "Limits", "limits_of"]
