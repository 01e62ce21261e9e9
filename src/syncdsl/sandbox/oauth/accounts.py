"""Zoho Accounts' endpoints: the page where a user consents, the exchange for tokens, and their end.

Failures of the exchange are answered with HTTP 200 and an `error` key, as Zoho does.
"""

from urllib.parse import urlencode

from syncdsl.sandbox.exchange import Call, Handler, Reply
from syncdsl.sandbox.oauth.tokens import LIFETIME, Tokens, TooManyError
from syncdsl.sandbox.organisation import CLIENT_ID, CLIENT_SECRET, GRANT_CODE
from syncdsl.sandbox.outgoing import is_loopback
from syncdsl.sandbox.scopes import EVERY_SCOPE

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path, not a secret


class Accounts:
    """Answers what is asked under `/oauth/v2`."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def endpoints(self) -> list[tuple[str, str, Handler]]:
        """Return (method, path, handler) triples."""
        return [
            ("GET", "/oauth/v2/auth", self.authorise),
            ("POST", TOKEN_PATH, self.issue),
            ("POST", f"{TOKEN_PATH}/revoke", self.revoke),
        ]

    def authorise(self, call: Call) -> Reply:
        """Answer the page of consent: the user agrees at once, and the browser is sent back with a code.

        Mistakes that Zoho shows as a page are HTTP 400 with a text here; nothing is ever sent off this machine.
        """
        given = call.query
        back = given.get("redirect_uri", "")
        if given.get("client_id") != CLIENT_ID:
            return Reply(status=400, content={"error": "invalid_client"})
        if not is_loopback(back):
            return Reply(status=400, content={"error": "invalid_redirect_uri"})
        scopes = _scopes(given.get("scope", ""))
        if given.get("response_type") != "code" or not scopes:
            error = "invalid_scope" if given.get("response_type") == "code" else "unsupported_response_type"
            return _sent_back(back, {"error": error, "state": given.get("state")})
        code = self._tokens.new_code(scopes, back, offline=given.get("access_type") == "offline")
        answer = {
            "state": given.get("state"),
            "code": code,
            "location": "us",
            "accounts-server": call.base_url,
        }
        return _sent_back(back, answer)

    def issue(self, call: Call) -> Reply:
        """Answer a token request; parameters may come in the query, a form or a multipart body."""
        given = {**call.query, **call.form}
        if given.get("client_id") != CLIENT_ID:
            return _failure("invalid_client")
        if given.get("client_secret") != CLIENT_SECRET:
            return _failure("invalid_client_secret")
        match given.get("grant_type"):
            case "refresh_token":
                return self._refreshed(call, given.get("refresh_token", ""))
            case "authorization_code":
                return self._exchanged(call, given.get("code", ""), given.get("redirect_uri"))
            case _:
                return _failure("unsupported_grant_type")

    def revoke(self, call: Call) -> Reply:
        """Answer the end of a refresh token (with its access tokens) or of one access token."""
        if self._tokens.revoke({**call.query, **call.form}.get("token", "")):
            return Reply(content={"status": "success"})
        return Reply(status=400, content={"error": "invalid_token"})

    def _refreshed(self, call: Call, refresh: str) -> Reply:
        scopes = self._tokens.scopes_of_refresh_token(refresh)
        if scopes is None:
            return _failure("invalid_code")
        return self._granted(call, refresh, scopes, {})

    def _exchanged(self, call: Call, code: str, redirect_uri: str | None) -> Reply:
        if code == GRANT_CODE:
            # Published and good at any time, so that examples can be repeated.
            refresh = self._tokens.publish()
            return self._granted(call, refresh, EVERY_SCOPE, {"refresh_token": refresh})
        spent = self._tokens.spend_code(code)
        if spent is None:
            return _failure("invalid_code")
        if spent.redirect_uri is not None and spent.redirect_uri != redirect_uri:
            return _failure("invalid_redirect_uri")
        if not spent.offline:
            return self._granted(call, code, spent.scopes, {})
        refresh = self._tokens.new_refresh_token(spent.scopes)
        return self._granted(call, refresh, spent.scopes, {"refresh_token": refresh})

    def _granted(self, call: Call, refresh: str, scopes: tuple[str, ...], more: dict[str, str]) -> Reply:
        try:
            token = self._tokens.new_access_token(refresh, scopes)
        except TooManyError:
            text = "You have made too many requests continuously. Please try again after some time."
            return Reply(content={"error_description": text, "error": "Access Denied", "status": "failure"})
        return Reply(
            content={
                "access_token": token,
                **more,
                "scope": " ".join(scopes),
                "api_domain": call.base_url,
                "token_type": "Bearer",
                "expires_in": LIFETIME,
            }
        )


def _scopes(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _sent_back(address: str, answer: dict[str, str | None]) -> Reply:
    separator = "&" if "?" in address else "?"
    query = urlencode({key: value for key, value in answer.items() if value is not None})
    return Reply(status=302, headers={"Location": f"{address}{separator}{query}"})


def _failure(error: str) -> Reply:
    return Reply(content={"error": error})
