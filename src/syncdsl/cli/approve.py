"""`syncdsl approve`: say that exactly this change set may be applied."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.approvals import judged_here, policy_here
from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals
from syncdsl.cli.terminal import is_terminal, say, style_of, write

if TYPE_CHECKING:
    from syncdsl.changes.approvals import Judged
    from syncdsl.changes.saved import SavedChangeSet

PASSPHRASE = "SYNCDSL_SIGNING_PASSPHRASE"  # noqa: S105 - the name of a variable
"""The variable that holds the passphrase of the key, where there is no terminal to type it at."""


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--key",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="KEY",
    envvar="SYNCDSL_SIGNING_KEY",
    show_envvar=True,
    help="Sign it with this ed25519 key, such as ~/.ssh/id_ed25519.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def approve(settings: Globals, *, file: Path, key: Path | None, yes: bool) -> int:
    """Show a saved change set and approve exactly it, so that its guards and budgets let it pass.

    The approval is for this content alone: when a byte of it or a record changes, it is worth nothing. With `--key` it
    is a signature that is kept in FILE, and needs neither the project nor its state: whoever reviews sends FILE back.
    Without, it is noted in the state, and is called unsigned wherever it is shown.

    Whose signatures count, and which are needed, says the operator's configuration where it is applied, never the
    project: `operator.toml` in the folder of syncdsl's configuration, or where `SYNCDSL_OPERATOR` points.

    \b
    Examples:
      syncdsl plan --out monday.changes.json
      syncdsl approve monday.changes.json --key ~/.ssh/id_ed25519
      syncdsl apply monday.changes.json
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.previews import show  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.approving import read_signed  # noqa: PLC0415 - the same

    saved = read_signed(file)
    show(saved.changes, "text", quiet=settings.quiet, approvals=judged_here(settings, saved))
    sys.stdout.flush()
    if not yes and is_terminal(sys.stdin) and not click.confirm("\nApprove exactly this?", default=False, err=True):
        write("Nothing was approved.\n")
        return FINE
    if key is not None:
        _sign(settings, saved, file, key)
    else:
        _note(settings, saved, file)
    return FINE


def _sign(settings: Globals, saved: SavedChangeSet, file: Path, key: Path) -> None:
    """Put a signature into the file."""
    import datetime as dt  # noqa: PLC0415 - the help needs none of it

    from syncdsl.changes.saved import write_change_set  # noqa: PLC0415 - the same
    from syncdsl.project.approving import judged, signed_approval  # noqa: PLC0415 - the same
    from syncdsl.project.private import write_private  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same
    from syncdsl.project.signing import load_key  # noqa: PLC0415 - the same

    private = load_key(key.expanduser(), _passphrase)
    approval = signed_approval(saved.changes, private, user_name(), dt.datetime.now(dt.UTC))
    signed = saved.approved_by(approval)
    write_private(file, write_change_set(signed))
    if not settings.quiet:
        policy = policy_here(settings, saved.changes.environment)
        mine = judged(signed, None, policy)[-1] if policy is not None and policy.approvers else None
        _say(saved, file, f"signed with {approval.key}")
        if mine is not None and mine.standing != "signed":
            say(_warning(mine, saved.changes.environment))


def _note(settings: Globals, saved: SavedChangeSet, file: Path) -> None:
    """Note the approval in the state."""
    import datetime as dt  # noqa: PLC0415 - the help needs none of it

    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.approvals import NOT_APPROVED  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.operator import read_operator  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(saved.changes.environment)
    policy = read_operator(workspace.folder).policy(name)
    if policy.signed:
        raise Fault(
            NOT_APPROVED,
            f"only signed approvals count in `{name}`",
            help=f"`syncdsl approve {file} --key ~/.ssh/id_ed25519` signs it",
        )
    if policy.not_author and saved.changes.author == user_name():
        raise Fault(
            NOT_APPROVED,
            f"you made this change set, and in `{name}` its author may not approve it",
            help="have somebody else approve it",
        )
    with open_project_state(workspace, name) as state:
        state.approve(saved.changes.digest, user_name(), dt.datetime.now(dt.UTC))
    if not settings.quiet:
        _say(saved, file, "unsigned")


def _say(saved: SavedChangeSet, file: Path, how: str) -> None:
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the help needs none of it

    style = style_of(sys.stdout)
    after = style.prose(f"`syncdsl apply {neutral(str(file))}` applies it.")
    write(f"\n{style('good', 'Approved')} ({how}) {saved.changes.digest}\n{after}\n")


def _warning(mine: Judged, environment: str) -> str:
    if mine.standing == "author":
        return f"it does not count in `{environment}`: whoever makes a change set may not approve it there"
    return f"it does not count in `{environment}` as this machine is configured: nobody named this key"


def _passphrase() -> str | None:
    if os.environ.get(PASSPHRASE):
        return os.environ[PASSPHRASE]
    if not is_terminal(sys.stdin):
        return None
    return str(click.prompt("Passphrase of the key (not shown)", hide_input=True, default="", err=True))
