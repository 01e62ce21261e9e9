"""`syncdsl compile`: the execution plan that the rules come to."""

from __future__ import annotations

import click

from syncdsl.cli.options import Command, Globals, format_option
from syncdsl.cli.terminal import write


@click.command("compile", cls=Command)
@format_option("text", "json")
@click.pass_obj
def compile_rules(settings: Globals, *, output: str) -> int:
    """Print the execution plan: the static steps that the rules come to, in their order, with a digest.

    It holds no data and needs no network. The same rules and schemas give the same digest.

    \b
    Examples:
      syncdsl compile
      syncdsl compile --format json > plan.json
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import compiled, open_workspace  # noqa: PLC0415 - the help needs none of it

    plan, _ = compiled(open_workspace(settings), settings)
    if output == "json":
        from syncdsl.plan.plan import write_plan  # noqa: PLC0415 - only for this format
        from syncdsl.render.neutral import neutral_json  # noqa: PLC0415 - the same

        write(neutral_json(write_plan(plan)) + "\n")
    else:
        from syncdsl.plan.dump import dump  # noqa: PLC0415 - only for this format
        from syncdsl.render.neutral import neutral_lines  # noqa: PLC0415 - the same

        write(neutral_lines(dump(plan)).rstrip("\n") + "\n")
    return 0
