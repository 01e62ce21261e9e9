"""A local emulator of Zoho CRM and Zoho Books over HTTP: what the rules can be tried on without an account.

It shares no code with the adapters, so that one cannot hide the other's mistakes.
"""

from syncdsl.sandbox.options import SandboxOptions, Started
from syncdsl.sandbox.server import run

__all__ = ["SandboxOptions", "Started", "run"]
