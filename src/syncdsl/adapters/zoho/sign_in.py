"""Signing in to a Zoho system: scopes, the clicks that lead to a code, and Zoho Accounts' OAuth 2.0.

Zoho CRM API v8, "OAuth authentication"; the answers of Zoho Accounts as they were seen: refusals come with HTTP 200 and
an `error` word.
"""

from __future__ import annotations

import hmac
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from syncdsl.adapters.onboarding import Grant
from syncdsl.adapters.transport.answer import LostError, UnsentError
from syncdsl.adapters.transport.problems import Problems
from syncdsl.adapters.transport.redaction import Redactor
from syncdsl.adapters.transport.token_store import MOST, WINDOW_SECONDS, Token, TokenStore
from syncdsl.adapters.transport.tokens import MARGIN_SECONDS
from syncdsl.adapters.transport.wire import Wire
from syncdsl.adapters.zoho import scopes as zoho_scopes
from syncdsl.adapters.zoho.data_centres import DATA_CENTRES, addresses
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.onboarding import CODE_REFUSED, CONSENT_FAILED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from syncdsl.adapters.onboarding import Needs, Scope
    from syncdsl.adapters.protocol import ConnectionSettings, Identity
    from syncdsl.adapters.transport.answer import Answer
    from syncdsl.adapters.zoho.data_centres import Addresses

AUTH_PATH = "/oauth/v2/auth"
TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path, not a secret
REVOKE_PATH = "/oauth/v2/token/revoke"
CODE_MINUTES = 10
"""The longest time that the console gives a code."""

