"""What `login` says when it is done: whose data this opens, where the secrets are, and what comes next."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, assert_never

from syncdsl.cli.terminal import style_of, write
from syncdsl.diagnostics import Fault
from syncdsl.project.credentials import configured_secrets
from syncdsl.project.keeping import InFile, InKeyring, OnTerminal
from syncdsl.project.keyrings import entry_of
from syncdsl.project.needs import adapters_of
from syncdsl.render.neutral import neutral

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Identity
    from syncdsl.cli.sign_in_target import Target
    from syncdsl.project.keeping import Place


def report_sign_in(target: Target, place: Place, chosen: Identity, changed: Mapping[str, str]) -> None:
    """Write the report to stdout."""
    style = style_of(sys.stdout)
    name = neutral(f"{chosen.name or 'an organisation without a name'} ({chosen.organization})")
    lines = [
        f"{style('good', 'Signed in')}: {style('bold', target.connection)} opens {name}, {chosen.base_currency}",
        f"  secrets       {_where(place)}",
    ]
    if changed:
        lines.append("  syncdsl.toml  " + ", ".join(f'{key} = "{value}"' for key, value in changed.items()))
    write("\n".join([*lines, "", "Next:", "", *(f"  {line}" for line in _next(target, place))]) + "\n")


def _where(place: Place) -> str:
    match place:
        case InKeyring(name=name):
            return f"in this machine's keyring, entry {entry_of(name)}"
        case InFile(path=path, prefix=prefix):
            return f"in {path} (only you can read it), as {prefix}_…"
        case OnTerminal(prefix=prefix):
            return f"shown above and kept nowhere: set them as {prefix}_… where syncdsl runs"
        case _:
            assert_never(place)


def _next(target: Target, place: Place) -> list[str]:
    steps = []
    if isinstance(place, InFile):
        steps.append(f"set -a; . {shlex.quote(str(place.path))}; set +a   # sets the variables in this shell")
    environments = target.workspace.settings.environments
    known = environments[target.environment].connections if target.environment in environments else {}
    for name in sorted(set(adapters_of(target.workspace)) - {target.connection}):
        if name not in known:
            centre = f" --data-centre {target.table.data_centre}" if target.table.data_centre else ""
            steps.append(f"syncdsl login {name}{target.option}{centre}")
        elif not _signed_in(name, known[name].credentials):
            steps.append(f"syncdsl login {name}{target.option}")
    return [*steps, f"syncdsl setup{target.option}"]


def _signed_in(connection: str, reference: str | None) -> bool:
    """Return whether a refresh token is set where the connection says."""
    try:
        return bool(configured_secrets(connection, reference, ("refresh_token",)))
    except Fault:
        return False
