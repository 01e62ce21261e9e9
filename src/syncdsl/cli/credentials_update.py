"""`syncdsl credentials update`: new secrets are tried, kept where the old ones are, and a daemon is told."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import is_terminal, style_of, write
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Identity
    from syncdsl.cli.sign_in_target import Target
    from syncdsl.project.keeping import InFile, InKeyring

LONGEST = 65_536
"""Characters of stdin that are looked at: more are no secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where new secrets come from: variables with a prefix, stdin, or else a person; and the file they are kept in."""

    prefix: str | None
    stdin: bool
    env_file: Path | None


@click.command(cls=Command)
@click.argument("connection")
@click.option("--from-env", "prefix", metavar="PREFIX", help="Take the new secrets from variables: PREFIX_CLIENT_ID …")
@click.option("--stdin", is_flag=True, help="Read the new secrets from stdin, one a line: refresh_token=…")
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The private file that the variables are in, where `credentials` is env:PREFIX.",
)
@environment_option
@click.pass_obj
def update(
    settings: Globals,
    *,
    connection: str,
    prefix: str | None,
    stdin: bool,
    env_file: Path | None,
    environment: str | None,
) -> int:
    """Put new secrets of CONNECTION in the place of those in use, without stopping anything.

    They are tried first: the system has to accept them, they need every scope that the rules need, and they have to
    open the organisation that the state belongs to. Only then they replace the old ones, in the keyring or in FILE, and
    a daemon takes them for its next run (with `syncdsl run --env-file FILE`, where they are variables). What is not
    given stays as it is: often only the refresh token is new. Secrets are never arguments; on a terminal they are asked
    for and not shown.

    \b
    Examples:
      syncdsl credentials update crm --env production
      syncdsl credentials update crm --env-file /etc/syncdsl/shop.env
      syncdsl credentials update books --from-env NEW_BOOKS
      printf 'refresh_token=%s\\n' "$TOKEN" | syncdsl credentials update crm --stdin
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import now, open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.sign_in_target import target_of  # noqa: PLC0415 - the same
    from syncdsl.project.credentials import configured_secrets  # noqa: PLC0415 - the same
    from syncdsl.project.env_file import use_env_file  # noqa: PLC0415 - the same
    from syncdsl.project.keeping import keep, refuse_place  # noqa: PLC0415 - the same
    from syncdsl.project.rotation import announce, try_secrets  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same

    if prefix is not None and stdin:
        raise click.UsageError("`--from-env` and `--stdin` exclude each other")
    target = target_of(open_workspace(settings), environment, connection)
    way = _Way(prefix=prefix, stdin=stdin, env_file=env_file.expanduser() if env_file else None)
    place = _place(target, way)
    refuse_place(place, connection, target.workspace.folder)
    if way.env_file is not None and way.env_file.exists():
        use_env_file(way.env_file)
    old = configured_secrets(connection, target.table.credentials, target.wanted)
    secrets = _complete(target, old, _given(target, way, old))
    if secrets == old:
        write(f"These are the secrets of {connection} that are in use already; nothing changed.\n")
        return FINE
    identity = try_secrets(target.workspace, target.environment, connection, secrets)
    try:
        keep(place, connection, secrets)
    except Fault:
        with suppress(Fault):  # a keyring takes one secret after the other: half of them would open nothing
            keep(place, connection, old)
        raise
    _forget(target, old, secrets)
    served = announce(target.workspace, target.environment, connection, by=user_name(), at=now())
    if not settings.quiet:
        write(_report(target, place, identity, served=served))
    return FINE


def _place(target: Target, way: _Way) -> InKeyring | InFile:
    """Return where the secrets are, and the new ones go. Raises Fault SD606, SD610 when that is not known."""
    from syncdsl.diagnostics.codes.project import MISSING_CREDENTIALS, USAGE  # noqa: PLC0415 - the help needs none
    from syncdsl.project.credentials import KEYRING, parts_of  # noqa: PLC0415 - the same
    from syncdsl.project.keeping import InFile, InKeyring  # noqa: PLC0415 - the same

    reference = target.table.credentials
    if reference is None:
        raise Fault(
            MISSING_CREDENTIALS,
            f"the connection `{target.connection}` names no credentials, so there are none to replace",
            help=f"sign in with `syncdsl login {target.connection}{target.option}`",
        )
    kind, name = parts_of(reference)
    if kind == KEYRING:
        if way.env_file is not None:
            raise click.UsageError(f"the secrets of `{target.connection}` are in the keyring, not in a file")
        return InKeyring(name=name)
    if way.env_file is None:
        raise Fault(
            USAGE,
            f"the secrets of `{target.connection}` come from variables, {name}_…, which no command can set for others",
            help="name the private file that they are in with `--env-file FILE`; kept elsewhere, such as in a secret "
            "store, set them there, and start the daemon again",
        )
    return InFile(path=way.env_file, prefix=name)


