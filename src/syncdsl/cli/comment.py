"""`syncdsl comment`: previews on the pull request or merge request that a CI job belongs to."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals
from syncdsl.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.cli.github_comments import GitHubComments
    from syncdsl.cli.gitlab_notes import GitLabNotes


_MOST = 1_000_000
"""Bytes of a file that are read: no comment is as long."""


@click.command(cls=Command)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--name", metavar="NAME", help="What the comment is found again by; without it that of the preview.")
@click.pass_obj
def comment(settings: Globals, *, files: tuple[Path, ...], name: str | None) -> int:
    """Put previews on the pull request that this CI job belongs to: one comment, in the place of the former one.

    FILE is Markdown, as `plan --format markdown` writes it; several files make one comment, those that have no room
    are named in it. Which pull request it is says the event that started the job, and nothing in the files. In GitHub
    Actions the variable GITHUB_TOKEN is needed, in GitLab CI GITLAB_TOKEN. The project is not needed.

    \b
    Examples:
      syncdsl comment preview.md
      syncdsl comment comparison.md preview.md --name shop
    """  # noqa: D301 - \b keeps click from filling the lines
    body = _body(files, name)
    with closing(_forge()) as forge:
        numbers = forge.numbers()
        for number in numbers:
            done = forge.put(number, body)
            if not settings.quiet:
                say(f"{done} the comment on {forge.noun} {number}")
        if not numbers and not settings.quiet:
            say("no open pull request ends with this commit; nothing was commented on")
    return FINE


def _forge() -> GitHubComments | GitLabNotes:
    """Return where to comment. Raises Fault SD616 outside of both CIs."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.comments import NO_COMMENT  # noqa: PLC0415 - the same

    if os.environ.get("GITHUB_ACTIONS"):
        from syncdsl.cli.github_comments import GitHubComments  # noqa: PLC0415 - only there

        return GitHubComments(os.environ)
    if os.environ.get("GITLAB_CI"):
        from syncdsl.cli.gitlab_notes import GitLabNotes  # noqa: PLC0415 - only there

        return GitLabNotes(os.environ)
    raise Fault(
        NO_COMMENT,
        "this is no job of GitHub Actions or GitLab CI",
        help="elsewhere, paste the file into a comment by hand",
    )


def _body(files: Sequence[Path], name: str | None) -> str:
    """Return the comment. Raises Fault: SD609 for a file that cannot be read, SD616 for one that is too long."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - as above
    from syncdsl.diagnostics.codes.comments import NO_COMMENT  # noqa: PLC0415 - the same
    from syncdsl.render.comment_markdown import comment_markdown  # noqa: PLC0415 - the same

    body = comment_markdown([(file.name, _text(file)) for file in files], name)
    if body is None:
        raise Fault(
            NO_COMMENT,
            f"`{files[0]}` is longer than a comment may be",
            help="write it with `syncdsl plan --format markdown`, which keeps to 60,000 bytes",
        )
    return body


def _text(file: Path) -> str:
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - as above
    from syncdsl.diagnostics.codes.project import UNREADABLE_FILE  # noqa: PLC0415 - the same

    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST)
        # Cut within a character it is too long anyway.
        return data.decode("utf-8", "ignore" if len(data) == _MOST else "strict")
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        raise Fault(UNREADABLE_FILE, f"`{file}` cannot be read: {why}") from None
    except UnicodeDecodeError:
        raise Fault(UNREADABLE_FILE, f"`{file}` is no text in UTF-8") from None
