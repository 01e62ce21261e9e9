"""Scopes: what a path means where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.analysis.elsewhere import report_elsewhere
from syncdsl.diagnostics.codes.names import UNKNOWN_FIELD, UNKNOWN_RECORD
from syncdsl.diagnostics.codes.types import ROWS_NEED_A_FUNCTION
from syncdsl.schema.types import FieldSchema, IdType, ReferenceType, RowsType

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker
    from syncdsl.diagnostics import Span
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.syntax.expressions import Path


MAX_STEPS = 20
"""Most names in a path, so that none leads round in a circle of references for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A path that leads to a field: the names to step through, the field, and the module that has it.

    `column` is the field of its rows that a path names behind a list.
    """

    path: tuple[str, ...]
    field: FieldSchema
    module: str
    column: tuple[str, FieldSchema] | None = None
    in_row: bool = False
    """Whether it leads into the row at hand instead of the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowScope:
    """What `line for NAME in …` brings: paths that begin with the name lead into the row at hand."""

    name: str
    schema: ModuleSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The fields of one module; with `record` every path begins with that name, and `NAME.stage` is its stage field.

    With `row`, paths that begin with its name lead into the row at hand.
    """

    connection: str
    module: str
    schema: ModuleSchema
    record: str | None = None
    stage: tuple[str, ...] | None = None
    row: RowScope | None = None

    def resolve(self, path: Path, checker: Checker) -> Resolved | None:
        """Return what a path leads to; a path that leads nowhere, or to a field of rows, is reported."""
        found = self.resolve_list(path, checker)
        if found is not None and found.column is not None:
            text = checker.text(path.span)
            checker.report(
                ROWS_NEED_A_FUNCTION,
                f"`{text}` has a value in every row, so it is no value of its own",
                path.span,
                help=f"say which is meant: `sum({text})`, `first({text})` or `count({text})`",
            )
            return None
        return found

    def resolve_list(self, path: Path, checker: Checker) -> Resolved | None:
        """Return what a path leads to, which may be a field of the rows of a list."""
        parts, spans = path.parts, path.part_spans
        if any(not part for part in parts):
            return None
        if self.row is not None and parts[0] == self.row.name:
            return self._in_row(self.row, path, checker)
        if self.record is not None:
            if parts[0] != self.record:
                self._other_record(path, checker)
                return None
            parts, spans = parts[1:], spans[1:]
            if not parts:
                checker.report(
                    UNKNOWN_FIELD,
                    f"`{self.record}` is a record, not a field",
                    path.span,
                    help=f"name a field: `{self.record}.{self.schema.label_field}`",
                )
                return None
            if parts == ("stage",) and self.stage == () and "stage" not in self.schema.fields:
                return None
            if parts == ("stage",) and self.stage is not None and "stage" not in self.schema.fields:
                parts, spans = self.stage, (path.span,) * len(self.stage)
        return self._steps(parts, spans, checker)

    def _in_row(self, row: RowScope, path: Path, checker: Checker) -> Resolved | None:
        """Return what a path into the row at hand leads to."""
        if len(path.parts) == 1:
            field = next(iter(row.schema.fields), "FIELD")
            checker.report(
                UNKNOWN_FIELD, f"`{row.name}` is a row, not a field", path.span, help=f"write `{row.name}.{field}`"
            )
            return None
        inside = Scope(connection=self.connection, module=row.schema.label, schema=row.schema)
        found = inside._steps(path.parts[1:], path.part_spans[1:], checker)
        return replace(found, in_row=True) if found is not None else None

    def _other_record(self, path: Path, checker: Checker) -> None:
        """Report a path that does not begin with the record's name."""
        first = path.parts[0]
        if self.schema.resolve(path.parts) is None and report_elsewhere(path.parts, path.part_spans, self, checker):
            return
        if first in checker.names.records:
            message, way = f"`{first}` is another record; everything here is about `{self.record}`", None
        else:
            message = f"`{path.text}` does not begin with the record `{self.record}`"
            own = self.schema.resolve(path.parts) is not None or len(path.parts) == 1
            rest = path.text if own else ".".join(path.parts[1:])
            way = f"write `{self.record}.{rest}`"
        checker.report(UNKNOWN_RECORD, message, path.span, help=way or f"write `{self.record}.FIELD`")

    def _steps(self, parts: tuple[str, ...], spans: tuple[Span, ...], checker: Checker) -> Resolved | None:
        names: list[str] = []
        module, schema = self.module, self.schema
        if len(parts) > MAX_STEPS:
            checker.report(
                UNKNOWN_FIELD,
                f"this path has {len(parts)} steps, more than the {MAX_STEPS} that a path may have",
                spans[0].to(spans[-1]),
                help="step through fewer references, such as `deal.Owner.full_name`",
            )
            return None
        while True:
            if parts == ("id",) and "id" not in schema.fields and not names:
                return Resolved(
                    path=("id",), field=FieldSchema(label="id", value=IdType(), read_only=True), module=module
                )
            found = schema.resolve(parts)
            if found is None:
                known = (*schema.fields, *({name.partition(".")[0] for name in schema.fields if "." in name}))
                place = f"{self.connection}.{module}"
                if any(name.startswith(parts[0] + ".") for name in schema.fields):
                    known = tuple(name.partition(".")[2] for name in schema.fields if name.startswith(parts[0] + "."))
                    spans = spans[1:] or spans
                    missing = ".".join(parts[1:]) or parts[0]
                    checker.unknown(UNKNOWN_FIELD, f"`{place}` has no field", missing, spans[0].to(spans[-1]), known)
                elif names or not report_elsewhere(parts, spans, self, checker):
                    checker.unknown(UNKNOWN_FIELD, f"`{place}` has no field", parts[0], spans[0], known)
                return None
            name, rest = found
            names.append(name)
            target = schema.fields[name]
            used = len(parts) - len(rest)
            if not rest:
                return Resolved(path=tuple(names), field=target, module=module)
            spans, parts = spans[used:], rest
            if isinstance(target.value, RowsType):
                column = ".".join(parts)
                if column not in target.value.fields:
                    where = f"a row of `{name}` has no field"
                    checker.unknown(UNKNOWN_FIELD, where, column, spans[0].to(spans[-1]), target.value.fields)
                    return None
                return Resolved(
                    path=tuple(names), field=target, module=module, column=(column, target.value.fields[column])
                )
            if not isinstance(target.value, ReferenceType):
                checker.report(
                    UNKNOWN_FIELD,
                    f"`{name}` is no reference, so there is no `{parts[0]}` behind it",
                    spans[0],
                    help=f"write `{'.'.join([self.record, *names] if self.record else names)}` alone",
                )
                return None
            referenced = self._referenced(target.value, parts, checker)
            if referenced is None:
                checker.report(
                    UNKNOWN_FIELD,
                    f"`{name}` refers to {' or '.join(target.value.modules)}, which the schema snapshot does not have",
                    spans[0],
                    help="pull the schema again with `syncdsl schema pull`",
                )
                return None
            module, schema = referenced

    def _referenced(
        self, kind: ReferenceType, parts: tuple[str, ...], checker: Checker
    ) -> tuple[str, ModuleSchema] | None:
        """Return the referenced module that has the next field, else the first that is known."""
        known = [(name, schema) for name in kind.modules if (schema := checker.module_schema(self.connection, name))]
        return next((item for item in known if item[1].resolve(parts)), known[0] if known else None)