_UNKNOWN_TOKEN = {"invalid_code", "invalid_token"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZohoSignIn:
    """The sign-in of one Zoho system: which scopes serve which needs, and how its organisations are listed."""

    scopes_for: Callable[[Needs], tuple[Scope, ...]]
    list_organizations: Callable[[ConnectionSettings], tuple[Identity, ...]]
    portal: str
    """What the console asks for last: which organisation the code is for."""

    @property
    def scope_separator(self) -> str:
        """What stands between scopes where people paste them."""
        return zoho_scopes.SEPARATOR

    def scopes(self, needs: Needs) -> tuple[Scope, ...]:
        """Return the fewest scopes that serve the needs."""
        return self.scopes_for(needs)

    def missing(self, scopes: Sequence[Scope], granted: Sequence[str]) -> tuple[Scope, ...]:
        """Return those scopes that what was granted does not cover."""
        return zoho_scopes.missing(scopes, granted)

    def console_steps(self, settings: ConnectionSettings, *, redirect_uri: str | None) -> tuple[str, ...]:
        """Return the clicks in Zoho's API console."""
        where = addresses(settings)
        opening = (
            f"open {_console(where)} and sign in as the user whose rights syncdsl shall have; the address has to stay "
            f"at that host: when it becomes another one, the account is in that data centre"
        )
        if where.local:
            opening = f"a sandbox at {where.host} has no console: it names its client and hands out its codes itself"
            return (opening,) if redirect_uri is None else (opening, f"it redirects to {redirect_uri}")
        if redirect_uri is not None:
            return (
                opening,
                "`Add Client` > `Server-based Applications`; name it `syncdsl`, home page `http://127.0.0.1`",
                f"as authorised redirect URI, exactly: {redirect_uri}",
                "`Create`; the tab `Client Secret` shows client id and client secret",
            )
        return (
            opening,
            (
                "`Self Client` > `Create` (the first time; later it is in the list); the tab `Client "
                "Secret` shows client "
                "id and client secret"
            ),
            "the tab `Generate Code`: paste the scopes below, choose 10 minutes, describe it as `syncdsl`, `Create`",
            f"choose {self.portal}, `Create`, and copy the code: it is good once, and for these minutes",
        )

    def consent_url(
        self, settings: ConnectionSettings, *, scopes: Sequence[Scope], redirect_uri: str, state: str
    ) -> str:
        """Return the address of the consent page; `offline` and `consent` make Zoho issue a refresh token."""
        from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]  # noqa: PLC0415 - the library ships no types; slow, only with network
            prepare_grant_uri,
        )

        return str(
            prepare_grant_uri(
                addresses(settings).accounts + AUTH_PATH,
                settings.secrets["client_id"],
                "code",
                redirect_uri=redirect_uri,
                scope=self.scope_separator.join(scope.name for scope in scopes),
                state=state,
                access_type="offline",
                prompt="consent",
            )
        )

    def answered(self, settings: ConnectionSettings, parameters: Mapping[str, str], *, state: str) -> str:
        """Return the code that the browser was sent back with."""
        given = parameters.get("state", "")
        if not hmac.compare_digest(given.encode(), state.encode()):
            raise Fault(
                CONSENT_FAILED,
                f"connection `{settings.name}`: the browser came back with another sign-in's answer, "
                f"which was not used",
                help="begin again, with one sign-in at a time",
            )
        if error := parameters.get("error"):
            why = "consent was refused" if error == "access_denied" else f"the consent page said {error}"
            raise Fault(CONSENT_FAILED, f"connection `{settings.name}`: {why}", help=_consent_help(error))
        where = addresses(settings)
        elsewhere = _centre_of(parameters.get("accounts-server"))
        if elsewhere is not None and not where.local and elsewhere != where.data_centre:
            raise _other_centre(settings, where, elsewhere)
        if not parameters.get("code"):
            raise Fault(
                CONSENT_FAILED,
                f"connection `{settings.name}`: the browser came back without a code",
                help="begin again; when it happens again, use the self client: `syncdsl login` without `--browser`",
            )
        return parameters["code"]

    def exchange(self, settings: ConnectionSettings, *, code: str, redirect_uri: str | None) -> Grant:
        """Exchange a code once: it is used up whatever comes back, so this is not repeated."""
        where, problems = addresses(settings), _problems(settings, code)
        given: dict[str, Any] = {"code": code}
        if redirect_uri is not None:
            given["redirect_uri"] = redirect_uri
        data = self._tokens(settings, where, problems, "authorization_code", given)
        if "error" in data:
            raise _code_refused(settings, where, problems, str(data["error"]), redirect_uri)
        elsewhere = _centre_of(data.get("api_domain"))
        if elsewhere is not None and not where.local and elsewhere != where.data_centre:
            raise _other_centre(settings, where, elsewhere)
        token = data.get("refresh_token")
        if not isinstance(token, str) or not token:
            raise Fault(
                CODE_REFUSED,
                f"connection `{settings.name}`: `{where.host}` accepted the code and gave no refresh token",
                help="make the code with the self client, or consent anew with `--browser`, so that one is issued",
            )
        store = _store(settings, where, token)
        store.may_ask()  # counts the access token that came with it
        _keep(settings, store, data)
        return Grant(refresh_token=token, scopes=zoho_scopes.listed(data.get("scope")))

    def refresh(self, settings: ConnectionSettings, *, anew: bool) -> Grant:
        """Return the scopes of an access token; raises Fault SD702 when the secrets do not hold."""
        where, problems = addresses(settings), _problems(settings)
        store = _store(settings, where, settings.secrets["refresh_token"])
        known = store.token()
        if known is not None and known.scope and not anew:
            return Grant(refresh_token=None, scopes=zoho_scopes.listed(known.scope))
        if (wait := store.may_ask()) > 0:
            if known is not None:
                return Grant(refresh_token=None, scopes=zoho_scopes.listed(known.scope))
            words = f"{MOST} access tokens were made in {WINDOW_SECONDS / 60:.0f} minutes, and no more are allowed"
            raise problems.rate_limited(words, wait)
        given = {"refresh_token": settings.secrets["refresh_token"]}
        data = self._tokens(settings, where, problems, "refresh_token", given)
        if "error" in data:
            store.failed(refused=True)
            raise problems.not_authenticated(_meaning(str(data["error"]), "the refresh token is not known there"))
        elsewhere = _centre_of(data.get("api_domain"))
        if elsewhere is not None and not where.local and elsewhere != where.data_centre:
            raise _other_centre(settings, where, elsewhere)
        _keep(settings, store, data)
        return Grant(refresh_token=None, scopes=zoho_scopes.listed(data.get("scope")))

    def revoke(self, settings: ConnectionSettings) -> bool:
        """End the refresh token (`POST /oauth/v2/token/revoke?token=`)."""
        where, problems = addresses(settings), _problems(settings)
        token = settings.secrets["refresh_token"]
        answer = _posted(settings, where, problems, REVOKE_PATH, params={"token": token}, headers={}, body=None)
        error = str(answer.data.get("error", "")) if isinstance(answer.data, dict) else ""
        if error in _UNKNOWN_TOKEN or answer.status == 400:
            return False
        if error or answer.status != 200:
            raise problems.unexpected(f"HTTP {answer.status} to the revocation {error}".rstrip())
        return True

    def forget(self, settings: ConnectionSettings) -> None:
        """Forget the access token that processes share."""
        _store(settings, addresses(settings), settings.secrets["refresh_token"]).forget()

    def organizations(self, settings: ConnectionSettings) -> tuple[Identity, ...]:
        """Return the organisations that the secrets open."""
        return self.list_organizations(settings)

    def _tokens(
        self,
        settings: ConnectionSettings,
        where: Addresses,
        problems: Problems,
        grant: str,
        given: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Post a token request; returns the answer's object, which may be a refusal."""
        from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]  # noqa: PLC0415 - the library ships no types; slow, only with network
        from authlib.oauth2.rfc6749.parameters import (  # noqa: PLC0415 - as above
            prepare_token_request,
        )

        client = ClientAuth(settings.secrets["client_id"], settings.secrets["client_secret"], "client_secret_post")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url, signed, body = client.prepare("POST", TOKEN_PATH, headers, prepare_token_request(grant, **given))
        answer = _posted(settings, where, problems, str(url), params={}, headers=dict(signed), body=str(body).encode())
        data = answer.data if isinstance(answer.data, dict) else {}
        if answer.status == 429 or "access denied" in str(data.get("error", "")).lower():
            words = "too many tokens were asked for in a short time"
            raise problems.rate_limited(words, answer.retry_after)
        if answer.status >= 500 or answer.broken or not ("error" in data or isinstance(data.get("access_token"), str)):
            raise problems.unexpected(f"HTTP {answer.status} to a token request")
        return data


