"""`syncdsl setup`: the organisations get what the rules need, or somebody is told where to click."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import is_terminal, say, style_of, write
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.onboarding import Requirement
    from syncdsl.project.preparation import Organisation
    from syncdsl.project.workspace import Workspace
    from syncdsl.render.checklist import Item


@click.command(cls=Command)
@click.argument("connection", required=False)
@click.option("--check", "only_check", is_flag=True, help="Only report; change nothing.")
@click.option("--yes", is_flag=True, help="Create what is missing without asking.")
@click.option(
    "--webhooks",
    is_flag=False,
    flag_value="",
    metavar="[URL]",
    help="Also show how the system calls back, with a secret made for it. URL is the public address of `syncdsl run`; "
    "without it `call_back` of the environment.",
)
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the secret of webhooks is written when credentials are environment variables.",
)
@environment_option
@click.pass_obj
def setup(
    settings: Globals,
    *,
    connection: str | None,
    only_check: bool,
    yes: bool,
    webhooks: str | None,
    env_file: Path | None,
    environment: str | None,
) -> int:
    """Check that the organisations have what the rules need (scopes, edition, currencies, key fields), create what can
    be created over their API after asking, and print the clicks for the rest.

    It can be run as often as you like: what is there stays as it is. Ends with 0 when nothing that the rules need is
    missing any more, else with 1.

    \b
    Examples:
      syncdsl setup --env production
      syncdsl setup crm --check
      syncdsl setup --yes
      syncdsl setup books --webhooks
      syncdsl setup crm --webhooks https://sync.example.com
    """  # noqa: D205, D301 - click fills the first paragraph; \b keeps it from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.environment import connection_table  # noqa: PLC0415 - the same
    from syncdsl.project.preparation import look  # noqa: PLC0415 - the same

    if webhooks is not None and connection is None:
        raise click.UsageError("`--webhooks` takes one CONNECTION before it: each system calls a path of its own")
    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    option = f" --env {name}" if environment else ""
    if connection is not None:
        connection_table(workspace, name, connection)
    wanted = [connection] if connection else sorted(workspace.settings.environments[name].connections)
    found = look(workspace, name, wanted)
    _say_inexact(found, option, quiet=settings.quiet)
    missing = [(item.connection, part) for item in found for part in item.requirements if _creatable(part)]
    if missing and not only_check:
        _show(found, quiet=settings.quiet, before=True)
        _create(workspace, name, missing, yes=yes)
        found = look(workspace, name, wanted)
    items = _show(found, quiet=settings.quiet)
    if webhooks is not None and connection is not None:
        from syncdsl.cli.webhook_setup import show_webhooks  # noqa: PLC0415 - only for these

        show_webhooks(workspace, name, found[0], webhooks, env_file, changes=not only_check)
    return _end(items, option, created=bool(missing) and not only_check, quiet=settings.quiet)


def _say_inexact(found: Sequence[Organisation], option: str, *, quiet: bool) -> None:
    """Say that rules which do not compile yet, as before the first snapshot, tell only by name what they need."""
    if quiet or all(item.exact for item in found):
        return
    say(
        style_of(sys.stderr).prose(
            "the rules do not compile yet, so this goes by the modules they name; after "
            f"`syncdsl schema pull{option}` run it again\n"
        )
    )


def _creatable(requirement: Requirement) -> bool:
    from syncdsl.adapters.onboarding import Creatable  # noqa: PLC0415 - as above

    return isinstance(requirement.condition, Creatable)


def _show(found: Sequence[Organisation], *, quiet: bool, before: bool = False) -> list[Item]:
    from syncdsl.project.examining import item_of  # noqa: PLC0415 - as above
    from syncdsl.project.preparation import currency_requirement  # noqa: PLC0415 - the same
    from syncdsl.render.checklist import Item, Mark, render_checklist, render_verdict  # noqa: PLC0415 - the same

    style = style_of(sys.stdout)
    items: list[Item] = []
    for item in found:
        who = f"organisation {item.identity.organization} ({item.identity.name})"
        items.append(Item(id="organization", mark=Mark.GOOD, text=who, connection=item.connection))
        items += [item_of(requirement, item.connection) for requirement in item.requirements]
    shared = currency_requirement(found)
    if shared is not None:
        items.append(item_of(shared, "both" if len(found) == 2 else "all"))
    if before:
        return items
    write(render_checklist(items, style, quiet=quiet))
    write(render_verdict(items, style))
    return items


def _create(workspace: Workspace, environment: str, missing: Sequence[tuple[str, Requirement]], *, yes: bool) -> None:
    from syncdsl.adapters.onboarding import Creatable  # noqa: PLC0415 - as above
    from syncdsl.project.preparation import create  # noqa: PLC0415 - the same

    style = style_of(sys.stderr)
    say("Missing, and can be created:")
    for connection, requirement in missing:
        assert isinstance(requirement.condition, Creatable)  # noqa: S101 - chosen by it
        say(style.prose(f"  {connection}: {requirement.title}: {requirement.condition.what}"))
    if not yes:
        if not is_terminal(sys.stdin):
            from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - only for mistakes

            raise Fault(
                NEEDS_ANSWER,
                "nobody can be asked whether to create these; nothing was changed",
                help="say `--yes` to create them, or `--check` to only look",
            )
        if not click.confirm(f"Create these in {environment}?", default=False, err=True):
            return
    for connection, requirement in missing:
        create(workspace, environment, connection, requirement)
        say(f"{style('good', 'created')} {style.prose(f'{connection}: {requirement.title}')}")
    say("")


def _end(items: Sequence[Item], option: str, *, created: bool, quiet: bool) -> int:
    from syncdsl.render.checklist import Mark  # noqa: PLC0415 - as above

    style = style_of(sys.stderr)
    bad = any(item.mark is Mark.BAD for item in items)
    if not quiet:
        if bad:
            say("\n" + style.prose(f"when that is done: `syncdsl setup{option}` looks again"))
        elif created:
            say("\n" + style.prose(f"`syncdsl schema pull{option}` takes the new fields into the schema snapshots"))
        else:
            say("\n" + style.prose(f"`syncdsl schema pull{option}`, then `syncdsl plan{option}`"))
    return FINDINGS if bad else FINE
