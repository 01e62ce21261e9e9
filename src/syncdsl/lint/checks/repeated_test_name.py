"""SD529: two tests of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Related
from syncdsl.diagnostics.codes.lint_tests import REPEATED_TEST_NAME
from syncdsl.lint.check import Check, RuleFile, nodes
from syncdsl.syntax.trials import Test

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    first: dict[str, Test] = {}
    for test in nodes(files, Test):
        name = test.name.value
        earlier = first.setdefault(" ".join(name.casefold().split()), test)
        if name and earlier is not test:
            yield Diagnostic(
                code=REPEATED_TEST_NAME,
                message=f"another test is called `{name}`",
                span=test.name.span,
                help='name it by what it proves, such as `test "a won deal becomes one invoice":`',
                related=(Related(span=earlier.name.span, message="the other test stands here"),),
            )


CHECK = Check(code=REPEATED_TEST_NAME, run=_run)