def _store(settings: ConnectionSettings, where: Addresses, refresh_token: str) -> TokenStore:
    """Return where the access tokens of a refresh token are kept, for the connections that follow."""
    return TokenStore(
        settings.services,
        accounts=where.accounts,
        client_id=settings.secrets["client_id"],
        client_secret=settings.secrets["client_secret"],
        refresh_token=refresh_token,
    )


def _keep(settings: ConnectionSettings, store: TokenStore, data: Mapping[str, Any]) -> None:
    lifetime = data.get("expires_in")
    seconds = float(lifetime) if isinstance(lifetime, int) and lifetime > 0 else 3600.0
    good = max(seconds - MARGIN_SECONDS, seconds / 2)
    until = settings.services.clock.now() + good
    store.made(Token(text=data["access_token"], good_until=until, scope=str(data.get("scope") or "")))


def _posted(
    settings: ConnectionSettings,
    where: Addresses,
    problems: Problems,
    path: str,
    *,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes | None,
) -> Answer:
    with closing(Wire(where.accounts, connection=settings.name)) as wire:
        try:
            return wire.exchange("POST", path, params=params, headers=headers, body=body)
        except (UnsentError, LostError) as error:
            raise problems.unreachable(str(error)) from None


def _problems(settings: ConnectionSettings, *more: str) -> Problems:
    where = addresses(settings)
    hidden = [value for name, value in settings.secrets.items() if name != "client_id"]
    return Problems(
        connection=settings.name,
        host=urlsplit(where.accounts).netloc,
        credentials=settings.credentials_hint,
        redactor=Redactor([*hidden, *more]),
    )


def _console(where: Addresses) -> str:
    """Return the address of the API console, which has the accounts host's domain."""
    return where.accounts.replace("//accounts.", "//api-console.", 1)


def _centre_of(address: object) -> str | None:
    """Return the data centre that an accounts or API address belongs to; None when that is unknown."""
    host = (urlsplit(address).hostname or "") if isinstance(address, str) else ""
    return next((name for name, centre in DATA_CENTRES.items() if host in {centre.accounts, centre.api}), None)


def _other_centre(settings: ConnectionSettings, where: Addresses, elsewhere: str) -> Fault:
    return Fault(
        CODE_REFUSED,
        f"connection `{settings.name}`: this account is in the data centre `{elsewhere}`, configured is "
        f"`{where.data_centre}`",
        help=f'set `data_centre = "{elsewhere}"`, or sign in again with `--data-centre {elsewhere}`',
    )


def _code_refused(
    settings: ConnectionSettings, where: Addresses, problems: Problems, error: str, redirect_uri: str | None
) -> Fault:
    fresh = f"make a new one at {_console(where)} and paste it at once"
    centre = where.data_centre
    helps = {
        "invalid_code": f"{fresh}. When a new one is refused as well, the account is in another data centre than "
        f"`{centre}`: the console's address after signing in tells which (`syncdsl explain SD720`)",
        "invalid_client": "compare the client id with the console; a client belongs to one data centre, so the "
        f"console's address and `data_centre` (`{centre}`) have to fit",
        "invalid_client_secret": "copy the client secret again from the console's tab `Client Secret`",
        "invalid_redirect_uri": f"register exactly `{redirect_uri}` with the client; `--port` chooses the port",
    }
    if where.local:
        helps |= {
            "invalid_code": "ask the sandbox for a new one; each is good once",
            "invalid_client": "compare the client id with the one that the sandbox named",
        }
    return Fault(
        CODE_REFUSED,
        f"connection `{settings.name}`: `{problems.host}` does not accept the sign-in: "
        + problems.redactor.clean(_meaning(error, "the code is wrong, used up or too old")),
        help=helps.get(error, f"{fresh}, and try again"),
    )


def _meaning(error: str, code: str) -> str:
    """Return an `error` word of Zoho Accounts with what it means."""
    meaning = {
        "invalid_code": code,
        "invalid_client": "the client id is not known there",
        "invalid_client_secret": "the client secret is wrong",
        "invalid_redirect_uri": "the client is not registered with this redirect URI",
    }.get(error)
    return f"{meaning} ({error})" if meaning else error


def _consent_help(error: str) -> str:
    if error == "access_denied":
        return "begin again and accept, signed in as a user who may grant these scopes"
    if error == "invalid_scope":
        return "the account does not have all of these services, or the rules read a module that its edition lacks"
    return "begin again; when it happens again, use the self client: `syncdsl login` without `--browser`"
