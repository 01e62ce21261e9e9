from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.render.workflow_commands import Command, other_commands, read_commands

from syncdsl.diagnostics import Code, Diagnostic, SourceFile
from syncdsl.render.diagnostics_github import render_github
from syncdsl.render.neutral import neutral

if TYPE_CHECKING:
    from pathlib import Path

CODE = Code(id="SD201", name="unknown-field", title="t", explanation="e")


def test_every_finding_is_a_command(every_shape: list[Diagnostic]) -> None:
    """Errors, warnings and notes are annotations at their place; a place over several lines has no columns."""
    error, wide, lines, note = read_commands(render_github(every_shape, "."))
    assert error == Command(
        "error",
        {
            "file": "rules/customers.sync",
            "line": "3",
            "col": "9",
            "endLine": "3",
            "endColumn": "13",
            "title": "SD201 unknown-field",
        },
        "unknown field `Phon` in `crm.Accounts`\nin this map (rules/customers.sync:2)\nhelp: did you mean `Phone`?",
    )
    assert (wide.name, wide.properties["col"], wide.properties["endColumn"]) == ("warning", "10", "19")
    assert lines.properties == {
        "file": "rules/customers.sync",
        "line": "2",
        "endLine": "5",
        "title": "SD505 odd",
    }
    assert note.name == "notice"


def test_nothing_to_say() -> None:
    """Without findings there is no command."""
    assert not render_github([], ".")


def test_a_finding_without_a_file() -> None:
    """A finding about the project as a whole has no place."""
    finding = Diagnostic(code=CODE, message="m", span=SourceFile("", "").span(0, 0))
    assert read_commands(render_github([finding], ".")) == [Command("error", {"title": "SD201 unknown-field"}, "m")]


def test_files_are_named_below_the_root(tmp_path: Path) -> None:
    """GitHub finds a file by its path in the repository, wherever the command ran."""
    for file, named in (
        (tmp_path / "shop" / "rules" / "a.sync", "shop/rules/a.sync"),
        (tmp_path.parent / "a.sync", str(tmp_path.parent / "a.sync")),
    ):
        finding = Diagnostic(code=CODE, message="m", span=SourceFile(str(file), "").span(0, 0))
        (command,) = read_commands(render_github([finding], str(tmp_path)))
        assert command.properties["file"] == named


ANY = st.text(st.one_of(st.sampled_from(":,%\r\n #[0AD=;]"), st.characters()), max_size=30)


@settings(derandomize=True, deadline=None)
@given(ANY, ANY)
@example("100%0A::error::x %25", "a%3Ab,c%2C%25")
def test_any_text_is_read_back(message: str, file: str) -> None:
    """Whatever a message or a name holds, one command is read, and it says that text made harmless."""
    finding = Diagnostic(code=CODE, message=message, span=SourceFile(f"r/{file}", "").span(0, 0))
    log = render_github([finding], "/nowhere")
    (command,) = read_commands(log)
    assert command.message == neutral(message.replace("\n", " "))
    assert command.properties["file"] == neutral(f"r/{file}")
    assert len(command.properties) == 6
    assert other_commands(log) == []
