"""`syncdsl review`: the queue of what waits for a person, and how it is decided."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from syncdsl.cli.lazy import Entry, LazyGroup
from syncdsl.cli.options import CONTEXT, global_options

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from syncdsl.cli.options import Globals
    from syncdsl.project.workspace import Workspace
    from syncdsl.state import ReviewItem, State

_SECTION = "Commands"
_ID = re.compile(r"[b-df-hj-np-tv-z][b-df-hj-np-tv-z2-9]{7}")
KINDS = ("conflict", "match", "duplicate", "value", "parked", "deleted", "ambiguous", "document", "access", "undo")
STATES = {"open": ("open",), "decided": ("decided",), "closed": ("closed",), "all": ("open", "decided", "closed")}

ENTRIES = {
    "list": Entry(
        target="syncdsl.cli.review_list:list_items", summary="List what waits for a person.", section=_SECTION
    ),
    "show": Entry(
        target="syncdsl.cli.review_list:show",
        summary="Show one item: both sides, and what decides it.",
        section=_SECTION,
    ),
    "resolve": Entry(target="syncdsl.cli.review_resolve:resolve", summary="Decide items.", section=_SECTION),
    "export": Entry(
        target="syncdsl.cli.review_file:export", summary="Write items to a file, to be filled in.", section=_SECTION
    ),
    "import": Entry(
        target="syncdsl.cli.review_file:import_decisions", summary="Take decisions from such a file.", section=_SECTION
    ),
}


@click.group(cls=LazyGroup, entries=ENTRIES, context_settings=CONTEXT, params=list(global_options()))
def review() -> None:
    """Decide what waits for a person.

    Whatever a run cannot decide by the rules is here, once: conflicts, disputed matches, duplicates, values that do not
    fit, records that wait for others. Everything else goes on meanwhile. What you decide is carried out by the next
    `syncdsl apply`, is in its preview before, and in the history with your name.

    \b
    Examples:
      syncdsl review list
      syncdsl review show bq4xk7wt
      syncdsl review resolve bq4xk7wt crm
      syncdsl review export open.csv
      syncdsl review import open.csv
    """  # noqa: D301 - \b keeps click from filling the lines


def filter_options(state: str | None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add `--kind` and `--module`, and `--state` with a default unless that is None."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        if state is not None:
            function = click.option(
                "--state",
                "state",
                type=click.Choice(list(STATES)),
                default=state,
                show_default=True,
                help="Only items in this state; `decided` ones wait for the next run, `closed` ones are settled.",
            )(function)
        function = click.option(
            "--module", metavar="MODULE", help="Only items about records of this module, such as `crm.Accounts`."
        )(function)
        return click.option(
            "--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only items of this kind; repeatable."
        )(function)

    return add


def found_items(state: State, states: Sequence[str], kinds: Sequence[str], module: str | None) -> list[ReviewItem]:
    """Return the items that the options name.

    Raises click.UsageError when the module is not named with its connection.
    """
    named = None
    if module is not None:
        connection, dot, name = module.partition(".")
        if not dot or not name:
            raise click.UsageError(f"`{module}` is no module; name it with its connection, such as `crm.Accounts`")
        named = (connection, name)
    return state.reviews(states=states, kinds=kinds, module=named)


def is_id(word: str) -> bool:
    """Return whether a word has the form of an item's id."""
    return _ID.fullmatch(word) is not None


def item_of(state: State, item_id: str) -> ReviewItem:
    """Return an item by its id. Raises Fault SD820."""
    from syncdsl.diagnostics import Fault, did_you_mean  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.review import UNKNOWN_REVIEW  # noqa: PLC0415 - the same

    found = state.review(item_id)
    if found is None:
        near = did_you_mean(item_id, [item.id for item in state.reviews()])
        hint = f"did you mean `{near}`? " if near else ""
        raise Fault(
            UNKNOWN_REVIEW,
            f"the review queue has no item `{item_id}`",
            help=f"{hint}`syncdsl review list` shows what is open",
        )
    return found


@contextmanager
def opened_state(settings: Globals, environment: str | None, *, read_only: bool) -> Iterator[tuple[Workspace, State]]:
    """Open the project and the state of an environment."""
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with open_project_state(workspace, name, read_only=read_only) as state:
        yield workspace, state


def now() -> dt.datetime:
    """Return the time by the project's clock."""
    import datetime as dt  # noqa: PLC0415 - the help needs none of it

    from syncdsl.project.services import project_clock  # noqa: PLC0415 - the same

    return dt.datetime.fromtimestamp(project_clock().now(), dt.UTC)
