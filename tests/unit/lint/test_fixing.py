from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncdsl.diagnostics import Diagnostic, Fix, SourceFile, find_code
from syncdsl.lint.engine import lint
from syncdsl.lint.fixing import Fixed, State, apply_fixes, fix_program
from syncdsl.lint.proof import PlanProof

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

TODAY = date(2026, 6, 1)
TABLE = 'table kinds:\n    "Goods" <-> "goods"\n'
RULES = (
    "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
    "module items: crm.Products <-> books.items\n    dedupe: Product_Code == sku\n    map:\n"
    "        Product_Name <-> name\n"
)


def judge(sources: Sequence[SourceFile]) -> list[Diagnostic]:
    """Lint a program with its suppressions."""
    return lint(sources, {}, today=TODAY)


def no_plan(_: Mapping[str, SourceFile]) -> None:
    """Stand for a program without schemas."""


def fixed(*texts: str, unsafe: bool = False, proof: PlanProof | None = None) -> Fixed:
    """Fix files called `0.sync`, `1.sync` and so on."""
    sources = [SourceFile(f"{number}.sync", text) for number, text in enumerate(texts)]
    return fix_program(sources, judge, proof or PlanProof(digest=no_plan), unsafe=unsafe)


def texts_of(result: Fixed) -> list[str]:
    """Return the texts after fixing."""
    return [source.text for source in result.state.sources.values()]


def test_safe_fixes_are_applied_to_all_files_until_none_is_left() -> None:
    """A missing language line, a repeated definition and useless suppressions go; the rest stays as it was."""
    first = "# head\n" + RULES.removeprefix("language 1\n\n")
    second = (
        "language 1\n\nconnection crm: zoho_crm  # allow SD501, SD508: nothing here\n\n"
        "# allow SD508, SD501, SD502: kept\n" + TABLE + "# allow SD508: nothing below\n"
    )
    result = fixed(first, second)
    assert texts_of(result) == [
        "language 1\n\n" + first,
        "language 1\n\nconnection crm: zoho_crm\n\n# allow SD501: kept\n" + TABLE,
    ]
    assert result.refused == ()
    assert result.state.findings == ()


def test_unsafe_fixes_wait_until_they_are_asked_for() -> None:
    """What changes the plan is kept unless `unsafe` is on; then it goes, with the blank lines below it."""
    text = RULES + "\n" + TABLE + "\n\n# the end\n"
    assert texts_of(fixed(text)) == [text]
    assert texts_of(fixed(text, unsafe=True)) == [RULES + "\n# the end\n"]


def test_a_repeated_definition_is_removed_only_when_it_says_the_same() -> None:
    """The second of two equal ones goes without being asked; of two different ones neither does."""
    used = RULES.replace("Product_Name <->", "kinds(Product_Name) <->") + "\n" + TABLE
    assert texts_of(fixed(used + "\n" + TABLE)) == [used]
    other = used + "\n" + TABLE.replace("Goods", "Things")
    assert texts_of(fixed(other, unsafe=True)) == [other]


def planted(replacement: str, *, safe: bool = True) -> tuple[SourceFile, list[Diagnostic]]:
    """Return a program, and a finding in it whose fix writes something else for a field's name."""
    source = SourceFile("a.sync", RULES)
    code = find_code("SD508")
    assert code is not None
    start = RULES.index("Product_Name")
    span = source.span(start, start + len("Product_Name"))
    fix = Fix(title="write it", span=span, replacement=replacement, safe=safe)
    return source, [Diagnostic(code=code, message="planted", span=span, fixes=(fix,))]


def attempt(replacement: str, *, digests: Mapping[str, str | None] | None = None, unsafe: bool = False) -> str | None:
    """Return why a planted fix that calls itself safe is refused; None when it is applied."""
    source, findings = planted(replacement, safe=not unsafe)

    def planted_judge(sources: Sequence[SourceFile]) -> list[Diagnostic]:
        return judge(sources) + (findings if sources[0].text == RULES else [])

    def digest(sources: Mapping[str, SourceFile]) -> str | None:
        return None if digests is None else digests.get(sources["a.sync"].text, "another")

    result = fix_program([source], planted_judge, PlanProof(digest=digest), unsafe=unsafe)
    assert result.applied == (not result.refused)
    assert (result.state.sources["a.sync"].text == RULES) == bool(result.refused)
    return result.refused[0].reason if result.refused else None


