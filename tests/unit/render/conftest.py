"""What tests of formats share: change sets, and findings of every shape."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.unit.render import change_sets
from tests.unit.render.hostile_changes import hostile_changes

from syncdsl.diagnostics import Code, Diagnostic, Fix, Related, Severity, SourceFile

if TYPE_CHECKING:
    from syncdsl.changes.change_set import ChangeSet

PREVIEWS = Path(__file__).parents[2] / "golden" / "preview"

ERROR = Code(id="SD201", name="unknown-field", title="t", explanation="e")
WARNING = Code(id="SD505", name="odd", title="t", explanation="e", severity=Severity.WARNING)
NOTE = Code(id="SD399", name="hint", title="t", explanation="e", severity=Severity.NOTE)


@pytest.fixture
def previews() -> Path:
    """Return the folder of the golden previews."""
    return PREVIEWS


@pytest.fixture
def everything() -> ChangeSet:
    """Return a change set with every kind of effect, some in numbers that are folded."""
    return change_sets.everything()


@pytest.fixture
def nothing() -> ChangeSet:
    """Return a change set without effects."""
    return change_sets.nothing()


@pytest.fixture
def hostile() -> ChangeSet:
    """Return a change set in which every text of a stranger attacks."""
    return hostile_changes()


@pytest.fixture
def source() -> SourceFile:
    """Return a rule file to point into."""
    return SourceFile(
        path="rules/customers.sync",
        text='language 1\n\tmap:\n        Phon <-> phone\n        "größer 漢字" -> notes\n        last\n',
    )


@pytest.fixture
def every_shape(source: SourceFile) -> list[Diagnostic]:
    """Return findings of every shape: with help, related places, wide characters, over several lines."""
    text = source.text
    word, wide, tab = text.index("Phon"), text.index("größer"), text.index("map")
    return [
        Diagnostic(
            code=ERROR,
            message="unknown field `Phon` in `crm.Accounts`",
            span=source.span(word, word + 4),
            help="did you mean `Phone`?",
            related=(Related(span=source.span(tab, tab + 3), message="in this map"),),
        ),
        Diagnostic(code=WARNING, message="an odd text", span=source.span(wide, wide + 9)),
        Diagnostic(
            code=WARNING,
            message="an odd map",
            span=source.span(tab, text.index("last") + 4),
            fixes=(Fix(title="remove it", span=source.span(tab, tab + 3), replacement=""),),
        ),
        Diagnostic(code=NOTE, message="the end is missing", span=source.span(len(text) - 1, len(text) - 1)),
    ]
