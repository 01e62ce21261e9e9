"""What the kit needs to know about the system under test."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.schema.types import ChoiceType, DecimalType, IntegerType, MoneyType, TextType

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
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


LONG_ENOUGH = 100
"""Characters that `label` must hold."""


def subject_of(snapshot: SchemaSnapshot, name: str) -> Subject | None:
    """Return how to test a module, taken from its schema; None when its records cannot be made up.

    Required text takes the test's word; a required choice its first option; a module that requires anything else, or
    that has no two free text fields, is none to test with.
    """
    module = snapshot.modules[name]
    if not (module.creatable and module.updatable) or module.parent_field is not None:
        return None
    fixed: Fields = {}
    worded: list[str] = []
    for field_name, schema in module.fields.items():
        needed = schema.required or (field_name == module.label_field and not schema.read_only)
        if needed and isinstance(schema.value, TextType):
            worded.append(field_name)
        elif schema.required and isinstance(schema.value, ChoiceType) and schema.value.options:
            fixed[field_name] = schema.value.options[0]
        elif schema.required and isinstance(schema.value, MoneyType | DecimalType | IntegerType):
            fixed[field_name] = Decimal(1)
        elif schema.required:
            return None
    free = [
        field_name
        for field_name, schema in module.fields.items()
        if field_name not in worded
        and isinstance(schema.value, TextType)
        and (schema.value.length is None or schema.value.length >= LONG_ENOUGH)
        and not (schema.read_only or schema.create_only or schema.unique or schema.required)
        and field_name != module.key_field
    ]
    # Notes and descriptions before anything that the system may give a meaning of its own, such as a country.
    free.sort(key=lambda field_name: -(_length(module, field_name) or 0))
    if not worded or len(free) < 2:
        return None
    return Subject(
        module=name,
        minimal=lambda word: {**fixed, **dict.fromkeys(worded, word)},
        label=free[0],
        second=free[1],
    )


def _length(module: ModuleSchema, name: str) -> int | None:
    kind = module.fields[name].value
    return kind.length if isinstance(kind, TextType) else None
