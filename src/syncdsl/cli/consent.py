"""How a one-time code gets here: pasted by a person, read from stdin, or brought by a browser."""

from __future__ import annotations

import secrets as random
import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.terminal import is_terminal, say, style_of
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import MISSING_CREDENTIALS, NEEDS_ANSWER
from syncdsl.project.credentials import configured_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.onboarding import Scope
    from syncdsl.cli.sign_in_target import Target

CODE = "code"
CLIENT = ("client_id", "client_secret")
LONGEST = 65_536
"""Characters of stdin that are looked at: more is no code."""


def given_on_stdin() -> dict[str, str]:
    """Return what stdin says, one a line: `code=…`, `client_id=…`, `client_secret=…`; a line alone is the code."""
    given: dict[str, str] = {}
    for line in sys.stdin.read(LONGEST).splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and name.strip() in {CODE, *CLIENT}:
            given[name.strip()] = value.strip()
        elif line.strip():
            given[CODE] = line.strip()
    return given


def code_from_person(
    target: Target, scopes: Sequence[Scope], given: Mapping[str, str], *, asks: bool
) -> tuple[dict[str, str], str]:
    """Return the client and the code of the self client, after saying where to click."""
    if asks:
        _require_person()
        _say_steps(target, target.sign_in.console_steps(target.settings({}), redirect_uri=None))
        _say_scopes(target, scopes)
    client = _client(target, given, asks=asks)
    code = given.get(CODE) or (_asked("Code") if asks else "")
    if not code:
        raise Fault(
            MISSING_CREDENTIALS,
            "stdin holds no code",
            help="write it alone on a line, or as `code=…`; `client_id=…` and `client_secret=…` on lines of their own",
        )
    return client, code


def code_from_browser(
    target: Target, scopes: Sequence[Scope], given: Mapping[str, str], *, port: int, opens: bool, asks: bool
) -> tuple[dict[str, str], str, str]:
    """Return the client, the code, and the redirect URI it was made for."""
    from syncdsl.cli.loopback import listening  # noqa: PLC0415 - only this way of the two needs it

    with listening(port) as loopback:
        uri = loopback.redirect_uri
        if asks:
            _say_steps(target, target.sign_in.console_steps(target.settings({}), redirect_uri=uri))
        client = _client(target, given, asks=asks)
        settings, state = target.settings(client), random.token_urlsafe(24)
        address = target.sign_in.consent_url(settings, scopes=scopes, redirect_uri=uri, state=state)
        say(f"\nConsent in a browser on this machine:\n\n{address}\n\nWaiting for it to come back …")
        if opens:
            import webbrowser  # noqa: PLC0415 - only where one is opened

            webbrowser.open(address)
        return client, target.sign_in.answered(settings, loopback.wait(), state=state), uri


def _say_steps(target: Target, steps: Sequence[str]) -> None:
    style = style_of(sys.stderr)
    where = target.table.data_centre or "its own address"
    say(
        style("bold", f"Signing in to {target.connection} ({target.table.adapter}, {where}), {target.environment}")
        + "\n"
    )
    for number, step in enumerate(steps, start=1):
        say(f"  {number}. {style.prose(step)}")


def _say_scopes(target: Target, scopes: Sequence[Scope]) -> None:
    style = style_of(sys.stderr)
    say("\n" + style("bold", "The scopes, on one line") + style("dim", " (`--scopes` says why each)") + "\n")
    say(target.sign_in.scope_separator.join(scope.name for scope in scopes) + "\n")


def _client(target: Target, given: Mapping[str, str], *, asks: bool) -> dict[str, str]:
    """Return client id and secret: from stdin, else those that are set already, else from the person."""
    known = configured_secrets(target.connection, target.table.credentials, CLIENT)
    client = {name: given.get(name) or known.get(name, "") for name in CLIENT}
    missing = [name for name in CLIENT if not client[name]]
    if not missing:
        return client
    if not asks or not is_terminal(sys.stdin):
        listed = " and ".join(f"`{name}=…`" for name in missing)
        raise Fault(
            MISSING_CREDENTIALS,
            f"connection `{target.connection}`: there is no {' and no '.join(missing)}",
            help=f"add {listed} on lines of their own to stdin with `--code-stdin`, or set it where `credentials` says",
        )
    for name in missing:
        client[name] = _asked(name.replace("_", " ").capitalize(), shown=name == "client_id")
    return client


def _asked(what: str, *, shown: bool = False) -> str:
    """Ask for a value; a secret is not shown while it is typed or pasted."""
    note = "" if shown else " (not shown)"
    return str(click.prompt(f"{what}{note}", hide_input=not shown, err=True)).strip()


def _require_person() -> None:
    if not is_terminal(sys.stdin):
        raise Fault(
            NEEDS_ANSWER,
            "nobody can be asked for the code: stdin is no terminal",
            help="`--code-stdin` reads it from stdin; `--scopes` prints what to make it with; `--browser` needs none",
        )
