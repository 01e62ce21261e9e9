"""`syncdsl logout`: the refresh token is revoked, and what this machine keeps of the sign-in is removed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import is_terminal, style_of, write
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from syncdsl.cli.sign_in_target import Target

TOKEN = "refresh_token"  # noqa: S105 - the name of a secret


@click.command(cls=Command)
@click.argument("connection")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--only-here", is_flag=True, help="Remove what this machine keeps, and leave the token valid.")
@environment_option
@click.pass_obj
def logout(settings: Globals, *, connection: str, yes: bool, only_here: bool, environment: str | None) -> int:
    """Revoke the refresh token of CONNECTION, and remove it from this machine's keyring.

    Everybody who uses the same token is signed out: other machines, and CI. Environment variables and files that hold
    it are named, and are yours to remove. The secret of webhooks stays, because the system goes on using it.

    \b
    Examples:
      syncdsl logout crm --env production
      syncdsl logout books --yes
      syncdsl logout crm --only-here
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.sign_in_target import target_of  # noqa: PLC0415 - the same
    from syncdsl.project.credentials import configured_secrets  # noqa: PLC0415 - the same

    target = target_of(open_workspace(settings), environment, connection)
    secrets = configured_secrets(connection, target.table.credentials, target.wanted)
    lines = []
    if not only_here:
        lines.append(_revoked(target, secrets, yes=yes))
    if all(name in secrets for name in target.wanted):
        target.sign_in.forget(target.settings(secrets))
        lines.append("forgot the access tokens made from it")
    lines += _removed(target)
    style = style_of(sys.stdout)
    write("".join(f"{style.prose(line)}\n" for line in lines))
    return FINE


def _revoked(target: Target, secrets: dict[str, str], *, yes: bool) -> str:
    """Revoke before anything is removed: a token that nobody has any more cannot be revoked."""
    if TOKEN not in secrets:
        return f"no refresh token of `{target.connection}` is set here, so none was revoked"
    if not yes:
        _confirm(target)
    where = "the system"
    if target.sign_in.revoke(target.settings(secrets)):
        return f"revoked the refresh token of `{target.connection}`: {where} accepts it no longer"
    return f"the refresh token of `{target.connection}` was no longer valid: {where} did not know it"


def _confirm(target: Target) -> None:
    if not is_terminal(sys.stdin):
        from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - only for mistakes

        raise Fault(
            NEEDS_ANSWER,
            "nobody can be asked whether to revoke the token; nothing was done",
            help="say `--yes`; everybody who uses the same token is signed out",
        )
    question = f"Revoke the token of {target.connection} ({target.environment})? Whoever else uses it is signed out"
    click.confirm(question, abort=True, err=True)


def _removed(target: Target) -> list[str]:
    from syncdsl.project import keyrings  # noqa: PLC0415 - as above
    from syncdsl.project.credentials import KEYRING, configured_secrets, parts_of, variable  # noqa: PLC0415 - the same

    reference = target.table.credentials
    if reference is None:
        return ["syncdsl.toml names no credentials for it"]
    kind, name = parts_of(reference)
    if kind == KEYRING:
        entry = keyrings.entry_of(name)
        removed = keyrings.forget(target.connection, name, target.wanted)
        if not removed:
            return [f"the keyring entry `{entry}` held nothing"]
        return [f"removed from the keyring entry `{entry}`: {', '.join(removed)}"]
    still = configured_secrets(target.connection, reference, target.wanted)
    variables = ", ".join(f"`{variable(name, secret)}`" for secret in still)
    if not variables:
        return []
    return [f"still set here, remove them where they are set: {variables}"]
