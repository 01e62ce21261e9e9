from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.project.uses import resolve_uses
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("written", "code", "advice"),
    [
        ("shared/part.sync", None, None),
        ("shared/prat.sync", "SD2", "did you mean `shared/part.sync`?"),
        ("../outside/secret.sync", "SD2", "inside it"),
        ("../outside/secrets.sync", "SD2", "inside it"),
        ("link.sync", "SD2", "inside it"),
        ("folder/secret.sync", "SD2", "inside it"),
        ("/etc/a.sync", "SD2", "shared/customers.sync"),
    ],
)
def test_used_files_are_those_of_the_project(
    tmp_path: Path, written: str, code: str | None, advice: str | None
) -> None:
    """A path is followed inside the project only; what is near is offered only from there."""
    outside, project = tmp_path / "outside", tmp_path / "project"
    outside.mkdir()
    (project / "shared").mkdir(parents=True)
    (outside / "secret.sync").write_text("swordfish\n")
    (project / "shared" / "part.sync").write_text("language 1\n")
    (project / "link.sync").symlink_to(outside / "secret.sync")
    (project / "folder").symlink_to(outside)
    source = SourceFile(str(project / "main.sync"), f'language 1\n\nuse "{written}"\n')
    uses = resolve_uses([(source, parse(source).program)], project)
    if code is None:
        assert [file.source.text for file in uses.files] == ["language 1\n"]
        assert not uses.findings
        return
    (item,) = uses.findings
    assert uses.unread
    assert uses.files == []
    assert item.code.id.startswith(code)
    assert advice is not None
    assert advice in (item.help or "")
    assert "secret" not in (item.message + (item.help or "")).replace(written, "")
