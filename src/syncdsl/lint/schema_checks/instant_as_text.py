"""SD540: a point in time that is written out without saying in which zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_schemas import INSTANT_AS_TEXT
from syncdsl.lint.schema_check import SchemaCheck
from syncdsl.schema.types import DateTimeType
from syncdsl.syntax import walk
from syncdsl.syntax.expressions import InterpolatedText, Path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.lint.schema_check import TypedProgram


def _run(program: TypedProgram) -> Iterator[Diagnostic]:
    for place in program.places:
        for text in walk(place.expression):
            if not isinstance(text, InterpolatedText):
                continue
            for part in text.parts:
                found = program.resolve(part, place.scope) if isinstance(part, Path) else None
                if isinstance(part, Path) and found is not None and isinstance(found.field.value, DateTimeType):
                    yield Diagnostic(
                        code=INSTANT_AS_TEXT,
                        message=f"`{part.text}` is a point in time; as a text it is that of UTC, on which the date may "
                        "be another",
                        span=part.span,
                        help="write it into a field for points in time, or use a field that holds a date",
                    )


CHECK = SchemaCheck(code=INSTANT_AS_TEXT, run=_run)
