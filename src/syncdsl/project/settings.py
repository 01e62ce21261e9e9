"""`syncdsl.toml` as models: what a project can configure, with a published JSON Schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION, UNKNOWN_ENVIRONMENT
from syncdsl.project.credentials import variable_of
from syncdsl.project.discovery import CONFIGURATION
from syncdsl.project.levels import DEFAULT_RULES, check_levels, refuse_escape
from syncdsl.project.schedules import AlertsTable, EmailTable, ScheduleTable
from syncdsl.project.toml_file import TomlFile, read_toml
from syncdsl.schema.model import Model, published_schema

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

Text = Annotated[str, StringConstraints(strict=True, min_length=1)]
Reference = Annotated[str, StringConstraints(strict=True, pattern=r"^(env|keyring):[A-Za-z0-9_.-]+$")]
Address = Annotated[str, StringConstraints(strict=True, pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|https?://.+)$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class ProjectSettings(Model):
    """`[project]`: the folders, and which environment commands use."""

    rules: Text = Field(default=DEFAULT_RULES, description="Folder of the rule files.")
    schema_: Text = Field(default="schema", alias="schema", description="Folder of the schema snapshots.")
    default_environment: Text | None = Field(
        default=None, description="Environment used without --env; not needed when there is only one."
    )


class LintTable(Model):
    """`[lint]`: how much each check weighs, and what is known already."""

    levels: dict[str, Literal["off", "note", "warning", "error"]] = Field(
        default_factory=dict, description="Level by code; what is not listed keeps its own."
    )
    baseline: Text | None = Field(
        default=None, description="File of the baseline: findings that were there when checking began."
    )


class LimitsTable(Model):
    """`options.limits`: what an organisation's plan allows; what is not set is the adapter's own, the lowest known."""

    per_minute: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None, description="Calls in any minute."
    )
    per_day: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None, description="Calls, or credits where the system counts these, in any 24 hours."
    )
    concurrency: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None, description="Calls at the same time."
    )


def _automation(value: object) -> object:
    """Return a value that says whether automation runs, or which; several branches would each report a problem."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list | tuple) and all(isinstance(kind, str) for kind in value):
        return tuple(value)
    raise PydanticCustomError("automation", "neither `true` nor `false` nor a list of names")


Automation = Annotated[
    bool | tuple[str, ...],
    PlainValidator(_automation),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""Whether the system's automation runs, or the kinds of it that do."""


class OptionsTable(Model):
    """`options` of a connection: settings of its adapter. Other adapters than the shipped ones may have other keys."""

    model_config = ConfigDict(extra="allow")

    limits: LimitsTable = Field(
        default=LimitsTable(), description="Limits of the organisation, kept by all processes together."
    )
    automation: Automation | None = Field(
        default=None,
        description=(
            "Whether workflows of the system run for what syncdsl writes, or the kinds of automation that do (in the "
            "CRM: workflow, approval, blueprint, pathfinder, orchestration). Default: as for a person."
        ),
    )


class ConnectionTable(Model):
    """`[environments.NAME.connections.NAME]`: which organisation a connection of the rules leads to."""

    adapter: Text = Field(description="Adapter of the system, the one that the rules name.")
    data_centre: Text | None = Field(
        default=None, description="Region of the system, such as eu; decides the addresses."
    )
    organization: Text | None = Field(default=None, description="Id of the organisation.")
    url: Address | None = Field(
        default=None,
        description=(
            "Address instead of the data centre's own, or env:NAME. Only this machine, known hosts and hosts in "
            "SYNCDSL_ALLOW_HOSTS are allowed."
        ),
    )
    credentials: Reference | None = Field(
        default=None, description="Where the secrets are: env:PREFIX or keyring:NAME. Never the secrets themselves."
    )
    options: OptionsTable = Field(default=OptionsTable(), description="Settings of the adapter.")


def _without_password(url: str) -> str:
    """Return the URL of a state; whoever can read syncdsl.toml must not be able to read every record."""
    try:
        parts = urlsplit(url)
        inside = parts.password or any("pass" in name and name != "passfile" for name, _ in parse_qsl(parts.query))
    except ValueError:
        return url
    if inside:
        raise PydanticCustomError("state_password", "a password stands in it")
    return url


StateUrl = Annotated[str, StringConstraints(strict=True, min_length=1), AfterValidator(_without_password)]


class BudgetTable(Model):
    """`[environments.NAME.budget]`: what one change set may take of the systems without an approval."""

    calls: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        default=None, description="Calls that writing it takes, of all systems together."
    )
    minutes: float | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="Minutes that writing it takes under the rate limits."
    )


