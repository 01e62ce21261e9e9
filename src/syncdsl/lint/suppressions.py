"""Suppressions: `# allow SD508: reason, until 2027-03-31`.

One covers the logical line that it stands on or in; on a line of its own, the next one that is no comment. Covered are
findings that begin on that line: of a header, not those of the lines below it. It counts until its day is over.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from syncdsl.diagnostics import ALL_CODES, Diagnostic, Fix, Severity, Span, did_you_mean, find_code
from syncdsl.diagnostics.codes import suppressions as codes
from syncdsl.lint.weighing import OFF, level_of, weighed
from syncdsl.syntax.comments import comments, logical_lines

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from syncdsl.diagnostics import Code, SourceFile
    from syncdsl.syntax.comments import Comment

FORM = "`# allow SD508: the reason, until 2027-03-31`; the last part may be left out"
MARK = re.compile(r"\ballow\b|\bSD\d", re.IGNORECASE)
"""What a text must have for a suppression to be in it."""

_LIST = r"[A-Za-z][\w-]*(?:\s*,\s*[A-Za-z][\w-]*)*"
_SUPPRESSION = re.compile(rf"#\s*allow\s+(?P<codes>{_LIST})\s*(?::\s*(?P<reason>.*))?$")
_MEANT = re.compile(
    r"#+\s*(?:syncdsl|lint|noqa|nolint)?\W*"
    r"(?:(?:allow\w*|ignore\w*|disable\w*|suppress\w*|noqa|nolint|skip)\b.*\bSD\d|(?:noqa|nolint)\W+SD\d)",
    re.IGNORECASE,
)
_NEAR = 120
"""How far into a comment to look for what was meant; the pattern takes more than linear time."""
_CODE = re.compile(r"SD\d+", re.IGNORECASE)
_UNTIL = re.compile(r"(?:^|,\s*|\s)until\s+(?P<day>\d{4}-\d{2}-\d{2})$")
_UNTIL_WHAT = re.compile(r"(?:^|,)\s*until\b(?P<what>.*)$")
_LINT_RANGE = "SD5"
_PARSED_RANGES = ("SD1", "SD5")
"""What `lint` judges; the other ranges need schemas."""


@dataclass(slots=True, kw_only=True)
class _Suppression:
    """One suppression that counts, and which of its codes suppressed something."""

    comment: Comment
    written: tuple[tuple[str, Span, Code], ...]
    until: date | None
    used: set[str] = field(default_factory=set)


def suppressible(code: Code) -> bool:
    """Tell whether findings of a code can be allowed: rules with an error outside the lint range cannot run."""
    if code in codes.CODES or not _of_a_finding(code):
        return False
    return code.severity is not Severity.ERROR or code.id.startswith(_LINT_RANGE)


def _of_a_finding(code: Code) -> bool:
    """Tell whether a code is that of findings in rule files, not of what ends a command."""
    return code.id[:3] <= _LINT_RANGE


def without_suppressed(
    findings: Iterable[Diagnostic],
    sources: Sequence[SourceFile],
    levels: Mapping[str, str],
    *,
    today: date,
    analysed: bool,
    unlinted: Container[str] = (),
) -> list[Diagnostic]:
    """Return the findings that no suppression covers, with what is wrong with the suppressions, sorted.

    `analysed` says that names, types and proofs were judged too; without, a suppression of theirs is not unused.
    `unlinted` holds the paths of files in which nothing else was judged.
    """
    by_file: dict[str, list[Diagnostic]] = {source.path: [] for source in sources}
    for item in findings:
        by_file.setdefault(item.span.file, []).append(item)
    unread = any(
        not item.code.id.startswith(_LINT_RANGE) and item.level is Severity.ERROR
        for items in by_file.values()
        for item in items
    )
    for source in sources:
        if MARK.search(source.text):
            linted = source.path not in unlinted
            sight = _Sight(levels=levels, today=today, analysed=analysed, linted=linted, unread=unread)
            by_file[source.path] = _in_file(by_file[source.path], source, sight)
    unique = {item.sort_key: item for items in by_file.values() for item in items}
    return [unique[key] for key in sorted(unique)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What suppressions are judged by; `unread` is on when an error may have hidden findings."""

    levels: Mapping[str, str]
    today: date
    analysed: bool
    linted: bool
    unread: bool

    def sees(self, code: Code) -> bool:
        """Tell whether a finding of this code would have been found."""
        judged = self.linted if code.id.startswith(_PARSED_RANGES) else self.analysed
        return judged and not self.unread and level_of(code, self.levels) != OFF

    def expired(self, one: _Suppression) -> bool:
        """Tell whether the last day of a suppression is over."""
        return one.until is not None and self.today > one.until


def _in_file(findings: list[Diagnostic], source: SourceFile, sight: _Sight) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    all_of_file = [one for comment in comments(source) if (one := _read(comment, source, found)) is not None]
    covering = _covering(all_of_file, source)
    kept: list[Diagnostic] = []
    for item in findings:
        wanted = [
            one for one in covering.get(item.span.line, ()) if any(code is item.code for _, _, code in one.written)
        ]
        for one in wanted:
            one.used.add(item.code.id)
        if all(sight.expired(one) for one in wanted):
            kept.append(item)
    for one in all_of_file:
        found += _judged(one, source, sight)
    return kept + [judged for one in found if (judged := weighed(one, sight.levels)) is not None]


