"""The options of a Zoho connection: what the settings say under `options`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.adapters.protocol import ConnectionSettings

LIMITS = ("per_minute", "per_day", "concurrency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is set; None where nothing is.

    `automation`: whether the system's workflows run for what is written, or which kinds of automation do (None: as for
    a person who writes it).
    """

    per_minute: int | None = None
    per_day: int | None = None
    concurrency: int | None = None
    automation: bool | tuple[str, ...] | None = None


def read_options(settings: ConnectionSettings) -> Options:
    """Return the options of a connection.

    Raises Fault SD602 for one that is not known or has no usable value.
    """
    limits = settings.options.get("limits", {})
    if not isinstance(limits, dict):
        raise _fault(settings, "`options.limits` is a table", _listed(LIMITS))
    _refuse_unknown(settings, "options", settings.options, ("limits", "automation"))
    _refuse_unknown(settings, "options.limits", limits, LIMITS)
    found: dict[str, int] = {}
    for name, value in limits.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise _fault(settings, f"`options.limits.{name}` is not a number of calls", "it is a whole number from 1")
        found[name] = value
    automation = settings.options.get("automation")
    match automation:
        case bool() | None:
            return Options(**found, automation=automation)
        case list() | tuple() if all(isinstance(kind, str) for kind in automation):
            return Options(**found, automation=tuple(automation))
        case _:
            raise _fault(
                settings,
                "`options.automation` is neither `true` nor `false` nor a list of names",
                "leave it out to act as a person",
            )


def _refuse_unknown(settings: ConnectionSettings, where: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            raise _fault(
                settings, f"unknown key `{where}.{name}`", f"did you mean `{near}`?" if near else _listed(known)
            )


def _listed(names: Iterable[str]) -> str:
    return "known here: " + ", ".join(f"`{name}`" for name in names)


def _fault(settings: ConnectionSettings, message: str, help_: str) -> Fault:
    return Fault(BAD_CONFIGURATION, f"connection `{settings.name}`: {message}", help=help_)
