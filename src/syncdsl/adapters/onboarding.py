"""Getting a real organisation ready: what an adapter offers so that commands can sign in, prepare and examine.

All of it is optional. An adapter that has a sign-in carries it as `sign_in` (see `SigningIn`); a connection that can
say what its organisation lacks carries `preparing` (see `Prepared`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import ConnectionSettings, Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What rules do with one module beyond reading it; `acts`: they change the status of its documents."""

    creates: bool = False
    updates: bool = False
    deletes: bool = False
    acts: bool = False

    @property
    def writes(self) -> bool:
        """Whether its records are written at all, so that they have to carry keys."""
        return self.creates or self.updates or self.deletes or self.acts


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What rules need of one connection.

    `modules` are those that are read, with what else is done to them. `currencies`: the rules carry currencies from
    one side to the other; `partner_currencies` are the codes in use on the other side, as far as they are known.
    `roles` are those that rules give to users. `notifications`: the system shall call back.
    """

    modules: Mapping[str, Use] = field(default_factory=dict)
    currencies: bool = False
    partner_currencies: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    notifications: bool = False

    @property
    def written(self) -> tuple[str, ...]:
        """The modules whose records are written, sorted."""
        return tuple(sorted(name for name, use in self.modules.items() if use.writes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One permission a token is asked for, and why. What is `optional` is only for the convenience of `setup`."""

    name: str
    why: str
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a code or a refresh token was exchanged for.

    `scopes` are those that were granted, empty where the system does not say.
    """

    refresh_token: str | None = field(repr=False)
    scopes: tuple[str, ...]


class SignIn(Protocol):
    """How an adapter gets its secrets: the consent of a person, once, for a refresh token.

    Methods that call raise Fault (SD606, SD7xx) with what was refused and what to do about it.
    """

    @property
    def scope_separator(self) -> str:
        """What stands between scopes where people paste them."""
        ...

    def scopes(self, needs: Needs) -> tuple[Scope, ...]:
        """Return the fewest scopes that serve the needs."""
        ...

    def missing(self, scopes: Sequence[Scope], granted: Sequence[str]) -> tuple[Scope, ...]:
        """Return those scopes that what was granted does not cover; none when nobody knows what was granted."""
        ...

    def console_steps(self, settings: ConnectionSettings, *, redirect_uri: str | None) -> tuple[str, ...]:
        """Return the clicks that lead to a client and a code; with `redirect_uri` to a client that redirects there."""
        ...

    def consent_url(
        self, settings: ConnectionSettings, *, scopes: Sequence[Scope], redirect_uri: str, state: str
    ) -> str:
        """Return the address at which a person consents in a browser."""
        ...

    def answered(self, settings: ConnectionSettings, parameters: Mapping[str, str], *, state: str) -> str:
        """Return the code of the call that the browser was redirected to.

        Raises Fault SD722 when consent was refused, the state is not ours, or another data centre answered.
        """
        ...

    def exchange(self, settings: ConnectionSettings, *, code: str, redirect_uri: str | None) -> Grant:
        """Exchange a one-time code for a refresh token; raises Fault SD720 when the code is not accepted."""
        ...

    def refresh(self, settings: ConnectionSettings, *, anew: bool) -> Grant:
        """Return which scopes the secrets are good for.

        `anew`: by making an access token, which shows that they still hold, as far as no limit stands in its way; else
        by one that is kept, where there is one.
        """
        ...

    def revoke(self, settings: ConnectionSettings) -> bool:
        """End the refresh token; False when it was no longer valid anyway."""
        ...

    def forget(self, settings: ConnectionSettings) -> None:
        """Forget the access tokens that were made from the refresh token and are kept for other processes."""
        ...

    def organizations(self, settings: ConnectionSettings) -> tuple[Identity, ...]:
        """Return the organisations that the secrets open."""
        ...


@runtime_checkable
class SigningIn(Protocol):
    """An adapter with a sign-in."""

    @property
    def sign_in(self) -> SignIn:
        """How its secrets are got."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fine:
    """As it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Creatable:
    """Missing, and `Preparing.create` can make it. `what` says what would be made."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Missing, and only a person can make it: `clicks` in order."""

    clicks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """There, but not as it has to be; `clicks` set it right."""

    clicks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody could look; `reason` says why, `help` what makes it possible."""

    reason: str
    help: str | None = None


Condition: TypeAlias = Fine | Creatable | ByHand | Wrong | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that an organisation needs. `id` is stable within the connection; `title` says it with what is there.

    `advice`: the rules run without it as well, or what it is about is only a recommendation.
    """

    id: str
    title: str
    condition: Condition
    advice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What one call tells about the system. `quota` is in words, None where the system does not say."""

    server_time: dt.datetime
    quota: str | None = None


class Preparing(Protocol):
    """What an organisation has, lacks, and can be given. Methods raise Fault (SD7xx) when it does not answer."""

    def requirements(self, needs: Needs) -> tuple[Requirement, ...]:
        """Return everything the needs require of the organisation, and how it is there. Changes nothing."""
        ...

    def create(self, requirement: Requirement) -> Requirement:
        """Make something creatable and return it as it is now; making it twice is harmless.

        Raises Fault SD723 when the system refuses.
        """
        ...

    def currencies(self) -> tuple[str, ...]:
        """Return the codes of the currencies in use, the base currency first."""
        ...

    def call_back_steps(self, needs: Needs, *, url: str, secret: str) -> tuple[str, ...]:
        """Return the clicks that make the system call `url`; `secret` says, in words, where the secret is read from.

        Empty when no clicks are needed, because the program subscribes by itself.
        """
        ...

    def vitals(self) -> Vitals:
        """Make one cheap call and return what it tells."""
        ...


@runtime_checkable
class Prepared(Protocol):
    """A connection that can say what its organisation needs."""

    @property
    def preparing(self) -> Preparing:
        """The one who looks and makes."""
        ...
