"""One file per check, and the order in which they run."""

from syncdsl.lint.check import Check
from syncdsl.lint.checks import (
    duplicate_name,
    duplicate_target,
    record_id,
    repeated_when,
    unguarded_creation,
    unused_connection,
    unused_document,
    unused_table,
)

CHECKS: tuple[Check, ...] = (
    unused_table.CHECK,
    unused_connection.CHECK,
    unused_document.CHECK,
    duplicate_name.CHECK,
    unguarded_creation.CHECK,
    duplicate_target.CHECK,
    repeated_when.CHECK,
    record_id.CHECK,
)

__all__ = ["CHECKS"]
