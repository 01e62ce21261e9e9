"""One file per check that needs the schemas."""

from syncdsl.lint.schema_check import SchemaCheck
from syncdsl.lint.schema_checks import instant_as_text, stage_by_name

SCHEMA_CHECKS: tuple[SchemaCheck, ...] = (instant_as_text.CHECK, stage_by_name.CHECK)

__all__ = ["SCHEMA_CHECKS"]
