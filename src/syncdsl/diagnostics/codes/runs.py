"""SD8: state, change sets and runs."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

GUARD_EXCEEDED = Code(
    id="SD801",
    name="guard-exceeded",
    title="a guard stops this change set",
    exit_code=4,
    explanation=(
        "Guards are judged on the whole change set before the first write. Save it (`syncdsl plan --out FILE`), have "
        "somebody read it, approve exactly it (`syncdsl approve FILE`) and apply it (`syncdsl apply FILE`); or change "
        "the guard in the rules."
    ),
    example="guard: creates <= 500\n\nsyncdsl apply  # 800 creates",
    instead=(
        "syncdsl plan --out monday.changes.json\nsyncdsl approve monday.changes.json\nsyncdsl apply monday.changes.json"
    ),
)
STALE_CHANGE_SET = Code(
    id="SD802",
    name="stale-change-set",
    title="the world moved on since this change set was made",
    exit_code=5,
    explanation=(
        "A record, a rule or a schema changed after the preview, so applying it would do something nobody saw. Nothing "
        "was applied. Where only some of its records moved on, `--skip-stale` leaves these out and applies the rest "
        "exactly as it was reviewed; else make a new one with `syncdsl plan --out FILE`."
    ),
    example="syncdsl apply monday.changes.json  # on Tuesday",
    instead="syncdsl plan --out tuesday.changes.json\nsyncdsl apply tuesday.changes.json",
)
DAMAGED_CHANGE_SET = Code(
    id="SD803",
    name="damaged-change-set",
    title="this file is not a change set that can be applied",
    exit_code=5,
    explanation="Its digest does not match its content, or it is of another format. Nothing was applied.",
    example="syncdsl apply edited-by-hand.changes.json",
    instead="syncdsl plan --out monday.changes.json\nsyncdsl apply monday.changes.json",
)
FOREIGN_CHANGE_SET = Code(
    id="SD843",
    name="foreign-change-set",
    title="this change set belongs to another environment or other organisations",
    exit_code=5,
    explanation=(
        "A change set names the environment and the organisations that it was made for, and is performed there alone. "
        "Nothing was applied."
    ),
    example="syncdsl plan --env sandbox --out monday.changes.json\nsyncdsl apply monday.changes.json --env production",
    instead=(
        "syncdsl plan --env production --out monday.changes.json\nsyncdsl apply monday.changes.json --env production"
    ),
)
LEASE_HELD = Code(
    id="SD804",
    name="lease-held",
    title="another run is under way",
    exit_code=8,
    explanation="Only one run at a time may work on one state. Wait for it to end; a run that died frees it by itself.",
)
DAMAGED_STATE = Code(
    id="SD805",
    name="damaged-state",
    title="the state is damaged",
    exit_code=3,
    explanation=(
        "The database cannot be read. Nothing was changed in it or in the connected systems. `syncdsl state check` "
        "says what is wrong. Restore a backup with `syncdsl state restore FILE`, or move the state away and run again: "
        "links are rebuilt from the keys on the records, and nothing is created twice."
    ),
)
NEWER_STATE = Code(
    id="SD806",
    name="newer-state",
    title="the state was written by a newer syncdsl",
    exit_code=3,
    explanation="Upgrade syncdsl, or restore the copy that was made before the migration.",
)
OTHER_ORGANISATION = Code(
    id="SD807",
    name="other-organisation",
    title="this state belongs to other organisations",
    exit_code=3,
    explanation=(
        "The state records the organisations, data centres and environment of its first run. Pointing it at others "
        "would look as if every record had vanished, so it is refused before a single record is read. Use another "
        "environment with a state of its own, restore the organisation ids in syncdsl.toml, or disconnect the old "
        "organisation: `syncdsl disconnect` puts its links into an archive, where nothing is used again."
    ),
    example='[environments.production]\nstate = "sqlite:///.syncdsl/sandbox.db"',
    instead='[environments.production]\nstate = "sqlite:///.syncdsl/production.db"',
)
NO_STATE = Code(
    id="SD808",
    name="no-state",
    title="the state cannot be opened",
    exit_code=3,
    explanation="The state URL of the environment is not usable; the message says why.",
    example='state = "mysql://db.example.com/state"',
    instead='state = "postgresql://sync@db.example.com/sync?schema=production"',
)
CURRENCY_MISMATCH = Code(
    id="SD809",
    name="currency-mismatch",
    title="the base currencies differ",
    exit_code=3,
    explanation="Both systems must keep their books in the same base currency for amounts to mean the same.",
)
FAILED_WRITES = Code(
    id="SD810",
    name="failed-writes",
    title="some changes were refused",
    exit_code=7,
    explanation="The other system refused some records. The rest was applied; refused ones are tried again next time.",
)
HELD_RECORDS = Code(
    id="SD811",
    name="held-records",
    title="some records wait for a decision",
    exit_code=7,
    explanation=(
        "A conflict, an ambiguous match or a value that does not fit was held back; everything else was applied."
    ),
)
BAD_BACKUP = Code(
    id="SD813",
    name="bad-backup",
    title="this file cannot be a backup",
    exit_code=3,
    explanation=(
        "A backup is written to a new file, never over another one. It is restored only when everything in it can be "
        "read; nothing is changed before that is sure."
    ),
    example="syncdsl state backup monday.db\nsyncdsl state backup monday.db",
    instead="syncdsl state backup monday.db\nsyncdsl state backup tuesday.db",
)
NO_SUCH_RECORD = Code(
    id="SD817",
    name="no-such-record",
    title="there is no such record in the modules that the rules sync",
    exit_code=3,
    explanation=(
        "A record is named by its connection, its module and its id: `crm.Accounts/4876876000000624001`. It has to "
        "exist now, and its module has to be in the rules."
    ),
    example="syncdsl sync crm.Accounts/12",
    instead='syncdsl find "Acme"\nsyncdsl sync crm.Accounts/4876876000000624001',
)

CODES: tuple[Code, ...] = (
    GUARD_EXCEEDED,
    STALE_CHANGE_SET,
    DAMAGED_CHANGE_SET,
    FOREIGN_CHANGE_SET,
    LEASE_HELD,
    DAMAGED_STATE,
    NEWER_STATE,
    OTHER_ORGANISATION,
    NO_STATE,
    CURRENCY_MISMATCH,
    FAILED_WRITES,
    HELD_RECORDS,
    BAD_BACKUP,
    NO_SUCH_RECORD,
)