def _given(target: Target, way: _Way, old: Mapping[str, str]) -> dict[str, str]:
    """Return the new secrets that somebody gave."""
    from syncdsl.project.credentials import variable  # noqa: PLC0415 - the help needs none of it

    if way.prefix is not None:
        found = {name: os.environ.get(variable(way.prefix, name), "").strip() for name in target.wanted}
    elif way.stdin:
        found = _from_stdin(target)
    else:
        found = _from_person(target, old)
    return {name: value for name, value in found.items() if value}


def _from_stdin(target: Target) -> dict[str, str]:
    """Read `name=value` lines. Raises Fault SD610 for others; what they say may be a secret."""
    from syncdsl.diagnostics.codes.project import USAGE  # noqa: PLC0415 - the help needs none of it

    found: dict[str, str] = {}
    for number, line in enumerate(sys.stdin.read(LONGEST).splitlines(), start=1):
        if not line.strip():
            continue
        name, _, value = line.partition("=")
        if name.strip().lower() not in target.wanted:
            listed = ", ".join(f"`{wanted}=…`" for wanted in target.wanted)
            raise Fault(USAGE, f"line {number} of stdin is no secret of `{target.connection}`", help=f"give {listed}")
        found[name.strip().lower()] = value.strip()
    return found


def _from_person(target: Target, old: Mapping[str, str]) -> dict[str, str]:
    if not is_terminal(sys.stdin):
        from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - only for mistakes

        raise Fault(
            NEEDS_ANSWER,
            "nobody can be asked for the new secrets: stdin is no terminal",
            help="`--stdin` reads them from stdin, one `name=value` a line; `--from-env PREFIX` takes variables",
        )
    found = {}
    for name in target.wanted:
        note = "not shown; Enter keeps the present one" if name in old else "not shown"
        words = name.replace("_", " ").capitalize()
        asked = click.prompt(f"{words} ({note})", default="", show_default=False, hide_input=True, err=True)
        found[name] = str(asked).strip()
    return found


def _complete(target: Target, old: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    from syncdsl.diagnostics.codes.project import MISSING_CREDENTIALS  # noqa: PLC0415 - the help needs none of it

    if not given:
        raise Fault(
            MISSING_CREDENTIALS,
            f"no new secret of `{target.connection}` was given",
            help=f"give one or more of {', '.join(f'`{name}`' for name in target.wanted)}",
        )
    secrets = {**old, **given}
    missing = [name for name in target.wanted if name not in secrets]
    if missing:
        raise Fault(
            MISSING_CREDENTIALS,
            f"the connection `{target.connection}` also needs {' and '.join(f'`{name}`' for name in missing)}",
            help="give it, too: it is not set yet",
        )
    return secrets


def _forget(target: Target, old: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """Drop the access tokens made from a refresh token that is no longer in use."""
    names = ("client_id", "refresh_token")
    if all(name in old for name in target.wanted) and any(old[name] != secrets[name] for name in names if name in old):
        with suppress(Fault):  # they end by themselves within the hour
            target.sign_in.forget(target.settings(old))


def _report(target: Target, place: InKeyring | InFile, identity: Identity, *, served: bool) -> str:
    from syncdsl.project.keeping import InFile  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.keyrings import entry_of  # noqa: PLC0415 - the same
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same

    style = style_of(sys.stdout)
    where = f"in {place.path}" if isinstance(place, InFile) else f"in the keyring entry {entry_of(place.name)}"
    opened = neutral(f"{identity.name or 'an organisation without a name'} ({identity.organization})")
    lines = [
        f"{style('good', 'Replaced')} the secrets of {style('bold', target.connection)}: they open {opened}",
        f"  kept {neutral(where)}",
    ]
    if served and isinstance(place, InFile):
        lines.append(
            f"  the daemon takes them for its next run, if it runs with `--env-file {neutral(str(place.path))}`"
        )
    elif served:
        lines.append("  the daemon takes them for its next run")
    lines.append("  the old refresh token is good until somebody revokes it in the system")
    return "".join(f"{style.prose(line)}\n" for line in lines)