class EnvironmentTable(Model):
    """`[environments.NAME]`: a pair of organisations and the state that belongs to it."""

    state: StateUrl | None = Field(
        default=None,
        description=(
            "URL of the state, or env:NAME, a variable that holds it. sqlite:///PATH is a file, relative to the "
            "project; postgresql://USER@HOST/DATABASE?schema=NAME a schema on a PostgreSQL server, whose password "
            "comes from PGPASSWORD, from ~/.pgpass, or with the URL of the variable. Default: "
            "sqlite:///.syncdsl/NAME.db"
        ),
    )
    sweep_hours: float = Field(
        default=24,
        ge=0,
        allow_inf_nan=False,
        description=(
            "How many hours runs may read changes alone. Then the next one reads every module completely: that finds "
            "what a system does not tell, such as deletions in Zoho Books. 0 reads everything each time."
        ),
    )
    history_days: float | None = Field(
        default=None,
        ge=1,
        allow_inf_nan=False,
        description=(
            "How many days the history of changes is kept: old values go that long after they were superseded. What is "
            "left still tells every link. Default: everything is kept."
        ),
    )
    budget: BudgetTable = Field(
        default=BudgetTable(), description="What one change set may take of the systems without an approval."
    )
    schedule: ScheduleTable = Field(default=ScheduleTable(), description="When `syncdsl run` does what.")
    call_back: Address | None = Field(
        default=None,
        description=(
            "Public address at which the systems reach `syncdsl run`, such as https://sync.example.com, or env:NAME. "
            "What a system is told is this address with an unguessable path. Without it nothing calls back."
        ),
    )
    connections: dict[Identifier, ConnectionTable] = Field(default_factory=dict)


