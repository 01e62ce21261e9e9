"""The part of `setup` about calls of a system back to this program: the secret that signs them, and the clicks."""

from __future__ import annotations

import secrets
import string
import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.terminal import say, style_of, write
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import MISSING_CREDENTIALS
from syncdsl.project.credentials import KEYRING, WEBHOOK_SECRET, configured_secrets, parts_of, variable
from syncdsl.project.environment import connection_table
from syncdsl.project.keeping import InFile, InKeyring, keep, refuse_place
from syncdsl.project.keyrings import entry_of
from syncdsl.project.preparation import call_back_steps

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.project.preparation import Organisation
    from syncdsl.project.workspace import Workspace

LENGTH = 40
"""Alphanumerics of a secret: Books takes 12 to 50, and these are 238 bits."""


def show_webhooks(
    workspace: Workspace, environment: str, found: Organisation, url: str, env_file: Path | None, *, changes: bool
) -> None:
    """Print the clicks that make the system call `url`; makes and keeps a secret where there is none yet.

    The secret itself is not printed: the text says how to read it where it is pasted. Raises Fault SD606 when there is
    no place for a new one.
    """
    if not url.startswith("https://"):
        raise click.UsageError("webhooks hold customers' data: their address begins with `https://`")
    name = found.connection
    steps = call_back_steps(workspace, environment, name, found.needs, url=url, secret="…")  # noqa: S106 - no secret
    style = style_of(sys.stdout)
    if not steps:
        text = "nothing to click: the system is asked to call back over its API, and again before that ends"
        write(f"\n{style('bold', f'Webhooks of {name}')}\n\n  {text}\n")
        return
    where = _secret(workspace, environment, name, env_file, changes=changes)
    steps = call_back_steps(workspace, environment, name, found.needs, url=url, secret=where)
    lines = [f"  {number}. {style.prose(step)}" for number, step in enumerate(steps, start=1)]
    write("\n".join(["", style("bold", f"Webhooks of {name}"), "", *lines]) + "\n")


def _secret(workspace: Workspace, environment: str, name: str, env_file: Path | None, *, changes: bool) -> str:
    """Return, in words, how the secret is read; a missing one is made when `changes` is allowed."""
    reference = connection_table(workspace, environment, name).credentials or ""
    kind, place = parts_of(reference)
    known = configured_secrets(name, reference or None, (WEBHOOK_SECRET,))
    if kind == KEYRING:
        where = f"`keyring get {entry_of(place)} {WEBHOOK_SECRET}`"
        if not known and not changes:
            return f"{where}, once `syncdsl setup` without `--check` has made it"
        if not known:
            keep(InKeyring(name=place), name, {WEBHOOK_SECRET: _new()})
            say(f"made a secret for webhooks and kept it in the keyring entry {entry_of(place)}")
        return where
    called = variable(place, WEBHOOK_SECRET)
    if known:
        return f"`printenv {called}`"
    if env_file is None or not changes:
        raise Fault(
            MISSING_CREDENTIALS,
            f"connection `{name}`: there is no secret for webhooks: `{called}` is not set",
            help=f"`syncdsl setup {name} --webhooks URL --env-file FILE` makes one and writes it into a private file",
        )
    target = InFile(path=env_file.expanduser(), prefix=place)
    refuse_place(target, name, workspace.folder)
    keep(target, name, {WEBHOOK_SECRET: _new()})
    say(f"made a secret for webhooks and wrote it into {env_file} as {called}")
    return f"`grep {called} {env_file}`"


def _new() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(LENGTH))
