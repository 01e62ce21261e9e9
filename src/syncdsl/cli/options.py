"""The options that every command takes, before or after its name, and the few that several share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Callable

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@dataclass(slots=True)
class Globals:
    """What the options for all commands were set to."""

    verbose: int = 0
    quiet: bool = False
    log_format: str = "text"
    project: Path | None = None


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    settings = ctx.ensure_object(Globals)
    if param.name and ctx.get_parameter_source(param.name) is not ParameterSource.DEFAULT:
        setattr(settings, param.name, value)


def global_options() -> list[click.Option]:
    """Return the options for all commands, new ones for each."""
    common: dict[str, Any] = {"expose_value": False, "callback": _remember}
    return [
        click.Option(
            ["--project"],
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="The project, when it is not the current folder or above it.",
            **common,
        ),
        click.Option(["-v", "--verbose"], count=True, help="Say more on stderr; -vv says everything.", **common),
        click.Option(["-q", "--quiet"], is_flag=True, help="Say only what was asked for.", **common),
        click.Option(
            ["--log-format"],
            type=click.Choice(["text", "json"]),
            default="text",
            help="How messages on stderr are written.",
            **common,
        ),
    ]


class Command(click.Command):
    """A command that takes the options for all commands too."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        settings.setdefault("context_settings", CONTEXT)
        super().__init__(*args, **settings)
        self.params += global_options()


def settings_of(ctx: click.Context) -> Globals:
    """Return what the options for all commands were set to."""
    return ctx.ensure_object(Globals)


def environment_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--env NAME`."""
    return click.option(
        "--env",
        "environment",
        metavar="NAME",
        envvar="SYNCDSL_ENV",
        show_envvar=True,
        help="Environment of syncdsl.toml; without it the default one.",
    )(function)


def sweep_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--sweep`."""
    return click.option(
        "--sweep", is_flag=True, help="Read every record of both systems, not only what changed since the last run."
    )(function)


def now_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--now`."""
    return click.option(
        "--now", is_flag=True, help="Read the record, and what belongs to it, from the systems; write nothing."
    )(function)


def format_option(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add `--format` with these choices; the first is the default."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How the result is written.",
    )
