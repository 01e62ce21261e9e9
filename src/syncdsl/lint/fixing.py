"""Applies the fixes of findings until there is nothing left to fix. Decides only: nothing is written here.

Fixes of one round do not touch each other; what is left over comes in a later round, against the text as it is then.
Neither the order in which findings come nor a second run makes a difference.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.diagnostics import Severity, SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, Fix

MAX_ROUNDS = 20
MAX_PROOFS = 200
"""How many fixes are tried one by one, after a round that failed as a whole."""

Judge: TypeAlias = "Callable[[Sequence[SourceFile]], Sequence[Diagnostic]]"
Key: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A program by the paths of its files, and what is found in it."""

    sources: Mapping[str, SourceFile]
    findings: tuple[Diagnostic, ...]

    @property
    def counts(self) -> Counter[Key]:
        """How often each finding is there, wherever in its file it stands."""
        return Counter(map(_key, self.findings))


Proof: TypeAlias = "Callable[[State, State], str | None]"
"""Says why a program may not become another one; None when it is proved that it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A fix that was not applied, and why."""

    finding: Diagnostic
    fix: Fix
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What fixing came to: the state after it, how many fixes it took, and those that were refused."""

    state: State
    applied: int
    refused: tuple[Refusal, ...]


_Candidate: TypeAlias = "tuple[Diagnostic, Fix]"


def apply_fixes(source: SourceFile, fixes: Iterable[Fix]) -> tuple[SourceFile, list[Fix]]:
    """Return a file with fixes applied and the list of those, without what overlaps an earlier one.

    The order of `fixes` does not matter. New lines end as the file's first one does.
    """
    line_end = "\r\n" if source.text.partition("\n")[0].endswith("\r") else "\n"
    parts: list[str] = []
    taken: list[Fix] = []
    done = 0
    for fix in sorted(set(fixes), key=_place):
        start, end = fix.span.start, fix.span.end
        if start < done or (taken and start == taken[-1].span.start):
            continue
        parts += [source.text[done:start], fix.replacement.replace("\n", line_end)]
        taken.append(fix)
        done = end
    parts.append(source.text[done:])
    return SourceFile(source.path, "".join(parts)), taken


def fix_program(
    sources: Iterable[SourceFile],
    judge: Judge,
    prove: Proof,
    *,
    unsafe: bool = False,
    only: Collection[str] | None = None,
) -> Fixed:
    """Apply the safe fixes, each after its proof, and with `unsafe` the others after them; `only` names the files.

    No fix is kept that leaves its finding or makes a file harder to read.
    """
    fixer = _Fixer(judge, prove, only)
    first = {source.path: source for source in sources}
    state = State(sources=first, findings=tuple(judge(list(first.values()))))
    for _ in range(MAX_ROUNDS):
        step = fixer.round(state, safe=True)
        if step is None and unsafe:
            step = fixer.round(state, safe=False)
        if step is None:
            break
        state = step
    return Fixed(state=state, applied=fixer.applied, refused=tuple(fixer.refused.values()))


class _Fixer:
    def __init__(self, judge: Judge, prove: Proof, only: Collection[str] | None) -> None:
        self._judge = judge
        self._prove = prove
        self._only = only
        self._proofs = 0
        self.applied = 0
        self.refused: dict[tuple[Key, str, str], Refusal] = {}

    def round(self, state: State, *, safe: bool) -> State | None:
        """Return the state after one round; None when there was nothing to do."""
        batch = self._candidates(state, safe=safe)
        if not batch:
            return None
        step, reason = self._attempt(state, batch, safe=safe)
        if reason is None:
            self.applied += len(batch)
            return step
        return self._one_by_one(state, batch, reason, safe=safe)

    def _one_by_one(self, state: State, batch: list[_Candidate], reason: str, *, safe: bool) -> State | None:
        kept: list[_Candidate] = []
        best: State | None = None
        for candidate in batch:
            tried: str | None = reason
            if len(batch) > 1 and self._proofs < MAX_PROOFS:
                self._proofs += 1
                step, tried = self._attempt(state, [*kept, candidate], safe=safe)
                if tried is None:
                    kept.append(candidate)
                    best = step
            if tried is not None:
                finding, fix = candidate
                self.refused[_identity(candidate)] = Refusal(finding=finding, fix=fix, reason=tried)
        if best is not None:
            self.applied += len(kept)
            self.refused.clear()  # another text is another question
        return best

    def _candidates(self, state: State, *, safe: bool) -> list[_Candidate]:
        """Return the first fix of each finding that is left to try, without those that touch each other."""
        wanted: list[_Candidate] = []
        for item in state.findings:
            fixes = [fix for fix in item.fixes if fix.safe or not safe]
            if fixes and (self._only is None or item.span.file in self._only):
                candidate = (item, fixes[0])
                if _identity(candidate) not in self.refused:
                    wanted.append(candidate)
        by_fix: dict[Fix, _Candidate] = {}
        for item, fix in sorted(wanted, key=lambda one: (one[0].sort_key, _place(one[1]))):
            by_fix.setdefault(fix, (item, fix))
        batch: list[_Candidate] = []
        for path in sorted({fix.span.file for fix in by_fix}):
            _, taken = apply_fixes(state.sources[path], [fix for fix in by_fix if fix.span.file == path])
            batch += [by_fix[fix] for fix in taken]
        return batch

    def _attempt(self, state: State, batch: Sequence[_Candidate], *, safe: bool) -> tuple[State, str | None]:
        sources = dict(state.sources)
        for path in {fix.span.file for _, fix in batch}:
            sources[path], _ = apply_fixes(sources[path], [fix for _, fix in batch if fix.span.file == path])
        step = State(sources=sources, findings=tuple(self._judge(list(sources.values()))))
        before, after = state.counts, step.counts
        if any(after[_key(item)] >= before[_key(item)] for item, _ in batch):
            return step, "it would not remove the finding"
        if safe:
            return step, self._prove(state, step)
        worse = _unreadable(step) > _unreadable(state)
        return step, "the result would not parse" if worse else None


def _unreadable(state: State) -> int:
    return sum(item.code.id.startswith("SD1") and item.level is Severity.ERROR for item in state.findings)


def _key(item: Diagnostic) -> Key:
    return (item.span.file, item.code.id, item.message)


def _identity(candidate: _Candidate) -> tuple[Key, str, str]:
    """Tell a fix from others wherever it stands: earlier fixes move it."""
    item, fix = candidate
    return (_key(item), fix.title, fix.replacement)


def _place(fix: Fix) -> tuple[str, int, int, str, str]:
    return (fix.span.file, fix.span.start, fix.span.end, fix.replacement, fix.title)
