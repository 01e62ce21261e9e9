"""`syncdsl login`: from the consent of a person to secrets that are kept where the project expects them."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import is_terminal, say, style_of, write
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.onboarding import Grant, Scope
    from syncdsl.adapters.protocol import Identity
    from syncdsl.cli.sign_in_target import Target
    from syncdsl.project.keeping import Place

CLIENT = ("client_id", "client_secret")
TOKEN = "refresh_token"  # noqa: S105 - the name of a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the code comes, and where the secrets go."""

    browser: bool
    port: int
    opens: bool
    stdin: bool
    organization: str | None
    keyring: bool
    env_file: Path | None
    show: bool


@click.command(cls=Command)
@click.argument("connection")
@click.option("--scopes", "only_scopes", is_flag=True, help="Only print the scopes, why each, and the clicks.")
@click.option("--browser", is_flag=True, help="Consent in a browser on this machine, in place of a pasted code.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8914,
    show_default=True,
    help="Port for --browser: the client is registered with it. 0 takes a free one.",
)
@click.option("--no-open", is_flag=True, help="With --browser: print the address and open nothing.")
@click.option("--code-stdin", is_flag=True, help="Read the code from stdin, and the client where it is not set yet.")
@click.option("--data-centre", metavar="NAME", help="Where the account is, such as eu; written into syncdsl.toml.")
@click.option("--organization", metavar="ID", help="The organisation to take, when there are several.")
@click.option("--keyring", is_flag=True, help="Keep the secrets in this machine's keyring.")
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the secrets as variables into a private file (0600) outside the project.",
)
@click.option("--show", is_flag=True, help="Show the variables on this terminal, once, after asking.")
@click.option("--notifications", is_flag=True, help="Ask for the scopes of notifications, too.")
@environment_option
@click.pass_obj
def login(
    settings: Globals,
    *,
    connection: str,
    only_scopes: bool,
    browser: bool,
    port: int,
    no_open: bool,
    code_stdin: bool,
    data_centre: str | None,
    organization: str | None,
    keyring: bool,
    env_file: Path | None,
    show: bool,
    notifications: bool,
    environment: str | None,
) -> int:
    """Sign in to the organisation of CONNECTION: print the scopes that the rules need and where to click, exchange the
    one-time code, choose the organisation, and keep the refresh token.

    Secrets are never arguments: they are asked for (not shown), or read from stdin, one a line: code=…, client_id=…,
    client_secret=…; a line alone is the code. A refresh token is good until it is revoked, so it goes into the
    keyring, into a private file that you name, or onto your terminal after you said so; never into syncdsl.toml, a log
    or a pipe.

    \b
    Examples:
      syncdsl login crm --env production --data-centre eu
      syncdsl login books --env production --browser
      syncdsl login crm --scopes
      syncdsl login crm --code-stdin --env-file ~/.config/shop.env < code.txt
    """  # noqa: D205, D301 - click fills the first paragraph; \b keeps it from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.sign_in_target import target_of  # noqa: PLC0415 - the same

    if sum((keyring, env_file is not None, show)) > 1:
        raise click.UsageError("`--keyring`, `--env-file` and `--show` exclude each other: secrets go to one place")
    target = target_of(open_workspace(settings), environment, connection, data_centre=data_centre)
    scopes = _scopes(target, settings, notifications=notifications)
    if only_scopes:
        _print_scopes(target, scopes, quiet=settings.quiet)
        return FINE
    options = Options(
        browser=browser,
        port=port,
        opens=not no_open,
        stdin=code_stdin,
        organization=organization,
        keyring=keyring,
        env_file=env_file.expanduser() if env_file else None,
        show=show,
    )
    place = _place(target, options)
    client, grant = _consented(target, scopes, options)
    secrets = {**client, TOKEN: str(grant.refresh_token)}
    _refuse_missing(target, scopes, grant, secrets)
    chosen = _organization(target, options, secrets, place)
    _finish(target, place, secrets, chosen, data_centre=data_centre)
    return FINE


