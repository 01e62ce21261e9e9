"""SD87: running every day: the daemon, what it is told, alerts."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

DAEMON_RUNS = Code(
    id="SD870",
    name="daemon-runs",
    title="another daemon serves this state",
    exit_code=8,
    explanation=(
        "One daemon serves a state, so that schedules, subscriptions and alerts are kept once. A daemon that was "
        "killed makes room at once on its own machine, and after a minute everywhere else."
    ),
    example="syncdsl run & syncdsl run",
    instead="syncdsl status",
)
UNBOUNDED_DOCUMENTS = Code(
    id="SD871",
    name="unbounded-documents",
    title="documents are made unattended without a limit per day",
    exit_code=4,
    explanation=(
        "Nobody looks at what a daemon does before it does it. Where its rules create documents, or exchange them, at "
        "least one guard has to bound them over all runs of a day: a guard of one run alone lets any number of runs go "
        "by. So the daemon does not begin with such rules."
    ),
    example="guard: creates <= 100",
    instead="guard: creates <= 100, amount <= 50_000 EUR per day",
)
PORT_TAKEN = Code(
    id="SD872",
    name="port-taken",
    title="an address to listen on cannot be used",
    exit_code=3,
    explanation=(
        "The daemon listens for call-backs and, on a second port, for health checks. Another program has the port, or "
        "the address is none of this machine. `--listen` and `--operate` name others."
    ),
)
NO_SUCH_RUN = Code(
    id="SD874",
    name="no-such-run",
    title="there is no such run",
    exit_code=3,
    explanation="`syncdsl runs` lists the runs that are on file; the first letters of an id are enough.",
    example="syncdsl runs show 123",
    instead="syncdsl runs",
)
NOT_FAILED = Code(
    id="SD875",
    name="not-failed",
    title="no write of this record was refused",
    exit_code=3,
    explanation="Only writes that a system refused are tried again or dismissed; `syncdsl runs failed` lists them.",
    example="syncdsl runs retry crm.Accounts/4600000000001",
    instead="syncdsl runs failed",
)
ALERT_UNSENT = Code(
    id="SD876",
    name="alert-unsent",
    title="an alert could not be sent",
    exit_code=6,
    explanation=(
        "The webhook or mail server of `[alerts]` did not take it. The daemon keeps trying, and the log and "
        "`syncdsl status` say it all the same. `syncdsl run --test-alerts` sends one to try."
    ),
)
BAD_MIGRATION_TARGET = Code(
    id="SD877",
    name="bad-migration-target",
    title="the state cannot be moved there",
    exit_code=3,
    explanation=(
        "`syncdsl state migrate URL` copies a state into an empty place: a schema of a PostgreSQL server or a new "
        "file. A place that holds a state already is left as it is, and so is the one that was to be moved."
    ),
    example="syncdsl state migrate sqlite:///.syncdsl/production.db",
    instead='syncdsl state migrate "postgresql://sync@db.example.com/sync?schema=production"',
)
OTHER_CREDENTIALS = Code(
    id="SD878",
    name="other-credentials",
    title="these credentials lead to another organisation",
    exit_code=3,
    explanation=(
        "`syncdsl credentials update` tries new credentials before they take the place of the old ones. They have to "
        "lead to the organisation that the state belongs to."
    ),
)

CODES: tuple[Code, ...] = (
    DAEMON_RUNS,
    UNBOUNDED_DOCUMENTS,
    PORT_TAKEN,
    NO_SUCH_RUN,
    NOT_FAILED,
    ALERT_UNSENT,
    BAD_MIGRATION_TARGET,
    OTHER_CREDENTIALS,
)
