"""Map lines: what they write, whether it fits, and which two of them are one two-way line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict, assert_never

from syncdsl.analysis.kinds import family, fits
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics import did_you_mean
from syncdsl.diagnostics.codes.names import UNKNOWN_WINNER
from syncdsl.diagnostics.codes.types import (
    BAD_MODIFIER,
    MAY_NOT_FIT,
    NO_PARTNER,
    NOT_ASSIGNABLE,
    NOT_INVERTIBLE,
    NOT_WRITABLE,
    READ_ONLY,
    UNKNOWN_CHOICE,
)
from syncdsl.functions import find_builtin
from syncdsl.plan.expressions import Choose, Coalesce, Constant, TableCall
from syncdsl.plan.pairs import Assignment, Lookup, MapLine
from syncdsl.plan.reads import reads_of
from syncdsl.schema.types import ChoiceType, ReferenceType
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.analysis.typed import Typed
    from syncdsl.plan.expressions import PlanExpression
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
    parts = node.parts
    if scope.record is not None and parts[0] == scope.record and len(parts) > 1:
        parts = parts[1:]
    found = scope.schema.resolve(parts)
    if found is not None and not found[1] and (scope.record is None or parts is not node.parts):
        field = scope.schema.fields[found[0]]
        if field.read_only:
            _report_read_only(node.text, node, scope, checker)
            return None
        return Target(name=found[0], field=field, lookup=None, value=field.value)
    if found is None and parts == ("id",):
        _report_read_only("id", node, scope, checker)
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
        _report_read_only(found[0], node, scope, checker)
        return None
    return Target(
        name=found[0],
        field=field,
        lookup=Lookup(module=resolved.module, field=resolved.path[1]),
        value=resolved.field.value,
    )


def _report_read_only(name: str, node: ast.Path, scope: Scope, checker: Checker) -> None:
    checker.report(
        READ_ONLY,
        f"`{name}` is set by `{scope.connection}` itself; it cannot be written",
        node.span,
        help="turn the arrow to read it, or write another field",
    )


def _texts(expression: PlanExpression) -> Iterator[str]:
    """Return the texts that an expression may answer with because they stand in it."""
    match expression:
        case Constant(value=str() as text):
            yield text
        case Choose():
            yield from _texts(expression.then)
            yield from _texts(expression.otherwise)
        case Coalesce():
            yield from _texts(expression.left)
            yield from _texts(expression.right)
        case _:
            pass


def _only_texts(expression: PlanExpression) -> bool:
    """Return whether an expression can answer with nothing but the texts that stand in it."""
    match expression:
        case Constant():
            return True
        case Choose():
            return _only_texts(expression.then) and _only_texts(expression.otherwise)
        case Coalesce():
            return _only_texts(expression.left) and _only_texts(expression.right)
        case _:
            return False


class _Modifiers(TypedDict):
    """What stands after the commas of a line."""

    when_empty: bool
    prefer: Winner | None
    enforce: bool
    else_skip: bool


class MapLowering:
    """Lowers the lines of one map; `left` and `right` are the scopes of its sides."""

    def __init__(
        self,
        checker: Checker,
        left: Scope,
        right: Scope,
    ) -> None:
        self._checker = checker
        self._left = left
        self._right = right

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
        return MapLine(
            location=node.span.location,
            text=checker.text(node.left.span.to(node.right.span)),
            group=group,
            to_right=right,
            to_left=left,
            **modifiers,
        )

    def assignment(
        self,
        value: ast.Expression,
        written: ast.Expression,
        direction: Literal["right", "left"],
        *,
        two_way: bool = False,
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
        partner = self._judge(typed, into, value, here=source.connection, there=target.connection)
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

    def _judge(self, typed: Typed, into: Target, value: ast.Expression, *, here: str, there: str) -> bool | None:
        """Judge whether a value fits; return whether it is written as the partner of a reference, None for never."""
        if typed.type is None:
            return False
        if isinstance(into.value, ReferenceType) and isinstance(typed.type, ReferenceType):
            if self._checker.linked(here, typed.type.modules, there, into.value.modules):
                return True
            sources = " or ".join(f"`{here}.{module}`" for module in typed.type.modules)
            targets = " or ".join(f"`{there}.{module}`" for module in into.value.modules)
            self._checker.report(
                NO_PARTNER,
                f"no module pairs {sources} with {targets}",
                value.span,
                help=f"add `module NAME: {here}.{typed.type.modules[0]} <-> {there}.{into.value.modules[0]}`",
            )
            return None
        written = self._checker.text(value.span)
        constant, fit = next(
            (
                (constant, fit)
                for constant in _texts(typed.expression)
                if (fit := fits(typed.type, into.value, constant)).problem is not None
            ),
            (None, fits(typed.type, into.value, typed.constant)),
        )
        if fit.choice and isinstance(typed.expression, TableCall):
            table = typed.expression  # each row that does not fit is reported where it stands
            self._checker.table_answers.setdefault((table.table, table.direction), []).append(into.value)
            return False
        if fit.problem is not None:
            self._checker.report(
                UNKNOWN_CHOICE if fit.choice else NOT_ASSIGNABLE,
                f"`{written}` cannot go into `{into.name}`: {fit.problem}",
                value.span,
                help=self._way_in(written, typed, into, constant, here, there),
            )
            return None
        if fit.note is not None and not _only_texts(typed.expression):
            self._checker.report(
                MAY_NOT_FIT,
                f"some values of `{written}` may not fit `{into.name}`: {fit.note}",
                value.span,
                help="such a value goes to review, and its field alone waits",
            )
        return False

    def _way_in(self, written: str, typed: Typed, into: Target, constant: str | None, here: str, there: str) -> str:
        """Return the advice for a value that does not fit."""
        kind = typed.type
        if isinstance(into.value, ChoiceType) and (constant is not None or isinstance(kind, ChoiceType)):
            near = did_you_mean(constant, into.value.options) if constant is not None else None
            options = into.value.options
            shown = ", ".join(f"`{option}`" for option in options[:10]) + (" …" if len(options) > 10 else "")
            return f"did you mean `{near}`?" if near else f"`{into.name}` has {shown}; a `table` translates"
        if constant is not None:
            return "shorten the text"
        if isinstance(kind, ReferenceType):
            schema = self._checker.module_schema(here, kind.modules[0])
            return f"name a field of it: `{written}.{schema.label_field if schema else 'FIELD'}`"
        if isinstance(into.value, ReferenceType):
            target = self._checker.module_schema(there, into.value.modules[0])
            unique = [name for name, field in target.fields.items() if field.unique] if target else []
            label = target.label_field if target and target.label_field in unique else next(iter(unique), "FIELD")
            return f"write a reference, or name a unique field behind it: `{into.name}.{label}`"
        if (
            kind is not None
            and not isinstance(into.value, ChoiceType)
            and family(into.value) == "text"
            and family(kind) not in {"text", "rows"}
        ):
            return f'make it a text: `"{{{written}}}"`'
        return "write a field of the same kind, or let a `table` translate"

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
            if table is None and find_builtin(call.function) is None:
                self._checker.unknown_function(call)
                return False
        strange = next(side for side in (node.left, node.right) if not isinstance(side, ast.Path))
        self._checker.report(
            NOT_INVERTIBLE,
            f"`{self._checker.text(strange.span)}` cannot be read backwards, so the line cannot go both ways",
            node.span,
            help="write one line with `->` and one with `<-`, or use a table whose rows are one-to-one",
        )
        return False

    def _modifiers(self, node: nodes.MapLine) -> _Modifiers | None:
        found = _Modifiers(when_empty=False, prefer=None, enforce=False, else_skip=False)
        for modifier in node.modifiers:
            match modifier:
                case nodes.WhenEmpty():
                    found["when_empty"] = True
                case nodes.Prefer():
                    prefer = winner(modifier.winner, self._left.connection, self._right.connection, self._checker)
                    if prefer is None:
                        return None
                    found["prefer"] = prefer
                case nodes.Enforce():
                    found["enforce"] = True
                case nodes.ElseSkip():
                    found["else_skip"] = True
                case _:
                    assert_never(modifier)
        if found["enforce"] and found["when_empty"]:
            self._checker.report(
                BAD_MODIFIER,
                "`enforce` corrects a value that is there, `when empty` leaves it alone",
                node.span,
                help="leave one of them out",
            )
            return None
        return found


def winner(name: nodes.Identifier, left: str, right: str, checker: Checker) -> Winner | None:
    """Return who wins conflicts; an unknown name is reported."""
    known: dict[str, Winner] = {"newest": "newest", "review": "review", right: "right", left: "left"}
    if name.text in known:
        return known[name.text]
    checker.unknown(UNKNOWN_WINNER, "nobody wins a conflict by the name", name.text, name.span, known)
    return None
