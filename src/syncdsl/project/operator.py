"""The operator's configuration: whose approvals count and which are needed.

It belongs to the machine that applies, never to the project: a reviewed change must not name its own approvers.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.approvals import BAD_OPERATOR
from syncdsl.project.signing import PublicKey, public_key
from syncdsl.project.toml_file import TomlFile, read_toml
from syncdsl.schema.model import Model, published_schema

FILE = "operator.toml"
PLACE = "SYNCDSL_OPERATOR"
"""The variable that names the file, where it is not in its usual place."""

APPROVERS = "SYNCDSL_APPROVERS"
"""The variable that names approvers, beside those of the file: `NAME ssh-ed25519 AAAA…`, one a line or after a `;`."""


def _key(text: str) -> str:
    if public_key(text) is None:
        raise PydanticCustomError("key", "no line such as `ssh-ed25519 AAAA…`, the content of a file `.pub`")
    return text


Key = Annotated[str, StringConstraints(strict=True), AfterValidator(_key)]
Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]


class ApproverTable(Model):
    """`[approvers.NAME]`: somebody whose approvals count."""

    key: Key = Field(description="The public key: the content of a file such as `~/.ssh/id_ed25519.pub`.")
    users: tuple[Name, ...] = Field(
        default=(), description="What this person is called as the author of change sets, besides NAME."
    )

    @property
    def public(self) -> PublicKey:
        """The key."""
        found = public_key(self.key)
        if found is None:
            raise ValueError("a key is looked at when it is read")
        return found


class ApprovalTable(Model):
    """`[approval]` and `[environments.NAME]`: which approvals are needed."""

    needed: Literal["guards", "always"] | None = Field(
        default=None,
        description=(
            "`guards`: where a guard or a budget stops a change set (default). `always`: also for every `apply` of the "
            "project's rules."
        ),
    )
    signed: bool | None = Field(
        default=None,
        description="Whether only signed approvals count. Default: as soon as an approver is named.",
    )
    not_author: bool | None = Field(
        default=None, description="Whether the author of a change set may not be among those who approve it."
    )
    count: int | None = Field(default=None, ge=1, strict=True, description="How many people have to approve.")


class OperatorSettings(Model):
    """A whole `operator.toml`."""

    approvers: dict[Name, ApproverTable] = Field(default_factory=dict)
    approval: ApprovalTable = ApprovalTable()
    environments: dict[Name, ApprovalTable] = Field(default_factory=dict)

    @field_validator("approvers", mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """Take `anna = "ssh-ed25519 AAAA…"` for a table with that key."""
        if not isinstance(value, dict):
            return value
        return {name: {"key": one} if isinstance(one, str) else one for name, one in value.items()}

    def policy(self, environment: str) -> Policy:
        """Return what holds in an environment: what it does not say itself is as for all."""
        own, general = self.environments.get(environment, ApprovalTable()), self.approval

        def first(name: str, default: Any) -> Any:
            return next((found for table in (own, general) if (found := getattr(table, name)) is not None), default)

        return Policy(
            approvers=self.approvers,
            always=first("needed", "guards") == "always",
            signed=first("signed", bool(self.approvers)),
            not_author=first("not_author", False),
            count=first("count", 1),
        )


class Policy(Model):
    """What holds in one environment."""

    approvers: dict[str, ApproverTable] = Field(default_factory=dict)
    always: bool = False
    signed: bool = False
    not_author: bool = False
    count: int = 1


def read_operator(project: Path) -> OperatorSettings:
    """Read the operator's configuration; nothing is asked for where there is none.

    Raises Fault: SD848 when it cannot be used or lies inside the project, SD602 and SD609 as for `syncdsl.toml`.
    """
    path = _place()
    settings = OperatorSettings()
    if path is not None:
        if path.resolve().is_relative_to(project.resolve()):
            raise Fault(
                BAD_OPERATOR,
                f"`{path}` lies inside the project: a change could name its own approvers",
                help="put it where only whoever applies can write, such as `/etc/xdg/syncdsl/operator.toml`",
            )
        file = read_toml(path)
        try:
            settings = OperatorSettings.model_validate(file.data)
        except ValidationError as error:
            raise _fault(file, error) from None
    more = _named_by_variable()
    return settings.model_copy(update={"approvers": {**settings.approvers, **more}}) if more else settings


def operator_schema() -> dict[str, Any]:
    """Return the JSON Schema of `operator.toml`."""
    return published_schema(OperatorSettings, FILE)


def _place() -> Path | None:
    """Return where the file is; None where there is none."""
    import platformdirs  # noqa: PLC0415 - only what applies needs it

    named = os.environ.get(PLACE)
    if named:
        path = Path(named).expanduser()
        if not path.is_file():
            raise Fault(BAD_OPERATOR, f"`{PLACE}` names `{path}`, and there is no such file")
        return path
    usual = (platformdirs.user_config_path("syncdsl") / FILE, platformdirs.site_config_path("syncdsl") / FILE)
    return next((path for path in usual if path.is_file()), None)


def _named_by_variable() -> dict[str, ApproverTable]:
    found: dict[str, ApproverTable] = {}
    for line in os.environ.get(APPROVERS, "").replace(";", "\n").split("\n"):
        name, _, key = line.strip().partition(" ")
        if not name:
            continue
        if public_key(key) is None:
            raise Fault(
                BAD_OPERATOR,
                f"`{APPROVERS}` names no ed25519 key for `{name}`",
                help="write `NAME ssh-ed25519 AAAA…`, one a line or after a `;`",
            )
        found[name] = ApproverTable(key=key)
    return found


def _fault(file: TomlFile, error: ValidationError) -> Fault:
    lines = []
    for details in error.errors():
        key = tuple(str(part) for part in details["loc"] if part != "[key]")
        words = (
            "unknown key" if details["type"] == "extra_forbidden" else details["msg"][:1].lower() + details["msg"][1:]
        )
        lines.append(f"{file.place(key)}: `{'.'.join(key)}`: {words}")
    return Fault(BAD_OPERATOR, "\n".join(lines), help="`syncdsl explain SD848` shows an example")
