"""SD5: lint checks of expressions."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code
from syncdsl.diagnostics.diagnostic import Severity

_SAME_PLAN = "the plan is the same"
_OTHER_PLAN = "the condition means the same, but it is another plan, for which a trigger starts from a new baseline"

EMPTY_COMPARISON = Code(
    id="SD517",
    name="comparison-with-empty",
    title="a comparison with `empty`",
    severity=Severity.WARNING,
    explanation=(
        "Whether a field has a value is asked with `is empty` and `is not empty`: one way to say it, which also reads "
        "aloud. `== empty` compares and so holds for a text of nothing but spaces, too, which is rarely meant."
    ),
    example="where crm: Account_Name == empty",
    instead="where crm: Account_Name is empty",
    fix="unsafe: writes `is empty` or `is not empty`, which tells a text of nothing but spaces from an empty one",
)
NEEDLESS_NOT = Code(
    id="SD518",
    name="needless-not",
    title="`not` before a test that has an opposite",
    severity=Severity.WARNING,
    explanation=(
        "`is not empty`, `not in` and `!=` say what `not` before the opposite test says, where the reader expects it. "
        "`not not` cancels itself. `<`, `<=`, `>` and `>=` have no opposite: with an empty field both are false, so "
        "`not Amount < 5` stays as it is."
    ),
    example="where crm: not Phone is empty",
    instead="where crm: Phone is not empty",
    fix=f"safe: writes the opposite test; {_SAME_PLAN}",
)
SINGLE_OPTION = Code(
    id="SD519",
    name="single-option",
    title="a list of one value",
    severity=Severity.WARNING,
    explanation="`in` asks for one of several values. For one value `==` says it, and `!=` for `not in`.",
    example='where crm: Region in ("EU")',
    instead='where crm: Region == "EU"',
    fix=f"safe: writes `==` or `!=`; {_SAME_PLAN}",
)
EQUALITY_CHAIN = Code(
    id="SD520",
    name="equality-chain",
    title="one field is compared again and again",
    severity=Severity.NOTE,
    explanation=(
        "A list says it once: `Region in ("
        '"EU", "UK")`. It is shorter, and a value that is added later cannot end up beside a wrong field.'
    ),
    example='where crm: Region == "EU" or Region == "UK"',
    instead='where crm: Region in ("EU", "UK")',
    fix=f"unsafe: writes the list; {_OTHER_PLAN}",
)
SAME_OPERANDS = Code(
    id="SD521",
    name="same-operands",
    title="the same thing stands on both sides",
    severity=Severity.WARNING,
    explanation=(
        "Repeating an operand of `and`, `or` or `??` adds nothing, and an `if` with two equal branches decides "
        "nothing. Most likely another field was meant in one of the places."
    ),
    example="Mobile ?? Mobile -> phone",
    instead="Mobile ?? Home_Phone -> phone",
    fix="unsafe: leaves the repetition out, which is right only when nothing else was meant",
)
USELESS_DEFAULT = Code(
    id="SD522",
    name="useless-default",
    title="a default that changes nothing",
    severity=Severity.WARNING,
    explanation=(
        "`a ?? b` is `b` where `a` is empty. What is written out, such as a text, is never empty, so nothing after it "
        'counts; and `empty` or `""` as a default is what was there anyway.'
    ),
    example='"Unknown" ?? Last_Name -> last_name',
    instead='Last_Name ?? "Unknown" -> last_name',
    fix="unsafe: leaves the part without effect out; perhaps the order was meant to be another",
)
UNEQUAL_EMPTY = Code(
    id="SD523",
    name="unequal-when-empty",
    title="a record without a value counts as different",
    severity=Severity.NOTE,
    explanation=(
        "In this language a condition is true or false, never unknown as in SQL: an empty field differs from every "
        "value, so `!=` and `not in` hold for it. If records without a value are not meant, say so."
    ),
    example='where crm: Rating != "Cold"',
    instead='where crm: Rating != "Cold" and Rating is not empty',
)

CODES: tuple[Code, ...] = (
    EMPTY_COMPARISON,
    NEEDLESS_NOT,
    SINGLE_OPTION,
    EQUALITY_CHAIN,
    SAME_OPERANDS,
    USELESS_DEFAULT,
    UNEQUAL_EMPTY,
)
