"""How full the fields of a module are and how much their values differ: shares, never values.

Shares are whole per cents, rounded down: 100 means every one, and a share that is not zero is at least 1. Of a module
with few rows, and of sensitive fields, nothing but the number of rows is kept: a share of three rows says too much
about each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from syncdsl.schema.canonical import match_form
from syncdsl.schema.model import Model
from syncdsl.schema.types import RowsType
from syncdsl.schema.values import is_empty

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from syncdsl.schema.types import FieldSchema
    from syncdsl.schema.values import Fields

SAMPLE = 2000
"""Most rows of a module that are looked at."""

FEWEST = 20
"""Rows without which no share of a field is kept."""


class FieldStatistics(Model):
    """Shares of one field in per cent, rounded down.

    `filled`: rows that have a value. `distinct`: different values among the filled ones, text without regard to case
    (100: no two rows share a value).
    """

    filled: int = Field(ge=0, le=100)
    distinct: int = Field(ge=0, le=100)


class ModuleStatistics(Model):
    """What a look at a module's rows came to.

    `rows` were looked at; where they are not all rows of the module, `complete` is false. `fields` has those fields
    that could be looked at.
    """

    rows: int = Field(ge=0)
    complete: bool = True
    fields: dict[str, FieldStatistics] = Field(default_factory=dict)


def measure(
    rows: Sequence[Fields], fields: Mapping[str, FieldSchema], looked_at: Collection[str], *, complete: bool
) -> ModuleStatistics:
    """Return the statistics of rows; the same rows in any order come to the same."""
    if len(rows) < FEWEST:
        return ModuleStatistics(rows=len(rows), complete=complete)
    wanted = [
        name
        for name, field in sorted(fields.items())
        if name in looked_at and not field.sensitive and not isinstance(field.value, RowsType)
    ]
    return ModuleStatistics(
        rows=len(rows),
        complete=complete,
        fields={name: _field(rows, name, fields[name]) for name in wanted},
    )


def _field(rows: Sequence[Fields], name: str, field: FieldSchema) -> FieldStatistics:
    forms = [match_form(row[name], field.value) for row in rows if not is_empty(row.get(name))]
    return FieldStatistics(filled=_share(len(forms), len(rows)), distinct=_share(len(set(forms)), len(forms)))


def _share(part: int, whole: int) -> int:
    return max(100 * part // whole, 1) if part else 0
