"""SD6: usage, configuration and the project's files."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

NO_PROJECT = Code(
    id="SD601",
    name="no-project",
    title="there is no project here",
    exit_code=3,
    explanation=(
        "A project is a folder with a `syncdsl.toml`. Run the command inside one, name one with `--project DIR`, or "
        "make a new one with `syncdsl init DIR`."
    ),
    example="~ $ syncdsl check",
    instead="~ $ syncdsl check --project ~/shop",
)
BAD_CONFIGURATION = Code(
    id="SD602",
    name="bad-configuration",
    title="syncdsl.toml cannot be used",
    exit_code=3,
    explanation="A key is unknown, missing or has a value that does not fit. The message names the key and the fix.",
    example='[project]\nrule = "rules"',
    instead='[project]\nrules = "rules"',
)
UNKNOWN_ENVIRONMENT = Code(
    id="SD603",
    name="unknown-environment",
    title="that environment is not configured",
    exit_code=3,
    explanation="Environments are the tables `[environments.NAME]` of syncdsl.toml; choose one with `--env NAME`.",
    example="syncdsl plan --env prod",
    instead="syncdsl plan --env production  # for [environments.production]",
)
MISSING_SCHEMA = Code(
    id="SD604",
    name="missing-schema",
    title="a schema snapshot is missing",
    exit_code=3,
    explanation=(
        "Rules are checked against `schema/<connection>.json`, so that checking needs no network. Write it with "
        "`syncdsl schema pull`, review it and commit it."
    ),
    example="syncdsl check  # before any snapshot was written",
    instead="syncdsl schema pull\ngit add schema\nsyncdsl check",
)
BAD_SCHEMA = Code(
    id="SD605",
    name="bad-schema",
    title="a schema snapshot cannot be read",
    exit_code=3,
    explanation="The file is damaged or was written by another version. Write it again with `syncdsl schema pull`.",
    example="syncdsl check  # schema/crm.json was edited by hand, or cut off",
    instead="syncdsl schema pull crm\nsyncdsl check",
)
MISSING_CREDENTIALS = Code(
    id="SD606",
    name="missing-credentials",
    title="credentials are missing",
    exit_code=3,
    explanation=(
        "Secrets are never written into syncdsl.toml: a connection names where they are, an environment variable "
        "(`env:PREFIX`) or the keyring (`keyring:NAME`). The message names what is not set."
    ),
    example='credentials = "env:SYNCDSL_CRM"  # and no such variables are set',
    instead="export SYNCDSL_CRM_CLIENT_ID=…\nexport SYNCDSL_CRM_CLIENT_SECRET=…\nexport SYNCDSL_CRM_REFRESH_TOKEN=…",
)
FORBIDDEN_HOST = Code(
    id="SD607",
    name="forbidden-host",
    title="tokens may not go to that address",
    exit_code=3,
    explanation=(
        "Tokens go only to the known hosts of a data centre, to this machine, or to hosts that the environment "
        "variable `SYNCDSL_ALLOW_HOSTS` lists (comma-separated). An address that only a file in the repository names "
        "is refused, so that a changed file cannot lead tokens away. Except on this machine, https is required."
    ),
    example='url = "http://crm.example.com"',
    instead='url = "https://crm.example.com"  # with SYNCDSL_ALLOW_HOSTS=crm.example.com',
)
UNKNOWN_ADAPTER = Code(
    id="SD608",
    name="unknown-adapter",
    title="no such adapter is installed",
    exit_code=3,
    explanation="Adapters are found through the entry points `syncdsl.adapters` of installed packages.",
    example='adapter = "zoho"',
    instead='adapter = "zoho_crm"',
)
UNREADABLE_FILE = Code(
    id="SD609",
    name="unreadable-file",
    title="a file cannot be read or written",
    exit_code=3,
    explanation="The path does not exist, is not a text file in UTF-8, or its permissions forbid it.",
    example="syncdsl lint rules/customer.sync",
    instead="syncdsl lint rules/customers.sync",
)
USAGE = Code(
    id="SD610",
    name="usage",
    title="the command was not understood",
    exit_code=3,
    explanation="An option or argument is missing or does not fit; `--help` of the command shows what it takes.",
    example="syncdsl lint --format xml",
    instead="syncdsl lint --format junit",
)
NEEDS_ANSWER = Code(
    id="SD611",
    name="needs-answer",
    title="somebody has to say yes",
    exit_code=3,
    explanation=(
        "`apply` shows the preview and asks; `setup` asks before it creates something, `logout` "
        "before it revokes, `state restore` before it replaces, `login` "
        "for a code. Without a terminal nobody can be asked: give a saved change set (`syncdsl plan --out FILE`, then "
        "`syncdsl apply FILE`), say `--yes`, or use the option that the message names."
    ),
    example="syncdsl apply < /dev/null",
    instead="syncdsl plan --out monday.changes.json\nsyncdsl apply monday.changes.json",
)
MISSING_EXTRA = Code(
    id="SD612",
    name="missing-extra",
    title="an optional part is not installed",
    exit_code=3,
    explanation=(
        "The message names the extra and the command that installs it, such as `pip install 'syncdsl[sandbox]'`."
    ),
    example="pip install syncdsl\nsyncdsl sandbox",
    instead="pip install 'syncdsl[sandbox]'\nsyncdsl sandbox",
)
TOO_MUCH = Code(
    id="SD640",
    name="too-many-rules",
    title="there are more rules than one program may have",
    exit_code=3,
    explanation=(
        "One program has at most 10,000 rule files with 64 MiB of text together, and each file at most 1 MiB. The "
        "limits keep a check from using up the machine, whoever wrote the rules."
    ),
)
BAD_BASELINE = Code(
    id="SD641",
    name="bad-baseline",
    title="the baseline cannot be used",
    exit_code=3,
    explanation=(
        "A baseline lists findings by code and rule that were there when checking began, so that only new ones are "
        "reported. `syncdsl check --baseline FILE --update-baseline` makes it. It shrinks when findings go and never "
        "grows; to begin anew, delete the file. `baseline` under `[lint]` of syncdsl.toml names it for every run."
    ),
    example="syncdsl check --baseline old.json  # which is not there",
    instead="syncdsl check --baseline old.json --update-baseline",
)

CODES: tuple[Code, ...] = (
    NO_PROJECT,
    BAD_CONFIGURATION,
    UNKNOWN_ENVIRONMENT,
    MISSING_SCHEMA,
    BAD_SCHEMA,
    MISSING_CREDENTIALS,
    FORBIDDEN_HOST,
    UNKNOWN_ADAPTER,
    UNREADABLE_FILE,
    USAGE,
    NEEDS_ANSWER,
    MISSING_EXTRA,
    TOO_MUCH,
    BAD_BASELINE,
)
