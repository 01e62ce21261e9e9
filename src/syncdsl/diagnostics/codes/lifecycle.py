"""SD83: rules in force, switching syncing on and off, disconnecting."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

SWITCHED_OFF = Code(
    id="SD830",
    name="switched-off",
    title="syncing is switched off here",
    exit_code=3,
    explanation=(
        "`syncdsl disable` switched syncing off for this environment. Nothing is written to either system until "
        "`syncdsl enable`; links, bases, history and what waits for a decision are kept. `syncdsl plan` still previews."
    ),
    example="syncdsl disable\nsyncdsl apply",
    instead="syncdsl enable\nsyncdsl apply",
)
NO_RULES_IN_FORCE = Code(
    id="SD831",
    name="no-rules-in-force",
    title="no rules are in force yet",
    exit_code=3,
    explanation=(
        "`syncdsl sync` runs the rules that `apply` or `enable` put in force, not whatever the files say at the "
        "moment. In a new environment there are none. `syncdsl apply` shows what the project's rules would do, asks, "
        "and puts them in force."
    ),
    example="syncdsl init my-sync && cd my-sync\nsyncdsl sync",
    instead="syncdsl apply\nsyncdsl sync",
)
UNREADABLE_RULES = Code(
    id="SD832",
    name="unreadable-rules",
    title="the rules in force cannot be read",
    exit_code=3,
    explanation=(
        "The state keeps the rules in force as a compiled plan. It was stored by another version of syncdsl, or is "
        "damaged. Nothing was read or written. `syncdsl apply` or `syncdsl enable` puts the rules of the project's "
        "files in force."
    ),
)
UNKNOWN_PART = Code(
    id="SD833",
    name="unknown-part",
    title="the rules in force have nothing of this name",
    exit_code=3,
    explanation=(
        "A name given on the command line is none of the module statements, or connections, of the rules in force. "
        "Nested modules are named after their parent: `customers.contacts`."
    ),
    example="syncdsl sync --module contacts",
    instead="syncdsl sync --module customers.contacts",
)
IN_DOUBT = Code(
    id="SD834",
    name="still-in-doubt",
    title="writes are in doubt, so nothing is disconnected",
    exit_code=7,
    explanation=(
        "A create got no answer: the record may exist without a link. Run `syncdsl sync` while the organisation can "
        "still be asked; it finds out and links what arrived. `--abandon` puts them into the archive as they are. "
        "Reconnecting finds them by their key where the module has a key field; elsewhere they may be made twice."
    ),
    example="syncdsl disconnect books",
    instead="syncdsl sync\nsyncdsl disconnect books",
)
BAD_LINK_LIST = Code(
    id="SD835",
    name="bad-link-list",
    title="this file is no list of links that can be taken in",
    exit_code=3,
    explanation=(
        "`syncdsl links --import` takes what `syncdsl links --format csv` wrote, with `unlink` or `set aside` in the "
        "column `action` of some rows. Columns and rows may be left out, what identifies a link may not be changed. "
        "Nothing was changed."
    ),
    example="uid,module,…,action\nsd-abc…,customers,…,delete",
    instead="uid,module,…,action\nsd-abc…,customers,…,unlink",
)
LINKS_MOVED_ON = Code(
    id="SD836",
    name="links-moved-on",
    title="links changed since this list was written",
    exit_code=5,
    explanation=(
        "A row of the list names a link that is no longer there, or has other records by now. Nothing was changed. "
        "Write the list again and repeat the decisions."
    ),
    example="syncdsl links --import monday.csv  # on Tuesday",
    instead="syncdsl links --format csv --out tuesday.csv",
)
NOT_CONNECTED = Code(
    id="SD837",
    name="not-connected",
    title="this environment is not connected yet",
    exit_code=3,
    explanation=(
        "`sync` asks nobody, so it goes only to organisations that an `apply` or `enable` connected, which show what "
        "will happen and ask. After `disconnect`, or when the rules name another connection, one of these is due: "
        "a scheduled `sync` never connects an organisation by itself."
    ),
    example="syncdsl disconnect books --yes\nsyncdsl sync",
    instead="syncdsl disconnect books --yes\nsyncdsl apply\nsyncdsl sync",
)

CODES: tuple[Code, ...] = (
    SWITCHED_OFF,
    NO_RULES_IN_FORCE,
    UNREADABLE_RULES,
    UNKNOWN_PART,
    IN_DOUBT,
    BAD_LINK_LIST,
    LINKS_MOVED_ON,
    NOT_CONNECTED,
)
