"""`syncdsl adapter`: which adapters are installed, and whether one does what it must."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import CONTEXT, Command, Globals, environment_option, format_option, global_options
from syncdsl.cli.terminal import is_terminal, say, style_of, write

if TYPE_CHECKING:
    from syncdsl.adapters.conformance import Report, Subject
    from syncdsl.adapters.protocol import Identity
    from syncdsl.schema.snapshot import SchemaSnapshot


@click.group(context_settings=CONTEXT, params=list(global_options()))
def adapter() -> None:
    """See the adapters, and put one to the test against a live system.

    \b
    Examples:
      syncdsl adapter list
      syncdsl adapter check crm
    """  # noqa: D301 - \b keeps click from filling the lines


@adapter.command("list", cls=Command, short_help="List the installed adapters.")
def list_adapters() -> int:
    """List the adapters of all installed packages; rules and syncdsl.toml name them.

    \b
    Examples:
      syncdsl adapter list
    """  # noqa: D301 - as above
    from syncdsl.adapters.registry import adapter_names  # noqa: PLC0415 - the help needs none of it

    write("".join(f"{name}\n" for name in adapter_names()))
    return FINE


@adapter.command(cls=Command, short_help="Test and measure a connection's adapter.")
@click.argument("name", metavar="CONNECTION")
@click.option("--module", metavar="NAME", help="Module to write to; without it the first one that suits.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option("text", "json")
@environment_option
@click.pass_obj
def check(settings: Globals, *, name: str, module: str | None, yes: bool, output: str, environment: str | None) -> int:
    """Run the conformance kit against a connection and print what was measured beside what is declared.

    It makes some dozens of records whose names begin with "kit", changes them, and deletes them at the end: use an
    organisation for trying things out. Ends with 1 when a test fails or the system falls behind what its adapter
    declares.

    \b
    Examples:
      syncdsl adapter check crm
      syncdsl adapter check books --module items --env sandbox
      syncdsl adapter check crm --yes --format json
    """  # noqa: D301 - as above
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.environment import open_connection  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    chosen = workspace.settings.environment_name(environment)
    with closing(open_connection(workspace, chosen, name, None)) as opening:
        snapshot, identity = opening.schema(), opening.identity()
    subject = _subject(snapshot, name, module)
    if not yes and not _agreed(name, identity, subject):
        say("nothing was written")
        return FINE
    with closing(open_connection(workspace, chosen, name, snapshot)) as connection:
        from syncdsl.adapters.conformance import run_kit, steps  # noqa: PLC0415 - the help needs none of it
        from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same

        with shown_progress(settings) as shown:
            task = f"check {name}.{subject.module}"
            shown.progress.start(task, steps())
            report = run_kit(connection, subject, advance=lambda _claim: shown.progress.advance(task))
            shown.progress.finish(task, "done")
    _show(report, output)
    return FINDINGS if report.failed or report.worse else FINE


def _subject(snapshot: SchemaSnapshot, connection: str, module: str | None) -> Subject:
    from syncdsl.adapters.conformance import subject_of  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics import Fault, did_you_mean  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.project import USAGE  # noqa: PLC0415 - the same

    if module is not None and module not in snapshot.modules:
        near = did_you_mean(module, snapshot.modules)
        raise Fault(USAGE, f"`{connection}` has no module `{module}`", help=f"did you mean `{near}`?" if near else None)
    wanted = [module] if module is not None else sorted(snapshot.modules, key=lambda one: not _keyed(snapshot, one))
    for one in wanted:
        subject = subject_of(snapshot, one)
        if subject is not None:
            return subject
    suiting = [one for one in snapshot.modules if subject_of(snapshot, one) is not None]
    raise Fault(
        USAGE,
        f"records of `{module or connection}` cannot be made up from the schema alone",
        help=f"use one of {', '.join(f'`{one}`' for one in suiting)}"
        if suiting
        else "test it from Python: see docs/writing-an-adapter.md",
    )


def _keyed(snapshot: SchemaSnapshot, module: str) -> bool:
    return snapshot.modules[module].key_field is not None


def _agreed(connection: str, identity: Identity, subject: Subject) -> bool:
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - the same

    if not is_terminal(sys.stdin):
        raise Fault(
            NEEDS_ANSWER,
            f"the kit writes to `{connection}`, and there is no terminal to ask whether it may",
            help="say `--yes`, with an environment for trying things out",
        )
    say(f"The kit makes, changes and deletes records in {subject.module} of {identity.name} ({identity.organization}).")
    return click.confirm("Go on?", err=True)


def _show(report: Report, output: str) -> None:
    from syncdsl.render.conformance import (  # noqa: PLC0415 - the help needs none of it
        render_conformance,
        render_conformance_json,
    )

    write(render_conformance_json(report) if output == "json" else render_conformance(report, style_of(sys.stdout)))
