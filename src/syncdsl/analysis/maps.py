"""Map lines: what they write, whether it fits, and which two of them are one two-way line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from syncdsl.analysis.kinds import fits
from syncdsl.analysis.tables import check_invertible
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics import did_you_mean
from syncdsl.diagnostics.codes.names import UNKNOWN_WINNER
from syncdsl.diagnostics.codes.syntax import NOT_SUPPORTED
from syncdsl.diagnostics.codes.types import (
    MAY_NOT_FIT,
    NO_PARTNER,
    NOT_ASSIGNABLE,
    NOT_INVERTIBLE,
    NOT_WRITABLE,
    READ_ONLY,
    UNKNOWN_CHOICE,
)
from syncdsl.plan.expressions import Constant
from syncdsl.plan.pairs import Assignment, Lookup, MapLine
from syncdsl.plan.reads import reads_of
from syncdsl.schema.types import ChoiceType, ReferenceType
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.analysis.typing import Typed
    from syncdsl.plan.pairs import Winner
    from syncdsl.schema.types import FieldSchema, FieldType

@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A field that is written, directly or by looking up the record that a unique field names."""

    name: str
    field: FieldSchema
    lookup: Lookup | None
    value: FieldType


def write_target(node: ast.Expression, scope: Scope, checker: Checker) -> Target | None:
    """Return what the written side of an arrow means; anything but a writable field is reported."""
    if isinstance(node, ast.BadExpression):
        return None
    if not isinstance(node, ast.Path):
        checker.report(
            NOT_WRITABLE,
            f"`{checker.text(node.span)}` cannot be written: an arrow points at a field",
            node.span,
            help="put the computation on the other side of the arrow",
        )
        return None
    if any(not part for part in node.parts):
        return None
    found = scope.schema.resolve(node.parts)
    if found is not None and not found[1]:
        field = scope.schema.fields[found[0]]
        if field.read_only:
            checker.report(READ_ONLY, f"`{node.text}` is computed by {scope.connection}; it cannot be written", node.span)
            return None
        return Target(name=found[0], field=field, lookup=None, value=field.value)
    if found is None and node.parts == ("id",):
        checker.report(READ_ONLY, f"`id` is given by {scope.connection}; it cannot be written", node.span)
        return None
    resolved = scope.resolve(node, checker)
    if resolved is None or found is None:
        return None
    field = scope.schema.fields[found[0]]
    if len(resolved.path) != 2 or not resolved.field.unique:
        checker.report(
            NOT_WRITABLE,
            f"`{node.text}` cannot be written: it does not end in a unique field of what `{found[0]}` refers to",
            node.span,
            help=f"write `{found[0]}` itself, or a unique field behind it",
        )
        return None
    if field.read_only:
        checker.report(READ_ONLY, f"`{found[0]}` is computed by {scope.connection}; it cannot be written", node.span)
        return None
    return Target(
        name=found[0],
        field=field,
        lookup=Lookup(module=resolved.module, field=resolved.path[1]),
        value=resolved.field.value,
    )


