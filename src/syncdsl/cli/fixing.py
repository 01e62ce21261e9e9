"""`--fix`, `--unsafe-fixes` and `--diff` of `lint` and `check`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.findings import fails
from syncdsl.cli.terminal import say, style_of, write

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from syncdsl.cli.findings import Reporting
    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.lint.fixing import Fixed, Judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixing:
    """What to do about what can be fixed."""

    fix: bool
    unsafe_fixes: bool
    diff: bool

    @property
    def wanted(self) -> bool:
        """Whether fixes are to be tried at all."""
        return self.fix or self.unsafe_fixes or self.diff


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """The files and findings after fixing; `changed` is on when fixes were applied, or with `--diff` would be."""

    sources: dict[str, SourceFile]
    findings: tuple[Diagnostic, ...]
    changed: bool


def fixing_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets them as `fixing`."""

    @wraps(function)
    def command(*arguments: Any, fix: bool, unsafe_fixes: bool, diff: bool, **rest: Any) -> Any:
        return function(*arguments, fixing=Fixing(fix=fix, unsafe_fixes=unsafe_fixes, diff=diff), **rest)

    options = (
        click.option("--fix", is_flag=True, help="Apply the safe fixes: those that leave the plan as it is."),
        click.option("--unsafe-fixes", is_flag=True, help="Apply the other fixes too; read what they did."),
        click.option("--diff", is_flag=True, help="Show what the fixes would change, and write nothing."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def mend(
    fixing: Fixing,
    sources: Sequence[SourceFile],
    judge: Judge,
    digest: Callable[[Mapping[str, SourceFile]], str | None],
    *,
    project: Path | None,
    only: Collection[str] | None = None,
    quiet: bool = False,
) -> Mended:
    """Fix a program and write its files, or with `--diff` show the difference instead.

    Raises Fault SD609 for a file that cannot be written; then none is.
    """
    from syncdsl.lint.fixing import fix_program  # noqa: PLC0415 - only for these options
    from syncdsl.lint.proof import PlanProof  # noqa: PLC0415 - the same

    before = {source.path: source for source in sources}
    proof = PlanProof(digest=digest, canonical=_canonical)
    fixed = fix_program(sources, judge, proof, unsafe=fixing.unsafe_fixes, only=only)
    after = dict(fixed.state.sources)
    changes = [(before[path], source) for path, source in after.items() if source.text != before[path].text]
    if fixing.diff:
        from syncdsl.render.diff_text import render_diff  # noqa: PLC0415 - the same

        style = style_of(sys.stdout)
        write("".join(render_diff(new.path, old.text, new.text, style) for old, new in changes))
    else:
        from syncdsl.project.rewriting import rewrite_files  # noqa: PLC0415 - the same

        rewrite_files(changes, project)
    if not quiet:
        _tell(fixed, len(changes), fixing, only)
    return Mended(sources=after, findings=fixed.state.findings, changed=bool(changes))


def _canonical(source: SourceFile) -> str | None:
    """Return the canonical text of a file; None for one that has none."""
    from syncdsl.format import NotFormatted, format_source  # noqa: PLC0415 - only for these options

    try:
        return format_source(source)
    except NotFormatted:
        return None


def verdict(findings: Iterable[Diagnostic], reporting: Reporting, *, changed: bool) -> int:
    """Return the exit code of `--diff`: 1 when there would be changes, or findings left after them that fail."""
    return FINDINGS if changed or any(fails(item, reporting["fail_level"]) for item in findings) else FINE


def _tell(fixed: Fixed, files: int, fixing: Fixing, only: Collection[str] | None) -> None:
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - only for these options
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    if fixed.applied:
        verb = "would fix" if fixing.diff else "fixed"
        say(f"{verb} {counted(fixed.applied, 'finding')} in {counted(files, 'file')}")
    for item in fixed.refused:
        span = item.finding.span
        say(f"not fixed: {neutral(span.file)}:{span.line}: {item.finding.code.id}: {item.reason}")
    left = sum(
        bool(item.fixes) and not any(fix.safe for fix in item.fixes)
        for item in fixed.state.findings
        if only is None or item.span.file in only
    )
    if fixing.diff and not (fixed.applied or fixed.refused or left):
        say("nothing to fix")
    if left and not fixing.unsafe_fixes:
        say(f"{counted(left, 'finding')} can be fixed with `--unsafe-fixes`, which may change the plan")
