"""What changed in a schema since its last snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
    from syncdsl.schema.types import FieldSchema

SAMPLES = 12


def render_schema_change(path: str, before: SchemaSnapshot | None, now: SchemaSnapshot, style: Style = PLAIN) -> str:
    """Return a line for the file, and one for every module and field that came, went or changed."""
    fields = sum(len(module.fields) for module in now.modules.values())
    size = f"{counted(len(now.modules), 'module')}, {counted(fields, 'field')}, {neutral(now.base_currency)}"
    if before is None:
        return f"{style('create', '+')} {neutral(path)}  {style('dim', size)}\n"
    lines = _changes(before, now, style)
    if not lines:
        return f"{style('good', '=')} {neutral(path)}  {style('dim', f'unchanged: {size}')}\n"
    shown = lines[:SAMPLES]
    if len(lines) > SAMPLES:
        shown.append(style("dim", f"… and {len(lines) - SAMPLES:,} more; `git diff` shows all"))
    size = f"{counted(len(lines), 'difference')}; {size}"
    head = f"{style('update', '~')} {neutral(path)}  {style('dim', size)}"
    return "\n".join([head, *(f"    {line}" for line in shown)]) + "\n"


def _changes(before: SchemaSnapshot, now: SchemaSnapshot, style: Style) -> list[str]:
    lines: list[str] = []
    if before.base_currency != now.base_currency:
        lines.append(f"base currency: {neutral(before.base_currency)} → {neutral(now.base_currency)}")
    for name in sorted({*before.modules, *now.modules}):
        old, new = before.modules.get(name), now.modules.get(name)
        if old is None:
            lines.append(style("create", f"+ {neutral(name)}"))
        elif new is None:
            lines.append(style("void", f"- {neutral(name)}"))
        elif old != new:
            lines += _module_changes(neutral(name), old, new, style)
    return lines


def _module_changes(name: str, old: ModuleSchema, new: ModuleSchema, style: Style) -> list[str]:
    lines: list[str] = []
    for field in sorted({*old.fields, *new.fields}):
        before, after = old.fields.get(field), new.fields.get(field)
        label = f"{name}.{neutral(field)}"
        if before is None and after is not None:
            lines.append(style("create", f"+ {label}") + f"  {after.value.type}")
        elif after is None:
            lines.append(style("void", f"- {label}"))
        elif before is not None and before != after:
            lines.append(style("update", f"~ {label}") + f"  {_field_change(before, after)}")
    rest = [item for item in type(old).model_fields if item != "fields" and getattr(old, item) != getattr(new, item)]
    if rest:
        lines.append(style("update", f"~ {name}") + f"  {', '.join(item.replace('_', ' ') for item in rest)}")
    return lines


def _field_change(before: FieldSchema, after: FieldSchema) -> str:
    if before.value.type != after.value.type:
        return f"{before.value.type} → {after.value.type}"
    parts: list[str] = []
    if before.value != after.value:
        old, new = getattr(before.value, "options", None), getattr(after.value, "options", None)
        if old is not None and new is not None:
            parts += [f"+ {neutral(item)!r}" for item in new if item not in old]
            parts += [f"- {neutral(item)!r}" for item in old if item not in new]
        else:
            parts.append("limits")
    parts += [
        f"{name.replace('_', ' ')}: {_said(getattr(before, name))} → {_said(getattr(after, name))}"
        for name in type(before).model_fields
        if name != "value" and getattr(before, name) != getattr(after, name)
    ]
    return ", ".join(parts)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return neutral(str(value))