class MapLowering:
    """Lowers the lines of one map; `left` and `right` are the scopes of its sides, `linked` knows which modules are paired."""

    def __init__(
        self,
        checker: Checker,
        left: Scope,
        right: Scope,
        linked: Callable[[str, tuple[str, ...], str, tuple[str, ...]], bool],
    ) -> None:
        self._checker = checker
        self._left = left
        self._right = right
        self._linked = linked

    def line(self, node: nodes.MapLine, group: str | None) -> MapLine | None:
        """Lower one line; None when something is wrong with it, which is reported."""
        checker = self._checker
        right = left = None
        if node.arrow is nodes.Arrow.BOTH and not self._invertible(node):
            return None
        failed = False
        if node.arrow in {nodes.Arrow.RIGHT, nodes.Arrow.BOTH}:
            right = self.assignment(node.left, node.right, "right", two_way=node.arrow is nodes.Arrow.BOTH)
            failed = right is None
        if node.arrow in {nodes.Arrow.LEFT, nodes.Arrow.BOTH} and not failed:
            left = self.assignment(node.right, node.left, "left", two_way=node.arrow is nodes.Arrow.BOTH)
            failed = left is None
        modifiers = self._modifiers(node)
        if failed or modifiers is None:
            return None
        when_empty, prefer = modifiers
        return MapLine(
            location=node.span.location,
            text=checker.text(node.left.span.to(node.right.span)),
            group=group,
            to_right=right,
            to_left=left,
            when_empty=when_empty,
            prefer=prefer,
        )

    def assignment(
        self, value: ast.Expression, written: ast.Expression, direction: Literal["right", "left"], *, two_way: bool = False
    ) -> Assignment | None:
        """Lower one direction of a line: `value` on one side is written to `written` on the other."""
        source, target = (self._left, self._right) if direction == "right" else (self._right, self._left)
        if two_way and isinstance(written, ast.Call):
            # `table(field) <-> field`: the written field stands inside the call, and the table is read backwards.
            table, written = written, written.arguments[0]
            value = ast.Call(
                span=table.span, function=table.function, function_span=table.function_span, arguments=(value,)
            )
        into = write_target(written, target, self._checker)
        typed = Lowering(self._checker, source, direction).lower(value)
        if into is None or typed is None:
            return None
        partner = self._judge(typed, into, value, source.connection, target.connection)
        if partner is None:
            return None
        return Assignment(
            target=into.name,
            value=typed.expression,
            reads=reads_of(typed.expression),
            type=into.field.value,
            required=into.field.required,
            create_only=into.field.create_only,
            partner=partner,
            lookup=into.lookup,
        )

    def _judge(self, typed: Typed, into: Target, value: ast.Expression, here: str, there: str) -> bool | None:
        """Judge whether a value fits; return whether it is written as the partner of a reference, None for never."""
        if typed.type is None:
            return False
        if isinstance(into.value, ReferenceType) and isinstance(typed.type, ReferenceType):
            if self._linked(here, typed.type.modules, there, into.value.modules):
                return True
            self._checker.report(
                NO_PARTNER,
                f"no module pairs {here}.{' or '.join(typed.type.modules)} with {there}.{' or '.join(into.value.modules)}",
                value.span,
                help=f"add `module NAME: {here}.{typed.type.modules[0]} <-> {there}.{into.value.modules[0]}`",
            )
            return None
        fit = fits(typed.type, into.value, typed.constant)
        if fit.problem is not None:
            help_text = "convert it where it happens, or use a `table`"
            if fit.choice and isinstance(into.value, ChoiceType):
                near = did_you_mean(str(typed.constant), into.value.options) if typed.constant is not None else None
                shown = ", ".join(f"`{option}`" for option in into.value.options[:10])
                help_text = f"did you mean `{near}`?" if near else f"`{into.name}` has {shown}; a `table` translates"
            self._checker.report(
                UNKNOWN_CHOICE if fit.choice else NOT_ASSIGNABLE,
                f"`{self._checker.text(value.span)}` cannot go into `{into.name}`: {fit.problem}",
                value.span,
                help=help_text,
            )
            return None
        if fit.note is not None:
            self._checker.report(MAY_NOT_FIT, f"`{into.name}`: {fit.note}; such a value goes to review", value.span)
        return False

    def _invertible(self, node: nodes.MapLine) -> bool:
        """Report a `<->` line that cannot be read backwards."""
        calls = [side for side in (node.left, node.right) if isinstance(side, ast.Call)]
        paths = [side for side in (node.left, node.right) if isinstance(side, ast.Path)]
        if any(isinstance(side, ast.BadExpression) for side in (node.left, node.right)):
            return False
        if len(paths) == 2:
            return True
        if len(calls) == 1 and len(paths) == 1:
            (call,) = calls
            table = self._checker.names.tables.get(call.function)
            if table is not None and len(call.arguments) == 1 and isinstance(call.arguments[0], ast.Path):
                return True
        strange = next(side for side in (node.left, node.right) if not isinstance(side, ast.Path))
        self._checker.report(
            NOT_INVERTIBLE,
            f"`{self._checker.text(strange.span)}` cannot be read backwards, so the line cannot go both ways",
            node.span,
            help="write one line with `->` and one with `<-`, or use a table whose rows are one-to-one",
        )
        return False

    def _modifiers(self, node: nodes.MapLine) -> tuple[bool, Winner | None] | None:
        when_empty = False
        prefer: Winner | None = None
        for modifier in node.modifiers:
            match modifier:
                case nodes.WhenEmpty():
                    when_empty = True
                case nodes.Prefer():
                    prefer = winner(modifier.winner, self._left.connection, self._right.connection, self._checker)
                    if prefer is None:
                        return None
                case nodes.Enforce() | nodes.ElseSkip():
                    word = "enforce" if isinstance(modifier, nodes.Enforce) else "else skip"
                    self._checker.report(
                        NOT_SUPPORTED, f"`{word}` is not supported yet", modifier.span, help="leave it out for now"
                    )
                    return None
        return when_empty, prefer


def winner(name: nodes.Identifier, left: str, right: str, checker: Checker) -> Winner | None:
    """Return who wins conflicts; an unknown name is reported."""
    known: dict[str, Winner] = {"newest": "newest", "review": "review", right: "right", left: "left"}
    if name.text in known:
        return known[name.text]
    checker.unknown(UNKNOWN_WINNER, "nobody wins a conflict by the name", name.text, name.span, known)
    return None


def check_tables_used_backwards(lines: Sequence[nodes.MapLine], checker: Checker) -> None:
    """Report tables that a `<->` line reads both ways although their rows are not one-to-one."""
    for line in lines:
        if line.arrow is not nodes.Arrow.BOTH:
            continue
        for side in (line.left, line.right):
            if isinstance(side, ast.Call) and side.function in checker.names.tables:
                check_invertible(checker.names.tables[side.function], checker)


def join_two_way(lines: Sequence[MapLine]) -> tuple[MapLine, ...]:
    """Join `->` and `<-` lines over the same two fields into one two-way line, in the place of the first."""
    joined: list[MapLine] = []
    used: set[int] = set()
    for index, line in enumerate(lines):
        if index in used:
            continue
        for other_index in range(index + 1, len(lines)):
            other = lines[other_index]
            if other_index not in used and _opposite(line, other):
                used.add(other_index)
                line = _join(line, other)  # noqa: PLW2901 - the joined line takes the place of the first
                break
        joined.append(line)
    return tuple(joined)


def _opposite(line: MapLine, other: MapLine) -> bool:
    right, left = line.to_right or other.to_right, line.to_left or other.to_left
    if right is None or left is None or line.group != other.group:
        return False
    if (line.to_right is None) == (other.to_right is None) or isinstance(right.value, Constant):
        return False
    return left.target in {path[0] for path in right.reads} and right.target in {path[0] for path in left.reads}


def _join(line: MapLine, other: MapLine) -> MapLine:
    return MapLine(
        location=line.location,
        text=f"{line.text}; {other.text}",
        group=line.group,
        to_right=line.to_right or other.to_right,
        to_left=line.to_left or other.to_left,
        when_empty=line.when_empty or other.when_empty,
        prefer=line.prefer or other.prefer,
    )