def test_a_fix_that_only_calls_itself_safe_is_refused() -> None:
    """What breaks the syntax, changes the plan or brings a finding is not applied, whatever the check says."""
    known = {RULES: "same"}
    assert attempt("Product Name") == "the result would not parse"
    assert attempt("Code", digests=known) == "the plan would change"
    assert attempt('"500882300000012345"') == "it would bring a new finding, SD508"
    assert attempt("Code") is None
    assert attempt("`Product_Name`") is None
    assert attempt("`Product_Name`", digests=known) is None  # the tree is the same


def test_a_fix_must_remove_its_finding() -> None:
    """One that leaves it is applied no second time and not kept."""
    source, findings = planted("Code")
    result = fix_program([source], lambda _: findings, PlanProof(digest=no_plan))
    assert [item.reason for item in result.refused] == ["it would not remove the finding"]
    assert result.state.sources["a.sync"].text == RULES


def test_an_unsafe_fix_must_not_break_the_syntax() -> None:
    """It may change the plan, and no more."""
    assert attempt("Code", digests={RULES: "same"}, unsafe=True) is None
    assert attempt("Product Name", unsafe=True) == "the result would not parse"


def test_one_bad_fix_does_not_stop_the_others() -> None:
    """After a round that cannot be proved each fix is judged by itself."""
    source, findings = planted("Product Name")

    def both(sources: Sequence[SourceFile]) -> list[Diagnostic]:
        return judge(sources) + (findings if "Product_Name" in sources[0].text else [])

    text = RULES + "\n# allow SD508: nothing\n"
    result = fix_program([SourceFile("a.sync", text)], both, PlanProof(digest=no_plan))
    assert result.applied == 1
    assert [item.finding.message for item in result.refused] == ["planted"]
    assert result.state.sources[source.path].text == RULES


def test_of_those_tried_one_by_one_all_good_ones_stay() -> None:
    """Fixes that are proved each by itself add up: none undoes the one before it."""
    _, findings = planted("Product Name")

    def both(sources: Sequence[SourceFile]) -> list[Diagnostic]:
        return judge(sources) + (findings if "Product_Name" in sources[0].text else [])

    text = RULES + "\n# allow SD508: nothing\n\n# allow SD501: nothing\n"
    result = fix_program([SourceFile("a.sync", text)], both, PlanProof(digest=no_plan))
    assert (result.applied, len(result.refused)) == (2, 1)
    assert result.state.sources["a.sync"].text == RULES


def test_files_that_are_not_named_stay_as_they_are() -> None:
    """With `only`, what is wrong in other files of the program is left alone."""
    text = RULES + "\n# allow SD508: nothing\n"
    sources = [SourceFile("0.sync", text), SourceFile("1.sync", "language 1\n\n# allow SD508: nothing\n")]
    result = fix_program(sources, judge, PlanProof(digest=no_plan), only={"1.sync"})
    assert texts_of(result) == [text, "language 1\n"]


def test_a_file_that_says_the_same_excuses_no_other() -> None:
    """The plan is asked for unless every changed file says what it said before."""
    before = {"a.sync": RULES + "# comment\n", "b.sync": "language 1\n\n" + TABLE}
    after = {"a.sync": RULES, "b.sync": before["b.sync"].replace("Goods", "Things")}
    states = [
        State(sources={path: SourceFile(path, text) for path, text in texts.items()}, findings=())
        for texts in (before, after)
    ]
    proof = PlanProof(digest=lambda sources: "".join(source.text for source in sources.values()))
    assert proof(*states) == "the plan would change"


