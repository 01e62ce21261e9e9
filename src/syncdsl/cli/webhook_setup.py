"""The part of `setup` about calls of a system back to this program: the address, the secret, and the clicks."""

from __future__ import annotations

import secrets
import string
import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.terminal import say, style_of, write
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import MISSING_CREDENTIALS
from syncdsl.project.call_backs import call_back_base, call_back_url, calls_back, public_address, webhook_secret
from syncdsl.project.credentials import KEYRING, WEBHOOK_SECRET, parts_of, variable
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
    """Print how the system calls back below the public address `url`, or when that is empty the configured one.

    Makes and keeps a secret where there is none yet, and does not print it: the text says how to read it where it is
    pasted. Raises Fault SD602 for an address that is none, SD606 when there is no place for a new secret.
    """
    name, configured = found.connection, call_back_base(workspace, environment)
    base = public_address(url) if url else configured
    if base is None:
        raise click.UsageError(
            f"`--webhooks` takes the public address of `syncdsl run`: `--webhooks https://sync.example.com`, or "
            f'`call_back = "https://sync.example.com"` in `[environments.{environment}]`'
        )
    style = style_of(sys.stdout)
    way = calls_back(workspace, environment, name)
    lines = ["this system calls nobody back: `syncdsl run` reads it by its schedule"]
    if way is not None:
        secret, where = _secret(workspace, environment, name, env_file, changes=changes)
        address = _address(base, environment, name, secret)
        if way == "by itself":
            lines = [
                f"nothing to click: `syncdsl run` asks over the API to be called at {address}",
                "it asks again long before that ends, and when somebody takes it away",
                f"the secret that proves the calls is read with {where}",
            ]
        else:
            steps = call_back_steps(workspace, environment, name, found.needs, url=address, secret=where)
            lines = [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    text = [f"  {style.prose(line)}" for line in lines]
    write("\n".join(["", style("bold", f"Webhooks of {name}"), "", *text]) + "\n")
    if way is not None and base != configured:
        table = f"`[environments.{environment}]` of syncdsl.toml"
        say(style.prose(f'\n`syncdsl run` takes these calls once `call_back = "{base}"` stands in {table}'))


def _address(base: str, environment: str, name: str, secret: str | None) -> str:
    if secret is None:
        return f"{base}/hooks/…, which follows from the secret"
    return call_back_url(base, environment, name, secret)


def _secret(
    workspace: Workspace, environment: str, name: str, env_file: Path | None, *, changes: bool
) -> tuple[str | None, str]:
    """Return the secret, and in words how it is read; a missing one is made when `changes` is allowed, else None."""
    reference = connection_table(workspace, environment, name).credentials or ""
    kind, place = parts_of(reference)
    known = webhook_secret(workspace, environment, name)
    if kind == KEYRING:
        where = f"`keyring get {entry_of(place)} {WEBHOOK_SECRET}`"
        if known is None and not changes:
            return None, f"{where}, once `syncdsl setup` without `--check` has made it"
        if known is None:
            known = _new()
            keep(InKeyring(name=place), name, {WEBHOOK_SECRET: known})
            say(f"made a secret for webhooks and kept it in the keyring entry {entry_of(place)}")
        return known, where
    called = variable(place, WEBHOOK_SECRET)
    if known is not None:
        return known, f"`printenv {called}`"
    if env_file is None or not changes:
        raise Fault(
            MISSING_CREDENTIALS,
            f"connection `{name}`: there is no secret for webhooks: `{called}` is not set",
            help=f"`syncdsl setup {name} --webhooks --env-file FILE` makes one and writes it into a private file",
        )
    target = InFile(path=env_file.expanduser(), prefix=place)
    refuse_place(target, name, workspace.folder)
    known = _new()
    keep(target, name, {WEBHOOK_SECRET: known})
    say(f"made a secret for webhooks and wrote it into {env_file} as {called}")
    return known, f"`grep {called} {env_file}`"


def _new() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(LENGTH))
