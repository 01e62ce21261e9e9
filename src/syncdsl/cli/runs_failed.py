"""`syncdsl runs failed`: the records whose writes are refused; and how the commands beside it find them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.runs import chosen_environment
from syncdsl.cli.terminal import style_of, width_of, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.engine.in_force import InForce
    from syncdsl.engine.subject import Subjects
    from syncdsl.state import ReviewItem, State


@click.command(cls=Command)
@click.option("--dismissed", is_flag=True, help="List what was dismissed instead.")
@format_option("text", "json")
@environment_option
@click.pass_obj
def failed(settings: Globals, *, dismissed: bool, output: str, environment: str | None) -> int:
    """List every record whose write a system refuses: why, in its own words, since when, and how often it was tried.

    Each run tries them again, so a record leaves the list by itself once it is corrected. What was dismissed is tried
    again only when it would be another write by then; `--dismissed` lists it.

    \b
    Examples:
      syncdsl runs failed
      syncdsl runs failed --dismissed
      syncdsl runs failed --format json | jq -r '.refused[].record'
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import now, open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.engine.run_account import refused_list  # noqa: PLC0415 - the same
    from syncdsl.project.looking import open_to_look  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(chosen_environment(environment))
    with open_to_look(workspace, name) as state:
        found = refused_list(state, dismissed=dismissed)
    if output == "json":
        from syncdsl.render.runs_json import model_text  # noqa: PLC0415 - only for this format

        write(model_text(found))
        return FINE
    from syncdsl.render.refused_text import render_refused  # noqa: PLC0415 - only for this format

    write(render_refused(found, now(), style_of(sys.stdout), width_of(sys.stdout)))
    return FINE


def named_items(state: State, force: InForce, named: Sequence[str], items: Sequence[ReviewItem]) -> list[ReviewItem]:
    """Return those of the items that are about the named records, or about their partners; an item's id names it.

    Raises Fault SD875 for a record that none is about, and those of `Subjects.find` for one that is none.
    """
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.service import NOT_FAILED  # noqa: PLC0415 - the same
    from syncdsl.engine.subject import Subjects  # noqa: PLC0415 - the same

    subjects = Subjects(state, force.plan, force.schemas)
    found: dict[str, ReviewItem] = {}
    for text in named:
        mine = [item for item in items if text == item.id] or _about(subjects, text, items)
        if not mine:
            raise Fault(
                NOT_FAILED,
                f"no write of `{text}` was refused; nothing was done",
                help="`syncdsl runs failed` lists what is refused, `--dismissed` what rests",
            )
        found.update({item.id: item for item in mine})
    return list(found.values())


def _about(subjects: Subjects, text: str, items: Sequence[ReviewItem]) -> list[ReviewItem]:
    """Return the items whose writes are about a record, or were made for it."""
    from syncdsl.engine.refusals import tries_of  # noqa: PLC0415 - the help needs none of it

    named = subjects.find(text)
    record = (named.connection, named.module, named.id or "")
    about = []
    for item in items:
        tries = tries_of(item)
        if (item.connection, item.module, item.record_id) == record or (tries is not None and record in tries.records):
            about.append(item)
    return about
