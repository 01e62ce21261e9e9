"""Schema snapshots: what a connected system looked like, written by `schema pull`, reviewed and committed."""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_SCHEMA, MISSING_SCHEMA, UNREADABLE_FILE
from syncdsl.schema.digest import digest
from syncdsl.schema.model import Model
from syncdsl.schema.types import FieldSchema, ReferenceType

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Literal["syncdsl/schema/1"] = "syncdsl/schema/1"


class StageClass(Enum):
    """What a stage means: the record is won, lost or still open."""

    WON = "won"
    LOST = "lost"
    OPEN = "open"


class StageSchema(Model):
    """One value of a stage field.

    `category` is the system's own word for its meaning and `probability` is in per cent; `stage_class` comes from the
    category where there is one, else from probability (100 won, 0 lost). A `deprecated` stage was taken out of the pick
    list: records may still be in it, new ones cannot be put there.
    """

    value: str
    stage_class: StageClass
    category: str | None = None
    probability: int | None = None
    deprecated: bool = False


class ModuleSchema(Model):
    """One module of a system.

    `store` names the module's underlying collection where several modules are views over one (Books customers and
    vendors are both `contacts`): names are unique across it. `key_field` is the unique text field that syncdsl owns
    and writes its key into (None: the module has none and creates run at a lower tier). `stages` belong to
    `stage_field`. `status_field` holds a document's state. `lines_field` holds a document's lines.
    `parent_field` refers to the record a child belongs to (a contact person to its contact): the parent fills it.
    `label_field` names the field that people know a record by. `currency_field` holds a record's currency code,
    `created_field` and `modified_field` the server's stamps.
    """

    label: str
    store: str
    label_field: str
    key_field: str | None = None
    created_field: str | None = None
    modified_field: str | None = None
    currency_field: str | None = None
    status_field: str | None = None
    lines_field: str | None = None
    parent_field: str | None = None
    stage_field: str | None = None
    stages: tuple[StageSchema, ...] = ()
    views: tuple[str, ...] = ()
    creatable: bool = True
    updatable: bool = True
    fields: dict[str, FieldSchema]

    def stage_class(self, value: object) -> StageClass | None:
        """Return the class of a stage value; None when the value is no known stage."""
        return next((stage.stage_class for stage in self.stages if stage.value == value), None)

    def resolve(self, parts: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
        """Return the field that a path begins with and the parts after it; the longest dotted name wins."""
        for count in range(len(parts), 0, -1):
            name = ".".join(parts[:count])
            if name in self.fields:
                return name, parts[count:]
        return None


class SchemaSnapshot(Model):
    """The schema of one connected system at one time. `base_currency` is an ISO 4217 code."""

    format: Literal["syncdsl/schema/1"] = FORMAT
    adapter: str
    base_currency: str
    modules: dict[str, ModuleSchema] = Field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The digest of the content."""
        return digest(self.model_dump(mode="json"))

    def references_of(self, module: str) -> set[str]:
        """Return the modules that fields of `module` refer to."""
        found: set[str] = set()
        for field in self.modules[module].fields.values():
            if isinstance(field.value, ReferenceType):
                found.update(field.value.modules)
        return found


def write_snapshot(snapshot: SchemaSnapshot) -> str:
    """Return the file text of a snapshot: stable, sorted by name, one fact a line, defaults left out."""
    data = snapshot.model_dump(mode="json", exclude_defaults=True)
    data["format"] = FORMAT
    data["modules"] = {name: _sorted_module(data["modules"][name]) for name in sorted(data.get("modules", {}))}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _sorted_module(module: dict[str, object]) -> dict[str, object]:
    fields = module["fields"]
    assert isinstance(fields, dict)  # noqa: S101 - the model guarantees it; this tells the type checker
    return {**module, "fields": {name: fields[name] for name in sorted(fields)}}


def read_snapshot(path: Path) -> SchemaSnapshot:
    """Read a snapshot file.

    Raises Fault: SD604 when it is missing, SD605 when it is damaged or of another format.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Fault(
            MISSING_SCHEMA,
            f"there is no schema snapshot `{path.name}` in `{path.parent}`",
            help="write it with `syncdsl schema pull`, review it and commit it",
        ) from None
    except OSError as error:
        raise Fault(
            UNREADABLE_FILE, f"`{path}` cannot be read: {(error.strerror or 'unknown reason').lower()}"
        ) from None
    except UnicodeDecodeError:
        raise Fault(UNREADABLE_FILE, f"`{path}` is not text in UTF-8") from None
    try:
        return SchemaSnapshot.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise Fault(
            BAD_SCHEMA,
            f"`{path}` is not a schema snapshot: {where}: {first['msg'].lower()}",
            help="write it again with `syncdsl schema pull`",
        ) from None
