"""Schema snapshots: what a connected system looked like, written by `schema pull`, reviewed and committed."""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_SCHEMA, MISSING_SCHEMA, UNREADABLE_FILE
from syncdsl.schema.digest import digest
from syncdsl.schema.model import Model
from syncdsl.schema.statistics import ModuleStatistics
from syncdsl.schema.types import FieldSchema, ReferenceType, RowsType

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 16 * 1024 * 1024
"""Most bytes of a snapshot file; the largest organisations have some thousand fields, about a megabyte."""

MAX_ROWS_DEPTH = 4
"""Most lists of rows inside one another."""

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
    `created_field` and `modified_field` the server's stamps. `statistics` say how full its fields are; they mean
    nothing to rules and are no part of the snapshot's digest.
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
    statistics: ModuleStatistics | None = None

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
        """The digest of what the schema means: statistics, which change with every record, leave it as it is."""
        return digest(self.model_dump(mode="json", exclude={"modules": {"__all__": {"statistics"}}}))

    def without_statistics(self) -> SchemaSnapshot:
        """Return the snapshot with no statistics."""
        bare = {name: module.model_copy(update={"statistics": None}) for name, module in self.modules.items()}
        return self.model_copy(update={"modules": bare})

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


def _sorted_module(module: dict[str, Any]) -> dict[str, Any]:
    """Return a module's data with its fields, and the fields of their rows, sorted by name."""
    ordered = {**module, "fields": {name: _sorted_field(module["fields"][name]) for name in sorted(module["fields"])}}
    if "statistics" in module:
        shares = module["statistics"].get("fields", {})
        ordered["statistics"] = {**module["statistics"], "fields": {name: shares[name] for name in sorted(shares)}}
    return ordered


def _sorted_field(field: dict[str, Any]) -> dict[str, Any]:
    inner = field["value"].get("fields")
    if inner is None:
        return field
    return {
        **field,
        "value": {**field["value"], "fields": {name: _sorted_field(inner[name]) for name in sorted(inner)}},
    }


def read_snapshot(path: Path) -> SchemaSnapshot:
    """Read a snapshot file.

    Raises Fault: SD604 when it is missing, SD605 when it is damaged, of another format or beyond the limits, SD609
    when it cannot be read.
    """
    try:
        text = _read(path)
    except FileNotFoundError:
        raise Fault(
            MISSING_SCHEMA,
            f"there is no schema snapshot `{path}`",
            help="`syncdsl schema pull` writes those of a project; to be reviewed and committed",
        ) from None
    except OSError as error:
        raise Fault(
            UNREADABLE_FILE, f"`{path}` cannot be read: {(error.strerror or 'unknown reason').lower()}"
        ) from None
    except UnicodeDecodeError:
        raise Fault(UNREADABLE_FILE, f"`{path}` is not text in UTF-8") from None
    try:
        snapshot = SchemaSnapshot.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise _damaged(path, f"{where}: {first['msg'].lower()}") from None
    if any(_depth(field) > MAX_ROWS_DEPTH for module in snapshot.modules.values() for field in module.fields.values()):
        raise _damaged(path, f"more than {MAX_ROWS_DEPTH} lists of rows inside one another")
    return snapshot


def _read(path: Path) -> str:
    """Return the text of a file; a device or a pipe is not opened, and no more than the limit is read."""
    if not path.is_file() and path.exists():
        raise _damaged(path, "it is no file")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _damaged(path, f"it is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return data.decode("utf-8")


def _damaged(path: Path, why: str) -> Fault:
    return Fault(
        BAD_SCHEMA,
        f"`{path}` is not a schema snapshot: {' '.join(why.split())}",
        help="write it again with `syncdsl schema pull`",
    )


def _depth(field: FieldSchema) -> int:
    if not isinstance(field.value, RowsType):
        return 0
    return 1 + max((_depth(inner) for inner in field.value.fields.values()), default=0)
