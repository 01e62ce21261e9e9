"""What the kit needs to know about the system under test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.schema.values import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The module that tests write to, and how to make its records.

    `minimal(word)` returns the fields of a record that can be created; `word` is unique to the test and must go
    into whatever has to be unique. `label` is a text field of at least 100 characters that takes any text and that
    `minimal` does not fill: its whole content belongs to the tests. `second` is another such field. `samples` are
    values, by field, that must come back as they were sent.
    """

    module: str
    minimal: Callable[[str], Fields]
    label: str
    second: str
    samples: Fields = field(default_factory=dict)