def _scopes(target: Target, settings: Globals, *, notifications: bool) -> tuple[Scope, ...]:
    from syncdsl.project.needs import compile_rules, needed  # noqa: PLC0415 - the help needs none of it

    found = needed(compile_rules(target.workspace), target.connection, notifications=notifications)
    if not found.exact and not settings.quiet:
        named = ", ".join(sorted(found.needs.modules)) or "none"
        say(
            f"the rules cannot be compiled yet ({found.why.splitlines()[0]}), so the scopes are those "
            f"of the modules that "
            f"they name: {named}"
        )
    return target.sign_in.scopes(found.needs)


def _print_scopes(target: Target, scopes: Sequence[Scope], *, quiet: bool) -> None:
    line = target.sign_in.scope_separator.join(scope.name for scope in scopes)
    if quiet:
        write(line + "\n")
        return
    style = style_of(sys.stdout)
    width = max(len(scope.name) for scope in scopes) + 2
    lines = [style("bold", f"Scopes of `{target.connection}`, and why"), ""]
    lines += [f"  {scope.name.ljust(width)}{style('dim', style.prose(scope.why))}" for scope in scopes]
    lines += ["", style("bold", "On one line, to paste"), "", line, "", style("bold", "Where"), ""]
    steps = target.sign_in.console_steps(target.settings({}), redirect_uri=None)
    lines += [f"  {number}. {style.prose(step)}" for number, step in enumerate(steps, start=1)]
    write("\n".join(lines) + "\n")


def _place(target: Target, options: Options) -> Place:
    """Return where the secrets will go, decided before a code is used up; asks where nobody said it."""
    from syncdsl.project.keeping import (  # noqa: PLC0415 - the help needs none of it
        InFile,
        OnTerminal,
        keyring_place,
        prefix_of,
        refuse_place,
    )

    reference = target.table.credentials
    kept = keyring_place(
        reference,
        project=target.workspace.folder.name,
        environment=target.environment,
        connection=target.connection,
    )
    prefix = prefix_of(reference, environment=target.environment, connection=target.connection)
    place: Place
    if options.env_file is not None:
        place = InFile(path=options.env_file, prefix=prefix)
    elif options.show:
        _require_terminal_to_show()
        place = OnTerminal(prefix=prefix)
    elif options.keyring or (reference or "").startswith("keyring:"):
        place = kept
    else:
        _require_choice(options)
        place = kept
        if not click.confirm(f"Keep the secrets in this machine's keyring, as `{kept.name}`?", default=True, err=True):
            _no_place()
    refuse_place(place, target.connection, target.workspace.folder)
    if isinstance(place, OnTerminal) and not click.confirm(
        "The refresh token will be readable on this terminal, and in what it keeps of it. Go on?", err=True
    ):
        raise click.Abort
    return place


def _require_terminal_to_show() -> None:
    if not (is_terminal(sys.stdout) and is_terminal(sys.stdin)):
        raise click.UsageError(
            "`--show` needs a terminal: what goes into a pipe or a log is read by others; use `--env-file FILE`"
        )


def _require_choice(options: Options) -> None:
    if options.stdin or not is_terminal(sys.stdin):
        _no_place()


def _no_place() -> NoReturn:
    from syncdsl.diagnostics.codes.project import USAGE  # noqa: PLC0415 - only for mistakes

    raise Fault(
        USAGE,
        "say where the secrets go; nothing was done yet",
        help="`--keyring` keeps them in this machine's keyring\n"
        "`--env-file FILE` writes them as variables into a private file outside the project\n"
        "`--show` shows them on a terminal, for a secret store that you paste them into",
    )


def _consented(target: Target, scopes: Sequence[Scope], options: Options) -> tuple[dict[str, str], Grant]:
    """Return the client and what its code was exchanged for."""
    from syncdsl.cli.consent import code_from_browser, code_from_person, given_on_stdin  # noqa: PLC0415 - as above

    given = given_on_stdin() if options.stdin else {}
    if options.browser:
        client, code, redirect_uri = code_from_browser(
            target, scopes, given, port=options.port, opens=options.opens, asks=not options.stdin
        )
    else:
        client, code = code_from_person(target, scopes, given, asks=not options.stdin)
        redirect_uri = None
    grant = target.sign_in.exchange(target.settings(client), code=code, redirect_uri=redirect_uri)
    return client, grant


