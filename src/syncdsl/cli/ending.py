"""How every command ends: with an exit code that means one thing, and one clear message when something stops it."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.terminal import style_of
from syncdsl.diagnostics import Fault
from syncdsl.render.neutral import neutral_json, neutral_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.cli.options import Globals

_QUOTED = re.compile(r"(?<!\w)'([^']*)'(?!\w)")

FINE = 0
FINDINGS = 1
CHANGES = 2
USAGE = 3
PARTLY = 7
INTERNAL = 70
INTERRUPTED = 130
BROKEN_PIPE = 141


def ending(command: Callable[[], object], settings: Globals) -> int:
    """Run a command line and return its exit code; whatever stops it is said on stderr."""
    try:
        return _ending(command, settings)
    except KeyboardInterrupt:
        # Ctrl-C while it was being said what stopped the command.
        _line("interrupted")
        return INTERRUPTED


def _ending(command: Callable[[], object], settings: Globals) -> int:
    try:
        result = command()
        sys.stdout.flush()
    except Fault as fault:
        return report(fault, settings)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        _line("interrupted")
        return INTERRUPTED
    except click.ClickException as error:
        return report(_usage(error), settings)
    except BrokenPipeError:
        # Whoever read our output has seen enough. The interpreter flushes stdout once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last resort: a mistake of ours becomes one message
        return _internal(error, settings)
    return result if isinstance(result, int) else FINE


def report(fault: Fault, settings: Globals) -> int:
    """Say what stopped the command, and return its exit code."""
    sys.stdout.flush()
    if settings.log_format == "json":
        _line(_json(fault))
        return fault.code.exit_code
    style = style_of(sys.stderr)
    first, *more = neutral_lines(fault.message).split("\n")
    lines = [style("error", f"error[{fault.code.id}]") + style("bold", f": {first}")]
    lines += [f"  {line}" for line in more]
    if fault.help:
        first, *more = neutral_lines(fault.help).split("\n")
        lines.append(f"  {style('frame', '=')} {style('help', 'help')}: {style.prose(first)}")
        lines += [f"          {style.prose(line)}" for line in more]
    if fault.code.exit_code != USAGE or fault.code.name != "usage":
        lines.append(f"  {style('frame', '=')} {style.prose(f'`syncdsl explain {fault.code.id}` says more')}")
    _line("\n".join(lines))
    return fault.code.exit_code


def _json(fault: Fault) -> str:
    import json  # noqa: PLC0415 - only for this format

    data = {
        "level": "error",
        "code": fault.code.id,
        "name": fault.code.name,
        "message": fault.message,
        "help": fault.help,
        "exit_code": fault.code.exit_code,
    }
    return neutral_json(json.dumps(data, ensure_ascii=False))


def _usage(error: click.ClickException) -> Fault:
    from syncdsl.diagnostics.codes.project import USAGE as CODE  # noqa: PLC0415 - only for mistakes

    ctx = error.ctx if isinstance(error, click.UsageError) else None
    message = _QUOTED.sub(r"`\1`", error.format_message().rstrip("."))
    path = ctx.command_path if ctx is not None else "syncdsl"
    return Fault(CODE, message[:1].lower() + message[1:], help=f"`{path} --help` shows what it takes")


def _internal(error: Exception, settings: Globals) -> int:
    from syncdsl.diagnostics.codes.internal import INTERNAL as CODE  # noqa: PLC0415 - only for mistakes

    if settings.verbose:
        import traceback  # noqa: PLC0415 - only for mistakes

        _line(neutral_lines("".join(traceback.format_exception(error)).rstrip()))
    where = "" if settings.verbose else "run again with `-v` to see the technical details, and please report them"
    return report(
        Fault(CODE, f"syncdsl made a mistake: {type(error).__name__}", help=where or "please report what stands above"),
        settings,
    )


def _line(text: str) -> None:
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
