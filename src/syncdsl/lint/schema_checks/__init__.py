"""One file per check that needs the schemas."""

from syncdsl.lint.schema_check import SchemaCheck
from syncdsl.lint.schema_checks import (
    deprecated_stage,
    instant_as_text,
    newest_without_stamps,
    sensitive_copied,
    stage_by_name,
    weak_key,
)

SCHEMA_CHECKS: tuple[SchemaCheck, ...] = (
    weak_key.CHECK,
    instant_as_text.CHECK,
    stage_by_name.CHECK,
    deprecated_stage.CHECK,
    newest_without_stamps.CHECK,
    sensitive_copied.CHECK,
)

__all__ = ["SCHEMA_CHECKS"]