def _refuse_missing(target: Target, scopes: Sequence[Scope], grant: Grant, secrets: Mapping[str, str]) -> None:
    missing = target.sign_in.missing(scopes, grant.scopes)
    required = [scope for scope in missing if not scope.optional]
    if required:
        from syncdsl.diagnostics.codes.onboarding import MISSING_SCOPES  # noqa: PLC0415 - only for mistakes

        with suppress(Fault):  # the message is about the scopes; an unused token ends by itself in time
            target.sign_in.revoke(target.settings(secrets))
        listed = "\n".join(f"{scope.name}  ({scope.why})" for scope in required)
        raise Fault(
            MISSING_SCOPES,
            f"connection `{target.connection}`: the code was made without these scopes, so nothing was kept:\n{listed}",
            help="scopes cannot be added later: make a new code with all of them "
            f"(`syncdsl login {target.connection}{target.option} --scopes`)",
        )
    for scope in missing:
        say(f"note: without `{scope.name}` ({style_of(sys.stderr).prose(scope.why)})")


def _organization(target: Target, options: Options, secrets: Mapping[str, str], place: Place) -> Identity:
    """Return the organisation of the connection: the configured one, the only one, or the chosen one."""
    from syncdsl.diagnostics.codes.adapters import UNKNOWN_ORGANISATION  # noqa: PLC0415 - as above

    settings = target.settings(secrets)
    configured = target.table.organization
    if configured is not None and not any(character.isalnum() for character in configured):
        configured = None  # the `…` of the template
    wanted = options.organization or configured
    try:
        found = target.sign_in.organizations(settings)
    except Fault as fault:
        _keep(target, place, secrets)
        raise Fault(
            fault.code,
            fault.message,
            help=f"the secrets are kept ({place.reference}), only the organisation could not be looked up; "
            f"{fault.help or 'run `syncdsl doctor`'}",
        ) from None
    listed = "\n".join(f"{item.organization}  {item.name}, {item.base_currency}" for item in found)
    if wanted is not None:
        chosen = next((item for item in found if item.organization == wanted), None)
        if chosen is not None:
            return chosen
        with suppress(Fault):  # as for missing scopes
            target.sign_in.revoke(settings)
        raise Fault(
            UNKNOWN_ORGANISATION,
            f"connection `{target.connection}`: this sign-in does not open organisation `{wanted}`, "
            f"so nothing was kept; "
            f"it opens:\n{listed}",
            help="choose that organisation when you make the code, or take another with `--organization ID`",
        )
    if len(found) == 1:
        return found[0]
    if found and is_terminal(sys.stdin) and not options.stdin:
        return _asked(found)
    _keep(target, place, secrets)
    raise Fault(
        UNKNOWN_ORGANISATION,
        f"connection `{target.connection}`: this sign-in opens several organisations:\n{listed or 'none'}",
        help=f"the secrets are kept ({place.reference}); add to the connection in syncdsl.toml "
        f'`credentials = "{place.reference}"` and `organization = "ID"`. `--organization ID` chooses the next time',
    )


def _asked(found: Sequence[Identity]) -> Identity:
    say("This sign-in opens several organisations:")
    for number, item in enumerate(found, start=1):
        say(f"  {number}. {item.name}  {item.organization}, {item.base_currency}")
    number = click.prompt("Which one", type=click.IntRange(1, len(found)), err=True)
    return found[number - 1]


def _keep(target: Target, place: Place, secrets: Mapping[str, str]) -> None:
    from syncdsl.project.keeping import OnTerminal, assignments, keep  # noqa: PLC0415 - as above

    if isinstance(place, OnTerminal):
        write("\n".join(assignments(place.prefix, secrets)) + "\n")
    else:
        keep(place, target.connection, secrets)


def _finish(
    target: Target, place: Place, secrets: Mapping[str, str], chosen: Identity, *, data_centre: str | None
) -> None:
    """Keep the secrets first: what cannot be got again. Then say in the settings where they are."""
    from syncdsl.cli.sign_in_report import report_sign_in  # noqa: PLC0415 - as above
    from syncdsl.project.toml_editing import set_connection  # noqa: PLC0415 - the same

    _keep(target, place, secrets)
    values = {"organization": chosen.organization, "credentials": place.reference}
    if data_centre is not None:
        values = {"adapter": target.table.adapter, "data_centre": data_centre, **values}
    changed = set_connection(target.workspace.folder, target.environment, target.connection, values)
    report_sign_in(target, place, chosen, {name: values[name] for name in changed})
