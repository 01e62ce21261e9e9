"""Every two-way line that is accepted brings its values back; every one that is refused shows a value it loses."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from syncdsl.analysis.laws import Broken, Unproven, judge, types_behind, within_scope
from syncdsl.analysis.modules import entity_scope, lower_module
from syncdsl.analysis.program import Checker, Declarations, declare
from syncdsl.analysis.tables import lower_table
from syncdsl.diagnostics import SourceFile
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import TableCall
from syncdsl.plan.reads import parts_of
from syncdsl.schema.canonical import canonical
from syncdsl.schema.fitting import convert, misfit
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
from syncdsl.schema.types import (
    BooleanType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    FieldSchema,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    TextType,
)
from syncdsl.schema.values import Ref, is_empty
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.analysis.laws import Judgement
    from syncdsl.plan.pairs import Assignment, MapLine, TablePlan
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

TODAY = dt.date(2026, 5, 1)
TYPES: dict[str, FieldType] = {
    "text": TextType(length=40),
    "long": TextType(),
    "email": EmailType(length=60),
    "phone": PhoneType(),
    "whole": IntegerType(digits=9),
    "exact": DecimalType(digits=12, scale=4),
    "plain": DecimalType(),
    "money": MoneyType(),
    "flag": BooleanType(),
    "day": DateType(),
    "moment": DateTimeType(),
    "upper_pick": ChoiceType(options=("A", "B", "C")),
    "lower_pick": ChoiceType(options=("a", "b", "d")),
    "both_pick": ChoiceType(options=("A", "B", "C")),
    "link": ReferenceType(modules=("left",)),
}
FAMILIES = {
    "text": ("text", "long", "email", "phone"),
    "number": ("whole", "exact", "plain", "money"),
    "flag": ("flag",),
    "day": ("day",),
    "moment": ("moment",),
    "pick": ("upper_pick", "lower_pick", "both_pick", "text"),
    "link": ("link",),
}
FORMS = {
    "text": (
        "trim({x})",
        '"{{{x}}}"',
        "upper({x})",
        "lower({x})",
        "truncate({x}, 40)",
        "truncate({x}, 5)",
        "({x} ?? {o})",
        '({x} ?? "none")',
        "(if {f} is empty then {o} else {x})",
        "(if {o} is empty then {x} else {x})",
        '(if {x} == "Acme" then {o} else {x})',
        'replace({x}, "a", "b")',
        "pad({x}, 3)",
        '"{{{x}}} {{{o}}}"',
        'split({x}, "-", 1)',
        'join("-", {x}, {o})',
        "phone_e164({x})",
    ),
    "number": (
        "({x} * 100)",
        "({x} / 100)",
        "({x} / 3)",
        "({x} * 3)",
        "({x} * 0.125)",
        "({x} / 0.125)",
        "({x} + 5)",
        "({x} - 5)",
        "(5 - {x})",
        "(-{x})",
        "round({x})",
        "round({x}, 4)",
        "round({x}, -1)",
        "({x} ?? 0)",
        "({x} ?? {o})",
        "({x} + {o})",
        "abs({x})",
        "max({x}, 0)",
    ),
    "flag": ("({x} ?? true)", "({x} == true)", "not {x}", "({x} and {o})"),
    "day": (
        "({x} + 30)",
        "({x} - 30)",
        "add_days({x}, 30)",
        "add_months({x}, 1)",
        "end_of_month({x})",
        "({x} ?? today())",
        "({x} ?? {o})",
    ),
    "moment": ("({x} ?? {o})",),
    "pick": (
        "t({x})",
        "u({x})",
        "u(trim({x}))",
        't({x}) ?? "a"',
        "({x} ?? {o})",
        'if {x} == "A" then "a" else "b"',
        'if {x} == "a" then "A" else "B"',
        'if {x} == "a" then "A" else if {x} == "b" then "B" else "C"',
        "upper({x})",
        "lower({x})",
    ),
    "link": ("({x} ?? {o})",),
}
TABLES = """
table t:
    "A" <-> "a"
    "B" <-> "b"
    "C" -> "a"
    "B" <- "d"

table u:
    "A" <-> "a"
    "C" <-> "b"
    _ -> "d"