def test_a_formatted_file_stays_formatted() -> None:
    """With a formatter, a fix after which a formatted file would not be formatted is refused."""
    text = RULES + "\n# allow SD508: nothing\n"
    strict = PlanProof(digest=no_plan, canonical=lambda _: text)
    refused = fixed(text, proof=strict)
    assert texts_of(refused) == [text]
    assert [item.reason for item in refused.refused] == ["the result would not be formatted"]
    formatter = PlanProof(digest=no_plan, canonical=lambda source: source.text.rstrip("\n") + "\n")
    assert texts_of(fixed(text, proof=formatter)) == [RULES]


def test_new_lines_end_as_those_of_the_file() -> None:
    """A fix that brings lines does not mix line ends."""
    text = RULES.removeprefix("language 1\n\n").replace("\n", "\r\n")
    assert texts_of(fixed(text)) == ["language 1\r\n\r\n" + text]


EDITS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.sampled_from(["", "x", "\n", "yy"])), max_size=8)


@settings(max_examples=150, deadline=None)
@given(EDITS, st.randoms(use_true_random=False))
def test_edits_do_not_depend_on_their_order(edits: list[tuple[int, int, str]], shuffler: random.Random) -> None:
    """Shuffled fixes give the same text; what is taken never overlaps, and all else touches something taken."""
    source = SourceFile("a.sync", "".join(chr(97 + number % 26) for number in range(40)))
    fixes = [
        Fix(title=text, span=source.span(start, start + length), replacement=text) for start, length, text in edits
    ]
    result, taken = apply_fixes(source, fixes)
    shuffler.shuffle(fixes)
    assert apply_fixes(source, fixes) == (result, taken)
    for one, other in pairwise(taken):
        assert one.span.end <= other.span.start
        assert one.span.start < other.span.start
    for fix in set(fixes) - set(taken):
        assert any(
            fix.span.start < other.span.end or fix.span.start == other.span.start
            for other in taken
            if other.span.start <= fix.span.start
        )
    text = source.text
    for fix in reversed(taken):
        text = text[: fix.span.start] + fix.replacement + text[fix.span.end :]
    assert text == result.text


PARTS = (
    "# allow SD508: useless\n",
    "# allow SD501, SD508: half useless\n",
    "# allow SD501: over, until 2020-01-01\n",
    "# a comment\n",
    TABLE,
    "connection crm: zoho_crm  # allow SD502, SD503: beside\n",
    "connection crm: zoho_crm\n",
    "record deal: crm.Deals\n    stage: Stage\n",
    "when deal.stage == won: create invoice\n",
    "\n",
    "language 1\n",
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=10), st.randoms(use_true_random=False))
def test_fixing_is_idempotent_and_independent_of_the_order(parts: list[str], shuffler: random.Random) -> None:
    """For any program a second run changes nothing, shuffled findings give the same, and no finding is new."""
    text = "".join(parts)
    once = fixed(text)
    (result,) = texts_of(once)
    assert texts_of(fixed(result)) == [result]

    def shuffled(sources: Sequence[SourceFile]) -> list[Diagnostic]:
        findings = judge(sources)
        shuffler.shuffle(findings)
        return findings

    again = fix_program([SourceFile("0.sync", text)], shuffled, PlanProof(digest=no_plan))
    assert texts_of(again) == [result]
    if once.applied and all(not item.code.id.startswith("SD1") for item in judge([SourceFile("0.sync", text)])):
        before = State(sources={}, findings=tuple(judge([SourceFile("0.sync", text)]))).counts
        assert not once.state.counts - before
    assert len(once.state.findings) <= len(judge([SourceFile("0.sync", text)])) or "language" not in text


@pytest.mark.parametrize("count", [300])
def test_many_fixes_take_one_round(count: int) -> None:
    """Hundreds of safe fixes are proved together."""
    calls: list[int] = []

    def counting(sources: Sequence[SourceFile]) -> list[Diagnostic]:
        calls.append(1)
        return judge(sources)

    text = "".join(f"# allow SD508: useless {number}\n\n" for number in range(count)) + RULES
    result = fix_program([SourceFile("a.sync", text)], counting, PlanProof(digest=no_plan))
    assert (result.applied, len(calls)) == (count, 2)