def _covering(all_of_file: Sequence[_Suppression], source: SourceFile) -> dict[int, list[_Suppression]]:
    """Return the suppressions by each physical line that they cover."""
    covering: dict[int, list[_Suppression]] = defaultdict(list)
    lines = logical_lines(source) if all_of_file else ()
    ends = [line.last for line in lines]
    for one in all_of_file:
        at = bisect_left(ends, one.comment.span.line)
        if at < len(lines):
            for number in range(lines[at].first, lines[at].last + 1):
                covering[number].append(one)
    return covering


def _read(comment: Comment, source: SourceFile, found: list[Diagnostic]) -> _Suppression | None:
    """Return the suppression that a comment is; None when it is none, or one that cannot count."""
    match = _SUPPRESSION.match(comment.text)
    if match is None or (match["reason"] is None and not _CODE.match(match["codes"])):
        if _MEANT.match(comment.text[:_NEAR]):
            _report(
                found, codes.MALFORMED_SUPPRESSION, "this comment suppresses nothing", comment.span, f"write {FORM}"
            )
        return None
    start = comment.span.start + match.start("codes")
    written: list[tuple[str, Span, Code]] = []
    for word in re.finditer(r"[\w-]+", match["codes"]):
        span = source.span(start + word.start(), start + word.end())
        code = _known(word[0], span, found)
        if code is not None:
            written.append((word[0], span, code))
    reason = (match["reason"] or "").strip()
    until = None
    if (last := _UNTIL.search(reason)) is not None:
        until = _day(last["day"])
        reason = reason[: last.start()].strip()
    if (last is None and _UNTIL_WHAT.search(reason)) or (last is not None and until is None):
        message = "`until` takes a day that there is"
        _report(found, codes.MALFORMED_SUPPRESSION, message, comment.span, f"write {FORM}")
        return None
    if not reason:
        _report(found, codes.MISSING_REASON, "this suppression has no reason", comment.span, f"write {FORM}")
    return _Suppression(comment=comment, written=tuple(written), until=until) if written else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _known(word: str, span: Span, found: list[Diagnostic]) -> Code | None:
    """Return the code that a word names; what is wrong with it is reported."""
    code = find_code(word)
    if code is None or not _of_a_finding(code):
        allowed = [item for item in ALL_CODES if suppressible(item)]
        near = did_you_mean(word, [item.id if _CODE.match(word) else item.name for item in allowed])
        fixes = (Fix(title=f"write `{near}`", span=span, replacement=near),) if near else ()
        advice = f"did you mean `{near}`?" if near else "`syncdsl explain` lists all codes"
        _report(found, codes.UNKNOWN_SUPPRESSED_CODE, f"`{word}` is no code of a finding", span, advice, fixes)
        return None
    if not suppressible(code):
        why = "is about suppressions" if code in codes.CODES else "is an error that stops the rules from running"
        advice = f"remove it from the comment; `syncdsl explain {code.id}` says how to mend what it reports"
        _report(found, codes.NOT_SUPPRESSIBLE, f"`{word}` cannot be suppressed: it {why}", span, advice)
        return None
    return code


def _judged(one: _Suppression, source: SourceFile, sight: _Sight) -> Iterator[Diagnostic]:
    idle = [item for item in one.written if item[2].id not in one.used]
    seen = [item for item in idle if sight.sees(item[2])]
    useless = len(seen) == len(one.written)
    if sight.expired(one):
        yield Diagnostic(
            code=codes.EXPIRED_SUPPRESSION,
            message=f"this suppression was for the time until {one.until}",
            span=one.comment.span,
            help="mend what it was for and remove it, or write a later date",
            fixes=(_deletion(one.comment, source),) if useless else (),
        )
    elif useless:
        yield Diagnostic(
            code=codes.UNUSED_SUPPRESSION,
            message=f"there is no finding {_listed(seen)} here to suppress",
            span=one.comment.span,
            help="remove the comment; it covers its own line or, on a line of its own, the next one",
            fixes=(_deletion(one.comment, source),),
        )
    else:
        for word, span, _ in seen:
            yield Diagnostic(
                code=codes.UNUSED_SUPPRESSION,
                message=f"there is no finding `{word}` here to suppress",
                span=span,
                help="remove it from the list",
                fixes=(_removal(one, span, source),),
            )


def _listed(items: Sequence[tuple[str, Span, Code]]) -> str:
    return " or ".join(f"`{word}`" for word, _, _ in items)


def _deletion(comment: Comment, source: SourceFile) -> Fix:
    """Return the fix that deletes a comment: with its line, or with the blanks before it."""
    text = source.text
    start, end = comment.span.start, comment.span.end
    while start and text[start - 1] in " \t":
        start -= 1
    while end < len(text) and text[end] in " \t":
        end += 1
    if comment.own_line:
        end = text.find("\n", end) + 1 or len(text)
        while text[:start].endswith("\n\n") and text[end : end + 1] in {"", "\n"}:
            start -= 1  # one blank line is left between what stood around it, none at the end
    return Fix(title="delete the comment", span=source.span(start, end), replacement="", safe=True)


def _removal(one: _Suppression, span: Span, source: SourceFile) -> Fix:
    """Return the fix that removes one code from a list, with a comma beside it."""
    start, end = span.start, span.end
    following = re.compile(r"\s*,\s*").match(source.text, end, one.comment.span.end)
    if following is not None:
        end = following.end()
    else:
        start = one.comment.span.start + len(source.text[one.comment.span.start : start].rstrip().rstrip(",").rstrip())
    return Fix(title="remove the code", span=source.span(start, end), replacement="", safe=True)


def _report(
    found: list[Diagnostic], code: Code, message: str, span: Span, advice: str, fixes: tuple[Fix, ...] = ()
) -> None:
    found.append(Diagnostic(code=code, message=message, span=span, help=advice, fixes=fixes))
