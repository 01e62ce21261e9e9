"""`syncdsl erase`: forget what a record held, and keep what the next run needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import is_terminal, style_of, write

if TYPE_CHECKING:
    from collections import Counter

    from syncdsl.engine.subject import Subjects
    from syncdsl.state import Subject

_KINDS = {
    "history": ("row of the history", "rows of the history"),
    "bases": ("link: what both sides held when they were last synced", "links: what both sides held when last synced"),
    "writes": ("write: what was sent", "writes: what was sent"),
    "documents": ("document: what it was made from", "documents: what they were made from"),
    "reviews": ("question for a person", "questions for a person"),
    "readings": ("record as it was read last", "records as they were read last"),
    "access": ("address of a user who has a role", "addresses of users who have a role"),
    "archive": ("archived row", "archived rows"),
}


@click.command(cls=Command)
@click.argument("record")
@click.option("--yes", is_flag=True, help="Do not ask.")
@environment_option
@click.pass_obj
def erase(settings: Globals, *, record: str, yes: bool, environment: str | None) -> int:
    """Replace what is remembered of RECORD and its partners by digests.

    The values go from the history, from links, writes, questions, documents, archives and readings. Ids, keys, causes
    and times stay, and so do digests that nobody can read: so links live on, nothing is created twice, and the next run
    neither sees a change nor writes one. Nothing is changed in the connected systems: where the record still is, the
    next run reads it again, so delete it there first.

    RECORD is `connection.Module/id`, or its name or number in place of the id.

    \b
    Examples:
      syncdsl erase crm.Contacts/4600000000001
      syncdsl erase "crm.Contacts/Jane Doe" --yes
    """  # noqa: D301 - \b keeps click from filling the lines
    import uuid  # noqa: PLC0415 - the help needs none of it

    from syncdsl.cli.chosen_rules import rules_to_look_by  # noqa: PLC0415 - the same
    from syncdsl.cli.running import leased, now, open_workspace  # noqa: PLC0415 - the same
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.history import UNDER_WAY  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - the same
    from syncdsl.engine.subject import Subjects  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same

    if not yes and not is_terminal(sys.stdin):
        raise Fault(NEEDS_ANSWER, "there is no terminal to ask whether this is wanted", help="say `--yes`")
    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with open_project_state(workspace, name) as state, leased(state):
        plan, schemas = rules_to_look_by(workspace, settings, state, name)
        subjects = Subjects(state, plan, schemas)
        found = subjects.find(record)
        subject, _ = subjects.subject(found)
        if state.unfinished(subject):
            raise Fault(
                UNDER_WAY,
                f"a write or a decision about `{found.text}` has not ended, and needs its values",
                help="`syncdsl apply` brings it to an end; erase it then",
            )
        counts = state.erasable(subject)
        _show(subject, subjects, counts)
        if not sum(counts.values()):
            return FINE
        if not yes and not click.confirm("\nErase all this? It cannot be undone.", default=False, err=True):
            write("Nothing was erased.\n")
            return FINE
        live = [subjects.name(each).text for each in sorted(subject.records) if state.seen_fields(*each) is not None]
        run, at = uuid.uuid4().hex[:12], now()
        state.start_run(run, "erase", plan.digest, at)
        done = state.erase(subject, at, user_name())
        state.end_run(run, now(), {kind: count for kind, count in sorted(done.items()) if count})
        state.scrub()
        _report(live, [str(path) for path in state.copies()])
    return FINE


def _show(subject: Subject, subjects: Subjects, counts: Counter[str]) -> None:
    """Say whom it is about and what would go."""
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the help needs none of it

    style = style_of(sys.stdout)
    for record in sorted(subject.records):
        name = subjects.name(record)
        label = "" if name.label == name.id else f"  {neutral(name.label)}"
        write(f"{style('bold', neutral(name.text))}{label}\n")
    if not sum(counts.values()):
        write("Nothing that could be erased is on file.\n")
        return
    for kind, (one, several) in _KINDS.items():
        if counts[kind]:
            write(f"  {style('void', f'{counts[kind]:,}')} {one if counts[kind] == 1 else several}\n")


def _report(live: list[str], copies: list[str]) -> None:
    """Say what is done, what the next run reads again, and where copies may be."""
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the help needs none of it

    style = style_of(sys.stdout)
    write(f"\n{style('good', 'Erased.')} Links, ids and keys are kept; values are digests.\n")
    if live:
        listed = ", ".join(neutral(name) for name in live)
        write(f"As far as the last run knows, still there and read again by the next one: {listed}\n")
    if copies:
        listed = ", ".join(neutral(path) for path in copies)
        write(f"{style('warning', 'Not erased')} in copies of the state: {listed}\n")
