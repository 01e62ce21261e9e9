"""`syncdsl credentials`: where secrets come from, and new ones in their place."""

from __future__ import annotations

import click

from syncdsl.cli.lazy import Entry, LazyGroup
from syncdsl.cli.options import CONTEXT, global_options

_SECTION = "Commands"

ENTRIES = {
    "show": Entry(
        target="syncdsl.cli.credentials_show:show",
        summary="Show where each secret comes from, and which are missing.",
        section=_SECTION,
    ),
    "update": Entry(
        target="syncdsl.cli.credentials_update:update",
        summary="Put new secrets in the place of those in use, after trying them.",
        section=_SECTION,
    ),
}


@click.group(cls=LazyGroup, entries=ENTRIES, context_settings=CONTEXT, params=list(global_options()))
def credentials() -> None:
    """See where the secrets of connections come from, and replace them while everything runs.

    Secrets are in the machine's keyring or in variables, as `credentials` of a connection in syncdsl.toml says; they
    are never shown. `syncdsl login` gets the first ones.

    \b
    Examples:
      syncdsl credentials show
      syncdsl credentials update crm --env production
    """  # noqa: D301 - \b keeps click from filling the lines