"""


def _schema(side: str) -> SchemaSnapshot:
    fields = {f"{name}{number}": FieldSchema(label=name, value=kind) for name, kind in TYPES.items() for number in "12"}
    if side == "r":
        links = {"link1", "link2"}
        fields = {
            name: FieldSchema(label="link", value=ReferenceType(modules=("right",))) if name in links else item
            for name, item in fields.items()
        }
    module = "left" if side == "l" else "right"
    return SchemaSnapshot(
        adapter="memory",
        base_currency="EUR",
        modules={module: ModuleSchema(label=module, store=module, label_field="text1", fields=fields)},
    )


SCHEMAS = {"l": _schema("l"), "r": _schema("r")}


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, str]:
    """Return the two lines of a map over one field of either side."""
    family = draw(st.sampled_from([*FAMILIES, "text", "number", "number", "pick", "pick", "day"]))
    left, right = draw(st.sampled_from(FAMILIES[family])), draw(st.sampled_from(FAMILIES[family]))
    other = {"l": f"{left}2", "r": f"{right}2"}

    def side(own: str, name: str) -> str:
        text = own
        for form in draw(st.lists(st.sampled_from(FORMS[family]), max_size=2)):
            if "{{{" not in form or '"' not in text:  # no text stands inside a placeholder
                text = form.format(x=text, o=other[name], f=own)
        return text

    first, second = side(f"{left}1", "l"), side(f"{right}1", "r")
    if draw(st.booleans()) and family == "pick":
        table = draw(st.sampled_from(["t", "u"]))
        return f"{table}({left}1) <-> {right}1", ""
    return f"{first} -> {right}1", f"{left}1 <- {second}"


def lowered(lines: tuple[str, str]) -> tuple[MapLine, Judgement, Mapping[str, TablePlan]] | None:
    """Return a two-way line and what is said of it; None when it has no types."""
    text = "language 1\n\nconnection l: memory\nconnection r: memory\n" + TABLES
    text += "\nmodule m: l.left <-> r.right\n    map:\n" + "".join(f"        {line}\n" for line in lines if line)
    source = SourceFile("rules.sync", text)
    parsed = parse(source)
    assert not parsed.diagnostics, text
    checker = Checker(names=Declarations(), schemas=SCHEMAS)
    declare(checker.names, [(source, parsed.program)])
    checker.tables = {name: lower_table(table, checker) for name, table in checker.names.tables.items()}
    node = checker.names.modules["m"]
    pairs = lower_module(node, checker)
    left, right = entity_scope(node.left, checker), entity_scope(node.right, checker)
    if not pairs or left is None or right is None or len(pairs[0].lines) != 1:
        return None
    (line,) = pairs[0].lines
    if line.to_right is None or line.to_left is None:
        return None
    found = judge(line, checker.tables, types_behind(left, right, checker), within_scope({}, checker.tables))
    assert (found.problem is not None) == any(item.code.id == "SD318" for item in checker.findings)
    return line, found, checker.tables


@dataclass
class Record:
    """A record of one side."""

    fields: Mapping[str, Value]
    today: dt.date = TODAY
    row: Mapping[str, Value] = field(default_factory=dict)

    def follow(self, reference: Value, name: str) -> Value:
        """Return nothing: no rule here steps through a reference."""
        del reference, name
        return None


def carried(assignment: Assignment, fields: Mapping[str, Value], tables: Mapping[str, TablePlan]) -> tuple[bool, Value]:
    """Return whether a value fits the other side, and the value, as the engine carries it."""
    value = convert(compile_expression(assignment.value, tables)(fields, Record(fields)), assignment.type)
    return misfit(value, assignment.type) is None, None if is_empty(value) else value


def values_of(kind: FieldType) -> st.SearchStrategy[Value]:
    """Return values that a field of this type may hold."""
    match kind:
        case TextType() | EmailType() | PhoneType():
            plain = st.text(alphabet="abAB 12-ßﬁ\u00a0@+.", max_size=12)
            picked = st.sampled_from(
                ["Acme", "acme", " Acme  Ltd ", "A", "a", "b", "d", "X@Y.Z", "+49 30 1234", "y" * 40]
            )
            return plain | picked
        case IntegerType():
            return st.integers(-(10**9) + 1, 10**9 - 1) | st.integers(-10, 10)
        case DecimalType(scale=4):
            return st.decimals(-(10**7), 10**7, places=4) | st.integers(-5, 5).map(Decimal)
        case DecimalType():
            return st.decimals(-(10**9), 10**9, places=6) | st.integers(-5, 5).map(Decimal)
        case MoneyType():
            return st.decimals(-(10**7), 10**7, places=2)
        case BooleanType():
            return st.booleans()
        case DateType():
            return st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)) | st.sampled_from([dt.date(2028, 2, 29), TODAY])
        case DateTimeType():
            return st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - bounds are naive
        case ChoiceType():
            return st.sampled_from(kind.options)
        case _:
            return st.builds(Ref, st.just("left"), st.sampled_from(["1", "2"]))


SEEN: Counter[str] = Counter()


@settings(derandomize=True, max_examples=450, deadline=None, suppress_health_check=list(HealthCheck))
@given(rules(), st.data())
def test_laws(lines: tuple[str, str], data: st.DataObject) -> None:
    """What is accepted comes back from both sides, whatever else the records hold; what is refused does not."""
    found = lowered(lines)
    assume(found is not None)
    assert found is not None
    line, judgement, tables = found
    assert line.to_right is not None
    assert line.to_left is not None
    problem = judgement.problem
    SEEN[type(problem).__name__] += 1
    ways = {"left": (line.to_right, line.to_left), "right": (line.to_left, line.to_right)}
    if isinstance(problem, Broken):
        others = {path[0]: value for path, value in problem.others.items()}
        out, back = ways[problem.side]
        assert not _comes_back(out, back, problem.trip.start, others, tables), lines
        return
    if isinstance(problem, Unproven):
        return
    for out, back in ways.values():
        for _ in range(6):
            start = data.draw(values_of(back.type))
            others = {
                path[0]: value
                for path in (*out.reads, *back.reads)
                if path[0] not in {back.target, out.target}
                and (value := data.draw(st.none() | values_of(_type(path[0]))))
            }
            if canonical(start, back.type) is None or misfit(start, back.type) is not None:
                continue
            assert _comes_back(out, back, start, others, tables) or _said(
                judgement, out, back, {**others, back.target: start}, tables
            ), (
                lines,
                start,
                others,
            )


def _type(name: str) -> FieldType:
    return TYPES[name.rstrip("12")]


def _comes_back(
    out: Assignment, back: Assignment, start: Value, others: Mapping[str, Value], tables: Mapping[str, TablePlan]
) -> bool:
    fits, middle = carried(out, {**others, back.target: start}, tables)
    if not fits:
        return True
    fits, result = carried(back, {**others, out.target: middle}, tables)
    return not fits or canonical(result, back.type) == canonical(start, back.type)


def _said(
    judgement: Judgement,
    out: Assignment,
    back: Assignment,
    fields: Mapping[str, Value],
    tables: Mapping[str, TablePlan],
) -> bool:
    """Return whether a value is lost to a row that goes one way, or that there is not, of a table that a note names."""
    named = {loss.table for loss in judgement.losses}
    _, middle = carried(out, fields, tables)
    return _leaves(out, fields[back.target], named, tables) or _leaves(back, middle, named, tables)


def _leaves(assignment: Assignment, value: Value, named: set[str | None], tables: Mapping[str, TablePlan]) -> bool:
    for part in parts_of(assignment.value):
        if isinstance(part, TableCall) and part.table in named:
            plan = tables[part.table]
            rows, opposite = (plan.right, plan.left) if part.direction == "right" else (plan.left, plan.right)
            return canonical(value, TextType()) not in {key for key, answer in rows if (answer, key) in opposite}
    return False


def test_every_verdict_was_reached() -> None:
    """The generated lines are accepted, refused with a value, and refused without one, many times each."""
    if SEEN:  # run alone, this test has seen nothing
        assert min(SEEN["NoneType"], SEEN["Broken"]) > 60, SEEN
        assert SEEN["Unproven"] > 0, SEEN
