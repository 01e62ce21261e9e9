from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from syncdsl.diagnostics import SourceFile
from syncdsl.syntax import Record, StageField, TextLiteral, View, parse
from syncdsl.syntax.automaton import RESERVED
from syncdsl.syntax.spelling import spelled_path, spelled_text

NAMES = st.one_of(
    st.sampled_from([word.lower() for word in sorted(RESERVED)]),
    st.text(st.characters(codec="utf-8", exclude_characters="`\n\r."), min_size=1, max_size=8),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(NAMES, min_size=1, max_size=3), st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=9)
)
def test_what_is_spelled_is_read_back(parts: list[str], text: str) -> None:
    """Any name and any text is written so that it means itself."""
    program = (
        f"language 1\n\nrecord a: b.c\n    stage: {spelled_path('.'.join(parts))}\n    view: {spelled_text(text)}\n"
    )
    parsed = parse(SourceFile("a.sync", program))
    assert parsed.diagnostics == ()
    (record,) = (item for item in parsed.program.statements if isinstance(item, Record))
    stage, view = record.clauses
    assert isinstance(stage, StageField)
    assert stage.path.parts == tuple(parts)
    assert isinstance(view, View)
    assert view.name == TextLiteral(span=view.name.span, value=text)
