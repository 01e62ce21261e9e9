"""Zoho CRM's words for what goes wrong (Zoho CRM API v8, Status Codes and Errors)."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.exchange import RefusedError, Reply

STATUSES = {
    401: ("AUTHENTICATION_FAILURE", "Authentication failed"),
    403: ("NO_PERMISSION", "permission denied"),
    404: ("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"),
    # No Retry-After is documented for this one, and its wording is approximate.
    429: ("TOO_MANY_REQUESTS", "too many requests fired in concurrent to the system"),
    500: ("INTERNAL_ERROR", "Internal Server Error"),
}


def entry(code: str, message: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return an error entry, as used for a whole call and for one record of many."""
    return {"code": code, "details": dict(details or {}), "message": message, "status": "error"}


def refused(status: int, code: str, message: str, details: Mapping[str, Any] | None = None) -> RefusedError:
    """Return the exception that answers the whole call with this error."""
    return RefusedError(Reply(status=status, content=entry(code, message, details)))


def invalid_parameter(name: str, **details: Any) -> RefusedError:
    """Return the refusal of a query parameter's value."""
    return refused(400, "INVALID_DATA", "invalid data", {"param_name": name, **details})


def missing_parameter(name: str) -> RefusedError:
    """Return the refusal of a call that lacks a query parameter."""
    return refused(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {"param": name})


def ambiguous_parameters(*names: str) -> RefusedError:
    """Return the refusal of parameters that exclude each other."""
    return refused(
        400,
        "AMBIGUITY_DURING_PROCESSING",
        "Ambiguity while processing the request",
        {"ambiguity_due_to": [{"param_name": name} for name in names]},
    )


def invalid_identity() -> RefusedError:
    """Return the refusal of a path's id that is no id."""
    return refused(400, "INVALID_DATA", "the id given seems to be invalid", {"resource_path_index": 1})


class CrmEnvelope:
    """CRM's answers outside its handlers."""

    def unauthorised(self, *, token_given: bool) -> Reply:
        """Answer a call without a token, or with one that is not live."""
        if token_given:
            return Reply(status=401, content=entry("INVALID_TOKEN", "invalid oauth token"))
        return self.failure(401)

    def unknown_path(self) -> Reply:
        """Answer a call of a path that does not exist."""
        return self.failure(404)

    def wrong_method(self) -> Reply:
        """Answer a call of an existing path with a wrong method."""
        message = "The http request method type is not a valid one"
        return Reply(status=400, content=entry("INVALID_REQUEST_METHOD", message))

    def too_large(self) -> Reply:
        """Answer a call whose body exceeds the limit."""
        return Reply(status=413, content=entry("PAYLOAD_TOO_LARGE", "the request body is too large"))

    def scope_mismatch(self) -> Reply:
        """Answer a call that the token's scopes do not cover."""
        return Reply(status=401, content=entry("OAUTH_SCOPE_MISMATCH", "Unauthorized"))

    def failure(self, status: int, code: int | None = None) -> Reply:
        """Answer with any other HTTP status."""
        del code  # CRM words each status in one way
        name, message = STATUSES.get(status, STATUSES[500])
        return Reply(status=status, content=entry(name, message))
