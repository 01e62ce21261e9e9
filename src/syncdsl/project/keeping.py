"""Where the secrets of a sign-in go: the keyring, a private file outside the project, or the terminal of who asked."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, assert_never

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE, USAGE
from syncdsl.project import keyrings
from syncdsl.project.credentials import ENVIRONMENT, KEYRING, parts_of, variable
from syncdsl.project.private import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ASSIGNMENT = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=")


@dataclass(frozen=True, slots=True, kw_only=True)
class InKeyring:
    """Kept by the machine's keyring under an entry name."""

    name: str

    @property
    def reference(self) -> str:
        """What `credentials` in syncdsl.toml says."""
        return f"{KEYRING}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InFile:
    """Written as variables with a prefix into a file that only its owner reads."""

    path: Path
    prefix: str

    @property
    def reference(self) -> str:
        """What `credentials` in syncdsl.toml says."""
        return f"{ENVIRONMENT}:{self.prefix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTerminal:
    """Shown once to the person at the terminal, as variables with a prefix."""

    prefix: str

    @property
    def reference(self) -> str:
        """What `credentials` in syncdsl.toml says."""
        return f"{ENVIRONMENT}:{self.prefix}"


Place: TypeAlias = InKeyring | InFile | OnTerminal


def keyring_place(reference: str | None, *, project: str, environment: str, connection: str) -> InKeyring:
    """Return the keyring entry of a connection: the one it names already, else one of this project alone.

    Two projects of one user must not write each other's secrets, so the project's name is a part.
    """
    if reference is not None and parts_of(reference)[0] == KEYRING:
        return InKeyring(name=parts_of(reference)[1])
    name = "-".join(re.sub(r"[^A-Za-z0-9_.]+", "-", part).strip("-") for part in (project, environment, connection))
    return InKeyring(name=name)


def prefix_of(reference: str | None, *, environment: str, connection: str) -> str:
    """Return the prefix of a connection's variables: the one it names already, else one of this environment."""
    if reference is not None and parts_of(reference)[0] == ENVIRONMENT:
        return parts_of(reference)[1]
    return re.sub(r"\W", "_", f"SYNCDSL_{environment}_{connection}").upper()


def refuse_place(place: Place, connection: str, project: Path) -> None:
    """Raise Fault when secrets could not be kept there: before a code is used up for nothing.

    SD610 for a file inside the project, which a repository would publish; SD609 for one that cannot be written; SD612
    and SD620 for a keyring that cannot be used.
    """
    match place:
        case InKeyring():
            keyrings.usable(connection)
        case InFile(path=path):
            _refuse_file(path, project)
        case OnTerminal():
            pass
        case _:
            assert_never(place)


def keep(place: InKeyring | InFile, connection: str, secrets: Mapping[str, str]) -> None:
    """Keep secrets, replacing those that were there; raises Fault as `refuse_place` does."""
    match place:
        case InKeyring(name=name):
            keyrings.keep(connection, name, secrets)
        case InFile(path=path, prefix=prefix):
            write_private(path, _with_variables(_lines(path), prefix, secrets))
        case _:
            assert_never(place)


def assignments(prefix: str, secrets: Mapping[str, str]) -> tuple[str, ...]:
    """Return one `NAME=value` line for each secret, as shells, systemd and containers read them."""
    return tuple(f"{variable(prefix, name)}={shlex.quote(value)}" for name, value in secrets.items())


def _with_variables(lines: list[str], prefix: str, secrets: Mapping[str, str]) -> str:
    names = {variable(prefix, name) for name in secrets}
    kept = [line for line in lines if not ((found := _ASSIGNMENT.match(line.strip())) and found["name"] in names)]
    return "\n".join([*kept, *assignments(prefix, secrets)]) + "\n"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    except (OSError, UnicodeDecodeError):
        raise Fault(UNREADABLE_FILE, f"`{path}` cannot be read", help="name another file") from None


def _refuse_file(path: Path, project: Path) -> None:
    target = path.expanduser().resolve()
    if target.is_relative_to(project.resolve()):
        raise Fault(
            USAGE,
            f"`{path}` lies inside the project, where a repository or a colleague's copy would carry the secrets away",
            help="name a file outside of it, such as `~/.config/syncdsl/NAME.env`",
        )
    if target.is_dir() or (target.exists() and not target.is_file()):
        raise Fault(UNREADABLE_FILE, f"`{path}` is no file", help="name a file outside the project")
    _lines(target)