class Settings(Model):
    """A whole `syncdsl.toml`."""

    project: ProjectSettings = ProjectSettings()
    lint: LintTable = LintTable()
    alerts: AlertsTable = AlertsTable()
    environments: dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")], EnvironmentTable] = Field(
        default_factory=dict
    )

    def environment_name(self, wanted: str | None) -> str:
        """Return the name of the environment to use: the wanted one, else the default, else the only one.

        Raises Fault SD603 when that is none.
        """
        name = wanted or self.project.default_environment
        if name is None and len(self.environments) == 1:
            name = next(iter(self.environments))
        if name in self.environments:
            return str(name)
        if not self.environments:
            raise Fault(
                UNKNOWN_ENVIRONMENT,
                f"`{CONFIGURATION}` configures no environment",
                help="add a table `[environments.sandbox]` with its connections; `syncdsl init DIR` shows one",
            )
        known = ", ".join(f"`{item}`" for item in sorted(self.environments))
        if name is None:
            raise Fault(
                UNKNOWN_ENVIRONMENT,
                f"there are several environments: {known}",
                help="choose one with `--env NAME`, or set `default_environment` under `[project]`",
            )
        near = did_you_mean(name, self.environments)
        raise Fault(
            UNKNOWN_ENVIRONMENT,
            f"there is no environment `{name}`",
            help=f"did you mean `{near}`?" if near else f"configured are {known}",
        )

    def state_url(self, environment: str) -> str:
        """Return where the state of an environment is kept; what comes from a variable may have a password in it.

        Raises Fault SD602 when the variable that it names is not set.
        """
        url = self.environments[environment].state or f"sqlite:///.syncdsl/{environment}.db"
        return variable_of(f"state of the environment `{environment}`", url, "postgresql://user@host/database")


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of `syncdsl.toml`."""
    return published_schema(Settings, "syncdsl.toml")


def read_settings(folder: Path) -> Settings:
    """Read the settings of a project.

    Raises Fault SD602 that names every key that does not fit, with its line.
    """
    file = read_toml(folder / CONFIGURATION)
    try:
        settings = Settings.model_validate(file.data)
    except ValidationError as error:
        raise _fault(file, error) from None
    check_levels(file, dict(settings.lint.levels))
    refuse_escape(file, ("project", "rules"), settings.project.rules)
    refuse_escape(file, ("project", "schema"), settings.project.schema_)
    if settings.lint.baseline is not None:
        refuse_escape(file, ("lint", "baseline"), settings.lint.baseline)
    return settings


def _fault(file: TomlFile, error: ValidationError) -> Fault:
    problems = [_problem(file, details) for details in error.errors()]
    problems.sort(key=lambda problem: problem[0])
    messages = "\n".join(message for _, message, _ in problems)
    return Fault(BAD_CONFIGURATION, messages, help=next((advice for _, _, advice in problems if advice), None))


def _problem(file: TomlFile, details: ErrorDetails) -> tuple[int, str, str | None]:
    key = tuple(str(part) for part in details["loc"] if part != "[key]")
    name, table = key[-1], key[:-1]
    where = f" in `[{'.'.join(table)}]`" if table else ""
    line = file.line(key)
    message, advice = _words(name, table, details)
    return line, f"{file.path.name}:{line}: {message}{where}", advice


def _words(name: str, table: tuple[str, ...], details: ErrorDetails) -> tuple[str, str | None]:
    match details["type"]:
        case "extra_forbidden":
            known = _keys(table)
            near = did_you_mean(name, known)
            listed = ", ".join(f"`{item}`" for item in known)
            return f"unknown key `{name}`", f"did you mean `{near}`?" if near else f"known here: {listed}"
        case "missing":
            return f"`{name}` is missing", f'add a line such as `{name} = "…"`'
        case "literal_error":
            expected = str(details.get("ctx", {}).get("expected", "")).replace("'", "`")
            return f"`{name}` cannot be `{details['input']}`", f"it is one of {expected}"
        case "string_pattern_mismatch" if name == "credentials":
            # Whoever wrote the secret itself here must not find it in messages and logs too.
            return "`credentials` holds no reference", _FORMS[name]
        case "string_pattern_mismatch":
            return f"`{details['input']}` does not fit `{name}`", _FORMS.get(name, "use letters, digits and `_`")
        case "string_too_short":
            return f"`{name}` is empty", "give it a value or remove the line"
        case "state_password":
            return "the URL in `state` has a password in it", _FORMS[name]
        case "string_type":
            return f"`{name}` must be text", f'put the value between quotes: `{name} = "…"`'
        case "model_type" | "dict_type":
            return f"`{name}` must be a table", f"write `[{'.'.join((*table, name))}]` on a line of its own"
        case _:
            return f"`{name}`: {details['msg'][:1].lower()}{details['msg'][1:]}", None


_FORMS = {
    "credentials": "secrets are named, not written: `env:PREFIX` (environment variables) or `keyring:NAME`",
    "state": "take it out, and give it in `PGPASSWORD` or `~/.pgpass`; or let the whole URL come from a variable: "
    '`state = "env:STATE_URL"`',
    "call_back": "an address begins with `https://` (or `http://` on this machine), or is `env:NAME`",
    "url": "an address begins with `https://` (or `http://` on this machine), or is `env:NAME`",
}


def _keys(table: tuple[str, ...]) -> list[str]:
    """Return the keys that a table may have."""
    models: list[tuple[str, type[Model]]] = [
        (r"", Settings),
        (r"project", ProjectSettings),
        (r"lint", LintTable),
        (r"alerts", AlertsTable),
        (r"alerts\.email", EmailTable),
        (r"environments\.[^.]+", EnvironmentTable),
        (r"environments\.[^.]+\.budget", BudgetTable),
        (r"environments\.[^.]+\.schedule", ScheduleTable),
        (r"environments\.[^.]+\.connections\.[^.]+", ConnectionTable),
        (r"environments\.[^.]+\.connections\.[^.]+\.options", OptionsTable),
        (r"environments\.[^.]+\.connections\.[^.]+\.options\.limits", LimitsTable),
    ]
    for pattern, model in models:
        if re.fullmatch(pattern, ".".join(table)):
            return [field.alias or name for name, field in model.model_fields.items()]
    return []
