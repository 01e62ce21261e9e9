"""What fields the conditions are about, and of which types they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.schema.types import FieldSchema, IdType, ReferenceType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.schema.snapshot import ModuleSchema

_OWN_ID = FieldSchema(label="id", value=IdType(), read_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """The records of one module; `modules` are those of its connection, which paths step into."""

    module: str
    modules: Mapping[str, ModuleSchema]

    def field(self, path: tuple[str, ...]) -> FieldSchema | None:
        """Return the field that a path leads to; None where it is unknown or could be one of several kinds."""
        fields = [self._own(self.module, path[0])]
        for name in path[1:]:
            kinds = [item.value for item in fields if item is not None]
            targets = [module for kind in kinds if isinstance(kind, ReferenceType) for module in kind.modules]
            fields = [found for module in targets if (found := self._own(module, name)) is not None]
        known = [item for item in fields if item is not None]
        return known[0] if known and all(item.value == known[0].value for item in known) else None

    def always_filled(self, path: tuple[str, ...]) -> bool:
        """Return whether no record can be without this field: only its own identifier is such a field.

        `required` says what a create needs; a record that was imported or made earlier may lack it all the same.
        """
        return path == ("id",) and isinstance(getattr(self.field(path), "value", None), IdType)

    def _own(self, module: str, name: str) -> FieldSchema | None:
        schema = self.modules.get(module)
        if schema is None:
            return None
        return schema.fields.get(name) or (_OWN_ID if name == "id" else None)
