"""The command line: one file per command."""

from __future__ import annotations

import sys
from functools import partial
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from syncdsl.cli.ending import ending
from syncdsl.cli.lazy import Entry, LazyGroup
from syncdsl.cli.options import CONTEXT, Globals, global_options

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

WRITE = "Write rules"
CONNECT = "Connect organisations"
RUN = "Run them"
TRY = "Try it"

COMMANDS = {
    "init": Entry(target="syncdsl.cli.init:init", summary="Make a new project.", section=WRITE),
    "lint": Entry(
        target="syncdsl.cli.lint:lint", summary="Find mistakes in rule files; needs no schemas.", section=WRITE
    ),
    "check": Entry(target="syncdsl.cli.check:check", summary="Lint, and check every name and type.", section=WRITE),
    "fmt": Entry(target="syncdsl.cli.fmt:fmt", summary="Lay out rule files in one canonical form.", section=WRITE),
    "test": Entry(
        target="syncdsl.cli.test:test",
        summary="Run the rules' own tests, with coverage; needs no network.",
        section=WRITE,
    ),
    "compile": Entry(
        target="syncdsl.cli.compile:compile_rules",
        summary="Print the execution plan that the rules come to.",
        section=WRITE,
    ),
    "explain": Entry(
        target="syncdsl.cli.explain:explain", summary="Explain a code such as SD201, or list all.", section=WRITE
    ),
    "schema": Entry(
        target="syncdsl.cli.schema:schema", summary="Read the schemas that rules are checked against.", section=WRITE
    ),
    "login": Entry(
        target="syncdsl.cli.login:login",
        summary="Sign in to an organisation and keep its refresh token.",
        section=CONNECT,
    ),
    "logout": Entry(
        target="syncdsl.cli.logout:logout", summary="Revoke a refresh token and forget it.", section=CONNECT
    ),
    "credentials": Entry(
        target="syncdsl.cli.credentials:credentials",
        summary="See where secrets come from, and replace them.",
        section=CONNECT,
    ),
    "setup": Entry(
        target="syncdsl.cli.setup:setup", summary="Give the organisations what the rules need.", section=CONNECT
    ),
    "doctor": Entry(
        target="syncdsl.cli.doctor:doctor", summary="Examine everything a run depends on.", section=CONNECT
    ),
    "plan": Entry(
        target="syncdsl.cli.plan:plan", summary="Preview what an apply would change; changes nothing.", section=RUN
    ),
    "snapshot": Entry(
        target="syncdsl.cli.snapshot:snapshot",
        summary="Record what a preview rests on, for previews elsewhere.",
        section=RUN,
    ),
    "apply": Entry(target="syncdsl.cli.apply:apply", summary="Preview, ask, and apply exactly once.", section=RUN),
    "approve": Entry(
        target="syncdsl.cli.approve:approve", summary="Approve a saved change set, with a signature.", section=RUN
    ),
    "undo": Entry(target="syncdsl.cli.undo:undo", summary="Put back what a run wrote.", section=RUN),
    "show": Entry(target="syncdsl.cli.show:show", summary="Show a saved change set and who approved it.", section=RUN),
    "comment": Entry(
        target="syncdsl.cli.comment:comment",
        summary="Put a preview on the pull request that a CI job belongs to.",
        section=RUN,
    ),
    "find": Entry(
        target="syncdsl.cli.find:find",
        summary="Find a record in the CRM and see what the rules make of it.",
        section=RUN,
    ),
    "verify": Entry(
        target="syncdsl.cli.verify:verify", summary="Read both sides in full and compare every field.", section=RUN
    ),
    "history": Entry(
        target="syncdsl.cli.history:history",
        summary="Tell what happened to a record and its partner, and why; or list the last runs.",
        section=RUN,
    ),
    "why": Entry(
        target="syncdsl.cli.why:why",
        summary="Tell why a record or a field is as it is: the decision, the rule, both sides, who won.",
        section=RUN,
    ),
    "why-not": Entry(
        target="syncdsl.cli.why_not:why_not",
        summary="Tell what keeps a record from being synced, and what would make it pass.",
        section=RUN,
    ),
    "erase": Entry(
        target="syncdsl.cli.erase:erase",
        summary="Replace what is remembered of a person or company by digests.",
        section=RUN,
    ),
    "sync": Entry(
        target="syncdsl.cli.sync:sync", summary="Sync now by the rules in force, without asking.", section=RUN
    ),
    "run": Entry(
        target="syncdsl.cli.run:run", summary="Run every day: by schedule, and at once when told.", section=RUN
    ),
    "links": Entry(target="syncdsl.cli.links:links", summary="List linked records, and end links.", section=RUN),
    "access": Entry(
        target="syncdsl.cli.access:access", summary="See who has which role in the books, and why.", section=RUN
    ),
    "associate": Entry(
        target="syncdsl.cli.associate:associate", summary="Associate a document with a record.", section=RUN
    ),
    "dissociate": Entry(
        target="syncdsl.cli.associate:dissociate", summary="Take a document and its record apart.", section=RUN
    ),
    "associations": Entry(
        target="syncdsl.cli.associations:associations",
        summary="List the documents of a record, and candidates for one.",
        section=RUN,
    ),
    "enable": Entry(
        target="syncdsl.cli.enable:enable", summary="Put changed rules in force and switch syncing on.", section=RUN
    ),
    "disable": Entry(target="syncdsl.cli.disable:disable", summary="Switch syncing off; nothing is lost.", section=RUN),
    "status": Entry(
        target="syncdsl.cli.status:status",
        summary="See on one screen whether all is well, and what is not.",
        section=RUN,
    ),
    "runs": Entry(
        target="syncdsl.cli.runs:runs",
        summary="List the last runs; retry or dismiss what they failed with.",
        section=RUN,
    ),
    "pause": Entry(target="syncdsl.cli.pause:pause", summary="Hold a daemon's runs back for a while.", section=RUN),
    "resume": Entry(target="syncdsl.cli.resume:resume", summary="Let a paused daemon go on.", section=RUN),
    "disconnect": Entry(
        target="syncdsl.cli.disconnect:disconnect",
        summary="Put links into the archive, to connect other organisations.",
        section=RUN,
    ),
    "state": Entry(
        target="syncdsl.cli.state:state", summary="Examine, back up, restore and move what runs remember.", section=RUN
    ),
    "review": Entry(target="syncdsl.cli.review:review", summary="Decide what waits for a person.", section=RUN),
    "demo": Entry(
        target="syncdsl.cli.demo:demo", summary="See it all work on this machine, in half a minute.", section=TRY
    ),
    "sandbox": Entry(
        target="syncdsl.cli.sandbox:sandbox", summary="Run both systems on this machine, to play with.", section=TRY
    ),
    "adapter": Entry(
        target="syncdsl.cli.adapter:adapter", summary="Put an adapter to the test against a live system.", section=TRY
    ),
}


class Root(LazyGroup):
    """The root command: whatever happens inside ends with a message and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,
    ) -> Any:
        """Run the command line; ends the process unless `standalone_mode` is off."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        chosen = Globals()
        run = partial(super().main, args, prog_name, complete_var, standalone_mode=False, obj=chosen, **extra)
        return sys.exit(ending(run, chosen))


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - only for this option

        click.echo(f"syncdsl {version('syncdsl')}")
        ctx.exit()


@click.group(
    cls=Root,
    entries=COMMANDS,
    context_settings=CONTEXT,
    invoke_without_command=True,
    subcommand_metavar="COMMAND …",
    params=[
        *global_options(),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help="Print the version.",
        ),
    ],
    epilog="`syncdsl COMMAND --help` shows examples of each command.",
)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Sync as code between a CRM and an accounting system.

    Rules say which records belong together and which field goes where. They are checked before anything runs, a
    preview shows every change, and what is applied is applied exactly once.

    \b
    First steps:
      syncdsl demo             see it work, with made-up data on this machine
      syncdsl init my-sync     make a project with a small rule that works
      syncdsl check            check its rules
      syncdsl plan             see what they would change
    """  # noqa: D301 - \b keeps click from filling the lines
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
